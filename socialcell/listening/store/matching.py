"""Which mentions are wanted, as one condition of SQL, and why one of them is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BindParameter,
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
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session

from socialcell import db
from socialcell.listening.days import day_end, day_start
from socialcell.listening.model import Annotation, Author, Mention, RegistryAccount
from socialcell.listening.query import And, Field, Node, Not, Or, Words

MENTION = db.table(Mention)
AUTHOR = db.table(Author)
ANNOTATION = db.table(Annotation)
REGISTRY = db.table(RegistryAccount)
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


def condition(session: Session, wanted: Wanted) -> ColumnElement[bool]:
    """The condition of those mentions, for a question about them."""
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


def why(session: Session, query: Node, mention_id: int) -> list[str]:
    """The parts of a query that a mention matches, in words, for --explain."""
    return [
        _said(part)
        for part in _leaves(query)
        if session.execute(
            select(M.id).where(M.id == mention_id, _compiled(session, part))
        ).first()
    ]


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
