"""Calls to contacts about a closing: who is to be called, and what they said."""

from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.desk.case_states import CLOSED_STATES, CaseState
from socialcell.desk.closing_answers import ClosingAnswer
from socialcell.desk.store import cases, closures
from socialcell.desk.store.closures import WaitingCheck
from socialcell.errors import UsageError
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk.case_access import require_case
from socialcell.services.desk.case_steps import enter_step
from socialcell.services.desk.closing.closing_replies import (
    contact_of,
    newest_check,
    require_another,
    take_answer,
)
from socialcell.text import clean_text

RESULTS = ("confirmed", "contradicted", "not_reached")
BY_CALL = ("phone", "nothing")
"""Ways of contacts who cannot be asked in writing: somebody is to call."""
_ANSWERS = {"confirmed": ClosingAnswer.YES, "contradicted": ClosingAnswer.NO}


@dataclass(frozen=True, slots=True)
class ClosureEntry:
    """A contact who has not answered, as it is listed. `call`: somebody is to call,
    for there is no way to write, or the case was drawn."""

    case: str
    state: str
    contact: int
    channel: str
    language: str | None
    asked_at: datetime
    way: str
    in_sample: bool
    call: bool
    claimed_by: str | None


def list_closures(context: Context, *, calls_only: bool = False) -> list[ClosureEntry]:
    """The contacts whose answer is missing, and the calls of the sample that nobody has
    made, the oldest first. One statement, however many they are."""
    with db.reading(context.engine) as session:
        entries = [_entry(row) for row in closures.waiting_checks(session)]
    return [entry for entry in entries if entry.call or not calls_only]


def _entry(row: WaitingCheck) -> ClosureEntry:
    check = row.check
    no_way = check.way in BY_CALL or row.question in closures.LOST
    return ClosureEntry(
        case=row.case.number,
        state=row.case.state,
        contact=check.contact_id,
        channel=row.contact.channel,
        language=row.contact.language,
        asked_at=check.asked_at,
        way=check.way,
        in_sample=check.in_sample,
        call=check.in_sample or no_way,
        claimed_by=row.case.claimed_by,
    )


def enter_call(
    context: Context,
    number: str,
    contact_id: int,
    result: str,
    *,
    words: str = "",
    note: str = "",
    rev: int | None = None,
) -> str:
    """Enter what a call to a contact found; the state of the case after it.

    A call that contradicts reopens; one that confirms counts as a yes, by what the
    contact said, unless the caller claimed it done. CaseChangedError; SocialcellError:
    no such permission, or their own claim. UsageError: no such result or contact, a
    contact who was never asked, a confirmation without words, or a case that is neither
    claimed done nor closed.
    """
    if result not in RESULTS:
        raise UsageError(
            "deskclosing.no_such_result", result=result, results=list(RESULTS)
        )
    by = context.actor.name
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        require_case(context, session, Permission.TRIAGE, case)
        contact = contact_of(session, case, contact_id)
        check = newest_check(session, contact)
        if check is None:
            raise UsageError("deskclosing.not_asked", contact=contact_id)
        if case.state not in (CaseState.RESOLVED_CLAIMED, *CLOSED_STATES):
            raise UsageError("deskclosing.not_claimed", number=number, state=case.state)
        if result == "confirmed":
            require_another(case, by)
            if not clean_text(words).strip():
                raise UsageError("deskclosing.no_words", contact=contact_id)
        check.call, check.called_by = result, by
        check.called_at = context.clock.now()
        check.call_note = clean_text(note).strip() or None
        answer = _ANSWERS.get(result)
        if answer is not None:
            take_answer(context, session, contact, answer, by=by, words=words)
        else:
            draft = cases.StepDraft(
                "call", by, detail={"contact": contact_id, "result": result}
            )
            enter_step(context, session, case, draft)
        return case.state
