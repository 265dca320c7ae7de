"""Answers within a day, templates to those who agreed, and what each costs."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from socialcell import config, db
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.errors import UsageError
from socialcell.listening.model import Author, Mention
from socialcell.ops.model import AuditEntry, Usage
from socialcell.ops.webhook_model import OptIn, SentMessage
from socialcell.sandbox import Sandbox
from socialcell.sandbox.world.message_world import number
from socialcell.services.context import Context
from socialcell.services.messaging import consent, messages, replies
from socialcell.services.outbox import outbox_mode
from tests.rows import in_order
from tests.running import inside
from tests.services.webhooks.conftest import CITY, push_all, pushed_before
from tests.snapshots import Snapshots

pytestmark = pytest.mark.swept_on_postgresql

HOUR = timedelta(hours=1)
NUMBERS = ["+999 8 1111 0001", "999811110002", "999811110003"]


@pytest.fixture
def cell(served: Sandbox, listening: Context, snapshots: Snapshots) -> Context:
    pushed_before(served, listening, snapshots, "a cell")
    return listening


def newest(context: Context) -> Mention:
    """The newest message that is held."""
    with db.reading(context.engine) as session:
        found = session.scalars(
            select(Mention)
            .where(Mention.platform == "whatsapp", Mention.state == "present")
            .order_by(Mention.authored_at.desc())
            .limit(1)
        ).one()
        session.expunge(found)
    return found


def writer(context: Context, mention: Mention) -> str:
    with db.reading(context.engine) as session:
        author = session.get(Author, mention.author_id)
        assert author is not None
        return author.uid


def usage(context: Context) -> dict[str, tuple[int, int]]:
    """Messages and micros of this month, by bucket."""
    with db.reading(context.engine) as session:
        return {
            row.bucket: (row.used, row.micros) for row in session.scalars(select(Usage))
        }


def news(context: Context) -> list[tuple[str, str | None, bool | None]]:
    with db.reading(context.engine) as session:
        rows = session.scalars(select(SentMessage).order_by(SentMessage.external_id))
        return [(row.status, row.category, row.billable) for row in rows]


def agree(context: Context, *numbers: str) -> None:
    for one in numbers:
        consent.record_consent(context, one, "granted", "form 12")


def budgeted(context: Context, text: str) -> Context:
    """The same workspace with more in its config.yaml."""
    place = context.workspace.folder / "config.yaml"
    place.write_text(place.read_text().replace("{}\n", "") + text)
    workspace = config.load(place)
    return Context(workspace, context.engine, context.clock, context.base_urls)


def test_a_message_is_answered_within_a_day(served: Sandbox, cell: Context) -> None:
    mention = newest(cell)
    assert mention.id is not None

    done = replies.reply(cell, mention.id, " The tanker comes at six. ")

    (sent,) = served.platform("whatsapp").sent
    assert sent["to"] == writer(cell, mention)
    assert "The tanker comes at six." in sent["text"]
    assert mention.authored_at is not None
    assert done.until == mention.authored_at + 24 * HOUR
    assert sent["to"] not in done.person


def test_after_a_day_only_a_template_may_be_sent(
    served: Sandbox, cell: Context, clock: FixedClock
) -> None:
    mention = newest(cell)
    assert mention.id is not None
    assert mention.authored_at is not None
    clock.set(mention.authored_at + 24 * HOUR)

    with pytest.raises(UsageError, match="more than 24 hours ago"):
        replies.reply(cell, mention.id, "Too late")

    assert served.platform("whatsapp").sent == []
    clock.set(mention.authored_at + 24 * HOUR - timedelta(seconds=1))
    replies.reply(cell, mention.id, "In time")
    assert len(served.platform("whatsapp").sent) == 1


def test_the_window_opens_with_the_persons_newest_message(
    served: Sandbox, cell: Context, clock: FixedClock
) -> None:
    whatsapp = served.platform("whatsapp")
    first = CITY.people.citizens[0]  # who publishes what a test adds
    whatsapp.publish("One")
    push_all(served, cell, ("whatsapp",))
    with db.reading(cell.engine) as session:
        old = session.scalars(select(Mention).where(Mention.text == "One")).one()
        old_id = old.id
    clock.advance(23 * HOUR)
    whatsapp.publish("Two")
    push_all(served, cell, ("whatsapp",))
    clock.advance(23 * HOUR)

    assert old_id is not None
    replies.reply(cell, old_id, "We are on it")

    assert whatsapp.sent[-1]["to"] == number(first)


def test_a_dry_run_sends_nothing(served: Sandbox, cell: Context) -> None:
    mention = newest(cell)
    assert mention.id is not None

    assert replies.reply(cell, mention.id, "Hello", dry_run=True).message is None

    assert served.platform("whatsapp").sent == []
    assert usage(cell) == {}


@pytest.mark.parametrize("text", ["", "  ", "x" * 4097])
def test_an_answer_has_words_and_an_end(cell: Context, text: str) -> None:
    with pytest.raises(UsageError, match="1 to 4096"):
        replies.reply(cell, 1, text)


def test_there_is_no_answer_to_what_is_no_message(cell: Context) -> None:
    with pytest.raises(UsageError, match="no message 999999"):
        replies.reply(cell, 999999, "Hello")


def test_nobody_is_answered_who_said_stop_and_nothing_since(
    served: Sandbox, cell: Context, clock: FixedClock
) -> None:
    whatsapp = served.platform("whatsapp")
    whatsapp.publish("  STOP. ")
    push_all(served, cell, ("whatsapp",))
    stop = newest(cell)
    assert stop.id is not None

    with pytest.raises(UsageError, match="not to be written to"):
        replies.reply(cell, stop.id, "Sorry")

    clock.advance(HOUR)
    whatsapp.publish("When does the water come?")
    push_all(served, cell, ("whatsapp",))
    replies.reply(cell, stop.id, "At six")
    assert len(whatsapp.sent) == 1


def test_every_answer_is_in_the_audit_log_without_its_words_or_a_number(
    cell: Context,
) -> None:
    mention = newest(cell)
    assert mention.id is not None
    replies.reply(cell, mention.id, "The tanker comes at six.")

    with db.reading(cell.engine) as session:
        entry = session.scalars(in_order(AuditEntry)).all()[-1]
        told = f"{entry.object} {entry.detail}"
    assert entry.action == "message.reply"
    assert writer(cell, mention) not in told
    assert "tanker" not in told


def test_templates_are_read_page_by_page_and_what_is_gone_is_named(
    served: Sandbox, cell: Context
) -> None:
    whatsapp = served.platform("whatsapp")

    assert messages.sync_templates(cell) == (3, 0)
    whatsapp.templates.pop(1)
    assert messages.sync_templates(cell) == (2, 1)

    found = {
        one.name: (one.category, one.status) for one in messages.list_templates(cell)
    }
    assert found == {
        "water_closure": ("utility", "approved"),
        "festival": ("marketing", "gone"),
        "survey": ("marketing", "pending"),
    }


def test_a_template_goes_to_those_who_agreed_and_to_nobody_else(
    served: Sandbox, cell: Context
) -> None:
    messages.sync_templates(cell)
    agree(cell, NUMBERS[0], NUMBERS[1])
    consent.record_consent(cell, NUMBERS[1], "withdrawn", "call")

    done = messages.send_template(
        cell, "water_closure", "mr", [*NUMBERS, NUMBERS[0], ""], ["औंध", "25 Nov"]
    )

    assert (done.sent, done.not_agreed, done.failed) == (1, 2, 0)
    (sent,) = served.platform("whatsapp").sent
    assert sent["to"] == "999811110001"


def test_agreeing_again_opens_the_door_again(
    served: Sandbox, cell: Context, clock: FixedClock
) -> None:
    messages.sync_templates(cell)
    for event in ("granted", "withdrawn", "granted"):
        clock.advance(HOUR)
        consent.record_consent(cell, NUMBERS[0], event, "form")

    assert messages.send_template(cell, "festival", "en", NUMBERS).sent == 1


def test_the_switch_holds_what_nobody_asked_for(cell: Context) -> None:
    messages.sync_templates(cell)
    consent.record_consent(cell, NUMBERS[0], "granted", "form")
    outbox_mode.set_mode(cell, "mourning", "a former mayor died")

    with pytest.raises(UsageError, match="The switch is set to mourning"):
        messages.send_template(cell, "festival", "en", NUMBERS)

    outbox_mode.set_mode(cell, "normal", "the days of mourning are over")
    assert messages.send_template(cell, "festival", "en", NUMBERS).sent == 1


def test_of_two_words_of_one_moment_the_no_counts(cell: Context) -> None:
    messages.sync_templates(cell)
    for event in ("withdrawn", "granted"):
        consent.record_consent(cell, NUMBERS[0], event, "form")

    assert messages.send_template(cell, "festival", "en", NUMBERS).not_agreed == 3


def test_whoever_switches_us_off_in_whatsapp_is_left_alone(
    served: Sandbox, cell: Context, clock: FixedClock
) -> None:
    messages.sync_templates(cell)
    person = CITY.people.citizens[3]
    agree(cell, number(person))
    clock.advance(HOUR)
    served.platform("whatsapp").stop(person)
    push_all(served, cell, ("whatsapp",))

    assert messages.send_template(cell, "festival", "en", [number(person)]).sent == 0


def test_the_ledger_of_consent_holds_no_number(cell: Context) -> None:
    agree(cell, NUMBERS[0])

    with db.reading(cell.engine) as session:
        (row,) = session.scalars(select(OptIn)).all()
        whole = str(row.model_dump())
    assert "99981111" not in whole
    assert row.pseudonym.startswith("नागरिक-")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (("nothing", "mr"), "There is no template 'nothing' in mr"),
        (("water_closure", "en"), "There is no template 'water_closure' in en"),
        (("survey", "en"), "is pending, not approved"),
        (("water_closure", "mr"), "has 2 gaps and 0 values"),
    ],
)
def test_a_template_that_meta_would_refuse_is_not_tried(
    served: Sandbox, cell: Context, given: tuple[str, str], reason: str
) -> None:
    messages.sync_templates(cell)
    agree(cell, NUMBERS[0])

    with pytest.raises(UsageError, match=reason):
        messages.send_template(cell, *given, NUMBERS)

    assert served.platform("whatsapp").sent == []


@pytest.mark.parametrize("odd", ["98765", "0999811110001", "phone", "९९९८११११०००१"])
def test_a_number_without_a_country_code_is_named_by_its_place(
    cell: Context, odd: str
) -> None:
    messages.sync_templates(cell)

    with pytest.raises(UsageError, match="Number 2: ") as caught:
        messages.send_template(cell, "festival", "en", [NUMBERS[0], odd])
    assert odd not in str(caught.value)


def test_what_is_sent_is_booked_at_its_category_s_price(
    served: Sandbox, cell: Context
) -> None:
    messages.sync_templates(cell)
    agree(cell, *NUMBERS)
    mention = newest(cell)
    assert mention.id is not None

    messages.send_template(cell, "festival", "en", NUMBERS)
    messages.send_template(cell, "water_closure", "mr", NUMBERS[:1], ["a", "b"])
    replies.reply(cell, mention.id, "Yes")

    # Three at 0.8631 rupees, one at 0.115, and an answer at 0.115 since October.
    wanted = {
        "messages_marketing": (3, 2_589_300),
        "messages_utility": (1, 115_000),
        "messages_service": (1, 115_000),
    }
    assert usage(cell) == wanted
    push_all(served, cell, ("whatsapp",))
    assert usage(cell) == wanted
    assert {status for status, _c, _b in news(cell)} == {"delivered"}


def test_what_meta_does_not_bill_is_taken_back_once(
    served: Sandbox, cell: Context
) -> None:
    mention = newest(cell)
    assert mention.id is not None
    served.platform("whatsapp").make_free()
    served.platform("whatsapp").pusher.send_twice()

    replies.reply(cell, mention.id, "Yes")
    assert usage(cell)["messages_service"] == (1, 115_000)
    push_all(served, cell, ("whatsapp",))

    assert usage(cell)["messages_service"] == (0, 0)
    assert news(cell) == [("delivered", "service", False)]


def test_what_did_not_arrive_costs_nothing(served: Sandbox, cell: Context) -> None:
    messages.sync_templates(cell)
    agree(cell, *NUMBERS)
    served.platform("whatsapp").unreach("999811110002")

    messages.send_template(cell, "festival", "en", NUMBERS)
    push_all(served, cell, ("whatsapp",))

    assert usage(cell)["messages_marketing"] == (2, 1_726_200)
    assert sorted(status for status, _c, _b in news(cell)) == [
        "delivered",
        "delivered",
        "failed",
    ]


def test_what_another_program_sent_from_our_number_is_booked_when_meta_tells_of_it(
    served: Sandbox, cell: Context
) -> None:
    from tests.services.webhooks import pushes

    told = {"category": "marketing", "type": "regular", "billable": True}
    whatsapp = served.platform("whatsapp")
    from socialcell.sandbox.meta.whatsapp_server import NUMBER_ID

    for state in ("sent", "delivered", "read"):
        one = pushes.status("wamid.OTHER", state, pricing=told)
        whatsapp.pusher.queue(pushes.whatsapp(number=NUMBER_ID, statuses=[one]))
    push_all(served, cell, ("whatsapp",))

    assert usage(cell)["messages_marketing"] == (1, 863_100)


def test_news_that_comes_late_does_not_turn_back_what_is_known(
    served: Sandbox, cell: Context
) -> None:
    from socialcell.sandbox.meta.whatsapp_server import NUMBER_ID
    from tests.services.webhooks import pushes

    for state in ("read", "sent"):
        one = pushes.status("wamid.LATE", state)
        push = pushes.whatsapp(number=NUMBER_ID, statuses=[one])
        served.platform("whatsapp").pusher.queue(push)
    push_all(served, cell, ("whatsapp",))

    assert news(cell) == [("read", None, None)]


def test_the_budget_ends_a_campaign_and_says_how_many_are_left(
    served: Sandbox, cell: Context
) -> None:
    # Two marketing messages cost 1.7262 rupees, three 2.5893.
    poorer = budgeted(cell, "budget:\n  spend_per_month: {whatsapp: 2}\n")
    messages.sync_templates(poorer)
    agree(poorer, *NUMBERS)

    done = messages.send_template(poorer, "festival", "en", NUMBERS)

    assert (done.sent, done.left) == (2, 1)
    assert "spend_per_month" in (done.stopped or "")
    assert len(served.platform("whatsapp").sent) == 2


def test_a_token_that_is_refused_ends_a_campaign_at_once(
    served: Sandbox, cell: Context
) -> None:
    messages.sync_templates(cell)
    agree(cell, *NUMBERS)
    served.platform("whatsapp").expire_token()
    asked = len(served.requests)

    done = messages.send_template(cell, "festival", "en", NUMBERS)

    assert (done.sent, done.left) == (0, 3)
    assert len(served.requests) == asked + 1


def test_what_meta_refuses_is_told_in_words(
    served: Sandbox, cell: Context, clock: FixedClock
) -> None:
    mention = newest(cell)
    assert mention.id is not None
    # Meta's clock and ours may differ: there the window has closed.
    whatsapp = served.platform("whatsapp")
    for post in whatsapp.visible_posts():
        whatsapp.remove(post.id)

    with pytest.raises(ConnectorError, match="Re-engagement") as caught:
        replies.reply(cell, mention.id, "Hello")

    assert caught.value.kind is Kind.CONFIG
    assert usage(cell) == {}


def test_evidence_and_a_moment_that_has_come_are_needed(
    cell: Context, clock: FixedClock
) -> None:
    with pytest.raises(UsageError, match="--evidence"):
        consent.record_consent(cell, NUMBERS[0], "granted", " ")
    later: datetime = clock.now() + HOUR
    with pytest.raises(UsageError, match="still to come"):
        consent.record_consent(cell, NUMBERS[0], "granted", "form", later)


def test_the_commands_answer_in_json(
    folder: Path, cell: Context, tmp_path: Path
) -> None:
    place = folder / "config.yaml"
    urls = "".join(f"    {k}: {v}\n" for k, v in cell.base_urls.items())
    fixed = f"clock:\n  fixed: {cell.clock.now().isoformat()}\n"
    text = place.read_text().replace("{}\n", "")
    place.write_text(f"{text}{fixed}sandbox:\n  base_urls:\n{urls}")
    listed = tmp_path / "numbers.txt"
    listed.write_text("\n".join(NUMBERS))

    def run(*words: str) -> Any:
        return json.loads(inside(*words, "--json", "--config", place))

    assert run("messages", "fetch")["fetched"]["files"] > 0
    (source,) = [
        one
        for one in run("messages", "status")["sources"]
        if one["source"] == "whatsapp.city"
    ]
    assert source["waiting"] == 0
    assert len(run("messages", "templates", "--sync")["templates"]) == 3
    assert run("consent", "grant", NUMBERS[0], "--evidence", "form")["new"] is True
    assert run(
        "consent", "grant", NUMBERS[1], "--evidence", "form", "--at", "2026-11-20"
    )["new"]
    assert (
        run("consent", "withdraw", NUMBERS[1], "--evidence", "call")["event"]
        == "withdrawn"
    )
    assert len(run("consent", "list")["consent"]) == 3
    sent = run("messages", "send", "festival", "--language", "en", "--to", str(listed))
    assert (sent["sent"], sent["not_agreed"]) == (1, 2)
    assert run("messages", "reply", str(newest(cell).id), "Yes")["message"].startswith(
        "wa."
    )
