"""What contacts answer to the closing question, by message, by the portal or by phone,
and what a new message to a closed case means."""

from sqlmodel import Session

from socialcell import db
from socialcell.desk.case_states import CLOSED_STATES, CaseState
from socialcell.desk.closing_answers import ClosingAnswer, read_answer
from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import cases, closures
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.model import Mention
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk.case_access import require_case
from socialcell.services.desk.case_steps import enter_step
from socialcell.services.desk.closing import case_closing, closing_reasons
from socialcell.text import clean_text

_COMPLAINTS = frozenset({"complaint", "help"})  # intents that reopen a closed case


def on_message(
    context: Context, session: Session, contact: CaseContact, message: CaseMessage
) -> None:
    """A contact's new message in the caller's transaction: an answer to the closing
    question, or a reason to reopen. What is not clear waits for a person."""
    case = session.get(DeskCase, contact.case_id)
    if case is None or message.direction != "in":
        return
    is_claimed = case.state == CaseState.RESOLVED_CLAIMED
    if not is_claimed and case.state not in CLOSED_STATES:
        return
    case = cases.lock_case(session, case.number)
    mention = (
        session.get(Mention, message.mention_id)
        if message.mention_id is not None
        else None
    )
    text = (mention.text if mention is not None else message.text) or ""
    answer = read_answer(text)
    check = newest_check(session, contact)
    if case.state in CLOSED_STATES:
        _on_closed(context, session, case, contact, message, mention, answer)
    elif check is None or answer is ClosingAnswer.UNCLEAR:
        _leave_to_a_person(context, session, case, message, "unclear_answer")
    else:
        take_answer(context, session, contact, answer, mention_id=message.mention_id)


def _on_closed(
    context: Context,
    session: Session,
    case: DeskCase,
    contact: CaseContact,
    message: CaseMessage,
    mention: Mention | None,
    answer: ClosingAnswer,
) -> None:
    """A message to a closed case: a late answer, a complaint, or a note."""
    if (
        case.closed_at is None
        or message.at > case.closed_at + case_closing.LATE_MESSAGE
    ):
        return
    has_check = newest_check(session, contact) is not None
    if has_check and answer is not ClosingAnswer.UNCLEAR:
        take_answer(context, session, contact, answer, mention_id=message.mention_id)
    elif answer is ClosingAnswer.NO or (
        mention is not None and mention.intent in _COMPLAINTS
    ):
        case_closing.reopen(
            context, session, case, case_closing.CITIZEN, closing_reasons.COMPLAINED
        )
    else:
        _leave_to_a_person(context, session, case, message, "late_message")


def _leave_to_a_person(
    context: Context, session: Session, case: DeskCase, message: CaseMessage, kind: str
) -> None:
    detail = {"message": message.id, "contact": message.contact_id}
    draft = StepDraft(kind, case_closing.CITIZEN, detail=detail)
    enter_step(context, session, case, draft)


def newest_check(session: Session, contact: CaseContact) -> ClosureCheck | None:
    """The last closing question to a contact; None: never asked."""
    assert contact.id is not None
    return closures.newest_check(session, contact.id)


def take_answer(
    context: Context,
    session: Session,
    contact: CaseContact,
    answer: ClosingAnswer,
    *,
    mention_id: int | None = None,
    by: str | None = None,
    words: str | None = None,
) -> None:
    """Enter a contact's yes or no in the caller's transaction, with what follows.

    `by` is who wrote it down; None: it is the contact's own, by message or portal. An
    answer that comes late counts. UsageError: the contact was never asked, or it is no
    answer. SocialcellError: `by` confirms what they claimed themselves.
    """
    if answer is ClosingAnswer.UNCLEAR:
        raise UsageError("deskclosing.no_answer")
    named = session.get_one(DeskCase, contact.case_id)
    case = cases.lock_case(session, named.number)
    check = newest_check(session, contact)
    if check is None and by is not None:
        check = _unasked_check(session, case, contact, by)
    if check is None:
        raise UsageError("deskclosing.not_asked", contact=contact.id)
    if answer is ClosingAnswer.YES:
        require_another(case, by)
    check.answer, check.answered_at = answer.value, context.clock.now()
    check.answered_by, check.mention_id = by, mention_id
    check.words = clean_text(words) if words else None
    contact.closing = answer.value
    step_by = by or case_closing.CITIZEN
    detail = {"contact": contact.id, "answer": answer.value, "mention": mention_id}
    draft = StepDraft(closures.ANSWER_READ, step_by, detail=detail)
    enter_step(context, session, case, draft)
    if answer is ClosingAnswer.YES:
        case_closing.close_if_all_said_yes(context, session, case, step_by)
    elif case.state in (CaseState.RESOLVED_CLAIMED, *CLOSED_STATES):
        case_closing.reopen(context, session, case, step_by, closing_reasons.SAID_NO)


def _unasked_check(
    session: Session, case: DeskCase, contact: CaseContact, by: str
) -> ClosureCheck | None:
    """The check of a contact who came after the claim, and whose message a person has
    read as an answer to it; None where nothing was claimed."""
    assert case.id is not None
    assert contact.id is not None
    if case.claimed_at is None:
        return None
    check = ClosureCheck(
        case_id=case.id,
        contact_id=contact.id,
        round=1,
        asked_at=case.claimed_at,
        asked_by=by,
        way="nothing",
    )
    session.add(check)
    return check


def require_another(case: DeskCase, by: str | None) -> None:
    """SocialcellError where somebody confirms for the citizen what they claimed."""
    if by is not None and by == case.claimed_by:
        raise SocialcellError(
            "deskclosing.own_claim", number=case.number, claimed_by=by
        )


def decide_answer(
    context: Context,
    number: str,
    contact_id: int,
    answer: ClosingAnswer,
    rev: int | None = None,
) -> str:
    """A person reads a contact's unclear message as yes or no; the state after it.

    CaseChangedError; SocialcellError: no such permission, or their own claim.
    UsageError: no such contact, or no message of theirs that waits to be read.
    """
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        require_case(context, session, Permission.TRIAGE, case)
        contact = contact_of(session, case, contact_id)
        message = _unread_message(session, case, contact_id)
        take_answer(
            context,
            session,
            contact,
            answer,
            mention_id=message.mention_id,
            by=context.actor.name,
        )
        return case.state


def meaning_of(words: str) -> ClosingAnswer:
    """A yes or no as a person types it. UsageError: it is neither."""
    plain = words.strip().lower()
    if plain not in (ClosingAnswer.YES, ClosingAnswer.NO):
        raise UsageError("deskclosing.no_answer")
    return ClosingAnswer(plain)


def contact_of(session: Session, case: DeskCase, contact_id: int) -> CaseContact:
    """A contact of a case by its number. UsageError: it has none of this number."""
    contact = session.get(CaseContact, contact_id)
    if contact is None or contact.case_id != case.id or contact.erased_at is not None:
        raise UsageError(
            "deskclosing.no_such_contact", number=case.number, contact=contact_id
        )
    return contact


def _unread_message(session: Session, case: DeskCase, contact_id: int) -> CaseMessage:
    assert case.id is not None
    for step in reversed(cases.steps_of(session, case.id)):
        if step.detail.get("contact") != contact_id:
            continue
        if step.kind == closures.ANSWER_READ:
            break
        if step.kind in closures.UNREAD:
            id_ = step.detail["message"]
            message = session.get(CaseMessage, id_)
            if message is not None:
                return message
    raise UsageError(
        "deskclosing.nothing_to_read", number=case.number, contact=contact_id
    )
