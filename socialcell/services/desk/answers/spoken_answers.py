"""Answers that a person gives themselves: on the phone, by letter, at the counter.

Whoever called or wrote on paper has no channel that the outbox could write to. What was
said to them is entered afterwards, by who said it; it counts as an answer of the case.
"""

from sqlmodel import Session

from socialcell import db
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import answers as answer_store
from socialcell.desk.store import cases
from socialcell.errors import UsageError
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk import case_leases
from socialcell.services.desk.answers import answer_languages, answer_results
from socialcell.services.desk.answers.answer_cases import (
    contacts_for,
    require_answerable,
)
from socialcell.services.desk.answers.answer_checks import require_no_citizen_number
from socialcell.services.desk.case_access import require_case
from socialcell.text import clean_text

MOST_CHARACTERS = 4000


def enter_spoken(
    context: Context, number: str, contact: int, words: str, rev: int | None = None
) -> str:
    """Enter what was said to a contact of a case, by whoever said it; the answer's
    key. It stops the clocks that wait for an answer. Audited.

    UsageError: no words or too many, a number of a citizen in them, no such contact or
    an erased one, a case in which nobody is answered. CaseChangedError. Errors of
    `require_case`.
    """
    text = clean_text(words).strip()
    if not text or len(text) > MOST_CHARACTERS:
        raise UsageError(
            "deskanswers.spoken_length", limit=MOST_CHARACTERS, characters=len(text)
        )
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        require_case(context, session, Permission.ANSWER, case)
        case_leases.require_free(context, session, case)
        require_answerable(case)
        (row,) = contacts_for(session, case, [contact])
        if row.erased_at is not None:
            raise UsageError("deskanswers.contact_erased")
        require_no_citizen_number(session, row, None, text)
        message = _message(context, session, case, row, text)
        answer_results.note_spoken(context, session, message)
        assert message.answer_key is not None
        return message.answer_key


def _message(
    context: Context, session: Session, case: DeskCase, contact: CaseContact, text: str
) -> CaseMessage:
    now, who = context.clock.now(), context.actor.name
    message = CaseMessage(
        case_id=case.id or 0,
        contact_id=contact.id,
        direction="out",
        purpose="answer",
        text=text,
        language=answer_languages.key_of(contact),
        answer_key=answer_store.next_key(session, case),
        made_by=who,
        at=now,
        decided_by=who,
        decided_at=now,
    )
    session.add(message)
    session.flush()
    return message
