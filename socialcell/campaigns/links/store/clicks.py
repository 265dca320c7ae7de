"""Clicks in the database: stored once, counted by day and kind, gone in time."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, func, null, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links.model import Click, ClickDay, TrackedLink
from socialcell.clock import IST, as_utc

CLICK = db.table(Click)
DAY = db.table(ClickDay)
LINK = db.table(TrackedLink)
BELONGS = ("campaign", "initiative", "creator", "post", "channel")
"""What clicks can be counted by, beside `code`, `day`, `trigger` and `device`."""
_OWN = {"day": DAY.c.day, "trigger": DAY.c.trigger, "device": DAY.c.device}
_KEYS = ["day", "link_id", "kind", "trigger", "device"]

Lost = tuple[date, int, str, str]
"""A day, a link, trigger and device of requests that were answered and not stored."""


def record(
    session: Session,
    rows: Sequence[Mapping[str, Any]],
    lost: Mapping[Lost, int] | None = None,
    moved: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Store clicks with their counts, in one transaction of the caller's.

    `moved` are rows that were stored before, as they were: they are a scanner's. Rows
    that came in together are stored together: the same ones again, after an answer of
    the database that was lost, change nothing.
    """
    if rows and db.insert_new(session, CLICK, rows) == 0:
        return
    moments = {row["at"] for row in (*rows, *moved)}
    days = {at: at.astimezone(IST).date() for at in moments}
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        counts[_key(days, row, row["kind"])] += 1
    for row in moved:
        counts[_key(days, row, row["kind"])] -= 1
        counts[_key(days, row, "scanner")] += 1
    for (day, link, trigger, device), n in (lost or {}).items():
        counts[day, link, "dropped", trigger, device] += n
    if counts:
        found = [
            {**dict(zip(_KEYS, key, strict=True)), "n": n}
            for key, n in sorted(counts.items())
        ]
        db.add_counts(session, DAY, _KEYS, found)
    if moved:
        ids = [row["id"] for row in moved]
        session.execute(update(CLICK).where(CLICK.c.id.in_(ids)).values(kind="scanner"))
        session.execute(delete(DAY).where(DAY.c.n == 0))


def _add(session: Session, counts: Mapping[tuple[Any, ...], int]) -> None:
    """Add to the counts by `_KEYS`; one that comes to nothing goes."""
    found = [
        {**dict(zip(_KEYS, key, strict=True)), "n": n}
        for key, n in sorted(counts.items())
        if n
    ]
    if found:
        db.add_counts(session, DAY, _KEYS, found)
    if any(one["n"] < 0 for one in found):
        session.execute(delete(DAY).where(DAY.c.n == 0))


def _key(
    days: Mapping[datetime, date], row: Mapping[str, Any], kind: str
) -> tuple[Any, ...]:
    """The key of a count: `_KEYS`."""
    return days[row["at"]], row["link_id"], kind, row["trigger"], row["device"]


def at(session: Session, moments: Collection[datetime]) -> list[Row[Any]]:
    """The clicks of these seconds."""
    found: list[Row[Any]] = []
    for some in db.chunks(moments):
        found += session.execute(select(CLICK).where(CLICK.c.at.in_(some)))
    return found


def take_back(session: Session, moments: Collection[datetime]) -> None:
    """Delete the clicks of these seconds, and take them off their days' counts."""
    gone = [dict(row._mapping) for row in at(session, moments)]
    for some in db.chunks([row["id"] for row in gone]):
        session.execute(delete(CLICK).where(CLICK.c.id.in_(some)))
    days = {one: as_utc(one).astimezone(IST).date() for one in {r["at"] for r in gone}}
    counts = Counter(_key(days, row, row["kind"]) for row in gone)
    _add(session, {key: -n for key, n in counts.items()})


def find(session: Session, id_: str) -> Row[Any] | None:
    return session.execute(select(CLICK).where(CLICK.c.id == id_)).first()


def by_kind(
    session: Session,
    by: Sequence[str] = (),
    *,
    since: date | None = None,
    until: date | None = None,
    wanted: Mapping[str, str | None] | None = None,
) -> Sequence[Row[Any]]:
    """Requests by kind and by whatever is asked for: rows of `by`, `kind` and `n`.

    `by` names `day`, `trigger`, `device`, `code` or one of `BELONGS`; days are of Pune,
    both ends included; `wanted` are values of `code` and `BELONGS` (None: any). All
    kinds of a group together are all its requests.
    """
    columns = [_OWN[name] if name in _OWN else LINK.c[name] for name in by]
    asked = (
        select(*columns, DAY.c.kind, func.sum(DAY.c.n).label("n"))
        .join_from(DAY, LINK, DAY.c.link_id == LINK.c.id)
        .group_by(*columns, DAY.c.kind)
        .order_by(*columns, DAY.c.kind)
    )
    if since is not None:
        asked = asked.where(DAY.c.day >= since)
    if until is not None:
        asked = asked.where(DAY.c.day <= until)
    for name, value in (wanted or {}).items():
        if value is not None:
            asked = asked.where(LINK.c[name] == value)
    return session.execute(asked).all()


def count_old(session: Session, before: datetime) -> int:
    asked = select(func.count()).select_from(CLICK).where(CLICK.c.at < before)
    return int(session.execute(asked).scalar_one())


def drop_old(session: Session, before: datetime, limit: int) -> int:
    """Delete single clicks from before a moment, some at a time; how many went."""
    old = select(CLICK.c.id).where(CLICK.c.at < before).limit(limit)
    gone = delete(CLICK).where(CLICK.c.id.in_(old.scalar_subquery()))
    return db.changed(session, gone)


def forget_networks(session: Session, before: datetime) -> int:
    """Take the networks' hashes out of clicks from before a moment."""
    c = CLICK.c
    bare = update(CLICK).where(c.at < before, c.prefix.is_not(None))
    return db.changed(session, bare.values(prefix=null()))
