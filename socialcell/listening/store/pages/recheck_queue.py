"""Which mentions are to be fetched again, and when they last were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, false, func, or_, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Mention, MentionMatch, Removal, Upkeep

M = db.table(Mention).c
MATCH = db.table(MentionMatch).c
UPKEEP = db.table(Upkeep)
REMOVAL = db.table(Removal).c

# Age of a post, and how long between two looks at its engagement: most of it comes
# in the first hours (half-lives of posts are minutes to hours), little after a week.
BANDS: tuple[tuple[timedelta, timedelta], ...] = (
    (timedelta(hours=6), timedelta(hours=1)),
    (timedelta(days=1), timedelta(hours=4)),
    (timedelta(days=3), timedelta(hours=12)),
    (timedelta(days=7), timedelta(days=1)),
    (timedelta(days=28), timedelta(days=7)),
)


@dataclass(frozen=True)
class Lag:
    """How long what is gone upstream was kept here, over some removals.

    `longest` is an upper bound: the item went at some time since it was last seen.
    """

    removals: int
    longest: timedelta | None
    over_a_day: int


def to_refresh(
    session: Session, source_id: int, now: datetime, limit: int
) -> list[str]:
    """Native ids of a source's mentions whose engagement is due: first those that are
    pinned hot, then the newest."""
    last_seen = func.coalesce(UPKEEP.c.refreshed_at, M.fetched_at, M.stored_at)
    hot = func.coalesce(UPKEEP.c.hot_until > now, false())
    due = [and_(hot, last_seen <= now - BANDS[0][1])]
    younger = timedelta(0)
    for older, gap in BANDS:
        due.append(
            and_(
                M.authored_at <= now - younger,
                M.authored_at > now - older,
                last_seen <= now - gap,
            )
        )
        younger = older
    order = (hot.desc(), M.authored_at.desc(), M.id)
    statement = _of_source(source_id).where(or_(*due)).order_by(*order)
    return list(session.scalars(statement.limit(limit)))


def to_recheck(
    session: Session, source_id: int, before: datetime, limit: int
) -> list[str]:
    """Native ids of a source's mentions not seen since `before`, longest ago first."""
    last_seen = func.coalesce(UPKEEP.c.seen_at, M.fetched_at, M.stored_at)
    statement = (
        _of_source(source_id).where(last_seen <= before).order_by(last_seen, M.id)
    )
    return list(session.scalars(statement.limit(limit)))


def pin(session: Session, mention_ids: Sequence[int], until: datetime | None) -> int:
    """Look at these as often as at new ones until then; with None no longer. How many
    of them are held and present."""
    pinned = 0
    for chunk in db.chunks(mention_ids):
        rows = session.execute(
            select(M.id, M.fetched_at, M.stored_at).where(
                M.id.in_(chunk), M.state == "present"
            )
        ).all()
        db.insert_new(
            session,
            UPKEEP,
            [
                {"mention_id": id_, "seen_at": fetched or stored}
                for id_, fetched, stored in rows
            ],
        )
        session.execute(
            update(UPKEEP)
            .where(UPKEEP.c.mention_id.in_([row.id for row in rows]))
            .values(hot_until=until)
        )
        pinned += len(rows)
    return pinned


def mark_seen(
    session: Session,
    platform: str,
    external: Sequence[str],
    now: datetime,
    *,
    refreshed: bool = False,
) -> None:
    """These were there at `now`; with `refreshed` the answer had their counts too."""
    for chunk in db.chunks(external):
        ids = session.scalars(
            select(M.id).where(M.platform == platform, M.external_id.in_(chunk))
        ).all()
        rows = [{"mention_id": id_, "seen_at": now} for id_ in ids]
        db.insert_new(session, UPKEEP, rows)
        values = {"seen_at": now, **({"refreshed_at": now} if refreshed else {})}
        session.execute(
            update(UPKEEP).where(UPKEEP.c.mention_id.in_(ids)).values(**values)
        )


def present_ids(
    session: Session, platform: str, external: Sequence[str]
) -> dict[str, int]:
    """Which of these are held and present: native id → id."""
    ids_by_native_id: dict[str, int] = {}
    for chunk in db.chunks(external):
        rows = session.execute(
            select(M.external_id, M.id).where(
                M.platform == platform,
                M.external_id.in_(chunk),
                M.state == "present",
            )
        )
        ids_by_native_id.update((external_id, id_) for external_id, id_ in rows)
    return ids_by_native_id


def lag(session: Session, since: datetime, until: datetime | None = None) -> Lag:
    """How late the removals noticed since a moment, and before another, were."""
    statement = select(REMOVAL.last_seen_at, REMOVAL.noticed_at).where(
        REMOVAL.noticed_at >= since
    )
    if until is not None:
        statement = statement.where(REMOVAL.noticed_at < until)
    rows = session.execute(statement).all()
    waits = [row.noticed_at - row.last_seen_at for row in rows]
    day = timedelta(days=1)
    return Lag(len(waits), max(waits, default=None), sum(wait > day for wait in waits))


def count_present(session: Session, platform: str) -> int:
    """How many mentions of a platform are held and present."""
    statement = select(func.count()).where(M.platform == platform, M.state == "present")
    return int(session.execute(statement).scalar_one())


def counts_of_source(session: Session, source_id: int) -> tuple[int, int]:
    """How many mentions that are present a source has seen, and how many of them no
    other source has."""
    other = db.table(MentionMatch).alias().c
    statement = (
        select(func.count())
        .select_from(MentionMatch)
        .join(Mention, MATCH.mention_id == M.id)
        .where(MATCH.source_id == source_id, M.state == "present")
    )
    elsewhere = select(other.mention_id).where(
        other.mention_id == M.id, other.source_id != source_id
    )
    alone = statement.where(~elsewhere.exists())
    return session.execute(statement).scalar_one(), session.execute(alone).scalar_one()


def oldest_unseen(session: Session, source_id: int) -> datetime | None:
    """When the mention of a source that was seen longest ago was last seen."""
    last_seen = func.coalesce(UPKEEP.c.seen_at, M.fetched_at, M.stored_at)
    statement = _of_source(source_id).with_only_columns(func.min(last_seen))
    oldest: datetime | None = session.execute(statement.order_by(None)).scalar_one()
    return oldest


def _of_source(source_id: int) -> Select[tuple[str]]:
    return (
        select(M.external_id)
        .join(MentionMatch, MATCH.mention_id == M.id)
        .join(UPKEEP, UPKEEP.c.mention_id == M.id, isouter=True)
        .where(MATCH.source_id == source_id, M.state == "present")
    )
