"""What became of an answer, as its case shows it: sent, failed, returned, unsure.

An answer is unsure while nobody knows whether it was heard: it stays where it is until
a person has looked, and is never sent again by itself.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from socialcell import db, log
from socialcell.campaigns.publishing import store as post_store
from socialcell.campaigns.publishing.store import PostStanding
from socialcell.desk.case_states import CaseState
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import answers as answer_store
from socialcell.desk.store import cases, outgoing_answers
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk.answers import hold_reasons
from socialcell.services.desk.case_access import require_case
from socialcell.services.desk.case_steps import enter_step

_LOG = log.logger(__name__)
_TOGETHER = 50  # public answers that are noted in one transaction


def doubt_abandoned(context: Context, now: datetime | None) -> int:
    """Doubt every answer that a dead process was sending (its claim is over at `now`;
    None: every claim). How many."""
    with db.reading(context.engine) as session:
        keys = outgoing_answers.abandoned_keys(session, now)
    why = Message("deskanswers.process_ended")
    return sum(doubt(context, key, why) for key in keys)


def doubt(context: Context, key: str, why: Message) -> bool:
    """Nobody knows whether an answer was heard: a person looks. Audited. Whether it
    was being sent."""
    with db.writing(context.engine) as session:
        message = answer_store.of_outbox(session, key)
        if message is None:
            return False
        id_ = message.id
        hold = Message("deskanswers.hold_unsure", {"message": id_, "why": why})
        if not outgoing_answers.hold_unsure(session, key, str(hold)):
            return False
        message.state = "unsure"
        _enter_stop(context, session, message, hold)
        now, about = context.clock.now(), message.answer_key or key
        detail: JsonObject = {"message": id_}
        audit.append(session, context.actor, "answer.unsure", about, detail, now)
    _LOG.error(
        "a person must look whether an answer was sent", message=id_, why=str(why)
    )
    return True


def settle(context: Context, message_id: int, *, heard: bool) -> None:
    """A person has looked: the citizen has it, or it is sent once more. Audited.

    UsageError: nobody doubts this message. Errors of `require_case`.
    """
    with db.writing(context.engine) as session:
        message = session.get(CaseMessage, message_id)
        key = None if message is None else message.outbox_key
        if message is None or key is None:
            raise UsageError("deskanswers.not_unsure", message=message_id)
        case = _lock(session, message)
        require_case(context, session, Permission.ANSWER, case)
        now = context.clock.now()
        if heard:
            is_done = message.state == "unsure" and outgoing_answers.settle_sent(
                session, key, now, "sent, as a person saw"
            )
        else:
            is_done = outgoing_answers.release_unsure(session, key, now)
        if not is_done:
            raise UsageError("deskanswers.not_unsure", message=message_id)
        if heard:
            note_sent(context, session, key, None, "sent")
        else:
            message.state, message.reason = "queued", None
        detail: JsonObject = {"message": message_id, "heard": heard}
        audit.append(
            session,
            context.actor,
            "answer.settle",
            message.answer_key or key,
            detail,
            now,
        )


def note_sent(
    context: Context, session: Session, key: str, external_id: str | None, state: str
) -> None:
    """An answer of the outbox is out; the case takes a step. Audited."""
    message = answer_store.of_outbox(session, key)
    assert message is not None
    _note_out(context, session, message, external_id, state)


def note_spoken(context: Context, session: Session, message: CaseMessage) -> None:
    """A person has said an answer to a contact; the case takes a step. Audited."""
    _note_out(context, session, message, None, "sent")


def return_unsent(
    context: Context, session: Session, message: CaseMessage, why: Message
) -> None:
    """Something stands against an answer that was approved: nothing is sent, it goes
    back with the reason."""
    now = context.clock.now()
    key = message.outbox_key or ""
    if outgoing_answers.end_unsent(session, key, now, str(why)):
        return_unplaced(context, session, message, why)


def return_unplaced(
    context: Context, session: Session, message: CaseMessage, why: Message
) -> None:
    """The same of words that were not in the outbox yet."""
    message.state = "returned"
    _enter_stop(context, session, message, why)


def fail(context: Context, key: str, why: Message) -> None:
    """The platform refused an answer: nothing is sent."""
    with db.writing(context.engine) as session:
        message = answer_store.of_outbox(session, key)
        now = context.clock.now()
        if message and outgoing_answers.end_unsent(session, key, now, str(why)):
            message.state = "failed"
            _enter_stop(context, session, message, why)


def note_public(context: Context) -> int:
    """Note of public answers what became of their posts. How many changed.

    Two statements while nothing has changed, however many wait.
    """
    with db.reading(context.engine) as session:
        answers = answer_store.queued_public(session)
        posts = post_store.standings(session, [row.own_post_id for row in answers])
    steps: list[int] = []
    reasons: list[int] = []
    for answer in answers:
        post = posts.get(answer.own_post_id)
        if post is None:
            continue
        state, reason = _standing_of(post)
        if (state, reason) != (answer.state, answer.reason):
            is_step = state in ("sent", "unsure")
            (steps if is_step else reasons).append(answer.message_id)
    # A step locks its case: one at a time, so that nobody waits for two of them.
    chunks = [*([id_] for id_ in steps), *db.chunks(reasons, _TOGETHER)]
    return sum(_note_posts(context, ids) for ids in chunks)


def _note_posts(context: Context, ids: Sequence[int]) -> int:
    """The same of these messages, in one transaction."""
    count = 0
    with db.writing(context.engine) as session:
        messages = answer_store.lock_queued(session, ids)
        post_ids = [message.own_post_id or 0 for message in messages]
        posts = post_store.standings(session, post_ids)
        for message, post_id in zip(messages, post_ids, strict=True):
            post = posts.get(post_id)
            if post is not None:
                count += _note_post(context, session, message, post)
    return count


def _note_post(
    context: Context, session: Session, message: CaseMessage, post: PostStanding
) -> bool:
    state, reason = _standing_of(post)
    if (state, reason) == (message.state, message.reason):
        return False
    if state == "sent":
        _note_out(context, session, message, post.external_id, state)
        return True
    if state == "unsure" and message.state != "unsure":
        _enter(context, session, message, "answer_unsure", reason=reason or "")
    message.state, message.reason = state, reason
    return True


def _standing_of(post: PostStanding) -> tuple[str, str | None]:
    """The state of an answer by that of its post, and the reason why it waits."""
    if post.state in ("posted", "deleted"):
        return "sent", None
    if post.state == "withdrawn":
        return "withdrawn", None
    if post.waits != "held":
        return "queued", None
    return "unsure" if post.held_by == "unsure" else "queued", post.answer


def _note_out(
    context: Context,
    session: Session,
    message: CaseMessage,
    external_id: str | None,
    state: str,
) -> None:
    now = context.clock.now()
    message.state, message.reason = state, None
    message.external_id, message.sent_at = external_id, now
    case = _enter(context, session, message, "answer")
    if message.purpose in ("place_question", "closing_question"):
        case.waits_for = "citizen"
    detail: JsonObject = {
        "case": case.number,
        "message": message.id,
        "by": message.decided_by,
    }
    key = message.answer_key or str(message.id)
    audit.append(session, context.actor, "answer.send", key, detail, now)


def _enter_stop(
    context: Context, session: Session, message: CaseMessage, why: Message
) -> None:
    """Enter that a message does not go out, by its state, and why: in English words,
    and as a code for those who read another language."""
    message.reason = str(why)
    step = hold_reasons.STOPPED[message.state]
    more = hold_reasons.stored_reason(why)
    _enter(context, session, message, step, reason=message.reason, more=more)


def _enter(
    context: Context,
    session: Session,
    message: CaseMessage,
    kind: str,
    reason: str = "",
    more: JsonObject | None = None,
) -> DeskCase:
    """Enter a step about a message into its case."""
    case = _lock(session, message)
    detail: JsonObject = {
        "message": message.id,
        "answer": message.answer_key,
        "purpose": message.purpose,
        **(more or {}),
    }
    # By a person's decision, who says so to the citizen; a machine only carries it.
    by = (message.decided_by if kind == "answer" else None) or context.actor.name
    is_first = kind == "answer" and case.state == CaseState.NEW
    to = CaseState.ACKNOWLEDGED if is_first else None
    step = StepDraft(kind, by, reason=reason, to=to, detail=detail)
    enter_step(context, session, case, step)
    return case


def _lock(session: Session, message: CaseMessage) -> DeskCase:
    contact = session.get_one(CaseContact, message.contact_id)
    number = session.get_one(DeskCase, contact.case_id).number
    return cases.lock_case(session, number)
