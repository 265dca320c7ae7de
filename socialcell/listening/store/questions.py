"""What is asked of mentions: lists, searches, one mention, counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    Row,
    SelectBase,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql import ColumnElement, Select
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.listening.model import (
    Annotation,
    Author,
    Engagement,
    Link,
    Mention,
    MentionMatch,
    RegistryAccount,
    Relation,
)
from socialcell.listening.query import And, Field, Node, Not, Or, Words
from socialcell.ops.model import Source

MENTION = db.table(Mention)
AUTHOR = db.table(Author)
ANNOTATION = db.table(Annotation)
REGISTRY = db.table(RegistryAccount)
ENGAGEMENT = db.table(Engagement)
M = MENTION.c
_MANY = 1000


@dataclass(frozen=True)
class Wanted:
    """Which mentions: spans are half open and in UTC; None means any."""

    query: Node | None = None
    since: datetime | None = None
    until: datetime | None = None
    topic: str | None = None
    ward: str | None = None
    language: str | None = None
    sentiment: str | None = None
    limit: int | None = 50


def mentions(session: Session, wanted: Wanted) -> list[Row[Any]]:
    """Mentions with their authors, newest first; undated ones last."""
    return list(session.execute(_listed(session, wanted)))


def stream_mentions(session: Session, wanted: Wanted) -> Iterator[Row[Any]]:
    """The same, read in pages of 1,000: an export does not hold all in memory."""
    everything = _listed(session, replace(wanted, limit=None))
    options = {"yield_per": 1000, "stream_results": True}
    yield from session.execute(everything, execution_options=options)


def count_mentions(session: Session, wanted: Wanted) -> int:
    asked = select(func.count()).select_from(MENTION).where(_matching(session, wanted))
    return int(session.execute(asked).scalar_one())


def mention(session: Session, mention_id: int) -> Row[Any] | None:
    asked = _columns().where(M.id == mention_id)
    return session.execute(asked).first()


def annotations(
    session: Session, mention_ids: Sequence[int]
) -> dict[int, list[Row[Any]]]:
    """What was understood of each mention, in the order it was written."""
    found: dict[int, list[Row[Any]]] = {id_: [] for id_ in mention_ids}
    c = ANNOTATION.c
    for some in db.chunks(mention_ids):
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
            .where(c.mention_id.in_(some))
            .order_by(c.mention_id, c.id)
        )
        for row in rows:
            found[row.mention_id].append(row)
    return found


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
    asked = select(func.count()).where(c.kind == "entity", c.value.contains(":"))
    return int(session.execute(asked).scalar_one())


def present_count(session: Session) -> int:
    asked = select(func.count()).where(M.state == "present")
    return int(session.execute(asked).scalar_one())


def why(session: Session, query: Node, mention_id: int) -> list[str]:
    """The parts of a query that a mention matches, in words, for --explain."""
    return [
        _said(part)
        for part in _leaves(query)
        if session.execute(
            select(M.id).where(M.id == mention_id, _compiled(session, part))
        ).first()
    ]


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
        M.missing,
        AUTHOR.c.uid,
        AUTHOR.c.handle,
        AUTHOR.c.name,
        AUTHOR.c.verified,
    ).select_from(MENTION.outerjoin(AUTHOR, M.author_id == AUTHOR.c.id))


def _listed(session: Session, wanted: Wanted) -> Select[Any]:
    # Word for word the order of an index: the newest are found without sorting all.
    order = (M.authored_at.desc().nulls_last(), M.id.desc())
    matching = _matching(session, wanted)
    if wanted.limit is not None:
        # Where there is something to sort, it is ids and not whole rows.
        newest = select(M.id).where(matching).order_by(*order).limit(wanted.limit)
        matching = M.id.in_(newest.correlate(None))
    return _columns().where(matching).order_by(*order)


def _matching(session: Session, wanted: Wanted) -> ColumnElement[bool]:
    rules: list[ColumnElement[bool]] = [M.state == "present"]
    if wanted.since is not None:
        rules.append(M.authored_at >= wanted.since)
    if wanted.until is not None:
        rules.append(M.authored_at < wanted.until)
    if wanted.topic:
        rules.append(_annotated(session, "topic", wanted.topic))
    if wanted.ward:
        rules.append(_annotated(session, "ward", wanted.ward))
    if wanted.language:
        rules.append(M.language == wanted.language)
    if wanted.sentiment:
        rules.append(M.sentiment == wanted.sentiment)
    if wanted.query is not None:
        rules.append(_compiled(session, wanted.query))
    return and_(*rules)


def _annotated(session: Session, kind: str, value: str) -> ColumnElement[bool]:
    """Mentions with this topic, ward …: as decided, else as suggested."""
    c = ANNOTATION.c
    # Each half is a look into an index that holds no more than that half.
    halves = (
        and_(c.kind == kind, c.value == value, c.decided_value.is_(None)),
        and_(c.kind == kind, c.decided_value == value),
    )
    ids = union_all(*(select(c.mention_id).where(half) for half in halves))
    if _few(session, ids.limit(_MANY)):
        return M.id.in_(ids)
    return or_(*(exists().where(half, c.mention_id == M.id) for half in halves))


def _few(session: Session, found: SelectBase) -> bool:
    """Is it cheaper to look up what was found, and sort it by time?

    Of many, the newest are found sooner by going back in time until the page is full.
    No database can tell by itself for a search or for two columns in one condition.
    """
    asked = select(func.count()).select_from(found.subquery())
    return int(session.execute(asked).scalar_one()) < _MANY


def _compiled(session: Session, node: Node) -> ColumnElement[bool]:
    match node:
        case And(parts):
            return and_(true(), *(_compiled(session, part) for part in parts))
        case Or(parts):
            return or_(*(_compiled(session, part) for part in parts))
        case Not(part):
            return not_(_compiled(session, part))
        case Words():
            return _saying(session, node)
        case Field():
            return _field(session, node)


def _saying(session: Session, words: Words) -> ColumnElement[bool]:
    """Mentions whose folded text holds the words, by the database's own index."""
    if db.is_sqlite(session):
        star = "*" if words.prefix else ""
        said: BindParameter[str] = bindparam(
            "phrase", f'"{words.text}"{star}', unique=True
        )
        found = text(
            "SELECT rowid AS id FROM mention_fts WHERE mention_fts MATCH :phrase"
        )
        ids = found.bindparams(said).columns(M.id)
        few = _few(session, select(ids.subquery()).limit(_MANY))
        # The sign keeps SQLite from looking up each of many rows.
        return (M.id if few else literal_column("+mention.id")).in_(ids)
    star = ":*" if words.prefix else ""
    phrase = " <-> ".join(f"'{word}'" for word in words.text.split())
    asked = cast(literal(phrase + star, String), TSQUERY)
    return literal_column("mention.search").op("@@", is_comparison=True)(asked)


def _field(session: Session, field: Field) -> ColumnElement[bool]:
    match field.name:
        case "platform":
            return M.platform == field.value
        case "lang":
            return M.language == field.value
        case "sentiment":
            return M.sentiment == field.value
        case "topic":
            return _annotated(session, "topic", field.value)
        case "ward":
            return _annotated(session, "ward", field.value)
        case "since":
            return M.authored_at >= day_start(field.value, "since:")
        case "until":
            return M.authored_at < day_end(field.value, "until:")
    return _from(field.value)


def _from(handle: str) -> ColumnElement[bool]:
    """Posts of a registry account; there is no per-person history of anybody else."""
    wanted = handle.lower().lstrip("@")
    return exists().where(
        AUTHOR.c.id == M.author_id,
        func.lower(AUTHOR.c.handle) == wanted,
        REGISTRY.c.platform == AUTHOR.c.platform,
        REGISTRY.c.handle == wanted,
    )


def day_start(value: str, name: str) -> datetime:
    """A day (YYYY-MM-DD, from 00:00 IST) or a moment (ISO 8601 with offset) in UTC."""
    try:
        if len(value) == 10:
            return datetime.combine(date.fromisoformat(value), time(), IST)
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(
            f"{name} takes a day such as 2026-11-23 or a moment such as "
            f"2026-11-23T09:00+05:30, not {value!r}."
        )
    return moment


def day_end(value: str, name: str) -> datetime:
    """The end of a day, so that until:2026-11-23 includes that day."""
    start = day_start(value, name)
    return start + timedelta(days=1) if len(value) == 10 else start


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            yield node


def _said(node: Node) -> str:
    match node:
        case Words(text=said, prefix=prefix):
            return f"says “{said}{'…' if prefix else ''}”"
        case Field(name=name, value=value):
            return f"{name} is {value}"
        case Not(part):
            return f"not: {_said(part)}"
        case _:
            return "a group of conditions"
