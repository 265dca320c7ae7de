"""A page for an engineer on the spot: no sign-in, one answer, 72 hours, no citizen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.desk.case_states import WORKING_STATES, CaseState
from socialcell.desk.closing_model import FieldLink
from socialcell.desk.model import CaseFile, CaseMessage, DeskCase
from socialcell.desk.store import cases
from socialcell.desk.store import field_links as store
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import SocialcellError, UsageError
from socialcell.identity import codes
from socialcell.json_types import JsonObject
from socialcell.listening.people import masking
from socialcell.ops import audit
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk.case_access import require_case
from socialcell.services.desk.case_steps import enter_step
from socialcell.services.desk.closing import case_closing
from socialcell.services.desk.closing.case_closing import DoneEvidence
from socialcell.services.desk.photos import case_photos
from socialcell.text import clean_text

LASTS = timedelta(hours=72)
LEAST_WORDS = case_closing.LEAST_WORDS
LEAST_REASON = 10
MOST_WORDS = 2000
_MOST_FOR = 80
_LONGEST_WAIT = timedelta(days=365)
ANSWERS = ("done", "needs_until", "not_ours")
_BEFORE_WORK = (CaseState.NEW, CaseState.ACKNOWLEDGED)


class FieldLinkOver(SocialcellError):  # noqa: N818 - named for what happened
    """No such link, or it was answered, withdrawn, or its time is over."""


@dataclass(frozen=True)
class MadeLink:
    """A field link as it is handed out: its token is shown this once and stored
    nowhere. `address` is a path where config.yaml names no address of the console."""

    id: int
    case: str
    made_for: str
    until: datetime
    address: str


@dataclass(frozen=True)
class FieldView:
    """What the page of a link shows: the place, the topic, what is asked in our own
    words, and the numbers of public photos."""

    case: str
    made_for: str
    topic: str | None
    place: str
    latitude: float | None
    longitude: float | None
    asked: str
    photos: Sequence[int]
    until: datetime


@dataclass(frozen=True)
class FieldAnswer:
    """The answer of an engineer: done (with a photo or words), needs_until (a day, and
    why), or not_ours (whose)."""

    answer: str
    words: str = ""
    needs_until: date | None = None
    photo: bytes | None = None


def make_link(
    context: Context, number: str, made_for: str, rev: int | None = None
) -> MadeLink:
    """Make a field link for an office or a function. Audited.

    UsageError: no such case, one that nobody works on, or not said for whom.
    CaseChangedError. Errors of `require_case`.
    """
    office = " ".join(clean_text(made_for).split())
    if not 3 <= len(office) <= _MOST_FOR or masking.unnamed(office) != office:
        raise UsageError("deskanswers.field_for", limit=_MOST_FOR)
    now, token = context.clock.now(), codes.new_token()
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        require_case(context, session, Permission.CLAIM_DONE, case)
        if case.state not in WORKING_STATES:
            raise UsageError(
                "deskanswers.case_not_worked_on", number=number, state=case.state
            )
        link = FieldLink(
            token_hash=codes.token_hash(token),
            case_id=case.id or 0,
            made_for=office,
            made_by=context.actor.name,
            made_at=now,
            until=now + LASTS,
        )
        session.add(link)
        session.flush()
        assert link.id is not None
        detail: JsonObject = {"link": link.id, "for": office}
        step = StepDraft("field_link", context.actor.name, detail=detail)
        enter_step(context, session, case, step)
        audit.append(
            session, context.actor, "field_link.make", case.number, detail, now
        )
        base = (context.workspace.config.alerts.console_url or "").rstrip("/")
        return MadeLink(link.id, number, office, link.until, f"{base}/f/{token}")


def open_link(context: Context, token: str) -> FieldView:
    """What the page of a token shows. FieldLinkOver: no such link, or it is over."""
    with db.reading(context.engine) as session:
        link = _require_open(session, token, context.clock.now())
        case = session.get_one(DeskCase, link.case_id)
        view = FieldView(
            case=case.number,
            made_for=link.made_for,
            topic=case.topic,
            place=masking.unnamed(case.place),
            latitude=case.latitude,
            longitude=case.longitude,
            asked=masking.unnamed(case.summary),
            photos=[
                photo.id or 0 for photo in store.public_photos(session, link.case_id)
            ],
            until=link.until,
        )
        is_first, link_id = link.opened_at is None, link.id
    if is_first:
        with db.writing(context.engine) as session:
            row = session.get_one(FieldLink, link_id)
            row.opened_at = row.opened_at or context.clock.now()
    return view


def public_photo(context: Context, token: str, photo_id: int) -> bytes:
    """A public photo of the case of a link, as JPEG. FieldLinkOver."""
    with db.reading(context.engine) as session:
        link = _require_open(session, token, context.clock.now())
        photos = store.public_photos(session, link.case_id)
        photo = next((photo for photo in photos if photo.id == photo_id), None)
        if photo is None:
            raise FieldLinkOver("deskanswers.field_link_over")
        return case_photos.read_photo(context, photo)


def answer_link(context: Context, token: str, answer: FieldAnswer) -> None:
    """Take the one answer of a link: it enters a step, and done claims the case so.

    FieldLinkOver. UsageError: too little evidence, no day, no reason, a photo that is
    none.
    """
    words = clean_text(answer.words).strip()[:MOST_WORDS]
    _require_answer(context, answer, words)
    photo = None if answer.photo is None else case_photos.clean_photo(answer.photo)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        number = session.get_one(
            DeskCase, _require_open(session, token, now).case_id
        ).number
        case = cases.lock_case(session, number)
        link = _require_open(session, token, now)
        by = f"field link {link.id}: {link.made_for}"
        link.answered_at, link.answer, link.words = now, answer.answer, words
        if answer.needs_until is not None and answer.answer == "needs_until":
            link.needs_until = _end_of(answer.needs_until)
        message = CaseMessage(
            case_id=case.id or 0,
            direction="field",
            text=words or None,
            made_by=by,
            at=now,
        )
        session.add(message)
        session.flush()
        kept: CaseFile | None = None
        if photo is not None:
            kept = case_photos.store_photo(
                context, session, case, message.id, photo, by
            )
        _enter_answer(context, session, case, link, answer.answer, words, by, kept)


def _enter_answer(
    context: Context,
    session: Session,
    case: DeskCase,
    link: FieldLink,
    answer: str,
    words: str,
    by: str,
    photo: CaseFile | None,
) -> None:
    detail: JsonObject = {
        "link": link.id,
        "photo": None if photo is None else photo.id,
        "needs_until": None
        if link.needs_until is None
        else link.needs_until.isoformat(),
    }
    works_on = case.state in WORKING_STATES
    to: CaseState | None = None
    if works_on and answer != "not_ours":
        if case.state in _BEFORE_WORK:
            begin = StepDraft("state", by, to=CaseState.IN_PROGRESS)
            enter_step(context, session, case, begin)
        is_scheduled = case.state == CaseState.ACTION_SCHEDULED
        if answer == "needs_until" and not is_scheduled:
            to = CaseState.ACTION_SCHEDULED
    step = StepDraft(f"field_{answer}", by, reason=words, to=to, detail=detail)
    enter_step(context, session, case, step)
    # After a second reopening a nodal officer claims it done, who finds this answer.
    if answer == "done" and works_on and case.reopened < case_closing.NODAL_FROM:
        photo_id = None if photo is None else photo.id
        evidence = DoneEvidence(words=words, photo=photo_id)
        case_closing.enter_claim(context, session, case, evidence, by)


def _require_answer(context: Context, answer: FieldAnswer, words: str) -> None:
    if answer.answer not in ANSWERS:
        raise UsageError("deskanswers.field_answer", answer=answer.answer)
    if answer.answer == "done":
        if answer.photo is None and len(" ".join(words.split())) < LEAST_WORDS:
            raise UsageError("deskanswers.field_evidence", least=LEAST_WORDS)
        return
    if answer.answer == "needs_until":
        today = context.clock.now().astimezone(IST).date()
        day = answer.needs_until
        if day is None or not today < day <= today + _LONGEST_WAIT:
            raise UsageError("deskanswers.field_until")
    if len(words) < LEAST_REASON:
        raise UsageError("deskanswers.field_until_reason", least=LEAST_REASON)


def _require_open(session: Session, token: str, now: datetime) -> FieldLink:
    link = store.of_token(session, codes.token_hash(token))
    if link is None or not is_open(link, now):
        raise FieldLinkOver("deskanswers.field_link_over")
    return link


def is_open(link: FieldLink, now: datetime) -> bool:
    """Whether a link may still be answered."""
    return link.answered_at is None and link.revoked_at is None and now < link.until


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), IST)
