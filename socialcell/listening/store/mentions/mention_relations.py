"""What stands around one mention: its thread, links, sources, counts over time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select, union_all
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Engagement, Link, MentionMatch, Relation
from socialcell.listening.store.mentions.mention_matching import MENTION, M
from socialcell.ops.model import Source

ENGAGEMENT = db.table(Engagement)


@dataclass(frozen=True, slots=True)
class EngagementRow:
    """One count of a mention at one moment; None where its state says why."""

    metric: str
    common: str | None
    taken_at: datetime
    value: int | None
    state: str


@dataclass(frozen=True, slots=True)
class RelatedMention:
    """A mention that another one replies to, quotes or reposts (`kind`)."""

    kind: str
    platform: str
    external_id: str
    state: str
    id: int


@dataclass(frozen=True, slots=True)
class MentionSource:
    """A source through which a mention reached us, and when it last did."""

    name: str
    via: str
    seen_at: datetime


def engagement(session: Session, mention_id: int) -> list[EngagementRow]:
    """Every snapshot of a mention, by metric and time."""
    c = ENGAGEMENT.c
    rows = session.execute(
        select(c.metric, c.common, c.taken_at, c.value, c.state)
        .where(c.mention_id == mention_id)
        .order_by(c.metric, c.taken_at)
    )
    return [EngagementRow(*row) for row in rows]


def relations(session: Session, mention_id: int) -> list[RelatedMention]:
    """What a mention replies to, quotes or reposts, and whether we hold it."""
    relation = db.table(Relation).c
    rows = session.execute(
        select(relation.kind, M.platform, M.external_id, M.state, M.id)
        .join(MENTION, relation.target_id == M.id)
        .where(relation.mention_id == mention_id)
        .order_by(relation.kind, M.external_id)
    )
    return [RelatedMention(*row) for row in rows]


def thread(session: Session, mention_id: int) -> tuple[list[RelatedMention], list[int]]:
    """The `relations` and the `replies` of a mention, in one statement."""
    relation = db.table(Relation).c
    columns = (M.id, relation.kind, M.platform, M.external_id, M.state)
    above = (
        select(literal("above").label("side"), *columns)
        .join(MENTION, relation.target_id == M.id)
        .where(relation.mention_id == mention_id)
    )
    below = (
        select(literal("below"), *columns)
        .join(MENTION, relation.mention_id == M.id)
        .where(relation.target_id == mention_id, M.state == "present")
    )
    rows = session.execute(union_all(above, below)).all()
    parents = [
        RelatedMention(kind, platform, external_id, state, id_)
        for side, id_, kind, platform, external_id, state in rows
        if side == "above"
    ]
    parents.sort(key=lambda parent: (parent.kind, parent.external_id))
    return parents, sorted(row.id for row in rows if row.side == "below")


def replies(session: Session, mention_id: int) -> list[int]:
    """The present mentions that reply to a mention, quote or repost it, by id."""
    relation = db.table(Relation).c
    return list(
        session.scalars(
            select(M.id)
            .join(MENTION, relation.mention_id == M.id)
            .where(relation.target_id == mention_id, M.state == "present")
            .order_by(M.id)
        )
    )


def links(session: Session, mention_id: int) -> list[str]:
    link = db.table(Link).c
    return list(
        session.scalars(
            select(link.url).where(link.mention_id == mention_id).order_by(link.url)
        )
    )


def sources_of(session: Session, mention_id: int) -> list[MentionSource]:
    """Through which sources a mention reached us."""
    match, source = db.table(MentionMatch).c, db.table(Source).c
    rows = session.execute(
        select(source.name, match.via, match.seen_at)
        .join(db.table(Source), source.id == match.source_id)
        .where(match.mention_id == mention_id)
        .order_by(source.name)
    )
    return [MentionSource(*row) for row in rows]
