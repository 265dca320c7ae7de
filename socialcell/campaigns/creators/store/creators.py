"""The registry of creators in the database: whole creators, as of a day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Row, and_, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.creator import (
    Account,
    Creator,
    Engaged,
    Insight,
    PastPost,
    Rate,
)
from socialcell.campaigns.creators.model import (
    CreatorAccount,
    CreatorEntry,
    CreatorInsight,
    CreatorRate,
    CreatorSketch,
)
from socialcell.listening.model import Author, AuthorSnapshot, Mention

__all__ = ["Account", "Creator", "Engaged", "Insight", "PastPost", "Rate", "creators"]

CREATOR = db.table(CreatorEntry)
ACCOUNT = db.table(CreatorAccount)
RATE = db.table(CreatorRate)
INSIGHT = db.table(CreatorInsight)
SKETCH = db.table(CreatorSketch)
AUTHOR = db.table(Author)
SNAPSHOT = db.table(AuthorSnapshot)
MENTION = db.table(Mention)
POSTS = 50  # of a creator that are held at hand


def creators(
    session: Session, on: date, keys: Sequence[str] | None = None
) -> list[Creator]:
    """The creators of the registry in the order of their keys; only `keys` if given.

    Rates are those in force `on` that day, insights the newest that were known then.
    """
    asked = select(CREATOR).order_by(CREATOR.c.key)
    if keys is not None:
        asked = asked.where(CREATOR.c.key.in_(keys))
    rows = session.execute(asked).all()
    accounts = _accounts(session)
    rates = rates_of(session, on)
    insights = _insights(session, on)
    sketches = {row.creator_id: row for row in session.execute(select(SKETCH))}
    return [
        Creator(
            id=row.key,
            name=row.name,
            kind=row.kind,
            languages=tuple(row.languages),
            wards=tuple(row.wards),
            accounts=tuple(accounts[row.id]),
            rates=rates[row.id],
            rate_class=row.rate_class,
            rate_source=row.rate_source,
            consent=row.consent,
            consent_on=row.consent_on,
            connection=row.connection,
            cool_off_days=row.cool_off_days,
            insights=tuple(insights[row.id]),
            engaged=_engaged(sketches.get(row.id)),
            posts=tuple(posts(session, accounts[row.id])),
        )
        for row in rows
    ]


def creator(session: Session, key: str, on: date) -> Creator | None:
    return next(iter(creators(session, on, [key])), None)


def posts(session: Session, accounts: Iterable[Account]) -> list[PastPost]:
    """The newest posts of these accounts that are present, newest first."""
    m, a = MENTION.c, AUTHOR.c
    theirs = [
        and_(a.platform == one.platform, func.lower(a.handle) == one.handle)
        for one in accounts
    ]
    if not theirs:
        return []
    asked = (
        select(m.id, m.platform, m.authored_at, m.url)
        .join_from(MENTION, AUTHOR, m.author_id == a.id)
        .where(or_(*theirs), m.state == "present", m.authored_at.is_not(None))
        .order_by(m.authored_at.desc(), m.id.desc())
        .limit(POSTS)
    )
    return [PastPost(*row) for row in session.execute(asked)]


def rates_of(
    session: Session, on: date, creator_id: int | None = None
) -> dict[int, dict[str, Rate]]:
    """Rates in force on a day: creator's number → format → rate."""
    asked = select(RATE).where(RATE.c.since <= on).order_by(RATE.c.since)
    if creator_id is not None:
        asked = asked.where(RATE.c.creator_id == creator_id)
    found: dict[int, dict[str, Rate]] = defaultdict(dict)
    for row in session.execute(asked):
        rate = Rate(row.amount_micros, row.currency, row.since, row.source)
        found[row.creator_id][row.format] = rate
    return found


def _accounts(session: Session) -> dict[int, list[Account]]:
    a, c = AUTHOR.c, ACCOUNT.c
    newest = (
        select(SNAPSHOT.c.author_id, func.max(SNAPSHOT.c.taken_at).label("taken_at"))
        .where(SNAPSHOT.c.followers.is_not(None))
        .group_by(SNAPSHOT.c.author_id)
        .subquery()
    )
    asked = (
        select(
            c.creator_id,
            c.platform,
            c.handle,
            func.max(SNAPSHOT.c.followers).label("followers"),
        )
        .select_from(
            ACCOUNT.outerjoin(
                AUTHOR,
                and_(a.platform == c.platform, func.lower(a.handle) == c.handle),
            )
            .outerjoin(newest, newest.c.author_id == a.id)
            .outerjoin(
                SNAPSHOT,
                and_(
                    SNAPSHOT.c.author_id == newest.c.author_id,
                    SNAPSHOT.c.taken_at == newest.c.taken_at,
                ),
            )
        )
        .group_by(c.id, c.creator_id, c.platform, c.handle)
        .order_by(c.platform, c.handle)
    )
    found: dict[int, list[Account]] = defaultdict(list)
    for row in session.execute(asked):
        found[row.creator_id].append(Account(row.platform, row.handle, row.followers))
    return found


def _insights(session: Session, on: date) -> dict[int, list[Insight]]:
    """Of each account and dimension, the figures of the newest day that has any."""
    c = INSIGHT.c
    asked = select(INSIGHT).where(c.day <= on).order_by(c.day, c.value)
    newest: dict[tuple[int, str, str], list[Row[Any]]] = {}
    for row in session.execute(asked):
        held = newest.setdefault((row.creator_id, row.platform, row.dimension), [])
        if held and held[0].day != row.day:
            held.clear()
        held.append(row)
    found: dict[int, list[Insight]] = defaultdict(list)
    for (creator_id, *_), rows in sorted(newest.items()):
        found[creator_id] += [
            Insight(r.platform, r.day, r.dimension, r.value, r.number, r.source)
            for r in rows
        ]
    return found


def _engaged(row: Row[Any] | None) -> Engaged | None:
    if row is None:
        return None
    sketch = np.frombuffer(row.registers, dtype=np.uint8).astype(np.int64)
    return Engaged(row.since, row.until, row.posts, row.precision, sketch)
