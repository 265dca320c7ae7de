"""Questions about daily figures: which days of what are held, between two days."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, Table, select
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.model import AdDay, SearchDay, StoreDay


def ad_days(session: Session, since: date, until: date, level: str) -> list[AdDay]:
    """Days of ads of one level (campaign, ad_group, ad), both ends included."""
    table = db.table(AdDay)
    found = _between(session, table, since, until, table.c.level == level)
    return [AdDay(**row) for row in found]


def store_days(
    session: Session, since: date, until: date, store: str | None, metric: str | None
) -> list[StoreDay]:
    """Days of app stores' figures; None for all stores, all metrics."""
    table = db.table(StoreDay)
    wanted = []
    if store is not None:
        wanted.append(table.c.store == store)
    if metric is not None:
        wanted.append(table.c.metric == metric)
    return [StoreDay(**row) for row in _between(session, table, since, until, *wanted)]


def search_days(
    session: Session, since: date, until: date, site: str | None
) -> list[SearchDay]:
    """Days of sites' search results, all dimensions; None for all sites."""
    table = db.table(SearchDay)
    wanted = [] if site is None else [table.c.site == site]
    return [SearchDay(**row) for row in _between(session, table, since, until, *wanted)]


def _between(
    session: Session, table: Table, since: date, until: date, *wanted: Any
) -> Sequence[RowMapping]:
    days = (table.c.day >= since, table.c.day <= until)
    asked = select(table).where(*days, *wanted).order_by(table.c.day, table.c.key)
    return session.execute(asked).mappings().all()
