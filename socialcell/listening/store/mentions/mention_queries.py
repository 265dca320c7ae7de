"""Queries of mentions: lists, searches, one mention, counts."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session

from socialcell import db
from socialcell.connectors import PLATFORMS
from socialcell.json_types import JsonObject
from socialcell.listening.model import (
    StoredWithheld,
)
from socialcell.listening.query.query_language import Holdings, Node
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import newest_page
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.mentions.mention_matching import (
    ANNOTATION,
    AUTHOR,
    MENTION,
    M,
    Matching,
    list_values,
)


@dataclass(frozen=True, slots=True)
class MentionRow:
    """A mention with its author. Text and author are None where they are not held;
    `language` to `urgency` are in force, and None until the mention is read."""

    id: int
    platform: str
    external_id: str
    kind: str
    state: str
    title: str | None
    text: str | None
    url: str | None
    authored_at: datetime | None
    edited_at: datetime | None
    stored_at: datetime
    conversation: str | None
    language: str | None
    mixed: bool | None
    sentiment: str | None
    intent: str | None
    urgency: str | None
    owner: str | None
    missing: list[str]
    withheld: StoredWithheld | None
    status: str | None
    ward: str | None
    department: str | None
    closed_at: datetime | None
    uid: str | None
    handle: str | None
    name: str | None
    verified: str | None


@dataclass(frozen=True, slots=True)
class AnnotationRow:
    """One annotation of a mention: the suggestion of a model, and the decision of a
    person, None where there is none. `start` to `end` are code points of the text."""

    mention_id: int
    kind: str
    value: str
    score: float | None
    confident: bool | None
    start: int | None
    end: int | None
    detail: JsonObject | None
    model: str
    model_version: str
    decided_value: str | None
    decided_by: str | None
    decided_at: datetime | None


# In the order of the fields of MentionRow.
COLUMNS = (
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
    M.status,
    M.ward,
    M.department,
    M.closed_at,
    AUTHOR.c.uid,
    AUTHOR.c.handle,
    AUTHOR.c.name,
    AUTHOR.c.verified,
)
_WITH_AUTHOR = MENTION.outerjoin(AUTHOR, M.author_id == AUTHOR.c.id)
# Word for word the order of an index: the newest are found without sorting all.
NEWEST_FIRST = (M.authored_at.desc().nulls_last(), M.id.desc())


def mentions(session: Session, mention_filter: MentionFilter) -> list[MentionRow]:
    """Mentions with their authors, newest first; undated ones last."""
    matching = Matching(session)
    everywhere = matching.condition(mention_filter)
    limit = mention_filter.limit
    if limit and matching.rare and not matching.is_narrow:
        span = newest_page.nearest(limit, matching.rare)
        while reach := newest_page.reach(session, mention_filter, span):
            near = replace(mention_filter, since=reach.since)
            within = Matching(session, reach.first).condition(near)
            rows = list_matching(session, within, limit)
            if len(rows) == limit:
                return rows
            span = newest_page.further(span, len(rows), limit)
    return list_matching(session, everywhere, limit)


def stream_mentions(
    session: Session, mention_filter: MentionFilter
) -> Iterator[MentionRow]:
    """The same, read in pages of 1,000: an export does not hold all in memory."""
    matching = Matching(session).condition(mention_filter)
    options = {"yield_per": 1000, "stream_results": True}
    rows = session.execute(
        select(*COLUMNS)
        .select_from(_WITH_AUTHOR)
        .where(matching)
        .order_by(*NEWEST_FIRST),
        execution_options=options,
    )
    for row in rows:
        yield MentionRow(*row)


def count_mentions(session: Session, mention_filter: MentionFilter) -> int:
    statement = (
        select(func.count())
        .select_from(MENTION)
        .where(Matching(session).condition(mention_filter))
    )
    return int(session.execute(statement).scalar_one())


def count_undated(session: Session, mention_filter: MentionFilter) -> int:
    """How many mentions a filter's span leaves out because they have no time."""
    if mention_filter.since is None and mention_filter.until is None:
        return 0
    at_any_time = replace(mention_filter, since=None, until=None)
    matching = Matching(session).condition(at_any_time)
    statement = (
        select(func.count())
        .select_from(MENTION)
        .where(M.authored_at.is_(None), matching)
    )
    return int(session.execute(statement).scalar_one())


def has_any(session: Session, part: Node) -> bool:
    """Whether some mention is of a part of a query."""
    condition = Matching(session).condition(MentionFilter(part))
    return session.execute(select(M.id).where(condition).limit(1)).first() is not None


def mention(session: Session, mention_id: int) -> MentionRow | None:
    statement = select(*COLUMNS).select_from(_WITH_AUTHOR).where(M.id == mention_id)
    row = session.execute(statement).first()
    return None if row is None else MentionRow(*row)


def mentions_by_id(
    session: Session, mention_ids: Sequence[int]
) -> dict[int, MentionRow]:
    """The mentions of these ids that are there, by id."""
    rows: dict[int, MentionRow] = {}
    for chunk in db.chunks(mention_ids):
        statement = select(*COLUMNS).select_from(_WITH_AUTHOR).where(M.id.in_(chunk))
        for row in session.execute(statement):
            mention_row = MentionRow(*row)
            rows[mention_row.id] = mention_row
    return rows


def mentions_of(
    session: Session, ids: Iterable[int], mention_filter: MentionFilter
) -> dict[int, MentionRow]:
    """Those of these mentions that match a filter, by id."""
    rows: dict[int, MentionRow] = {}
    condition = Matching(session, assumed=False).condition(mention_filter)
    for chunk in db.chunks(dict.fromkeys(ids)):
        wanted = list_matching(session, and_(M.id.in_(chunk), condition), None)
        rows |= {row.id: row for row in wanted}
    return rows


def annotations(
    session: Session, mention_ids: Sequence[int]
) -> dict[int, list[AnnotationRow]]:
    """The annotations of each mention, in the order they were written."""
    rows_by_mention: dict[int, list[AnnotationRow]] = {id_: [] for id_ in mention_ids}
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
                c.decided_at,
            )
            .where(c.mention_id.in_(chunk))
            .order_by(c.mention_id, c.id)
        )
        for row in rows:
            rows_by_mention[row.mention_id].append(AnnotationRow(*row))
    return rows_by_mention


def list_platforms(session: Session) -> Sequence[str]:
    """The platforms that stored mentions are of."""
    return list_values(session, M.platform)


def read_holdings(session: Session, registry: Set[tuple[str, str]]) -> Holdings:
    """The names that a query may use: platforms read or stored, accounts, owners."""
    return Holdings(
        sorted({*PLATFORMS, *list_platforms(session)}),
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


def list_matching(
    session: Session, matching: ColumnElement[bool], limit: int | None
) -> list[MentionRow]:
    """The newest mentions of a condition with their authors; undated ones last."""
    if limit is not None:
        # Where there is something to sort, it is ids and not whole rows.
        newest = select(M.id).where(matching).order_by(*NEWEST_FIRST).limit(limit)
        matching = M.id.in_(newest.correlate(None))
    rows = session.execute(
        select(*COLUMNS)
        .select_from(_WITH_AUTHOR)
        .where(matching)
        .order_by(*NEWEST_FIRST)
    )
    return [MentionRow(*row) for row in rows]
