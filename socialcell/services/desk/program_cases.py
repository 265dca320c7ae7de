"""Cases of another program, as the citizens' portal is: opened, written on, answered.

A program brings what citizens say by its own door, and nothing else. It is no operator:
what it enters stands under `api:` and the name of its token, and it decides nothing,
approves, closes and reveals nothing. A key of its own with each request makes that the
request acts once, in the transaction that stores the key.
"""

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace

from sqlmodel import Session

from socialcell import db
from socialcell.desk.case_states import CaseState
from socialcell.desk.closing_answers import ClosingAnswer
from socialcell.desk.model import PORTAL, CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import cases, conversations
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.identity.actor import unsigned
from socialcell.json_types import JsonValue
from socialcell.ops.web import form_submissions
from socialcell.ops.web.form_submissions import Outcome
from socialcell.services.context import Context
from socialcell.services.desk import (
    case_contacts,
    case_opening,
    case_steps,
    new_messages,
)
from socialcell.services.desk.case_access import places_of
from socialcell.services.desk.case_opening import NewCase
from socialcell.services.desk.closing import closing_replies
from socialcell.services.mentions import tagging
from socialcell.text import clean_text

OPENED_FROM = "api"
_PREFIX = "api:"
_LEAST_REASON = 10  # characters


@dataclass(frozen=True)
class ProgramRequest:
    """Who asks, for which places (None: the whole city), and by which key; `body` is
    all that was asked for, as it is told from another request with the same key."""

    program: str
    places: Collection[str] | None
    key: str
    body: JsonValue

    @property
    def name(self) -> str:
        """The program as what it enters names it."""
        return f"{_PREFIX}{self.program}"

    @property
    def sender(self) -> str:
        """The program as its keys are stored."""
        return hashlib.sha256(self.name.encode()).hexdigest()

    @property
    def mark(self) -> str:
        """What is asked for, as it is stored beside the key."""
        text = json.dumps(self.body, ensure_ascii=False, sort_keys=True)
        return f"{_PREFIX}{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True)
class ProgramResult:
    """What came of a request: the case as it stands then, and the program's contact.
    `is_repeated`: it was done before, and nothing was done now."""

    number: str
    contact: int
    state: str
    rev: int
    is_repeated: bool = False


def open_case(
    context: Context, request: ProgramRequest, new: NewCase, citizen: str | None
) -> ProgramResult:
    """Open a case of what a citizen wrote; `citizen` is the program's own name for
    them, by which nobody here can know who it is.

    UsageError: as of `case_opening.open_by_hand`; a place that the program does not
    speak for; a key that came with another request.
    """
    words = replace(new.words, channel=PORTAL)
    draft = replace(new, words=words)
    text = case_contacts.checked_words(words.text)
    (tagged,) = tagging.analyse_words(context, [text])

    def act(acting: Context, session: Session) -> tuple[DeskCase, CaseContact]:
        case, reading = case_opening.draft_spoken(acting, session, draft, tagged)
        case.opened_from = OPENED_FROM
        if not _is_theirs(request, case):
            raise UsageError("deskcases.other_place", place=case.area or case.place)
        contact = case_opening.enter_spoken(acting, session, case, reading, draft)
        contact.citizen = citizen
        return case, contact

    return _once(context, request, act)


def write_on(
    context: Context, request: ProgramRequest, number: str, contact: int, words: str
) -> ProgramResult:
    """Enter what a citizen writes on in their case: it may answer the closing question,
    or reopen the case. UsageError: no such case or contact of the program's, a case
    that takes nothing, no words or too many; a key that came with another request."""
    spoken = case_contacts.checked_words(words)

    def act(acting: Context, session: Session) -> tuple[DeskCase, CaseContact]:
        case, row = _own_contact(request, session, number, contact)
        if case.state in (CaseState.DUPLICATE, CaseState.DROPPED, CaseState.CANCELLED):
            raise UsageError(
                "deskcases.takes_nothing", number=case.number, state=case.state
            )
        message = _message(acting, case, row, spoken)
        session.add(message)
        session.flush()
        new_messages.on_message(acting, session, row, message)
        return case, row

    return _once(context, request, act)


def answer_closing(
    context: Context,
    request: ProgramRequest,
    number: str,
    contact: int,
    answer: ClosingAnswer,
    words: str = "",
) -> ProgramResult:
    """Enter a citizen's own yes or no to the closing question. UsageError: no such case
    or contact of the program's, one who was not asked; a key that came with another
    request."""

    def act(acting: Context, session: Session) -> tuple[DeskCase, CaseContact]:
        case, row = _own_contact(request, session, number, contact)
        closing_replies.take_answer(acting, session, row, answer, words=words)
        return case, row

    return _once(context, request, act)


def cancel(
    context: Context, request: ProgramRequest, number: str, contact: int, reason: str
) -> ProgramResult:
    """The citizen wants nothing any more. UsageError: no such case or contact of the
    program's, too short a reason, others who ask too, or a case that is over; a key
    that came with another request."""
    text = clean_text(reason).strip()
    if len(text) < _LEAST_REASON:
        raise UsageError(
            "deskcases.reason_needed",
            state=CaseState.CANCELLED.value,
            characters=_LEAST_REASON,
        )

    def act(acting: Context, session: Session) -> tuple[DeskCase, CaseContact]:
        case, row = _own_contact(request, session, number, contact)
        if len(cases.contacts_of(session, [case.id or 0])) > 1:
            raise UsageError("deskcases.others_ask", number=case.number)
        step = StepDraft("state", acting.actor.name, text, to=CaseState.CANCELLED)
        case_steps.enter_step(acting, session, case, step)
        return case, row

    return _once(context, request, act)


def _once(
    context: Context,
    request: ProgramRequest,
    act: Callable[[Context, Session], tuple[DeskCase, CaseContact]],
) -> ProgramResult:
    """Act in one transaction with the key; or what came of it the first time."""
    acting = replace(context, actor=unsigned(request.name))
    key, sender = request.key, request.sender
    with db.writing(context.engine) as session:
        now = context.clock.now()
        before = form_submissions.begin(session, key, sender, now, request.mark)
        if before is not None:
            if form_submissions.mark_of(session, key, sender) != request.mark:
                raise UsageError("deskcases.key_used", key=key)
            return replace(_read(before), is_repeated=True)
        case, contact = act(acting, session)
        session.flush()
        result = ProgramResult(case.number, contact.id or 0, case.state, case.rev)
        kept = json.dumps(asdict(result))
        outcome = Outcome(f"/cases/{case.number}", kept)
        form_submissions.end(session, key, sender, outcome)
        return result


def _read(outcome: Outcome) -> ProgramResult:
    return ProgramResult(**json.loads(outcome.notice))


def _own_contact(
    request: ProgramRequest, session: Session, number: str, contact: int
) -> tuple[DeskCase, CaseContact]:
    """A locked case that the program may see, and one of its own contacts there.
    UsageError, which tells nothing of what belongs to others."""
    case = cases.lock_case(session, number)
    row = session.get(CaseContact, contact)
    is_own = (
        row is not None
        and row.case_id == case.id
        and row.channel == PORTAL
        and row.erased_at is None
        and conversations.maker_of(session, contact) == request.name
    )
    if row is None or not is_own or not _is_theirs(request, case):
        raise UsageError("desk.no_such_case", number=number)
    return case, row


def _is_theirs(request: ProgramRequest, case: DeskCase) -> bool:
    return request.places is None or bool(places_of(case).intersection(request.places))


def _message(
    context: Context, case: DeskCase, contact: CaseContact, words: str
) -> CaseMessage:
    now = context.clock.now()
    contact.last_heard_at = now
    return CaseMessage(
        case_id=case.id or 0,
        contact_id=contact.id,
        direction="in",
        text=words,
        language=contact.language,
        made_by=context.actor.name,
        at=now,
    )
