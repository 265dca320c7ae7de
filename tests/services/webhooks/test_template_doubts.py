"""A template reaches each person of a list at most once, however its sending ends."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import UsageError
from socialcell.ops import audit, template_deliveries
from socialcell.ops.webhook_model import TemplateDelivery
from socialcell.sandbox import Sandbox
from socialcell.services.context import Context
from socialcell.services.messaging import (
    consent,
    messages,
    template_doubts,
)
from socialcell.services.messaging.sending_times import ONCE_IN, SENDING
from socialcell.services.messaging.template_sending import TemplateCampaign
from socialcell.services.privacy import retention
from tests.running import inside, refused

pytestmark = pytest.mark.swept_on_postgresql

NUMBERS = ["999811110001", "999811110002", "999811110003"]


@pytest.fixture
def cell(listening: Context) -> Context:
    """All three agreed to be written to, and Meta's templates are known."""
    messages.sync_templates(listening)
    for number in NUMBERS:
        consent.record_consent(listening, number, "granted", "form 12")
    return listening


def send(context: Context, **more: Any) -> TemplateCampaign:
    return messages.send_template(context, "festival", "en", NUMBERS, **more)


def receivers(served: Sandbox) -> list[str]:
    return [message["to"] for message in served.platform("whatsapp").sent]


def cut_off(served: Sandbox, context: Context, fault: str) -> TemplateCampaign:
    """A sending in which the call for the first person gets no answer."""
    getattr(served.platform("whatsapp"), fault)(times=None)
    result = send(context)
    served.platform("whatsapp").heal()
    return result


def keys(context: Context) -> list[str]:
    with db.reading(context.engine) as session:
        return list(session.scalars(select(TemplateDelivery.person)))


def test_nobody_gets_the_same_twice_in_a_day_and_everybody_after_it(
    served: Sandbox, cell: Context, clock: FixedClock
) -> None:
    first, second = send(cell), send(cell)
    assert (first.sent, second.sent, second.had) == (3, 0, 3)
    assert receivers(served) == NUMBERS

    clock.advance(timedelta(days=1))

    assert send(cell).sent == 3


def test_other_words_are_another_message(served: Sandbox, cell: Context) -> None:
    for day in ("25 Nov", "26 Nov"):
        values = ["औंध", day]
        messages.send_template(cell, "water_closure", "mr", NUMBERS[:1], values)

    assert receivers(served) == [NUMBERS[0]] * 2


@pytest.mark.parametrize("fault", ["lose_answer", "drop_connection"])
def test_who_may_have_it_is_named_and_a_second_run_reaches_the_others(
    served: Sandbox, cell: Context, clock: FixedClock, fault: str
) -> None:
    first = cut_off(served, cell, fault)
    clock.advance(SENDING)
    (doubt,) = template_doubts.list_doubts(cell)

    second = send(cell)

    assert (first.sent, first.unsure, first.left) == (0, [1], 2)
    assert first.stopped
    assert (doubt.template, doubt.people) == ("festival", 1)
    assert (second.sent, second.unsure, second.had) == (2, [1], 0)
    assert sorted(receivers(served)) == NUMBERS[fault == "drop_connection" :]


def test_who_does_not_have_it_gets_it_when_a_person_has_looked(
    served: Sandbox, cell: Context, clock: FixedClock
) -> None:
    cut_off(served, cell, "drop_connection")
    at_once = send(cell, again=True)
    clock.advance(SENDING)

    again = send(cell, again=True)

    # At once the first run may still be at it.
    assert (at_once.sent, at_once.unsure) == (2, [1])
    assert (again.sent, again.had, again.unsure) == (1, 2, [])
    assert sorted(receivers(served)) == NUMBERS
    assert template_doubts.list_doubts(cell) == []


@pytest.mark.parametrize("heard", [True, False])
def test_a_person_says_whether_those_in_doubt_have_a_template(
    served: Sandbox, cell: Context, clock: FixedClock, heard: bool
) -> None:
    cut_off(served, cell, "lose_answer" if heard else "drop_connection")
    with pytest.raises(UsageError, match="'festival' is not in doubt"):
        template_doubts.settle(cell, "festival", heard=heard)  # it may still be sent
    clock.advance(SENDING)
    with pytest.raises(UsageError, match="'festival' is not in doubt"):
        template_doubts.settle(cell, "festival", heard=heard, language="mr")

    assert template_doubts.settle(cell, "festival", heard=heard) == 1

    assert template_doubts.list_doubts(cell) == []
    rest = send(cell)
    assert (rest.sent, rest.had, rest.unsure) == ((2, 1, []) if heard else (3, 0, []))
    assert sorted(receivers(served)) == NUMBERS
    with db.reading(cell.engine) as session:
        (entry,) = audit.entries_about(session, "message.settle", "festival")
    assert entry.detail == {"language": "en", "people": 1, "heard": heard}


def enter_doubts(cell: Context, *templates: tuple[str, str]) -> None:
    """A person of whom nobody knows whether they have a template in a language."""
    begun_at = cell.clock.now() - SENDING
    with db.writing(cell.engine) as session:
        for template, language in templates:
            session.add(
                TemplateDelivery(
                    digest=f"{template} {language}",
                    person="p",
                    template=template,
                    language=language,
                    made_by="asha",
                    begun_at=begun_at,
                )
            )


def test_a_template_in_doubt_in_two_languages_is_settled_in_one(cell: Context) -> None:
    enter_doubts(cell, ("flood", "mr"), ("flood", "hi"), ("heat", "mr"))

    with pytest.raises(UsageError, match="in doubt in hi, mr"):
        template_doubts.settle(cell, "flood", heard=True)
    assert template_doubts.settle(cell, "flood", heard=True, language="mr") == 1

    doubts = template_doubts.list_doubts(cell)
    assert {(doubt.template, doubt.language) for doubt in doubts} == {
        ("flood", "hi"),
        ("heat", "mr"),
    }


def test_what_meta_did_not_take_can_be_sent_at_once(
    served: Sandbox, cell: Context
) -> None:
    served.platform("whatsapp").expire_token()
    first = send(cell)
    served.platform("whatsapp").heal()

    assert (first.sent, first.unsure, first.left) == (0, [], 3)
    assert keys(cell) == []
    assert send(cell).sent == 3


def test_a_trial_says_whom_it_would_reach(served: Sandbox, cell: Context) -> None:
    cut_off(served, cell, "lose_answer")

    trial = send(cell, dry_run=True)

    assert (trial.left, trial.unsure) == (2, [1])
    assert receivers(served) == NUMBERS[:1]


def test_who_got_what_is_forgotten_after_a_week_and_with_the_person(
    cell: Context, clock: FixedClock
) -> None:
    send(cell)
    with db.writing(cell.engine) as session:
        consent.erase_consent(cell, session, "whatsapp", NUMBERS[:1])
    assert len(keys(cell)) == 2
    assert NUMBERS[1] not in str(keys(cell))

    clock.advance(timedelta(days=7, seconds=1))
    retention.run_retention(cell)

    assert keys(cell) == []


def test_of_two_runs_one_sends(cell: Context) -> None:
    now = cell.clock.now()
    row = {"template": "festival", "language": "en", "made_by": "asha"}

    def begun() -> bool:
        delivery = TemplateDelivery(digest="d", person="p", begun_at=now, **row)
        with db.writing(cell.engine) as session:
            since = now - ONCE_IN
            return template_deliveries.begin(session, delivery, since, None)

    assert [begun(), begun()] == [True, False]


def at_its_time(cell: Context, folder: Path) -> Path:
    """The configuration of the workspace, at its time and beside its sandbox."""
    place = folder / "config.yaml"
    settings = yaml.safe_load(place.read_text()) or {}
    settings |= {
        "clock": {"fixed": cell.clock.now().isoformat()},
        "sandbox": {"base_urls": dict(cell.base_urls)},
    }
    place.write_text(yaml.safe_dump(settings))
    return place


def test_the_commands_name_lines_and_templates_in_doubt(
    served: Sandbox, cell: Context, clock: FixedClock, folder: Path, tmp_path: Path
) -> None:
    cut_off(served, cell, "lose_answer")
    clock.advance(SENDING)
    place, numbers = at_its_time(cell, folder), tmp_path / "numbers.txt"
    numbers.write_text("\n" + "\n".join(NUMBERS[:1]))

    shown = inside("messages", "waiting", "--config", place)
    listed = json.loads(inside("messages", "waiting", "--json", "--config", place))
    command = ("send", "festival", "--language", "en", "--to", numbers, "--dry-run")
    trial = json.loads(inside("messages", *command, "--json", "--config", place))
    settled = inside("messages", "settle", "festival", "--heard", "--config", place)
    unknown = refused("messages", "settle", "festival", "--again", "--config", place)

    assert "festival: 1 person in doubt got it." in settled
    assert "The template 'festival' is not in doubt" in unknown
    assert "unsure" in shown
    assert [row["people"] for row in listed["doubted_templates"]] == [1]
    assert (trial["unsure"], trial["left"]) == ([2], 0)


def test_a_command_says_what_becomes_of_a_template_that_nobody_got(
    cell: Context, folder: Path
) -> None:
    enter_doubts(cell, ("flood", "mr"), ("flood", "hi"), ("heat", "mr"))
    place = at_its_time(cell, folder)
    flood = ("settle", "flood", "--again", "--language")

    text = inside("messages", *flood, "mr", "--config", place)
    document = inside("messages", *flood, "hi", "--json", "--config", place)
    heat = inside("messages", "settle", "heat", "--heard", "--json", "--config", place)
    numbered = ("settle", "1", "--heard", "--language", "mr")
    error = refused("messages", *numbered, "--config", place)

    assert "flood: 1 person in doubt did not get it. The next messages send" in text
    assert json.loads(document) == {
        "template": "flood",
        "state": "not sent",
        "people": 1,
    }
    assert json.loads(heat)["state"] == "sent"
    assert "An answer is settled by its number alone" in error
