"""Ask every contact of a case whether it is solved, in their language and channel."""

from datetime import datetime

from sqlmodel import Session

from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.closing_question import question_text
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import cases, closures
from socialcell.services.context import Context


def ask_contacts(
    context: Context, session: Session, case: DeskCase
) -> list[ClosureCheck]:
    """Ask the contacts of a locked case in the caller's transaction: a check each, and
    a message where there is a way to write. The others are on the list of calls."""
    assert case.id is not None
    now = context.clock.now()
    contacts = [
        contact
        for contact in cases.contacts_of(session, [case.id])
        if contact.erased_at is None
    ]
    ids = [contact.id for contact in contacts if contact.id is not None]
    number = closures.next_round(session, ids)
    checks = []
    for contact in contacts:
        assert contact.id is not None
        way = _way(contact, now)
        contact.closing = "asked"
        check = ClosureCheck(
            case_id=case.id,
            contact_id=contact.id,
            round=number,
            asked_at=now,
            asked_by=context.actor.name,
            way=way,
        )
        session.add(check)
        checks.append(check)
        if way in ("private", "public"):
            session.add(_question(context, case, contact, way, number))
    session.flush()
    return checks


def _question(
    context: Context, case: DeskCase, contact: CaseContact, way: str, number: int
) -> CaseMessage:
    assert case.id is not None
    return CaseMessage(
        case_id=case.id,
        contact_id=contact.id,
        direction="out",
        purpose=closures.QUESTION,
        is_public=way == "public",
        text=question_text(case.number, _language(contact)),
        language=contact.language,
        state="queued",
        answer_key=f"closing:{case.number}:{number}",
        made_by=context.actor.name,
        at=context.clock.now(),
    )


def _language(contact: CaseContact) -> str:
    """The language and script of a contact; Marathi where it is none of ours."""
    language = contact.language or "mr"
    if contact.script == "Latn" and language in ("mr", "hi"):
        return f"{language}-Latn"
    return language if language in ("mr", "hi", "en") else "mr"


def _way(contact: CaseContact, now: datetime) -> str:
    """How a contact can be asked: privately while their window is open."""
    if contact.channel == "phone":
        return "phone"
    is_open = contact.window_until is not None and contact.window_until > now
    return "private" if is_open else "nothing"
