"""The registry of creators in the database: whole creators, as of a day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.creator import (
    Creator,
    EngagedAudience,
    Insight,
    PastPost,
    Rate,
    SocialAccount,
)
from socialcell.campaigns.creators.model import (
    CreatorAccount,
    CreatorEntry,
    CreatorInsight,
    CreatorRate,
    CreatorSketch,
)
from socialcell.campaigns.creators.store.creator_rows import (
    StoredCreator,
    StoredInsight,
    StoredSketch,
)
from socialcell.listening.model import Author, AuthorSnapshot, Mention

CREATOR = db.table(CreatorEntry)
ACCOUNT = db.table(CreatorAccount)
RATE = db.table(CreatorRate)
INSIGHT = db.table(CreatorInsight)
SKETCH = db.table(CreatorSketch)
AUTHOR = db.table(Author)
SNAPSHOT = db.table(AuthorSnapshot)
MENTION = db.table(Mention)
_COLUMNS = tuple(field.name for field in fields(StoredCreator))
_SKETCH_COLUMNS = tuple(field.name for field in fields(StoredSketch))
MAX_POSTS = 50  # newest posts of a creator that are loaded


@dataclass(frozen=True)
class RegisteredCreator:
    """A creator's own row, its accounts in order, and whoever engaged with it."""

    row: StoredCreator
    accounts: list[SocialAccount]
    sketch: StoredSketch | None

    def as_creator(self, rates: Mapping[str, Rate]) -> Creator:
        """The creator with these rates, without insights and posts."""
        row = self.row
        return Creator(
            id=row.key,
            name=row.name,
            kind=row.kind,
            languages=tuple(row.languages),
            wards=tuple(row.wards),
            accounts=tuple(self.accounts),
            rates=rates,
            rate_class=row.rate_class,
            rate_source=row.rate_source,
            consent=row.consent,
            consent_on=row.consent_on,
            connection=row.connection,
            cool_off_days=row.cool_off_days,
            insights=(),
            engaged=None,
            posts=(),
        )


def creators(
    session: Session,
    on: date,
    keys: Sequence[str] | None = None,
    *,
    with_history: bool = True,
    with_posts: bool = True,
) -> list[Creator]:
    """The creators of the registry in the order of their keys; only `keys` if given.

    Rates are those in force `on` that day, insights the newest that were known then.
    Insights and people who engaged are loaded `with_history` only, posts `with_posts`.
    """
    registered = registered_creators(session, keys)
    rates = rates_of(session, on)
    insights: Mapping[int, Sequence[Insight]] = {}
    if with_history:
        insights = _insights(session, on)
    return [
        replace(
            registered_creator.as_creator(rates[row.id]),
            insights=tuple(insights.get(row.id, ())),
            engaged=_engaged_audience(registered_creator.sketch)
            if with_history
            else None,
            posts=tuple(posts(session, registered_creator.accounts))
            if with_posts
            else (),
        )
        for registered_creator in registered
        for row in [registered_creator.row]
    ]


def registered_creators(
    session: Session, keys: Collection[str] | None = None
) -> list[RegisteredCreator]:
    """The creators of the registry in the order of their keys, each with its accounts
    and their newest followers, in one statement; only `keys` if given."""
    account = _accounts().subquery()
    query = (
        select(
            CREATOR,
            account.c.platform,
            account.c.handle,
            account.c.followers,
            *(SKETCH.c[name].label(f"sketch_{name}") for name in _SKETCH_COLUMNS),
        )
        .outerjoin(account, account.c.creator_id == CREATOR.c.id)
        .outerjoin(SKETCH, SKETCH.c.creator_id == CREATOR.c.id)
        .order_by(CREATOR.c.key, account.c.platform, account.c.handle)
    )
    if keys is not None:
        query = query.where(CREATOR.c.key.in_(sorted(keys)))
    registered: dict[str, RegisteredCreator] = {}
    for row in session.execute(query).mappings():
        own = registered.get(row["key"])
        if own is None:
            own = registered[row["key"]] = RegisteredCreator(
                StoredCreator(**{name: row[name] for name in _COLUMNS}),
                [],
                None
                if row["sketch_creator_id"] is None
                else StoredSketch(
                    **{name: row[f"sketch_{name}"] for name in _SKETCH_COLUMNS}
                ),
            )
        if row["platform"] is not None:
            own.accounts.append(
                SocialAccount(row["platform"], row["handle"], row["followers"])
            )
    return list(registered.values())


def creator(session: Session, key: str, on: date) -> Creator | None:
    return next(iter(creators(session, on, [key])), None)


def posts(session: Session, accounts: Iterable[SocialAccount]) -> list[PastPost]:
    """The newest posts of these accounts that are present, newest first."""
    m, a = MENTION.c, AUTHOR.c
    accounts_of_creator = [
        and_(a.platform == account.platform, func.lower(a.handle) == account.handle)
        for account in accounts
    ]
    if not accounts_of_creator:
        return []
    query = (
        select(m.id, m.platform, m.authored_at, m.url)
        .join_from(MENTION, AUTHOR, m.author_id == a.id)
        .where(
            or_(*accounts_of_creator), m.state == "present", m.authored_at.is_not(None)
        )
        .order_by(m.authored_at.desc(), m.id.desc())
        .limit(MAX_POSTS)
    )
    return [PastPost(*row) for row in session.execute(query)]


def rates_of(
    session: Session, on: date, creator_id: int | None = None
) -> dict[int, dict[str, Rate]]:
    """Rates in force on a day: creator's number → format → rate."""
    query = select(RATE).where(RATE.c.since <= on).order_by(RATE.c.since)
    if creator_id is not None:
        query = query.where(RATE.c.creator_id == creator_id)
    rates: dict[int, dict[str, Rate]] = defaultdict(dict)
    for row in session.execute(query):
        rate = Rate(row.amount_micros, row.currency, row.since, row.source)
        rates[row.creator_id][row.format] = rate
    return rates


def rate_histories(session: Session, until: date) -> dict[int, dict[str, list[Rate]]]:
    """Rates up to a day, the oldest first: creator's number → format → rates."""
    query = select(RATE).where(RATE.c.since <= until).order_by(RATE.c.since)
    histories: dict[int, dict[str, list[Rate]]] = defaultdict(lambda: defaultdict(list))
    for row in session.execute(query):
        rate = Rate(row.amount_micros, row.currency, row.since, row.source)
        histories[row.creator_id][row.format].append(rate)
    return histories


def _accounts() -> Select[tuple[int, str, str, int | None]]:
    """Every account with the newest count of its followers."""
    a, c = AUTHOR.c, ACCOUNT.c
    newest = (
        select(SNAPSHOT.c.author_id, func.max(SNAPSHOT.c.taken_at).label("taken_at"))
        .where(SNAPSHOT.c.followers.is_not(None))
        .group_by(SNAPSHOT.c.author_id)
        .subquery()
    )
    return (
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
    )


def _insights(session: Session, on: date) -> dict[int, list[Insight]]:
    """Of each account and dimension, the figures of the newest day that has any."""
    c = INSIGHT.c
    query = select(INSIGHT).where(c.day <= on).order_by(c.day, c.value)
    newest: dict[tuple[int, str, str], list[StoredInsight]] = {}
    for row in db.records(session, query, StoredInsight):
        figures = newest.setdefault((row.creator_id, row.platform, row.dimension), [])
        if figures and figures[0].day != row.day:
            figures.clear()
        figures.append(row)
    insights: dict[int, list[Insight]] = defaultdict(list)
    for (creator_id, *_), rows in sorted(newest.items()):
        insights[creator_id] += [
            Insight(r.platform, r.day, r.dimension, r.value, r.number, r.source)
            for r in rows
        ]
    return insights


def _engaged_audience(stored: StoredSketch | None) -> EngagedAudience | None:
    if stored is None:
        return None
    # Imported on first use: lists of creators load this module, few read a sketch.
    import numpy as np

    sketch = np.frombuffer(stored.registers, dtype=np.uint8).astype(np.int64)
    return EngagedAudience(
        stored.since, stored.until, stored.posts, stored.precision, sketch
    )
