"""One hash over the content of the domain tables: equal content, equal hash.

Surrogate keys are replaced by natural ones; runs, logs, cursors and raw JSON (which is
purged on a schedule) do not count. In which order the rows come does not count either,
so that nothing is sorted, and a database of any size takes the same memory.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Column, Table, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.selectable import ExecutableReturnsRows
from sqlmodel import Session, SQLModel

from socialcell import db
from socialcell.json_types import DocumentValue
from socialcell.listening.model import (
    Annotation,
    Area,
    Author,
    AuthorSnapshot,
    Engagement,
    EntityRollup,
    HourRollup,
    Link,
    Mention,
    MentionMatch,
    Owner,
    RegistryAccount,
    Relation,
    WardRollup,
)
from socialcell.listening.store.multiset_hash import multiset_hash
from socialcell.ops.model import Source

DomainTable = Table[ReadOnlyColumnCollection[str, Column[object]]]
NamedStatement = tuple[str, ExecutableReturnsRows]  # for rows that are no table's

_M = db.table(Mention)
_KEYS = {"id", "mention_id", "author_id", "raw_id", "source_id", "run_id", "target_id"}


def digest(session: Session, also: Sequence[DomainTable | NamedStatement] = ()) -> str:
    """SHA-256, hexadecimal, of every table's digest.

    `also` are other domains' tables whose keys are natural ones, or named statements.
    """
    return whole_digest(table_digests(session, also))


def whole_digest(tables: Mapping[str, str]) -> str:
    """The digest of a database, of those of its tables."""
    lines = "".join(f"{name} {of_table}\n" for name, of_table in tables.items())
    return hashlib.sha256(lines.encode()).hexdigest()


def table_digests(
    session: Session, also: Sequence[DomainTable | NamedStatement] = ()
) -> dict[str, str]:
    """The same by table, to find where two databases differ."""
    return {
        name: multiset_hash(_lines(session, statement))
        for name, statement in _all_statements(also)
    }


def _lines(session: Session, statement: ExecutableReturnsRows) -> Iterator[str]:
    # Not `session`: it would keep what it shows of a table in its identity map.
    connection = session.connection()
    for row in connection.execute(statement, execution_options={"yield_per": 1000}):
        yield json.dumps([_plain(cell) for cell in row], ensure_ascii=True)


def _plain(cell: DocumentValue) -> DocumentValue:
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return cell


def _all_statements(
    also: Sequence[DomainTable | NamedStatement],
) -> Iterator[NamedStatement]:
    yield from _statements()
    for extra in also:
        yield extra if isinstance(extra, tuple) else (extra.name, select(extra))


def _statements() -> Iterator[NamedStatement]:
    author = db.table(Author)
    mention_key = (_M.c.platform, _M.c.external_id)
    author_key = (author.c.platform, author.c.uid)
    yield (
        "mention",
        select(*_own(Mention), *author_key).select_from(
            _M.outerjoin(author, _M.c.author_id == author.c.id)
        ),
    )
    yield "author", select(*_own(Author))
    figures = db.table(AuthorSnapshot)
    yield (
        "author_snapshot",
        select(*author_key, *_own(AuthorSnapshot)).join_from(
            figures, author, figures.c.author_id == author.c.id
        ),
    )
    for model in (Link, Engagement, Annotation):
        own = db.table(model)
        yield (
            own.name,
            select(*mention_key, *_own(model)).join_from(
                own, _M, own.c.mention_id == _M.c.id
            ),
        )
    yield "relation", _relations()
    yield "mention_match", _matches()
    for whole in (RegistryAccount, Area, Owner, HourRollup, EntityRollup, WardRollup):
        yield db.table(whole).name, select(*_own(whole))


def _own(model: type[SQLModel]) -> list[Column[object]]:
    return [column for column in db.table(model).c if column.name not in _KEYS]


def _relations() -> ExecutableReturnsRows:
    relation, target = db.table(Relation), _M.alias()
    return (
        select(_M.c.platform, _M.c.external_id, relation.c.kind, target.c.external_id)
        .join_from(relation, _M, relation.c.mention_id == _M.c.id)
        .join(target, relation.c.target_id == target.c.id)
    )


def _matches() -> ExecutableReturnsRows:
    match, source = db.table(MentionMatch), db.table(Source)
    return (
        select(
            _M.c.platform,
            _M.c.external_id,
            source.c.name,
            match.c.via,
            match.c.seen_at,
        )
        .join_from(match, _M, match.c.mention_id == _M.c.id)
        .join(source, match.c.source_id == source.c.id)
    )
