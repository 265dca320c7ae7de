"""Ask every contact of a case whether it is solved, in their language and channel."""

from sqlmodel import Session

from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.closing_question import question_text
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import cases, closures
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_channels, answer_languages


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
        way = _way(context, session, contact)
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
    language = answer_languages.key_of(contact)
    return CaseMessage(
        case_id=case.id,
        contact_id=contact.id,
        direction="out",
        purpose=closures.QUESTION,
        is_public=way == "public",
        text=question_text(case.number, language),
        language=language,
        state="queued",
        answer_key=f"closing:{case.number}:{number}",
        made_by=context.actor.name,
        at=context.clock.now(),
    )


def _way(context: Context, session: Session, contact: CaseContact) -> str:
    """How a contact can be asked now: private, public, phone, or nothing."""
    ways = answer_channels.ways_to_answer(context, session, contact)
    for way in ("private", "public"):
        if any(entry.way == way for entry in ways.open):
            return way
    return "phone" if contact.channel == "phone" else "nothing"
