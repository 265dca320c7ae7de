"""Queries for the daily figures between two days."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Integer,
    RowMapping,
    Table,
    case,
    func,
    select,
)
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.outcomes.figures_model import AdDay, SearchDay, StoreDay
from socialcell.connectors.metric_kinds import APP_STORES


@dataclass(frozen=True, slots=True)
class SearchFigureSums:
    """Sums of search figures; None: not reported.

    `placed` are the impressions that have a position, `position` the sum of positions,
    each times its impressions.
    """

    clicks: int | None
    impressions: int | None
    placed: int | None
    position: float | None


@dataclass(frozen=True, slots=True)
class SearchSum:
    """A day of a site, in all (`dimension` total) or over its named queries (query).

    `final`: Google changes the day no more.
    """

    site: str
    dimension: str
    day: date
    sums: SearchFigureSums
    final: bool


@dataclass(frozen=True, slots=True)
class QuerySum:
    """A query of a site over several days."""

    site: str
    query: str
    sums: SearchFigureSums


def ad_days(session: Session, since: date, until: date, level: str) -> list[AdDay]:
    """Days of ads of one level (campaign, ad_group, ad), both ends included."""
    table = db.table(AdDay)
    rows = _rows_between(session, table, since, until, table.c.level == level)
    return [AdDay(**row) for row in rows]


def store_days(
    session: Session,
    since: date,
    until: date,
    stores: Collection[str] = APP_STORES,
    metric: str | None = None,
) -> list[StoreDay]:
    """Days of figures of app stores, or of `stores` (PAGES); None: all metrics."""
    table = db.table(StoreDay)
    conditions: list[ColumnElement[bool]] = [table.c.store.in_(stores)]
    if metric is not None:
        conditions.append(table.c.metric == metric)
    return [
        StoreDay(**row)
        for row in _rows_between(session, table, since, until, *conditions)
    ]


def search_days(
    session: Session, since: date, until: date, site: str | None
) -> list[SearchDay]:
    """Days of sites' search results, all dimensions; None for all sites."""
    table = db.table(SearchDay)
    conditions = [] if site is None else [table.c.site == site]
    return [
        SearchDay(**row)
        for row in _rows_between(session, table, since, until, *conditions)
    ]


def search_sums(session: Session, since: date, until: date) -> list[SearchSum]:
    """Each day of each site, in all and over its named queries, both ends included."""
    c = db.table(SearchDay).c
    query = (
        select(c.site, c.dimension, c.day, *_sums(), func.min(c.final.cast(Integer)))
        .where(c.day >= since, c.day <= until, c.dimension.in_(("total", "query")))
        .group_by(c.site, c.dimension, c.day)
        .order_by(c.site, c.day)
    )
    return [
        SearchSum(site, dimension, day, _figures(sums), bool(final))
        for site, dimension, day, *sums, final in session.execute(query)
    ]


def top_queries(
    session: Session, since: date, until: date, most: int
) -> list[QuerySum]:
    """The queries with the most clicks, most first."""
    c = db.table(SearchDay).c
    clicks = func.sum(c.clicks)
    query = (
        select(c.site, c.value, *_sums())
        .where(c.day >= since, c.day <= until, c.dimension == "query")
        .group_by(c.site, c.value)
        .having(clicks > 0)
        .order_by(clicks.desc(), c.site, c.value)
        .limit(most)
    )
    return [
        QuerySum(site, text, _figures(sums))
        for site, text, *sums in session.execute(query)
    ]


def _sums() -> tuple[ColumnElement[int], ...]:
    """The columns of SearchFigureSums."""
    c = db.table(SearchDay).c
    return (
        func.sum(c.clicks),
        func.sum(c.impressions),
        func.sum(case((c.position.is_not(None), c.impressions))),
        func.sum(c.position * c.impressions),
    )


def _figures(sums: Sequence[float | None]) -> SearchFigureSums:
    clicks, impressions, placed, position = sums
    return SearchFigureSums(
        clicks=None if clicks is None else int(clicks),
        impressions=None if impressions is None else int(impressions),
        placed=None if placed is None else int(placed),
        position=None if position is None else float(position),
    )


def _rows_between(
    session: Session,
    table: Table,
    since: date,
    until: date,
    *conditions: ColumnElement[bool],
) -> Sequence[RowMapping]:
    days = (table.c.day >= since, table.c.day <= until)
    query = select(table).where(*days, *conditions).order_by(table.c.day, table.c.key)
    return session.execute(query).mappings().all()
