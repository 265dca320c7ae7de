"""A PostgreSQL database with the rows of a SQLite file of the same schema, by COPY.

For measuring: rows go in without checks of their keys, and indexes are made afterwards.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from socialcell import db
from socialcell.db import revisions


def copy_to_postgresql(source: Path, url: str) -> None:
    """Fill an empty database. psycopg.Error: it is not empty, or of another schema."""
    engine = db.connect(url)
    revisions.upgrade(engine)
    engine.dispose()
    with (
        closing(sqlite3.connect(source)) as small,
        psycopg.connect(url, autocommit=True) as target,
    ):
        target.execute("SET timezone = 'UTC'")  # as SQLite has moments
        target.execute("SET session_replication_role = replica")  # no keys are checked
        indexes = target.execute(_INDEXES).fetchall()
        for name, _definition in indexes:
            target.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        for table, columns in _tables(target).items():
            names = {row[1] for row in small.execute(f'PRAGMA table_info("{table}")')}
            _copy(small, target, table, [name for name in columns if name in names])
        for _name, definition in indexes:
            target.execute(definition)
        for table, sequence in target.execute(_SEQUENCES).fetchall():
            target.execute(_next_id(table), [sequence])
        target.execute("ANALYZE")


_INDEXES = """SELECT i.indexname, i.indexdef FROM pg_indexes i
    WHERE i.schemaname = 'public' AND NOT EXISTS (
        SELECT FROM pg_constraint c WHERE c.conindid = i.indexname::regclass)"""
_COLUMNS = """SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'NEVER'
    AND table_name <> 'alembic_version' ORDER BY table_name, ordinal_position"""

_SEQUENCES = """SELECT name, sequence FROM (
    SELECT table_name AS name,
        pg_get_serial_sequence(quote_ident(table_name), column_name) AS sequence
    FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'id') AS ids
    WHERE sequence IS NOT NULL"""


def _tables(target: psycopg.Connection) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for table, column in target.execute(_COLUMNS):
        tables.setdefault(table, []).append(column)
    return tables


def _copy(
    small: sqlite3.Connection, target: psycopg.Connection, table: str, names: list[str]
) -> None:
    if not names:
        return
    target.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    quoted = ", ".join(f'"{name}"' for name in names)
    with (
        target.cursor() as cursor,
        cursor.copy(f'COPY "{table}" ({quoted}) FROM STDIN') as copy,
    ):
        for row in _rows(small, f'SELECT {quoted} FROM "{table}"'):
            copy.write_row(row)


def _rows(small: sqlite3.Connection, query: str) -> Iterator[tuple[object, ...]]:
    cursor = small.execute(query)
    while rows := cursor.fetchmany(10_000):
        yield from rows


def _next_id(table: str) -> sql.Composed:
    """A sequence goes on after the ids that were copied."""
    return sql.SQL(
        "SELECT setval(%s, (SELECT coalesce(max(id), 0) + 1 FROM {}), false)"
    ).format(sql.Identifier(table))
