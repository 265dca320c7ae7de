"""A template about life or limb leaves in every mode, with a second person's yes."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import ConfigError, NeedsAPerson, SocialcellError, UsageError
from socialcell.identity.actor import os_account
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.sandbox import Sandbox
from socialcell.services.context import Context
from socialcell.services.messaging import consent, messages, template_approvals
from socialcell.services.messaging.messages import TemplateCampaign
from socialcell.services.outbox import outbox_mode
from tests.operators import acting, sign_in_shell
from tests.running import inside

pytestmark = pytest.mark.swept_on_postgresql

HOUR = timedelta(hours=1)
NUMBERS = ["999811110001", "999811110002", "999811110003"]
WARNING, VALUES = "water_closure", ["औंध", "25 Nov"]


@pytest.fixture
def cell(listening: Context) -> Context:
    """Two of three people agreed to be written to, and Meta's templates are known."""
    messages.sync_templates(listening)
    for number in NUMBERS[:2]:
        consent.record_consent(listening, number, "granted", "form 12")
    return listening


@pytest.fixture
def send() -> Callable[..., TemplateCampaign]:
    """Somebody of the cell sends the warning, marked as safety."""

    def sent_by(
        context: Context,
        who: str,
        numbers: Sequence[str] = NUMBERS,
        values: Sequence[str] = VALUES,
        **more: Any,
    ) -> TemplateCampaign:
        return messages.send_template(
            acting(context, who), WARNING, "mr", numbers, values, safety=True, **more
        )

    return sent_by


def receivers(served: Sandbox) -> list[str]:
    return sorted(message["to"] for message in served.platform("whatsapp").sent)


def actions(engine: Engine) -> list[str]:
    """What was done to the template, in order."""
    with db.reading(engine) as session:
        rows = audit.entries_about(session, template_approvals.SENT, WARNING)
        return [row.action.removeprefix("message.") for row in rows]


@pytest.mark.parametrize("mode", ["normal", "crisis", "mourning", "election"])
def test_in_every_mode_it_waits_and_leaves_at_once_with_a_second_yes(
    served: Sandbox, cell: Context, send: Any, mode: str
) -> None:
    outbox_mode.set_mode(cell, mode, "as it is")

    first = send(cell, "maker")
    before = receivers(served)
    second = send(cell, "cell.lead")

    assert (first.second_person, first.sent, first.left, before) == (True, 0, 2, [])
    assert (second.second_person, second.sent, second.not_agreed) == (False, 2, 1)
    assert receivers(served) == NUMBERS[:2]


@pytest.mark.parametrize("mode", ["crisis", "mourning", "election"])
def test_what_is_not_marked_is_held_with_the_reason(
    served: Sandbox, cell: Context, mode: str
) -> None:
    outbox_mode.set_mode(cell, mode, "a flood along the Mutha")

    with pytest.raises(UsageError) as held:
        messages.send_template(cell, WARNING, "mr", NUMBERS, VALUES)

    assert f"set to {mode} (a flood along the Mutha)" in str(held.value)
    assert "--safety" in str(held.value)
    assert receivers(served) == []


def test_whoever_entered_it_does_not_approve_it(
    served: Sandbox, cell: Context, send: Any
) -> None:
    send(cell, "maker")

    with pytest.raises(UsageError, match="'water_closure': a second person approves"):
        send(cell, "maker")

    assert receivers(served) == []


def test_only_who_signed_in_with_the_role_says_the_second_yes(
    served: Sandbox, cell: Context, send: Any
) -> None:
    send(cell, "maker")

    unsigned, viewer = (
        replace(cell, actor=os_account()),
        acting(cell, "viewer", Role.VIEWER),
    )
    with pytest.raises(NeedsAPerson, match="Nobody has signed in here"):
        messages.send_template(unsigned, WARNING, "mr", NUMBERS, VALUES, safety=True)
    with pytest.raises(SocialcellError, match="viewer has none of these roles"):
        messages.send_template(viewer, WARNING, "mr", NUMBERS, VALUES, safety=True)

    assert receivers(served) == []


def test_what_nobody_signed_in_entered_waits_for_nobody_and_is_entered_anew(
    served: Sandbox, cell: Context, send: Any
) -> None:
    unsigned = replace(cell, actor=os_account())
    messages.send_template(unsigned, WARNING, "mr", NUMBERS, VALUES, safety=True)

    assert template_approvals.waiting(cell) == []
    assert send(cell, "maker").second_person
    assert [row.made_by for row in template_approvals.waiting(cell)] == ["maker"]
    assert send(cell, "cell.lead").sent == 2


@pytest.mark.parametrize(
    "change", [{"numbers": NUMBERS[:2]}, {"values": ["औंध", "26 Nov"]}]
)
def test_a_yes_is_to_the_same_words_and_the_same_list(
    served: Sandbox, cell: Context, send: Any, change: dict[str, Any]
) -> None:
    send(cell, "maker")

    assert send(cell, "cell.lead", **change).second_person

    assert receivers(served) == []
    assert len(template_approvals.waiting(cell)) == 2


def test_a_yes_is_to_the_text_that_meta_had_then(
    served: Sandbox, cell: Context, send: Any
) -> None:
    send(cell, "maker")
    whatsapp = served.platform("whatsapp")
    whatsapp.templates = [
        replace(template, body="Other words for {{1}} on {{2}}")
        for template in whatsapp.templates
    ]
    messages.sync_templates(cell)

    assert send(cell, "cell.lead").second_person

    assert receivers(served) == []


def test_an_entry_is_good_for_a_day(
    served: Sandbox, cell: Context, send: Any, clock: FixedClock
) -> None:
    send(cell, "maker")
    clock.advance(24 * HOUR + timedelta(seconds=1))

    assert template_approvals.waiting(cell) == []
    assert send(cell, "cell.lead").second_person
    assert receivers(served) == []


def test_one_yes_is_for_one_sending(served: Sandbox, cell: Context, send: Any) -> None:
    send(cell, "maker")
    send(cell, "cell.lead")

    third = send(cell, "third")

    assert (third.second_person, third.interrupted) == (True, False)
    assert len(receivers(served)) == 2


def test_advertising_is_no_warning(served: Sandbox, cell: Context) -> None:
    with pytest.raises(UsageError, match="Meta's category marketing"):
        messages.send_template(cell, "festival", "en", NUMBERS, safety=True)

    assert receivers(served) == []


def test_in_an_election_a_word_of_politics_does_not_leave_as_safety(
    served: Sandbox, cell: Context, send: Any
) -> None:
    values = ["औंध", "by order of the Mayor"]
    outbox_mode.set_mode(cell, "election", "the code of conduct")

    with pytest.raises(UsageError, match="politics"):
        send(cell, "maker", values=values)
    outbox_mode.set_mode(cell, "crisis", "a flood")

    assert send(cell, "maker", values=values).second_person


def test_a_trial_enters_and_sends_nothing(
    served: Sandbox, cell: Context, send: Any, engine: Engine
) -> None:
    before = actions(engine)

    done = send(cell, "maker", dry_run=True)

    assert (done.second_person, done.left) == (True, 2)
    assert actions(engine) == before
    assert receivers(served) == []


def test_what_meta_took_nothing_of_waits_again(
    served: Sandbox, cell: Context, send: Any, engine: Engine
) -> None:
    send(cell, "maker")
    served.platform("whatsapp").expire_token()

    done = send(cell, "cell.lead")

    assert (done.sent, done.left, done.second_person) == (0, 2, False)
    assert actions(engine)[-3:] == [
        "template_draft",
        "template_approve",
        "template_return",
    ]
    assert [row.made_by for row in template_approvals.waiting(cell)] == ["maker"]


def test_what_cannot_be_sent_for_want_of_a_secret_waits_again(
    cell: Context, send: Any
) -> None:
    send(cell, "maker")
    (cell.workspace.folder / "secrets" / "meta_token").unlink()

    with pytest.raises(ConfigError):
        send(cell, "cell.lead")

    assert [row.people for row in template_approvals.waiting(cell)] == [2]


def test_after_a_process_that_died_while_it_sent_a_person_is_warned(
    cell: Context, send: Any
) -> None:
    send(cell, "maker")
    (entry,) = template_approvals.waiting(cell)
    with db.reading(cell.engine) as session:
        (row,) = audit.entries_about(session, template_approvals.ENTERED, WARNING)
    sealed = row.detail["digest"]
    sending = template_approvals.Sending(
        entry.template, entry.language, sealed, entry.people
    )
    lead = acting(cell, "cell.lead")
    assert template_approvals.enter_or_approve(lead, sending).approved

    again = send(cell, "maker")

    assert (again.second_person, again.interrupted) == (True, True)


def test_both_persons_are_in_the_audit_log_and_no_number_and_no_word(
    cell: Context, send: Any, engine: Engine
) -> None:
    send(cell, "maker")
    send(cell, "cell.lead")

    with db.reading(engine) as session:
        rows = audit.entries_about(session, template_approvals.SENT, WARNING)
        noted = [(row.action, row.actor, row.object) for row in rows]
        everything = str([row.detail for row in rows])
        made_by = rows[1].detail["made_by"]
    assert noted == [
        (template_approvals.ENTERED, "maker", WARNING),
        (template_approvals.APPROVED, "cell.lead", WARNING),
        (template_approvals.SENT, "cell.lead", WARNING),
    ]
    assert made_by == "maker"
    assert "औंध" not in everything
    assert "99981111" not in everything


def test_the_commands_say_what_waits_and_for_whom(
    folder: Path, cell: Context, tmp_path: Path
) -> None:
    place, numbers = folder / "config.yaml", tmp_path / "numbers.txt"
    numbers.write_text("\n".join(NUMBERS))
    urls = "".join(f"    {k}: {v}\n" for k, v in cell.base_urls.items())
    fixed = f"clock:\n  fixed: {cell.clock.now().isoformat()}\n"
    place.write_text(f"{place.read_text()}{fixed}sandbox:\n  base_urls:\n{urls}")

    def run(*words: str | Path) -> str:
        return inside("messages", *words, "--config", place)

    sending: tuple[str | Path, ...] = ("send", WARNING, "--to", numbers, "--safety")
    sending += tuple(word for value in VALUES for word in ("--value", value))
    sign_in_shell(cell, "maker")
    first = run(*sending)
    listed = json.loads(run("waiting", "--json"))
    shown = run("waiting")
    sign_in_shell(cell, "cell.lead")
    second = json.loads(run(*sending, "--json"))

    assert "sent to 2 when a second person runs the same command" in first
    assert listed["waiting"] == []
    (entry,) = listed["templates"]
    assert (entry["template"], entry["people"], entry["made_by"]) == (
        WARNING,
        2,
        "maker",
    )
    assert WARNING in shown
    assert (second["sent"], second["second_person"]) == (2, False)
    assert json.loads(run("waiting", "--json"))["templates"] == []
