"""Queries for the daily figures between two days."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    RowMapping,
    Table,
    case,
    cast,
    func,
    select,
)
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.outcomes.figures_model import AdDay, SearchDay, StoreDay
from socialcell.connectors.metric_kinds import APP_STORES


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


def search_sums(session: Session, since: date, until: date) -> Sequence[Row[Any]]:
    """Each day of each site, in all and over its named queries, both ends included.

    Columns: site, dimension (total or query), day, clicks, impressions, placed (those
    impressions that have a position), position (the sum of positions, each times its
    impressions), final (1 when Google changes it no more).
    """
    c = db.table(SearchDay).c
    placed = case((c.position.is_not(None), c.impressions))
    return session.execute(
        select(
            c.site,
            c.dimension,
            c.day,
            func.sum(c.clicks).label("clicks"),
            func.sum(c.impressions).label("impressions"),
            func.sum(placed).label("placed"),
            func.sum(c.position * c.impressions).label("position"),
            func.min(cast(c.final, Integer)).label("final"),
        )
        .where(c.day >= since, c.day <= until, c.dimension.in_(("total", "query")))
        .group_by(c.site, c.dimension, c.day)
        .order_by(c.site, c.day)
    ).all()


def top_queries(
    session: Session, since: date, until: date, most: int
) -> Sequence[Row[Any]]:
    """The queries with the most clicks: site, value, clicks, impressions, placed,
    position (a sum, as in search_sums)."""
    c = db.table(SearchDay).c
    clicks = func.sum(c.clicks).label("clicks")
    placed = case((c.position.is_not(None), c.impressions))
    return session.execute(
        select(
            c.site,
            c.value,
            clicks,
            func.sum(c.impressions).label("impressions"),
            func.sum(placed).label("placed"),
            func.sum(c.position * c.impressions).label("position"),
        )
        .where(c.day >= since, c.day <= until, c.dimension == "query")
        .group_by(c.site, c.value)
        .having(clicks > 0)
        .order_by(clicks.desc(), c.site, c.value)
        .limit(most)
    ).all()


def _rows_between(
    session: Session, table: Table, since: date, until: date, *conditions: Any
) -> Sequence[RowMapping]:
    days = (table.c.day >= since, table.c.day <= until)
    query = select(table).where(*days, *conditions).order_by(table.c.day, table.c.key)
    return session.execute(query).mappings().all()
