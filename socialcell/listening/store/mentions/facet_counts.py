"""How many mentions of a question have which topic, ward, language …: facets of a list.

Counted are the newest `COUNTED` mentions of a condition; of a span of whole days
without any other condition, topics, wards, sentiments, platforms and days are taken
from the rollups, which hold them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.listening.model import HourRollup, WardRollup
from socialcell.listening.store.mentions.mention_counts import TimeSpan, within
from socialcell.listening.store.mentions.mention_matching import ANNOTATION, M
from socialcell.listening.store.mentions.mention_queries import NEWEST_FIRST
from socialcell.listening.store.mentions.rollups import EVERY

COUNTED = 10_000
TOTAL, UNTAGGED = "total", "untagged"
ROLLED = ("topic", "ward", "sentiment", "platform", "day")
COLUMNS = ("platform", "language", "sentiment", "urgency", "intent")
ANNOTATED = ("topic", "ward")
FACETS = frozenset({*COLUMNS, *ANNOTATED, "day", TOTAL, UNTAGGED})
_FacetSelect: TypeAlias = Select[str, str, int]
_ROLLUP, _WARD_ROLLUP = db.table(HourRollup), db.table(WardRollup)


@dataclass(frozen=True, slots=True)
class FacetCount:
    """So many mentions have a value of a facet; of TOTAL and UNTAGGED it is None."""

    facet: str
    value: str | None
    n: int


def count_newest(
    session: Session,
    condition: ColumnElement[bool],
    *,
    annotated: bool = True,
    counted: int = COUNTED,
) -> list[FacetCount]:
    """Counts of the newest `counted` mentions of a condition, by one statement.

    Not `annotated`: without topics and wards. A mention without a value, as none was
    read yet, is in none of a facet; UNTAGGED counts those without a language.
    """
    matches = (
        select(M.id, M.authored_at, *(M[name] for name in COLUMNS))
        .where(condition)
        .order_by(*NEWEST_FIRST)
        .limit(counted)
        .cte("matches")
        .prefix_with("MATERIALIZED")
    )
    day = _indian_day(session, matches.c.authored_at)
    branches = [
        _branch(TOTAL, None, func.count()).select_from(matches),
        _branch(UNTAGGED, None, func.count())
        .select_from(matches)
        .where(matches.c.language.is_(None)),
        *(
            _branch(name, matches.c[name], func.count())
            .where(matches.c[name].is_not(None))
            .group_by(matches.c[name])
            for name in COLUMNS
        ),
        _branch("day", day, func.count())
        .where(matches.c.authored_at.is_not(None))
        .group_by(day),
    ]
    if annotated:
        a = ANNOTATION.c
        value = func.coalesce(a.decided_value, a.value)
        branches.append(
            select(a.kind, value, func.count(matches.c.id.distinct()))
            .select_from(matches.join(ANNOTATION, a.mention_id == matches.c.id))
            .where(a.kind.in_(ANNOTATED))
            .group_by(a.kind, value)
        )
    return _counts(session, branches)


def count_days(session: Session, span: TimeSpan) -> list[FacetCount]:
    """Counts of all mentions of a span of whole Indian days, by one statement.

    TOTAL has those that were read and those that were not, UNTAGGED the latter.
    """
    r, w = _ROLLUP.c, _WARD_ROLLUP.c
    cells = (
        select(r.hour, r.platform, r.topic, r.sentiment, r.n)
        .where(r.hour >= span.start, r.hour < span.end)
        .cte("cells")
        .prefix_with("MATERIALIZED")
    )
    c = cells.c
    each = c.topic == EVERY
    day = _indian_day(session, c.hour)
    n = cast(func.sum(c.n), Integer)
    ward_n = cast(func.sum(w.n), Integer)
    first, end = _day(span.start), _day(span.end)
    unread = select(func.count()).where(
        within(span), M.tagged_at.is_(None), M.language.is_(None)
    )
    branches = [
        _branch(TOTAL, None, func.coalesce(n, 0)).where(each),
        _branch(UNTAGGED, None, unread.scalar_subquery()),
        _branch("platform", c.platform, n).where(each).group_by(c.platform),
        _branch("sentiment", c.sentiment, n).where(each).group_by(c.sentiment),
        _branch("topic", c.topic, n).where(c.topic != EVERY).group_by(c.topic),
        _branch("day", day, n).where(each).group_by(day),
        _branch("ward", w.ward, ward_n)
        .where(w.day >= first, w.day < end, w.topic == EVERY)
        .group_by(w.ward),
    ]
    counts = _counts(session, branches)
    unread_count = next(row.n for row in counts if row.facet == UNTAGGED)
    return [
        FacetCount(TOTAL, None, row.n + unread_count) if row.facet == TOTAL else row
        for row in counts
    ]


def _branch(
    facet: str, value: ColumnElement[str] | None, n: ColumnElement[int]
) -> _FacetSelect:
    shown = cast(null(), String) if value is None else value
    return select(literal(facet), shown, n)


def _counts(session: Session, branches: Sequence[_FacetSelect]) -> list[FacetCount]:
    return [FacetCount(*row) for row in session.execute(union_all(*branches))]


def _indian_day(
    session: Session, moment: ColumnElement[datetime]
) -> ColumnElement[str]:
    """The day of a moment in Pune, as YYYY-MM-DD."""
    if db.is_sqlite(session):
        # SQLite keeps times as text in UTC.
        return func.date(func.substr(moment, 1, 19), "+330 minutes")
    return cast(cast(func.timezone("Asia/Kolkata", moment), Date), String)


def _day(moment: datetime) -> date:
    return moment.astimezone(IST).date()
