"""Why an answer does not go out: kept as a code in the step of its case, so that it is
said in the language of whoever reads it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from socialcell.campaigns.publishing import store as post_store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import in_pune
from socialcell.desk.model import CaseContact, CaseMessage
from socialcell.desk.store import answers as answer_store
from socialcell.desk.store import outgoing_answers
from socialcell.json_types import JsonObject, JsonValue
from socialcell.message_catalog import Message, Parameter
from socialcell.ops import outbox_store
from socialcell.services.context import Context
from socialcell.services.desk.answers.answer_channels import AnswerWays
from socialcell.services.publishing import post_holds

WHY = "why"  # of a step's detail
STOPPED = {
    "unsure": "answer_unsure",
    "failed": "answer_failed",
    "returned": "answer_held",
}
"""The step that says why, by the state of an answer."""


def stored_reason(message: Message) -> JsonObject:
    """A message as it stands in the detail of a step."""
    return {WHY: _stored(message)}


def reason_of(detail: JsonObject) -> Message | None:
    """The message in the detail of a step; None: it has none."""
    why = _restored(detail.get(WHY))
    return why if isinstance(why, Message) else None


def hold_of(
    context: Context,
    session: Session,
    message: CaseMessage,
    contact: CaseContact,
    ways: AnswerWays | None,
) -> Message | None:
    """What keeps a message from going out now, and what may be done; None: nothing
    does. `ways` are those that are open for its contact where its own is not; None: it
    is open, or is not needed any more."""
    if (step := STOPPED.get(message.state)) is not None:
        case_ids = {message.case_id, contact.case_id, contact.first_case_id}
        detail = answer_store.detail_of_step(session, step, case_ids, message.id or 0)
        why = None if detail is None else reason_of(detail)
        if why is not None or message.state != "returned":
            return why or _in_doubt(message)
    if ways is not None:
        return ways.reason
    if message.state != "queued":
        return None
    if message.outbox_key is not None:
        return _wait(session, message.outbox_key)
    if message.own_post_id is not None:
        return _post_hold(context, session, message.own_post_id)
    return None


def _in_doubt(message: CaseMessage) -> Message | None:
    """Of one whose step has no code: a public answer, or one of before."""
    if message.state == "unsure" and message.own_post_id is not None:
        return Message("deskanswers.hold_post_unsure", {"post": message.own_post_id})
    if message.reason is None:
        return None
    return Message("deskanswers.hold_words", {"words": message.reason})


def _wait(session: Session, key: str) -> Message | None:
    """Why a private answer waits in the outbox; None: it is about to leave."""
    outgoing = outgoing_answers.find(session, key)
    if outgoing is None or outgoing.answer in (None, outbox_store.RELEASED):
        return None
    parts: dict[str, Parameter] = {
        "at": in_pune(outgoing.not_before),
        "words": outgoing.answer,
    }
    return Message("deskanswers.hold_later", parts)


def _post_hold(context: Context, session: Session, post_id: int) -> Message | None:
    """Why the post of a public answer waits; None: nothing holds it."""
    post = session.get_one(OwnPost, post_id)
    waits = post_store.message(session, post)
    hold = post_holds.hold_with(context, session, post, waits)
    if hold is None:
        return None
    id_ = None if waits is None else waits.id
    match hold.reason:
        case "approval":
            return Message("deskanswers.hold_approval", {"post": post_id})
        case "mode":
            return Message("deskanswers.hold_mode", {"id": id_})
        case "rule":
            rules = hold.rules or (hold.why,)
            return Message("deskanswers.hold_rule", {"rules": rules})
        case "late":
            return Message("deskanswers.hold_late", {"id": id_})
        case "unsure":
            return Message("deskanswers.hold_post_unsure", {"post": post_id})
        case "platform":
            return Message("deskanswers.hold_platform", {"words": hold.why})
        case _:
            return Message("deskanswers.hold_not_noted", {"id": id_})


def _stored(parameter: Parameter) -> JsonValue:
    message = getattr(parameter, "message", parameter)
    if isinstance(message, Message):
        parts = {name: _stored(part) for name, part in message.parameters.items()}
        return {"code": message.code, "parameters": parts}
    if parameter is None or isinstance(parameter, str | int | float):
        return parameter
    if isinstance(parameter, datetime):
        return in_pune(parameter)
    if isinstance(parameter, Sequence):
        return [_stored(part) for part in parameter]
    return str(parameter)


def _restored(part: JsonValue) -> Parameter:
    if isinstance(part, Mapping):
        code, parts = part.get("code"), part.get("parameters")
        if not isinstance(code, str) or not isinstance(parts, Mapping):
            return None
        return Message(code, {name: _restored(p) for name, p in parts.items()})
    if isinstance(part, Sequence) and not isinstance(part, str):
        return [_restored(each) for each in part]
    return part
