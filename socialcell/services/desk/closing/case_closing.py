"""Close a case: claimed done with evidence, asked of every contact, and closed by what
they say, or by their silence.

A case is closed as confirmed as soon as every contact who was asked has said yes, or
when the seven days are over and at least one has. Without any answer it is closed as
not confirmed. A "no" reopens it whenever it comes. After a second reopening a nodal
officer alone claims it done, or closes it over a silence: an operator who is a lead for
the case's ward office or department.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.desk.case_states import CaseState
from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import cases, closures
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.people import masking
from socialcell.ops import audit
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk.case_access import require_case
from socialcell.services.desk.case_steps import enter_step
from socialcell.services.desk.closing import closing_questions, closing_reasons
from socialcell.services.desk.photos.case_photos import clean_photo, store_photo
from socialcell.text import clean_text

SILENCE = timedelta(days=7)
LATE_MESSAGE = timedelta(days=30)
NODAL_FROM = 2  # reopenings, from which a nodal officer alone closes
COMMISSIONER_FROM = 3  # reopenings, from which the additional commissioner is told
CITIZEN = "citizen"  # who takes the steps that follow from a citizen's own words
LEAST_WORDS = 40
MOST_LEVEL = 5


@dataclass(frozen=True, slots=True)
class DoneEvidence:
    """What shows that the work is done: words of at least 40 characters, the number of
    a photo of the case, a new `picture` (JPEG, PNG or WebP), or PMC Care's closing
    line."""

    words: str = ""
    photo: int | None = None
    care_line: str = ""
    picture: bytes = field(default=b"", repr=False)

    def text(self) -> str:
        """The evidence as a step keeps it."""
        photo = f"photo {self.photo}" if self.photo is not None else ""
        parts = (photo, self.care_line, self.words)
        return ". ".join(part.strip().rstrip(".") for part in parts if part.strip())


def claim_done(
    context: Context, number: str, evidence: DoneEvidence, rev: int | None = None
) -> int:
    """Say that the work is done, with evidence, and ask every contact; how many are
    asked. Audited.

    CaseChangedError; SocialcellError: no such permission, too little evidence, or a
    case that a nodal officer alone closes. UsageError: a state in which nothing is
    claimed, or a picture that is none.
    """
    picture = clean_photo(evidence.picture) if evidence.picture else None
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        require_case(context, session, Permission.CLAIM_DONE, case)
        if case.reopened >= NODAL_FROM:
            require_nodal_officer(context, session, case)
        if picture is not None:
            by = context.actor.name
            file = store_photo(context, session, case, None, picture, by)
            evidence = replace(evidence, photo=file.id)
        checks = enter_claim(context, session, case, evidence, context.actor.name)
        return _count_asked(checks)


def require_nodal_officer(context: Context, session: Session, case: DeskCase) -> None:
    """SocialcellError unless the actor is a lead for the case's place or owner."""
    try:
        require_case(context, session, Permission.LEAD_INCIDENTS, case)
    except SocialcellError as error:
        raise SocialcellError(
            "deskclosing.nodal_officer_closes",
            number=case.number,
            times=case.reopened,
            reason=error,
        ) from error


def enter_claim(
    context: Context, session: Session, case: DeskCase, evidence: DoneEvidence, by: str
) -> list[ClosureCheck]:
    """Claim a locked case done in the caller's transaction and ask its contacts, for
    whoever may do so: the checks. Who claims is `by`, who may not confirm it later.

    SocialcellError: too little evidence. UsageError: nothing is claimed in its state.
    """
    now = context.clock.now()
    _require_evidence(session, case, evidence)
    text = clean_text(evidence.text())
    draft = StepDraft("claim", by, to=CaseState.RESOLVED_CLAIMED, evidence=text)
    enter_step(context, session, case, draft)
    case.claimed_by, case.claimed_at = by, now
    case.waits_for = "citizen"
    checks = closing_questions.ask_contacts(context, session, case)
    # Nothing is ever taken out of the audit log.
    detail = {
        "by": by,
        "evidence": masking.unnamed(text),
        "asked": _count_asked(checks),
    }
    audit.append(session, context.actor, "case.claim", case.number, detail, now)
    return checks


def _count_asked(checks: Sequence[ClosureCheck]) -> int:
    """How many are asked in writing or by telephone: of the others nobody has a way."""
    return sum(check.way != "nothing" for check in checks)


def _require_evidence(session: Session, case: DeskCase, evidence: DoneEvidence) -> None:
    assert case.id is not None
    if evidence.photo is not None:
        if closures.photo_of(session, case.id, evidence.photo) is None:
            raise UsageError(
                "deskclosing.no_such_photo", number=case.number, photo=evidence.photo
            )
        return
    if evidence.care_line.strip():
        return
    if len(" ".join(evidence.words.split())) < LEAST_WORDS:
        raise UsageError(
            "deskclosing.no_evidence", number=case.number, least=LEAST_WORDS
        )


def reopen(
    context: Context, session: Session, case: DeskCase, by: str, reason: str
) -> None:
    """Reopen a locked case that is claimed done or closed, one level up. Audited."""
    now = context.clock.now()
    case.reopened += 1
    case.closed_at, case.waits_for = None, None
    detail = {"reopened": case.reopened, "claimed_by": case.claimed_by}
    enter_step(
        context,
        session,
        case,
        StepDraft(
            "reopen",
            by,
            reason=reason,
            to=CaseState.ASSIGNED,
            level=min(case.level + 1, MOST_LEVEL),
            detail=detail,
        ),
    )
    audit.append(
        session, context.actor, "case.reopen", case.number, {**detail, "by": by}, now
    )


def close(
    context: Context,
    session: Session,
    case: DeskCase,
    to: CaseState,
    by: str,
    reason: str,
) -> None:
    """Close a locked case that is claimed done, or not confirmed yet. Audited."""
    now = context.clock.now()
    detail = {"owner": case.owner, "claimed_by": case.claimed_by}
    draft = StepDraft("close", by, reason=reason, to=to, detail=detail)
    enter_step(context, session, case, draft)
    case.closed_at, case.waits_for = case.closed_at or now, None
    detail = {"to": to.value, "by": by, "reason": masking.unnamed(reason)}
    audit.append(session, context.actor, "case.close", case.number, detail, now)


def close_if_all_said_yes(
    context: Context, session: Session, case: DeskCase, by: str
) -> bool:
    """Close a locked case as confirmed where nobody's answer is missing; whether."""
    if case.state == CaseState.CLOSED_UNCONFIRMED:
        close(
            context,
            session,
            case,
            CaseState.CLOSED_CONFIRMED,
            by,
            closing_reasons.SAID_YES_LATE,
        )
        return True
    if case.state != CaseState.RESOLVED_CLAIMED:
        return False
    checks = claim_checks(session, case)
    if not checks or any(check.answer != "yes" for check in checks):
        return False
    close(
        context,
        session,
        case,
        CaseState.CLOSED_CONFIRMED,
        by,
        closing_reasons.EVERYBODY_SAID_YES,
    )
    return True


def claim_checks(session: Session, case: DeskCase) -> Sequence[ClosureCheck]:
    """The checks that follow from the last claim of a case."""
    assert case.id is not None
    if case.claimed_at is None:
        return ()
    return closures.checks_since(session, case.id, case.claimed_at)


def close_silent(context: Context, stop: Callable[[], bool] = lambda: False) -> int:
    """Close the cases whose contacts had seven days to answer; how many. A transaction
    each, so that the next run goes on. For the daemon."""
    before = context.clock.now() - SILENCE
    with db.reading(context.engine) as session:
        numbers = closures.claimed_before(session, before)
    count = 0
    for number in numbers:
        if stop():
            break
        with db.writing(context.engine) as session:
            case = cases.lock_case(session, number)
            count += _close_over_silence(context, session, case, context.actor.name)
    return count


def close_after_silence(
    context: Context, number: str, reason: str, rev: int | None = None
) -> str:
    """Close a case that was reopened twice over its contacts' silence, as a nodal
    officer; the state after it. Audited. UsageError: it is not claimed done, their
    time runs, or no reason."""
    if not reason.strip():
        raise UsageError("deskclosing.no_reason")
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        require_nodal_officer(context, session, case)
        if case.state != CaseState.RESOLVED_CLAIMED:
            raise UsageError("deskclosing.not_claimed", number=number, state=case.state)
        if not _close_over_silence(
            context, session, case, context.actor.name, officer_reason=reason
        ):
            raise UsageError("deskclosing.time_runs", number=number)
        return case.state


def _close_over_silence(
    context: Context,
    session: Session,
    case: DeskCase,
    by: str,
    officer_reason: str | None = None,
) -> bool:
    """Close a locked case where everybody had the time to answer; whether."""
    now = context.clock.now()
    if case.state != CaseState.RESOLVED_CLAIMED or not case.claimed_at:
        return False
    checks = claim_checks(session, case)
    ids = [check.contact_id for check in checks]
    questions = closures.questions_since(session, ids, case.claimed_at)
    open_checks = [check for check in checks if check.answer is None]
    for check in open_checks:
        asked_at = _asked_at(check, questions.get(check.contact_id))
        if asked_at is None or asked_at + SILENCE > now:
            return False  # a question that has not left yet is no silence
    is_confirmed = any(check.answer == "yes" for check in checks)
    if not is_confirmed and case.reopened >= NODAL_FROM and officer_reason is None:
        return False
    for check in open_checks:
        _note_silence(session, check)
    to = CaseState.CLOSED_UNCONFIRMED
    reason = officer_reason or closing_reasons.SAID_NOTHING
    if is_confirmed:
        to, reason = CaseState.CLOSED_CONFIRMED, closing_reasons.SAID_YES_AND_NOTHING
    close(context, session, case, to, by, reason)
    return True


def _asked_at(check: ClosureCheck, question: CaseMessage | None) -> datetime | None:
    """When a contact was asked; None while the question waits to be sent. A question
    that was lost counts from the claim: the contact is on the list of calls."""
    if question is None or question.state in closures.LOST:
        return check.asked_at
    return question.sent_at


def _note_silence(session: Session, check: ClosureCheck) -> None:
    check.answer = "no_reply"
    contact = session.get(CaseContact, check.contact_id)
    if contact is not None:
        contact.closing = "no_reply"
