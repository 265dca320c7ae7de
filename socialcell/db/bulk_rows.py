"""Rows written many at a time, in the way that is quick in each database."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import Column, Dialect, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session

ColumnValue: TypeAlias = object
"""What a column holds: whatever its type takes."""

Row: TypeAlias = Mapping[str, ColumnValue]
"""A row to write: column → value."""


def insert(session: Session, into: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns."""
    _insert(session, into, rows, "")


def insert_new(session: Session, into: Table, rows: Sequence[Row]) -> int:
    """Insert the rows whose unique key is not there yet; how many were new.

    The database decides what is new (ON CONFLICT DO NOTHING), not a look before.
    """
    return _insert(session, into, rows, " ON CONFLICT DO NOTHING")


def _insert(session: Session, into: Table, rows: Sequence[Row], otherwise: str) -> int:
    """The fast way in: values are prepared by column, and one statement takes them.

    PostgreSQL gets one array a column: a row at a time costs it several times as much.
    """
    if not rows:
        return 0
    connection = session.connection()
    dialect = connection.dialect
    columns = [into.c[name] for name in rows[0]]
    values = [_bound(column, rows, dialect) for column in columns]
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in columns)
    start = f"INSERT INTO {quote(into.name)} ({names}) "
    if dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        statement = f"{start}VALUES ({marks}){otherwise}"
        cursor = connection.exec_driver_sql(statement, list(zip(*values, strict=True)))
    else:
        arrays = ", ".join(f"%s::{c.type.compile(dialect)}[]" for c in columns)
        statement = f"{start}SELECT * FROM unnest({arrays}){otherwise}"  # noqa: S608

        cursor = connection.exec_driver_sql(statement, tuple(values))
    return cursor.rowcount


def _bound(
    column: Column[ColumnValue], rows: Sequence[Row], dialect: Dialect
) -> list[ColumnValue]:
    """A column's values as the driver takes them."""
    prepare = column.type.dialect_impl(dialect).bind_processor(dialect)
    name = column.name
    values = [row[name] for row in rows]
    if prepare is None:
        return values
    # Times of arrival are few objects for many rows.
    prepared = {id(cell): prepare(cell) for cell in {id(v): v for v in values}.values()}
    return [prepared[id(cell)] for cell in values]


def add_counts(
    session: Session, into: Table, keys: list[str], rows: Sequence[Row]
) -> None:
    """Add each row's `n` to the row with the same key, which may not be there yet."""
    dialect = session.get_bind().dialect.name
    make = sqlite_insert if dialect == "sqlite" else postgresql_insert
    fresh = make(into)
    total = into.c.n + fresh.excluded.n
    session.connection().execute(
        fresh.on_conflict_do_update(index_elements=keys, set_={"n": total}), rows
    )
