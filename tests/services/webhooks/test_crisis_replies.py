"""In a crisis an answer to somebody in danger goes out with a second person's yes."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorError
from socialcell.desk.store import cases
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.identity.actor import os_account
from socialcell.listening.model import Author, Mention
from socialcell.listening.reply_model import ReplyDraft
from socialcell.listening.store.mentions import reply_drafts as draft_store
from socialcell.ops.model import AuditEntry
from socialcell.roles import Role
from socialcell.sandbox import Sandbox
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.desk import case_opening
from socialcell.services.desk.answers import answer_sending, answer_view, answers
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.messaging import replies, reply_approvals, reply_drafts
from socialcell.services.messaging.sending_times import SENDING
from socialcell.services.outbox import outbox_mode
from socialcell.services.privacy import data_requests, retention
from tests.conftest import MONDAY_MORNING
from tests.operators import acting, officer, sign_in_shell
from tests.running import inside
from tests.services.webhooks.conftest import push_all, pushed_before
from tests.snapshots import Snapshots

pytestmark = pytest.mark.swept_on_postgresql

HOUR = timedelta(hours=1)
CALL = "एकता नगरीत घरात पाणी शिरलंय, सहा जण अडकले आहेत, कोणीतरी बोट पाठवा!"
CALM = "कोथरूडमध्ये आज पाणी कधी येणार?"
ANSWER = "A boat is on its way. Go up to the roof."


@pytest.fixture
def listening(listening: Context) -> Context:
    """The workspace that is pushed to, where cell.writer has signed in."""
    return acting(listening, "cell.writer")


@pytest.fixture
def write(
    served: Sandbox, listening: Context, snapshots: Snapshots
) -> Callable[[str], int]:
    """Somebody writes to the city on WhatsApp; the message's id."""
    pushed_before(served, listening, snapshots, "a writer's cell")

    def written(text: str) -> int:
        served.platform("whatsapp").publish(text)
        push_all(served, listening, ("whatsapp",))
        tag_waiting(listening)
        with db.reading(listening.engine) as session:
            asked = select(Mention.id).where(Mention.text == text)
            return session.scalars(asked.order_by(Mention.id.desc())).first() or 0

    return written


@pytest.fixture
def lead() -> Callable[[Context, int], Any]:
    """A second person says yes to an answer."""

    def approve(context: Context, id_: int) -> Any:
        return reply_approvals.approve(acting(context, "cell.lead"), id_)

    return approve


def crisis(context: Context) -> None:
    outbox_mode.set_mode(context, "crisis", "a flood")


def sent(served: Sandbox) -> list[str]:
    return [one["text"] for one in served.platform("whatsapp").sent]


def draft(engine: Engine, id_: int) -> ReplyDraft:
    with db.reading(engine) as session:
        row = session.get_one(ReplyDraft, id_)
        session.expunge(row)
    return row


def test_an_answer_to_somebody_in_danger_waits_and_goes_out_with_a_second_yes(
    served: Sandbox, listening: Context, write: Any, lead: Any
) -> None:
    message = write(CALL)
    crisis(listening)

    kept = replies.reply(listening, message, ANSWER)
    before = sent(served)
    done = lead(listening, kept.waits)

    assert (kept.message, kept.second_person, before) == (None, True, [])
    assert [ANSWER in text for text in sent(served)] == [True]
    row = draft(listening.engine, kept.waits or 0)
    assert (row.state, row.text, row.external_id) == ("sent", None, done.message)
    assert row.decided_by == "cell.lead"
    assert reply_drafts.list_waiting(listening) == []


def test_whoever_wrote_an_answer_does_not_approve_it(
    served: Sandbox, listening: Context, write: Any
) -> None:
    message = write(CALL)
    crisis(listening)
    kept = replies.reply(listening, message, ANSWER)

    with pytest.raises(UsageError, match="a second person approves it"):
        reply_approvals.approve(listening, kept.waits or 0)

    assert sent(served) == []


def test_only_who_signed_in_with_the_role_says_the_second_yes(
    served: Sandbox, listening: Context, write: Any
) -> None:
    message = write(CALL)
    crisis(listening)
    kept = replies.reply(listening, message, ANSWER)
    unsigned = replace(listening, actor=os_account())
    viewer = acting(listening, "viewer", Role.VIEWER)

    with pytest.raises(NeedsAPerson, match="Nobody has signed in here"):
        reply_approvals.approve(unsigned, kept.waits or 0)
    with pytest.raises(SocialcellError, match="viewer has none of these roles"):
        reply_approvals.approve(viewer, kept.waits or 0)

    assert sent(served) == []


def test_an_answer_that_nobody_signed_in_wrote_cannot_be_approved(
    served: Sandbox, listening: Context, write: Any, lead: Any
) -> None:
    message = write(CALL)
    crisis(listening)
    kept = replies.reply(replace(listening, actor=os_account()), message, ANSWER)

    with pytest.raises(SocialcellError, match="Nobody who had signed in made answer"):
        lead(listening, kept.waits)

    assert sent(served) == []


@pytest.mark.parametrize("mode", ["normal", "mourning", "election"])
def test_outside_a_crisis_an_answer_goes_out_at_once(
    served: Sandbox, listening: Context, write: Any, mode: str
) -> None:
    message = write(CALL)
    outbox_mode.set_mode(listening, mode, "as it is")

    assert replies.reply(listening, message, ANSWER).message is not None

    assert len(sent(served)) == 1


@pytest.mark.parametrize("mode", ["normal", "mourning", "election"])
def test_in_every_mode_an_answer_marked_as_safety_waits_for_a_second_yes(
    served: Sandbox, listening: Context, write: Any, lead: Any, mode: str
) -> None:
    message = write(CALM)
    outbox_mode.set_mode(listening, mode, "as it is")
    kept = replies.reply(listening, message, ANSWER, safety=True)
    assert (kept.second_person, sent(served)) == (True, [])

    lead(listening, kept.waits)

    assert [json.loads(one)["body"] for one in sent(served)] == [ANSWER]


def test_in_a_crisis_an_answer_to_others_goes_out_at_once(
    served: Sandbox, listening: Context, write: Any
) -> None:
    message = write(CALM)
    crisis(listening)

    assert replies.reply(listening, message, "At six.").second_person is False

    assert len(sent(served)) == 1


def test_somebody_who_called_for_help_before_is_in_danger_whatever_they_write_next(
    listening: Context, write: Any, clock: FixedClock
) -> None:
    write(CALL)
    clock.advance(HOUR)
    message = write("Are you there?")
    crisis(listening)

    assert replies.reply(listening, message, ANSWER).second_person is True
    assert replies.reply(listening, message, "Soon.", dry_run=True).waits is None


def test_an_answer_is_sent_once(
    served: Sandbox, listening: Context, write: Any, lead: Any
) -> None:
    message = write(CALL)
    crisis(listening)
    kept = replies.reply(listening, message, ANSWER)
    lead(listening, kept.waits)

    with pytest.raises(UsageError, match="No answer waits under"):
        lead(listening, kept.waits)

    assert len(sent(served)) == 1


def test_what_a_dead_process_may_have_sent_is_not_sent_again(
    served: Sandbox,
    listening: Context,
    write: Any,
    lead: Any,
    engine: Engine,
    clock: FixedClock,
) -> None:
    message = write(CALL)
    crisis(listening)
    kept = replies.reply(listening, message, ANSWER)
    with db.writing(engine) as session:
        now = listening.clock.now()
        assert reply_drafts.draft_store.claim(
            session, kept.waits or 0, "cell.lead", now
        )

    with pytest.raises(UsageError, match="not known whether answer 1 was heard"):
        lead(listening, kept.waits)
    with pytest.raises(UsageError, match="being sent at this moment"):
        reply_drafts.withdraw(listening, kept.waits or 0)

    assert [reply.state for reply in reply_drafts.list_waiting(listening)] == [
        "sending"
    ]
    clock.advance(SENDING)
    assert [reply.state for reply in reply_drafts.list_waiting(listening)] == ["unsure"]
    reply_drafts.withdraw(listening, kept.waits or 0)
    assert reply_drafts.list_waiting(listening) == []
    assert sent(served) == []


def test_an_answer_that_meta_refused_waits_again(
    served: Sandbox, listening: Context, write: Any, lead: Any
) -> None:
    message = write(CALL)
    crisis(listening)
    kept = replies.reply(listening, message, ANSWER)
    served.platform("whatsapp").expire_token()

    with pytest.raises(ConnectorError):
        lead(listening, kept.waits)

    (row,) = reply_drafts.list_waiting(listening)
    assert (row.state, row.text) == ("waiting", ANSWER)


def test_an_answer_that_waited_too_long_is_not_sent(
    served: Sandbox, listening: Context, write: Any, lead: Any, clock: FixedClock
) -> None:
    message = write(CALL)
    crisis(listening)
    kept = replies.reply(listening, message, ANSWER)
    clock.advance(24 * HOUR)

    with pytest.raises(UsageError, match="more than 24 hours ago"):
        lead(listening, kept.waits)

    assert sent(served) == []


def test_both_persons_are_in_the_audit_log_and_no_word_of_the_answer(
    listening: Context, write: Any, lead: Any, engine: Engine
) -> None:
    message = write(CALL)
    crisis(listening)
    kept = replies.reply(listening, message, ANSWER)
    lead(listening, kept.waits)

    with db.reading(engine) as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()[-2:]
        assert [row.action for row in rows] == ["message.draft", "message.reply"]
        assert rows[1].actor == "cell.lead"
        assert rows[1].detail["made_by"] == rows[0].actor == "cell.writer"
        assert rows[0].operator_id == listening.actor.id
        assert rows[1].detail["made_by_operator"] == rows[0].operator_id
        assert "boat" not in str([row.detail for row in rows])


def test_words_of_an_answer_go_with_the_person_and_after_a_week(
    listening: Context, write: Any, engine: Engine, clock: FixedClock
) -> None:
    message = write(CALL)
    crisis(listening)
    first = replies.reply(listening, message, ANSWER).waits or 0
    clock.advance(timedelta(days=7, seconds=1))
    retention.run_retention(listening)
    assert (draft(engine, first).state, draft(engine, first).text) == (
        "withdrawn",
        None,
    )
    with db.reading(engine) as session:
        author = session.get_one(Mention, message).author_id
        uid = session.get_one(Author, author).uid

    data_requests.erase_account(officer(listening), "whatsapp", uid, None)

    with db.reading(engine) as session:
        assert session.scalars(select(ReplyDraft.id)).all() == []
    assert pseudonyms.load_people(listening).pseudonym("whatsapp", uid)


def test_the_commands_answer_in_json(
    folder: Path, listening: Context, write: Any
) -> None:
    message = write(CALL)
    crisis(listening)
    place = folder / "config.yaml"
    urls = "".join(f"    {k}: {v}\n" for k, v in listening.base_urls.items())
    fixed = f"clock:\n  fixed: {listening.clock.now().isoformat()}\n"
    place.write_text(f"{place.read_text()}{fixed}sandbox:\n  base_urls:\n{urls}")

    def run(*words: str) -> Any:
        return json.loads(inside("messages", *words, "--json", "--config", place))

    sign_in_shell(listening, "cell.writer")
    kept = run("reply", str(message), ANSWER)
    second = run("reply", str(message), "And take the children up.")
    listed = run("waiting")["waiting"]
    sign_in_shell(listening, "cell.lead")
    done = run("approve", str(kept["waits"]))
    gone = run("withdraw", str(second["waits"]))

    assert (kept["message"], kept["second_person"]) == (None, True)
    assert [(one["text"], one["state"]) for one in listed] == [
        (ANSWER, "waiting"),
        ("And take the children up.", "waiting"),
    ]
    assert listed[0]["person"].startswith("नागरिक-")
    assert done["message"].startswith("wa.")
    assert gone == {"id": second["waits"], "state": "withdrawn"}
    assert run("waiting")["waiting"] == []


def test_an_answer_that_waited_waits_in_the_case_that_is_opened_of_its_message(
    served: Sandbox, listening: Context, write: Any, lead: Any, clock: FixedClock
) -> None:
    message = write(CALL)
    writer, approver = acting(listening, "cell.writer"), acting(listening, "cell.lead")
    reply = replies.reply(writer, message, ANSWER, safety=True)
    made_at = clock.now()
    clock.advance(HOUR)

    case_opening.open_pending(replace(listening, actor=os_account()))

    assert reply_drafts.list_waiting(listening) == []
    (line,) = answer_view.list_answers(listening, answer_view.OPEN_STATES, 9)
    assert (line.state, line.text, line.made_by) == ("waiting", ANSWER, "cell.writer")
    assert (line.safety, line.language, line.made_at) == (True, "en", made_at)
    with db.reading(listening.engine) as session:
        case = cases.find_case(session, line.case)
        steps = [(step.kind, step.by) for step in cases.steps_of(session, case.id or 0)]
    assert ("answer_draft", "cell.writer") in steps
    assert draft(listening.engine, reply.waits or 0).text is None
    with pytest.raises(UsageError, match=f"waits in case {line.case} now"):
        lead(listening, reply.waits)
    with pytest.raises(UsageError, match="waits in case"):
        reply_drafts.withdraw(writer, reply.waits or 0)

    with pytest.raises(UsageError, match="a second person approves it"):
        answers.approve_answer(writer, line.answer)
    assert answers.approve_answer(approver, line.answer) == 1
    answer_sending.send_due(approver)
    assert [ANSWER in text for text in sent(served)] == [True]


def test_an_answer_on_its_way_stays_where_it_is_when_a_case_is_opened(
    listening: Context, write: Any
) -> None:
    message = write(CALL)
    to = replies.reply_recipient(listening, message)
    with db.writing(listening.engine) as session:
        reply_drafts.enter_sending(listening, session, to, ANSWER)

    case_opening.open_pending(replace(listening, actor=os_account()))

    assert [line.state for line in reply_drafts.list_waiting(listening)] == ["sending"]
    assert answer_view.list_answers(listening, answer_view.OPEN_STATES, 9) == []


def test_who_answers_while_the_case_is_opened_answers_in_the_case(
    listening: Context, write: Any
) -> None:
    message = write(CALL)
    to = replies.reply_recipient(listening, message)

    case_opening.open_pending(replace(listening, actor=os_account()))

    with pytest.raises(UsageError, match=f"Message {message} is in case"):
        reply_drafts.add_draft(listening, to, ANSWER)
    with (
        pytest.raises(UsageError, match="answer it there"),
        db.writing(listening.engine) as session,
    ):
        reply_drafts.enter_sending(listening, session, to, ANSWER)
    assert reply_drafts.list_waiting(listening) == []


def test_an_answer_that_came_back_after_the_case_was_opened_is_not_sent_past_it(
    served: Sandbox, listening: Context, write: Any, lead: Any
) -> None:
    message = write(CALL)
    reply = replies.reply(listening, message, ANSWER, safety=True)
    with db.writing(listening.engine) as session:
        draft_store.claim(session, reply.waits or 0, "cell.lead", MONDAY_MORNING)
    case_opening.open_pending(replace(listening, actor=os_account()))
    with db.writing(listening.engine) as session:
        draft_store.give_back(session, reply.waits or 0)

    with pytest.raises(UsageError, match="answer it there"):
        lead(listening, reply.waits)

    assert sent(served) == []
    reply_drafts.withdraw(listening, reply.waits or 0)
    assert reply_drafts.list_waiting(listening) == []
