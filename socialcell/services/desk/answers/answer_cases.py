"""What an answer takes of its case: whom it may be for, what it replaces, and whether
somebody is in danger."""

from collections.abc import Sequence

from sqlmodel import Session

from socialcell.desk.case_states import CaseState
from socialcell.desk.model import CaseContact, DeskCase
from socialcell.desk.store import answers as answer_store
from socialcell.desk.store import cases
from socialcell.errors import UsageError
from socialcell.listening.store.mentions import conversations
from socialcell.services.context import Context
from socialcell.services.desk.answers.answer_channels import WINDOW
from socialcell.services.outbox import outbox_mode

_NO_ANSWER = (CaseState.DUPLICATE, CaseState.DROPPED)


def require_answerable(case: DeskCase) -> None:
    """UsageError for a case in which nobody is answered: it was merged or dropped."""
    if case.merged_into is not None or case.state in _NO_ANSWER:
        raise UsageError(
            "deskanswers.case_not_answered", number=case.number, state=case.state
        )


def in_danger(
    context: Context, session: Session, case: DeskCase, contacts: Sequence[CaseContact]
) -> bool:
    """Whether an answer may cost a life: a P0 case, or in a crisis a contact who asked
    for help or is in danger."""
    if case.priority == "P0":
        return True
    if outbox_mode.mode_in(session) != "crisis":
        return False
    since = context.clock.now() - WINDOW
    return any(
        conversations.is_in_danger(session, id_, since)
        for contact in contacts
        for id_ in answer_store.newest_mentions(session, contact.id or 0)[:1]
    )


def contacts_for(
    session: Session, case: DeskCase, contact_ids: Sequence[int] | None
) -> Sequence[CaseContact]:
    """The contacts of a case with these ids; None: all. UsageError: it has no such
    contact."""
    contacts = cases.contacts_of(session, [case.id or 0])
    if contact_ids is None:
        return contacts
    by_id = {contact.id: contact for contact in contacts}
    for id_ in contact_ids:
        if id_ not in by_id:
            raise UsageError(
                "deskanswers.no_such_contact", contact=id_, number=case.number
            )
    return [by_id[id_] for id_ in dict.fromkeys(contact_ids)]


def replace_answer(
    context: Context, session: Session, case: DeskCase, key: str | None, by: str
) -> dict[int, int]:
    """Withdraw what an answer replaces; the replaced messages by contact."""
    if key is None:
        return {}
    before = answer_store.messages_of_answer(session, key)
    contacts = {contact.id for contact in cases.contacts_of(session, [case.id or 0])}
    if not before or any(row.contact_id not in contacts for row in before):
        raise UsageError("deskanswers.no_such_answer", answer=key)
    for row in before:
        if row.state not in (*answer_store.WAITING_STATES, "returned"):
            raise UsageError("deskanswers.not_waiting", answer=key, state=row.state)
        if row.state != "returned":
            row.state, row.decided_by = "withdrawn", context.actor.name
            row.decided_at, row.reason = context.clock.now(), f"-> {by}"
    return {row.contact_id or 0: row.id or 0 for row in before}
