"""An answer to a message is heard at most once, and of what nobody knows a person says
whether it was."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorError
from socialcell.connectors.publisher import UnconfirmedCall
from socialcell.desk.case_states import CaseState
from socialcell.errors import UsageError
from socialcell.listening.model import Mention
from socialcell.listening.reply_model import ReplyDraft
from socialcell.ops.model import AuditEntry, Usage
from socialcell.sandbox import Sandbox
from socialcell.services import waiting_work
from socialcell.services.context import Context
from socialcell.services.messaging import (
    messages_in_doubt,
    replies,
    reply_doubts,
    reply_drafts,
)
from socialcell.services.messaging.sending_times import SENDING
from socialcell.services.privacy import retention
from tests.desk_builders import make_case, make_contact, make_message
from tests.running import inside, refused
from tests.services.webhooks.conftest import push_all, pushed_before
from tests.snapshots import Snapshots

pytestmark = pytest.mark.swept_on_postgresql

WORDS = "The tanker comes at six."


@pytest.fixture
def cell(served: Sandbox, listening: Context, snapshots: Snapshots) -> Context:
    pushed_before(served, listening, snapshots, "a cell")
    return listening


@pytest.fixture
def message(served: Sandbox, cell: Context) -> int:
    return written(served, cell, "When does the water come?")


def written(served: Sandbox, cell: Context, text: str) -> int:
    """The city's first citizen writes on WhatsApp; the message's id."""
    served.platform("whatsapp").publish(text)
    push_all(served, cell, ("whatsapp",))
    with db.reading(cell.engine) as session:
        return session.scalars(select(Mention.id).where(Mention.text == text)).one()


def heard(served: Sandbox) -> list[str]:
    return [
        json.loads(sent["text"])["body"] for sent in served.platform("whatsapp").sent
    ]


def lines(context: Context) -> Sequence[ReplyDraft]:
    with db.reading(context.engine) as session:
        rows = session.scalars(select(ReplyDraft).order_by(ReplyDraft.id)).all()
        session.expunge_all()
    return rows


def states(context: Context) -> list[str]:
    """The states of the answers that somebody must look at or decide on."""
    return [reply.state for reply in reply_drafts.list_waiting(context)]


def actions(context: Context) -> list[str]:
    with db.reading(context.engine) as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
    names = [row.action for row in rows]
    return [name for name in names if name.startswith("message.")]


def doubt(served: Sandbox, context: Context, message: int, fault: str) -> int:
    """An answer of which nobody knows whether it was heard; its number."""
    getattr(served.platform("whatsapp"), fault)(times=None)
    with pytest.raises(UnconfirmedCall, match="messages settle 1 --heard"):
        replies.reply(context, message, WORDS)
    served.platform("whatsapp").heal()
    (line,) = lines(context)
    return line.id or 0


def cut_off(context: Context, message: int, clock: FixedClock) -> int:
    """An answer whose process died after it was entered, some time ago; its number."""
    to = replies.reply_recipient(context, message)
    with db.writing(context.engine) as session:
        id_ = reply_drafts.enter_sending(context, session, to, WORDS)
    clock.advance(SENDING)
    return id_


def test_an_answer_that_was_heard_has_a_line_without_its_words(
    cell: Context, message: int
) -> None:
    sent = replies.reply(cell, message, WORDS)

    (line,) = lines(cell)
    assert (line.state, line.text, line.external_id) == ("sent", None, sent.message)
    assert (line.made_by, line.decided_by) == (cell.actor.name, cell.actor.name)
    assert states(cell) == []


@pytest.mark.parametrize("fault", ["lose_answer", "drop_connection"])
def test_an_answer_whose_call_got_no_answer_asks_a_person(
    served: Sandbox, cell: Context, message: int, fault: str
) -> None:
    doubt(served, cell, message, fault)

    (waits,) = reply_drafts.list_waiting(cell)
    assert (waits.state, waits.text) == ("unsure", WORDS)
    assert len(heard(served)) == (fault == "lose_answer")
    assert actions(cell)[-1] == "message.unsure"


def test_an_answer_whose_process_died_asks_a_person_when_no_call_can_last_so_long(
    cell: Context, message: int, clock: FixedClock
) -> None:
    id_ = cut_off(cell, message, clock)
    clock.advance(-timedelta(seconds=1))
    with pytest.raises(UsageError, match="being sent at this moment"):
        reply_doubts.settle_heard(cell, id_)
    with pytest.raises(UsageError, match="being sent at this moment"):
        reply_doubts.send_again(cell, id_)
    assert states(cell) == ["sending"]

    clock.advance(timedelta(seconds=1))

    assert states(cell) == ["unsure"]
    waiting = waiting_work.read_waiting(cell)
    assert (waiting.answers, waiting.doubts) == (0, 1)
    in_doubt = messages_in_doubt.count_in_doubt(cell)
    assert (in_doubt.replies, in_doubt.count) == (1, 1)
    assert in_doubt.oldest == clock.now() - SENDING
    assert in_doubt.commands == "socialcell messages waiting, messages settle"
    reply_doubts.settle_heard(cell, id_)
    assert states(cell) == []
    assert waiting_work.read_waiting(cell).doubts == 0


def test_the_same_words_to_the_same_person_are_refused_while_they_are_in_doubt(
    served: Sandbox, cell: Context, message: int
) -> None:
    doubt(served, cell, message, "drop_connection")
    later = written(served, cell, "Is anybody there?")

    for asked in (message, later):
        with pytest.raises(UsageError, match="whether answer 1 was heard"):
            replies.reply(cell, asked, f" {WORDS} ")
        with pytest.raises(UsageError, match="whether answer 1 was heard"):
            replies.reply(cell, asked, WORDS, safety=True)
    replies.reply(cell, message, "We look into it.")

    assert heard(served) == ["We look into it."]


def test_the_same_words_do_not_wait_twice_for_a_second_person(
    cell: Context, message: int
) -> None:
    replies.reply(cell, message, WORDS, safety=True)

    with pytest.raises(UsageError, match="wait as answer 1"):
        replies.reply(cell, message, WORDS, safety=True)

    assert states(cell) == ["waiting"]
    waiting = waiting_work.read_waiting(cell)
    assert (waiting.answers, waiting.doubts) == (1, 0)


def test_the_same_words_answer_a_message_once_and_another_message_again(
    served: Sandbox, cell: Context, message: int
) -> None:
    replies.reply(cell, message, WORDS)
    later = written(served, cell, "And when does it come today?")

    with pytest.raises(UsageError, match="were sent as an answer to this message"):
        replies.reply(cell, message, WORDS)
    replies.reply(cell, later, WORDS)

    assert heard(served) == [WORDS, WORDS]


def test_what_a_person_saw_in_the_inbox_is_not_sent_again(
    served: Sandbox, cell: Context, message: int
) -> None:
    id_ = doubt(served, cell, message, "lose_answer")

    reply_doubts.settle_heard(cell, id_)

    (line,) = lines(cell)
    assert (line.state, line.text) == ("sent", None)
    assert heard(served) == [WORDS]
    with pytest.raises(UsageError, match="Answer 1 is not in doubt"):
        reply_doubts.settle_heard(cell, id_)
    with pytest.raises(UsageError, match="Answer 1 is not in doubt"):
        reply_doubts.send_again(cell, id_)
    assert actions(cell)[-1] == "message.settle"


def test_what_a_person_did_not_see_in_the_inbox_is_sent_once_more_and_booked_once(
    served: Sandbox, cell: Context, message: int
) -> None:
    id_ = doubt(served, cell, message, "drop_connection")

    sent = reply_doubts.send_again(cell, id_)

    (line,) = lines(cell)
    assert (line.state, line.external_id) == ("sent", sent.message)
    assert heard(served) == [WORDS]
    assert actions(cell)[-2:] == ["message.settle", "message.reply"]
    with db.reading(cell.engine) as session:
        assert session.scalars(select(Usage.used)).all() == [1]


def test_what_meta_refuses_when_it_is_sent_once_more_still_asks_a_person(
    served: Sandbox, cell: Context, message: int
) -> None:
    id_ = doubt(served, cell, message, "drop_connection")
    served.platform("whatsapp").expire_token()

    with pytest.raises(ConnectorError):
        reply_doubts.send_again(cell, id_)

    assert states(cell) == ["unsure"]


def test_what_meta_refuses_at_once_leaves_no_line_and_can_be_written_again(
    served: Sandbox, cell: Context, message: int
) -> None:
    served.platform("whatsapp").expire_token()
    with pytest.raises(ConnectorError):
        replies.reply(cell, message, WORDS)
    assert lines(cell) == []
    served.platform("whatsapp").heal()

    replies.reply(cell, message, WORDS)

    assert heard(served) == [WORDS]


def test_after_a_day_what_is_in_doubt_is_taken_back_and_not_sent_again(
    served: Sandbox, cell: Context, message: int, clock: FixedClock
) -> None:
    id_ = doubt(served, cell, message, "drop_connection")
    clock.advance(timedelta(days=1))

    with pytest.raises(UsageError, match="more than 24 hours ago"):
        reply_doubts.send_again(cell, id_)
    assert states(cell) == ["unsure"]
    reply_drafts.withdraw(cell, id_)

    assert (states(cell), heard(served)) == ([], [])


def test_after_a_week_the_words_go_and_the_line_still_asks(
    served: Sandbox, cell: Context, message: int, clock: FixedClock
) -> None:
    id_ = doubt(served, cell, message, "drop_connection")
    clock.advance(timedelta(days=7, seconds=1))
    retention.run_retention(cell)

    (line,) = lines(cell)
    assert (line.text, line.words_digest) == (None, None)
    assert states(cell) == ["unsure"]
    written(served, cell, "I ask once more")
    with pytest.raises(UsageError, match="words of answer 1 are deleted"):
        reply_doubts.send_again(cell, id_)


def test_a_message_of_an_open_case_is_answered_in_the_case(
    served: Sandbox, cell: Context, message: int
) -> None:
    with db.writing(cell.engine) as session:
        case = make_case(session, cell.clock.now())
        contact = make_contact(session, case, "whatsapp")
        make_message(session, case, contact, mention_id=message)
        number = case.number

    for dry_run in (True, False):
        with pytest.raises(UsageError, match=f"answers draft {number}"):
            replies.reply(cell, message, WORDS, dry_run=dry_run)
    with db.writing(cell.engine) as session:
        session.merge(case).state = CaseState.CLOSED_CONFIRMED
    replies.reply(cell, message, WORDS)

    assert heard(served) == [WORDS]


def test_a_person_settles_on_the_command_line(
    served: Sandbox, cell: Context, message: int, folder: Path
) -> None:
    doubt(served, cell, message, "lose_answer")
    place = folder / "config.yaml"
    settings = yaml.safe_load(place.read_text()) or {}
    settings |= {
        "clock": {"fixed": cell.clock.now().isoformat()},
        "sandbox": {"base_urls": dict(cell.base_urls)},
    }
    place.write_text(yaml.safe_dump(settings))

    def run(*words: str) -> Any:
        return json.loads(inside("messages", *words, "--json", "--config", place))

    (waits,) = run("waiting")["waiting"]
    sendings = json.loads(inside("outbox", "list", "--json", "--config", place))
    settled = run("settle", str(waits["id"]), "--heard")

    assert (waits["state"], waits["text"]) == ("unsure", WORDS)
    assert sendings["answers_in_doubt"] == [waits["id"]]
    assert sendings["waiting_for_approval"]["answers"] == []
    assert settled == {"id": waits["id"], "state": "sent", "message": None}
    assert run("waiting")["waiting"] == []
    assert "Say what you saw" in refused("messages", "settle", "1", "--config", place)
