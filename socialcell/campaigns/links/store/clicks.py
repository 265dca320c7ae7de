"""Clicks in the database: stored once, counted by day and kind, deleted by age."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import delete, func, null, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.model import Click, ClickDay, ClickRow, TrackedLink
from socialcell.clock import IST, as_utc

CLICK = db.table(Click)
DAY = db.table(ClickDay)
LINK = db.table(TrackedLink)
LINK_FIELDS = ("campaign", "initiative", "creator", "post", "channel")
"""Columns to count clicks by, beside `code`, `day`, `trigger` and `device`."""
_DAY_COLUMNS = {"day": DAY.c.day, "trigger": DAY.c.trigger, "device": DAY.c.device}


class _CountKey(NamedTuple):
    """The key of a row of click_day."""

    day: date
    link_id: int
    kind: str
    trigger: str
    device: str


_KEYS = list(_CountKey._fields)

LostClicks = tuple[date, int, str, str]
"""A day, a link, trigger and device of requests that were answered and not stored."""


@dataclass(frozen=True, slots=True)
class StoredClick:
    """A row of the table `click`; see `Click`."""

    id: str
    link_id: int
    version: int
    at: datetime
    kind: str
    rules: int
    method: str
    trigger: str
    device: str
    in_app: str | None
    led_to: str
    prefix: str | None


@dataclass(frozen=True, slots=True)
class KindCount:
    """Requests of one kind in a group: its values in the order of `by`."""

    group: tuple[str | date | None, ...]
    kind: str
    n: int


def record_clicks(
    session: Session,
    rows: Sequence[ClickRow],
    lost: Mapping[LostClicks, int] | None = None,
    reclassified: Sequence[ClickRow] = (),
) -> None:
    """Store clicks with their counts, in one transaction of the caller's.

    `reclassified` are rows as they were stored, which are a scanner's. The rows of a
    call are stored together: the same call again, after the database's reply was lost,
    changes nothing.
    """
    if rows and db.insert_new(session, CLICK, rows) == 0:
        return
    moments = {row["at"] for row in (*rows, *reclassified)}
    days = {moment: moment.astimezone(IST).date() for moment in moments}
    counts: Counter[_CountKey] = Counter()
    for row in rows:
        counts[_key(days, row, row["kind"])] += 1
    for row in reclassified:
        counts[_key(days, row, row["kind"])] -= 1
        counts[_key(days, row, "scanner")] += 1
    for (day, link, trigger, device), n in (lost or {}).items():
        counts[_CountKey(day, link, "dropped", trigger, device)] += n
    if counts:
        count_rows = [{**key._asdict(), "n": n} for key, n in sorted(counts.items())]
        db.add_counts(session, DAY, _KEYS, count_rows)
    if reclassified:
        ids = [row["id"] for row in reclassified]
        session.execute(update(CLICK).where(CLICK.c.id.in_(ids)).values(kind="scanner"))
        session.execute(delete(DAY).where(DAY.c.n == 0))


def _add_counts(session: Session, counts: Mapping[_CountKey, int]) -> None:
    """Add to the counts by `_KEYS`; one that comes to nothing goes."""
    count_rows = [{**key._asdict(), "n": n} for key, n in sorted(counts.items()) if n]
    if count_rows:
        db.add_counts(session, DAY, _KEYS, count_rows)
    if any(row["n"] < 0 for row in count_rows):
        session.execute(delete(DAY).where(DAY.c.n == 0))


def _key(days: Mapping[datetime, date], row: ClickRow, kind: str) -> _CountKey:
    return _CountKey(
        days[row["at"]], row["link_id"], kind, row["trigger"], row["device"]
    )


def clicks_at(session: Session, moments: Collection[datetime]) -> list[StoredClick]:
    """The clicks of these seconds."""
    rows: list[StoredClick] = []
    for chunk in db.chunks(moments):
        query = select(CLICK).where(CLICK.c.at.in_(chunk))
        rows += db.records(session, query, StoredClick)
    return rows


def delete_clicks(session: Session, moments: Collection[datetime]) -> None:
    """Delete the clicks of these seconds, and take them off their days' counts."""
    deleted = clicks_at(session, moments)
    for chunk in db.chunks([click.id for click in deleted]):
        session.execute(delete(CLICK).where(CLICK.c.id.in_(chunk)))
    counts = Counter(
        _CountKey(
            as_utc(click.at).astimezone(IST).date(),
            click.link_id,
            click.kind,
            click.trigger,
            click.device,
        )
        for click in deleted
    )
    _add_counts(session, {key: -n for key, n in counts.items()})


def find_click(session: Session, id_: str) -> StoredClick | None:
    query = select(CLICK).where(CLICK.c.id == id_)
    return next(iter(db.records(session, query, StoredClick)), None)


def count_by_kind(
    session: Session,
    by: Sequence[str] = (),
    *,
    since: date | None = None,
    until: date | None = None,
    filters: Mapping[str, str | None] | None = None,
) -> list[KindCount]:
    """Counts of requests by kind, grouped by the columns `by`.

    `by` names `day`, `trigger`, `device`, `code` or one of `BELONGS`; days are of Pune,
    both ends included; `wanted` are values of `code` and `BELONGS` (None: any). All
    kinds of a group together are all its requests.
    """
    columns = [
        _DAY_COLUMNS[name] if name in _DAY_COLUMNS else LINK.c[name] for name in by
    ]
    query = (
        select(*columns, DAY.c.kind, func.sum(DAY.c.n).label("n"))
        .join_from(DAY, LINK, DAY.c.link_id == LINK.c.id)
        .group_by(*columns, DAY.c.kind)
        .order_by(*columns, DAY.c.kind)
    )
    if since is not None:
        query = query.where(DAY.c.day >= since)
    if until is not None:
        query = query.where(DAY.c.day <= until)
    for name, text in (filters or {}).items():
        if text is not None:
            query = query.where(LINK.c[name] == text)
    return [
        KindCount(tuple(group), kind, int(n))
        for *group, kind, n in session.execute(query)
    ]


def have_people(session: Session, link_id: int) -> bool:
    """Whether a person has followed a link, or somebody of unknown kind."""
    kinds = ("human", "duplicate", "dropped")
    query = select(DAY.c.n).where(DAY.c.link_id == link_id, DAY.c.kind.in_(kinds))
    return session.execute(query.limit(1)).first() is not None


def count_dropped(session: Session, since: date) -> int:
    """Requests from a day on that were answered while the log was full."""
    query = select(func.coalesce(func.sum(DAY.c.n), 0))
    chosen = query.where(DAY.c.kind == "dropped", DAY.c.day >= since)
    return int(session.execute(chosen).scalar_one())


def count_old_clicks(session: Session, before: datetime) -> int:
    query = select(func.count()).select_from(CLICK).where(CLICK.c.at < before)
    return int(session.execute(query).scalar_one())


def delete_old_clicks(session: Session, before: datetime, limit: int) -> int:
    """Delete single clicks from before a moment, some at a time; how many went."""
    old = select(CLICK.c.id).where(CLICK.c.at < before).limit(limit)
    gone = delete(CLICK).where(CLICK.c.id.in_(old.scalar_subquery()))
    return db.changed(session, gone)


def erase_networks(session: Session, before: datetime) -> int:
    """Take the networks' hashes out of clicks from before a moment."""
    c = CLICK.c
    bare = update(CLICK).where(c.at < before, c.prefix.is_not(None))
    return db.changed(session, bare.values(prefix=null()))
