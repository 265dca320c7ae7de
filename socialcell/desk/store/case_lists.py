"""Rows of the inbox: cases by view and filter, page by page, and how many there are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    or_,
    select,
    tuple_,
)
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES, CaseState
from socialcell.desk.model import CaseContact, CaseLease, CaseMessage, DeskCase
from socialcell.desk.store.case_queue import in_scopes, time_left
from socialcell.identity.model import Operator

VIEWS = ("mine", "team", "new", "due", "overdue", "waiting")
ALL_OPEN, EVERY = "open", "all"
REOPENED = "reopened"
"""A view without a tab of its own: Today counts it, and leads to it."""
DUE_WITHIN = timedelta(hours=2)
_OPEN = [state.value for state in OPEN_STATES]
_WAITING = [CaseState.RESOLVED_CLAIMED.value, CaseState.REFERRED.value]
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The time left of a case of which no clock runs."""
C = db.table(DeskCase).c
# The states stand in the statement: SQLite knows no partial index by parameters.
_IS_OPEN = C.state.in_(
    bindparam("open_states", _OPEN, expanding=True, literal_execute=True)
)


@dataclass(frozen=True)
class CaseFilter:
    """Which cases: a view, and what of it; None means any.

    `mine` is of `operator` or held by them, `team` of `teams`, `new` what nobody has
    looked at, `due` what is due within two hours, `overdue` what was, `waiting` what
    waits for a citizen or another body, `open` all of these, `all` those that have
    ended, too. `scopes`: only what is in one of them is seen. `words` stand in the
    number, title, place or token of PMC Care.
    """

    view: str = ALL_OPEN
    operator: int | None = None
    teams: Collection[str] = ()
    kind: str | None = None
    topic: str | None = None
    area: str | None = None
    owner: str | None = None
    priority: str | None = None
    state: str | None = None
    assignee: int | None = None
    channel: str | None = None
    scopes: Collection[str] | None = None
    language: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class CaseCursor:
    """The last row of a page: of the open ones by priority, time left and number."""

    priority: str
    due_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as a list shows it. `due_at` is when its first clock is due, None: none
    runs. `holder` works on it since `held_since`. `last_mention` or `last_text` is what
    a citizen wrote last."""

    id: int
    number: str
    kind: str
    topic: str | None
    priority: str
    suggested_priority: str
    area: str | None
    place: str
    summary: str
    state: str
    waits_for: str | None
    level: int
    owner: str | None
    team: str
    assignee: str | None
    holder: str | None
    held_since: datetime | None
    due_at: datetime | None
    opened_at: datetime
    first_contact_at: datetime
    reopened: int
    incident_id: int | None
    rev: int
    channels: tuple[str, ...] = ()
    last_heard_at: datetime | None = None
    last_mention: int | None = None
    last_text: str | None = None


def list_cases(
    session: Session,
    case_filter: CaseFilter,
    now: datetime,
    *,
    after: CaseCursor | None = None,
    limit: int = 50,
) -> tuple[list[CaseRow], CaseCursor | None]:
    """A page of cases, P0 first, then by time left, then by age; and where the next
    page begins, None: this is the last."""
    due = func.coalesce(time_left(), NEVER).label("due")
    query = _rows(due, now).where(*conditions(case_filter, now))
    if after is not None:
        query = query.where(
            tuple_(C.priority, due, C.id)
            > tuple_(after.priority, after.due_at, after.id)
        )
    query = query.order_by(C.priority, due, C.id).limit(limit + 1)
    rows = [CaseRow(**row) for row in session.execute(query).mappings()]
    shown = [
        replace(row, due_at=None) if row.due_at == NEVER else row
        for row in rows[:limit]
    ]
    cursor = None
    if len(rows) > limit:
        last = rows[limit - 1]
        cursor = CaseCursor(last.priority, last.due_at or NEVER, last.id)
    return _with_last_words(session, shown), cursor


def count_by_view(
    session: Session, case_filter: CaseFilter, now: datetime
) -> dict[str, int]:
    """How many open cases each view has; the filter's own view does not matter."""
    row = session.execute(by_view_query(case_filter, now)).one()
    return views_of_row(row)


def views_of_row(row: Iterable[int]) -> dict[str, int]:
    """The counts by view of the row that `by_view_query` gives."""
    return dict(zip((*VIEWS, ALL_OPEN), map(int, row), strict=True))


def by_view_query(case_filter: CaseFilter, now: datetime) -> Select[*tuple[Any, ...]]:
    """Asks how many open cases each view has."""
    everything = replace(case_filter, view=ALL_OPEN)
    due = time_left().label("due")
    inner = (
        select(C.state, C.team, C.waits_for, due, _mine(case_filter, now).label("mine"))
        .where(*conditions(everything, now))
        # Else SQLite looks the clock up for each view that asks for it.
        .cte("open_cases")
        .prefix_with("MATERIALIZED")
    ).c
    of_view = (
        inner.mine,
        inner.team.in_(case_filter.teams),
        inner.state == CaseState.NEW.value,
        and_(inner.due >= now, inner.due < now + DUE_WITHIN),
        inner.due < now,
        or_(inner.waits_for == "citizen", inner.state.in_(_WAITING)),
    )
    sums = [
        func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(view)
        for view, condition in zip(VIEWS, of_view, strict=True)
    ]
    return select(*sums, func.count().label(ALL_OPEN)).select_from(inner.state.table)


def count_open(session: Session, scopes: Collection[str] | None) -> int:
    """How many cases are open in these scopes (None: in the whole city)."""
    return session.scalars(open_query(scopes)).one()


def open_query(scopes: Collection[str] | None) -> Select[int]:
    """Asks how many cases are open in these scopes."""
    query = select(func.count()).select_from(db.table(DeskCase))
    return query.where(*conditions(CaseFilter(scopes=scopes), NEVER))


def conditions(case_filter: CaseFilter, now: datetime) -> list[ColumnElement[bool]]:
    """What must be true of the cases of a filter."""
    parts: list[ColumnElement[bool]] = []
    if case_filter.view != EVERY:
        parts.append(_IS_OPEN)
    match case_filter.view:
        case "mine":
            parts.append(_mine(case_filter, now))
        case "team":
            parts.append(C.team.in_(case_filter.teams))
        case "new":
            parts.append(C.state == CaseState.NEW.value)
        case "due":
            parts += [time_left() >= now, time_left() < now + DUE_WITHIN]
        case "overdue":
            parts.append(time_left() < now)
        case "waiting":
            parts.append(or_(C.waits_for == "citizen", C.state.in_(_WAITING)))
        case "reopened":
            parts.append(C.reopened > 0)
    for name in ("kind", "topic", "area", "owner", "priority", "state", "assignee"):
        if (value := getattr(case_filter, name)) is not None:
            parts.append(C[name] == value)
    if case_filter.channel is not None:
        through = select(col(CaseContact.case_id)).where(
            col(CaseContact.channel) == case_filter.channel
        )
        parts.append(C.id.in_(through))
    if case_filter.language is not None:
        spoken = select(col(CaseContact.case_id)).where(
            col(CaseContact.language) == case_filter.language
        )
        parts.append(C.id.in_(spoken))
    if case_filter.words:
        texts = (C.number, C.summary, C.place, C.care_token)
        parts.append(
            or_(*(t.icontains(case_filter.words, autoescape=True) for t in texts))
        )
    if case_filter.scopes is not None:
        parts.append(in_scopes(case_filter.scopes))
    return parts


def _mine(case_filter: CaseFilter, now: datetime) -> ColumnElement[bool]:
    """Whether a case is given to whoever asks, or held by them; nobody has none."""
    operator, lease = case_filter.operator, db.table(CaseLease).c
    if operator is None:
        return false()
    leased = select(lease.case_id).where(lease.holder == operator, lease.until > now)
    return or_(C.assignee == operator, C.id.in_(leased))


def _rows(due: ColumnElement[datetime], now: datetime) -> Select[tuple[object, ...]]:
    operator = db.table(Operator)
    assignee, holder = operator.alias("assigned"), operator.alias("holding")
    lease = db.table(CaseLease)
    columns = (
        *(C.id, C.number, C.kind, C.topic, C.priority, C.suggested_priority, C.area),
        *(C.place, C.summary, C.state, C.waits_for, C.level, C.owner, C.team),
        assignee.c.name.label("assignee"),
        holder.c.name.label("holder"),
        lease.c.since.label("held_since"),
        due.label("due_at"),
        *(C.opened_at, C.first_contact_at, C.reopened, C.incident_id, C.rev),
    )
    joined = (
        db.table(DeskCase)
        .outerjoin(assignee, assignee.c.id == C.assignee)
        .outerjoin(lease, and_(lease.c.case_id == C.id, lease.c.until > now))
        .outerjoin(holder, holder.c.id == lease.c.holder)
    )
    return select(*columns).select_from(joined)


def _with_last_words(session: Session, rows: list[CaseRow]) -> list[CaseRow]:
    """The rows with the channels of their contacts, and what was written last."""
    contacts: dict[int, list[str]] = {}
    message, contact = db.table(CaseMessage).c, db.table(CaseContact).c
    last: dict[int, tuple[datetime, int | None, str | None]] = {}
    ids = [row.id for row in rows]
    incoming = session.execute(
        select(
            contact.case_id,
            contact.channel,
            message.at,
            message.mention_id,
            message.text,
        )
        .join(db.table(CaseMessage), message.contact_id == contact.id)
        .where(contact.case_id.in_(ids), message.direction == "in")
        .order_by(message.at, message.id)
    )
    for case_id, channel, at, mention_id, text in incoming:
        channels = contacts.setdefault(case_id, [])
        if channel not in channels:
            channels.append(channel)
        last[case_id] = (at, mention_id, text)
    return [
        replace(
            row,
            channels=tuple(contacts.get(row.id, ())),
            last_heard_at=last[row.id][0],
            last_mention=last[row.id][1],
            last_text=last[row.id][2],
        )
        if row.id in last
        else row
        for row in rows
    ]
