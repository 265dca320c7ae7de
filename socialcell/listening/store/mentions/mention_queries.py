"""What is asked of mentions: lists, searches, one mention, counts."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.sql import ColumnElement, Select
from sqlmodel import Session

from socialcell import db
from socialcell.connectors import PLATFORMS
from socialcell.listening.model import Engagement, Link, MentionMatch, Relation
from socialcell.listening.query.query_language import Holdings
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import newest_page
from socialcell.listening.store.mentions.mention_filter import (
    ANNOTATION,
    AUTHOR,
    MENTION,
    M,
    Matching,
    MentionFilter,
    list_values,
)
from socialcell.ops.model import Source

ENGAGEMENT = db.table(Engagement)


def mentions(session: Session, mention_filter: MentionFilter) -> list[Row[Any]]:
    """Mentions with their authors, newest first; undated ones last."""
    matching = Matching(session)
    everywhere = matching.condition(mention_filter)
    limit = mention_filter.limit
    if limit and matching.rare and not matching.is_narrow:
        span = newest_page.nearest(limit, matching.rare)
        while reach := newest_page.reach(session, mention_filter, span):
            near = replace(mention_filter, since=reach.since)
            within = Matching(session, reach.first).condition(near)
            rows = list(session.execute(_listed(within, limit)))
            if len(rows) == limit:
                return rows
            span = newest_page.further(span, len(rows), limit)
    return list(session.execute(_listed(everywhere, limit)))


def stream_mentions(
    session: Session, mention_filter: MentionFilter
) -> Iterator[Row[Any]]:
    """The same, read in pages of 1,000: an export does not hold all in memory."""
    everything = _listed(Matching(session).condition(mention_filter))
    options = {"yield_per": 1000, "stream_results": True}
    yield from session.execute(everything, execution_options=options)


def count_mentions(session: Session, mention_filter: MentionFilter) -> int:
    statement = (
        select(func.count())
        .select_from(MENTION)
        .where(Matching(session).condition(mention_filter))
    )
    return int(session.execute(statement).scalar_one())


def mention(session: Session, mention_id: int) -> Row[Any] | None:
    statement = _columns().where(M.id == mention_id)
    return session.execute(statement).first()


def annotations(
    session: Session, mention_ids: Sequence[int]
) -> dict[int, list[Row[Any]]]:
    """What was understood of each mention, in the order it was written."""
    rows_by_mention: dict[int, list[Row[Any]]] = {id_: [] for id_ in mention_ids}
    c = ANNOTATION.c
    for chunk in db.chunks(mention_ids):
        rows = session.execute(
            select(
                c.mention_id,
                c.kind,
                c.value,
                c.score,
                c.confident,
                c.start,
                c.end,
                c.detail,
                c.model,
                c.model_version,
                c.decided_value,
                c.decided_by,
            )
            .where(c.mention_id.in_(chunk))
            .order_by(c.mention_id, c.id)
        )
        for row in rows:
            rows_by_mention[row.mention_id].append(row)
    return rows_by_mention


def engagement(session: Session, mention_id: int) -> list[Row[Any]]:
    """Every snapshot of a mention, by metric and time."""
    c = ENGAGEMENT.c
    return list(
        session.execute(
            select(c.metric, c.common, c.taken_at, c.value, c.state)
            .where(c.mention_id == mention_id)
            .order_by(c.metric, c.taken_at)
        )
    )


def relations(session: Session, mention_id: int) -> list[Row[Any]]:
    """What a mention replies to, quotes or reposts, and whether we hold it."""
    relation = db.table(Relation).c
    return list(
        session.execute(
            select(relation.kind, M.platform, M.external_id, M.state, M.id)
            .join(MENTION, relation.target_id == M.id)
            .where(relation.mention_id == mention_id)
            .order_by(relation.kind, M.external_id)
        )
    )


def links(session: Session, mention_id: int) -> list[str]:
    link = db.table(Link).c
    return list(
        session.scalars(
            select(link.url).where(link.mention_id == mention_id).order_by(link.url)
        )
    )


def sources_of(session: Session, mention_id: int) -> list[Row[Any]]:
    """Through which sources a mention reached us."""
    match, source = db.table(MentionMatch).c, db.table(Source).c
    return list(
        session.execute(
            select(source.name, match.via, match.seen_at)
            .join(db.table(Source), source.id == match.source_id)
            .where(match.mention_id == mention_id)
            .order_by(source.name)
        )
    )


def read_holdings(session: Session, registry: Set[tuple[str, str]]) -> Holdings:
    """What can be asked for by name: platforms read or held, accounts, owners."""
    stored_platforms = list_values(session, M.platform)
    return Holdings(
        sorted({*PLATFORMS, *stored_platforms}),
        registry,
        sorted(owners.list_ids(session)),
    )


def language_counts(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(M.language, func.count().label("n"))
        .where(M.state == "present", M.language.is_not(None))
        .group_by(M.language)
        .order_by(func.count().desc(), M.language)
    )
    return {row.language: row.n for row in rows}


def entity_count(session: Session) -> int:
    c = ANNOTATION.c
    statement = select(func.count()).where(c.kind == "entity", c.value.contains(":"))
    return int(session.execute(statement).scalar_one())


def present_count(session: Session) -> int:
    statement = select(func.count()).where(M.state == "present")
    return int(session.execute(statement).scalar_one())


def _columns() -> Select[Any]:
    return select(
        M.id,
        M.platform,
        M.external_id,
        M.kind,
        M.state,
        M.title,
        M.text,
        M.url,
        M.authored_at,
        M.edited_at,
        M.stored_at,
        M.conversation,
        M.language,
        M.mixed,
        M.sentiment,
        M.intent,
        M.urgency,
        M.owner,
        M.missing,
        M.withheld,
        AUTHOR.c.uid,
        AUTHOR.c.handle,
        AUTHOR.c.name,
        AUTHOR.c.verified,
    ).select_from(MENTION.outerjoin(AUTHOR, M.author_id == AUTHOR.c.id))


def _listed(matching: ColumnElement[bool], limit: int | None = None) -> Select[Any]:
    # Word for word the order of an index: the newest are found without sorting all.
    order = (M.authored_at.desc().nulls_last(), M.id.desc())
    if limit is not None:
        # Where there is something to sort, it is ids and not whole rows.
        newest = select(M.id).where(matching).order_by(*order).limit(limit)
        matching = M.id.in_(newest.correlate(None))
    return _columns().where(matching).order_by(*order)
