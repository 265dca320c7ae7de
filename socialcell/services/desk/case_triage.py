"""What people decide about a case: what it is, who has it, where it stands; notes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from sqlmodel import Session

from socialcell import db
from socialcell.desk import rts_services
from socialcell.desk.case_states import CaseState
from socialcell.desk.model import CaseMessage, DeskCase
from socialcell.desk.routing_table import CELL
from socialcell.desk.store import cases
from socialcell.desk.store.cases import StepDraft
from socialcell.errors import UsageError
from socialcell.identity import store as operators
from socialcell.json_types import JsonObject
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import mention_queries
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk import (
    case_access,
    case_grouping,
    case_leases,
    case_reading,
    case_steps,
)
from socialcell.services.operators import permissions
from socialcell.text import clean_text

_LONGEST_NOTE = 4000  # characters
_REASON = 10  # characters of a reason for which nothing is done any more
# What a person enters as a state; the others come of an act of their own.
BY_HAND = frozenset(
    {
        *(CaseState.ACKNOWLEDGED, CaseState.IN_PROGRESS, CaseState.ACTION_SCHEDULED),
        *(CaseState.DROPPED, CaseState.CANCELLED, CaseState.ASSIGNED),
    }
)
_FOR_A_REASON = (CaseState.DROPPED, CaseState.CANCELLED)


@dataclass(frozen=True)
class TriageDraft:
    """What a person decides about a case; None: it stays as it is.

    With `place` its id and ward office are looked up, and with place or topic the owner
    in the register, unless they are given, too, or a person decided the owner before.
    An empty text takes away what was there.
    """

    kind: str | None = None
    topic: str | None = None
    priority: str | None = None
    area: str | None = None
    place: str | None = None
    owner: str | None = None
    summary: str | None = None
    point: tuple[float, float] | None = None
    service: str | None = None


def triage(
    context: Context, number: str, draft: TriageDraft, rev: int | None = None
) -> None:
    """Decide what a case is; a new case is acknowledged by it. What was suggested stays
    in the step that opened it, and in the readings of its mentions.

    UsageError: nothing is decided, or an unknown kind, topic, priority, area, owner or
    service.
    """
    decided: JsonObject = {
        key: list(part) if isinstance(part, tuple) else part
        for key, part in asdict(draft).items()
        if part is not None
    }
    if not decided:
        raise UsageError("deskcases.nothing_decided")
    with _acting(context, number, rev) as (session, case):
        _require_known(session, draft)
        before = _fields(case)
        has_owner = case_steps.was_decided(session, case, "owner")
        _apply(context, session, case, draft, has_owner=has_owner)
        to = CaseState.ACKNOWLEDGED if case.state == CaseState.NEW else None
        after = _fields(case)
        changed: JsonObject = {
            key: {"was": before[key], "now": after[key]}
            for key in after
            if after[key] != before[key]
        }
        detail: JsonObject = {"decided": decided, "changed": changed}
        step = StepDraft("triage", context.actor.name, to=to, detail=detail)
        case_steps.enter_step(context, session, case, step)
        if {"topic", "place", "place_id", "latitude", "longitude"} & changed.keys():
            case_grouping.suggest(context, session, case)


def assign(
    context: Context,
    number: str,
    *,
    to: str | None = None,
    team: str | None = None,
    reason: str = "",
    rev: int | None = None,
) -> bool:
    """Give a case to an operator, to a team (`cell` or a department's id), or both.
    Whether that changed anything: no step is entered where they have it already.

    UsageError: neither is given, there is no such operator or team, or the operator may
    not work on the case.
    """
    if to is None and team is None:
        raise UsageError("deskcases.no_assignee")
    with _acting(context, number, rev) as (session, case):
        was: JsonObject = {"team": case.team, "assignee": case.assignee}
        if team is not None:
            if team != CELL and team not in owners.list_ids(session):
                raise UsageError("deskcases.no_such_team", team=team)
            if team != case.team:
                case.team, case.assignee = team, None
        if to is not None:
            case.assignee = _operator_for(context, session, case, to)
        detail: JsonObject = {"was": was, "team": case.team, "assignee": case.assignee}
        state = CaseState(case.state)
        fresh = state in (CaseState.NEW, CaseState.ACKNOWLEDGED)
        if not fresh and was == {"team": case.team, "assignee": case.assignee}:
            return False
        step = StepDraft(
            "assign",
            context.actor.name,
            clean_text(reason),
            to=CaseState.ASSIGNED if fresh else None,
            detail=detail,
        )
        case_steps.enter_step(context, session, case, step)
        return True


def change_state(
    context: Context, number: str, state: str, reason: str = "", rev: int | None = None
) -> None:
    """Say where a case stands. To drop it (spam, nothing is asked) or cancel it (the
    citizen wants nothing any more) needs a reason.

    UsageError: no such state, one that comes of another act, one that may not follow,
    or no reason.
    """
    try:
        new_state = CaseState(state)
    except ValueError:
        raise UsageError(
            "deskcases.no_such_state", state=state, states=sorted(BY_HAND)
        ) from None
    if new_state not in BY_HAND:
        raise UsageError("deskcases.state_of_an_act", state=new_state.value)
    reason = clean_text(reason).strip()
    if new_state in _FOR_A_REASON and len(reason) < _REASON:
        raise UsageError(
            "deskcases.reason_needed", state=new_state.value, characters=_REASON
        )
    with _acting(context, number, rev) as (session, case):
        step = StepDraft("state", context.actor.name, reason, to=new_state)
        case_steps.enter_step(context, session, case, step)


def add_note(context: Context, number: str, text: str, rev: int | None = None) -> None:
    """Write a note for colleagues into a case. UsageError: an empty or too long one."""
    words = clean_text(text).strip()
    if not words or len(words) > _LONGEST_NOTE:
        raise UsageError(
            "deskcases.note_length", limit=_LONGEST_NOTE, characters=len(words)
        )
    with _acting(context, number, rev) as (session, case):
        assert case.id is not None
        message = CaseMessage(
            case_id=case.id,
            direction="note",
            text=words,
            made_by=context.actor.name,
            at=context.clock.now(),
        )
        session.add(message)
        session.flush()
        detail: JsonObject = {"message": message.id}
        step = StepDraft("note", context.actor.name, detail=detail)
        case_steps.enter_step(context, session, case, step)


@contextmanager
def _acting(
    context: Context, number: str, rev: int | None
) -> Iterator[tuple[Session, DeskCase]]:
    """A case that whoever acts may work on and nobody else works on, locked."""
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number, rev)
        case_access.require_case(context, session, Permission.TRIAGE, case)
        case_leases.require_free(context, session, case)
        yield session, case


def _apply(
    context: Context,
    session: Session,
    case: DeskCase,
    draft: TriageDraft,
    *,
    has_owner: bool,
) -> None:
    at = case.first_contact_at
    case.kind = draft.kind or case.kind
    case.priority = draft.priority or case.priority
    if draft.topic is not None:
        case.topic = draft.topic or None
    if draft.service is not None:
        case.service = draft.service or None
    if draft.summary is not None:
        case.summary = clean_text(draft.summary).strip()
    if draft.place is not None:
        words = clean_text(draft.place).strip()
        is_same_ward = draft.area in (None, case.area)
        _set_place(context, session, case, words, keeps_known=is_same_ward)
    if draft.area is not None:
        case.area = draft.area or None
    if draft.point is not None:
        case.latitude, case.longitude = case_reading.checked_point(draft.point)
    if draft.owner is not None:
        case.owner = draft.owner or None
    elif not has_owner and (draft.topic, draft.place, draft.area) != (None, None, None):
        case.owner = case_reading.find_owner(
            session,
            case.topic,
            case.area,
            case.place_id,
            at,
            critical=case.priority == "P0",
            text=_first_words(session, case),
        )


def _first_words(session: Session, case: DeskCase) -> str:
    """What the citizen said first, as far as it is kept."""
    for message in cases.messages_of(session, case.id or 0):
        if message.direction != "in":
            continue
        if message.mention_id is None:
            return message.text or ""
        row = mention_queries.mention(session, message.mention_id)
        return (row and row.text) or ""
    return case.summary


def _set_place(
    context: Context, session: Session, case: DeskCase, words: str, *, keeps_known: bool
) -> None:
    """Take another place for a case. Words that no place has as its name do not take
    the known place away, unless another ward office is chosen: they stand before it, as
    more of where it is."""
    at = case.first_contact_at
    place_id, ward = case_reading.place_of(context, session, words, at)
    is_unknown = bool(words) and (place_id, ward) == (None, None)
    if keeps_known and is_unknown and case.place_id is not None:
        known = case_reading.place_name(session, case.place_id)
        case.place = words if known in words else f"{words} ({known})"
        return
    case.place, case.place_id, case.area = words, place_id, ward or case.area


def _require_known(session: Session, draft: TriageDraft) -> None:
    case_reading.require_words(draft.kind, draft.topic or None, draft.priority)
    case_reading.require_places(session, draft.area, draft.owner)
    if draft.service:
        rts_services.find_service(draft.service)


def _fields(case: DeskCase) -> JsonObject:
    names = ("kind", "topic", "priority", "area", "place", "place_id", "owner")
    more = ("summary", "latitude", "longitude", "service")
    return {name: getattr(case, name) for name in (*names, *more)}


def _operator_for(context: Context, session: Session, case: DeskCase, name: str) -> int:
    """The number of an operator who may work on a case. UsageError."""
    row = operators.find_operator(session, name)
    if row is None or row.id is None or not row.may_sign_in:
        raise UsageError("deskcases.no_such_operator", name=name)
    places = case_access.places_of(case)
    now = context.clock.now()
    if not permissions.may(session, row.id, Permission.TRIAGE, places, now):
        raise UsageError("deskcases.may_not_work", name=row.name, number=case.number)
    return row.id
