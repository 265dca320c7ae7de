"""Check that the unique keys that the code relies on are enforced and unique."""

from collections.abc import Iterator

from sqlalchemy import Table, UniqueConstraint, func, inspect, select
from sqlmodel import Session


def key_faults(session: Session, table: Table) -> Iterator[str]:
    """Faults of the unique keys of a table, as sentences."""
    enforced = _enforced_keys(session, table)
    for key in _expected_keys(table):
        named = f"{table.name} ({', '.join(key)})"
        if frozenset(key) not in enforced:
            yield f"The database does not keep {named} unique any more"
        if n := _count_repeated(session, table, key):
            yield f"{n} keys of {named} stand on more than one row"


def _expected_keys(table: Table) -> list[tuple[str, ...]]:
    constraints = [
        constraint
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    keys = [
        tuple(column.name for column in constraint.columns)
        for constraint in constraints
    ]
    keys.append(tuple(column.name for column in table.primary_key.columns))
    return sorted(keys)


def _enforced_keys(session: Session, table: Table) -> set[frozenset[str | None]]:
    inspector = inspect(session.connection())
    keys: list[list[str] | list[str | None]] = [
        inspector.get_pk_constraint(table.name)["constrained_columns"]
    ]
    keys += [
        constraint["column_names"]
        for constraint in inspector.get_unique_constraints(table.name)
    ]
    keys += [
        index["column_names"]
        for index in inspector.get_indexes(table.name)
        if index["unique"]
    ]
    return {frozenset(key) for key in keys}


def _count_repeated(session: Session, table: Table, key: tuple[str, ...]) -> int:
    columns = [table.c[name] for name in key]
    twice = select(*columns).group_by(*columns).having(func.count() > 1)
    query = select(func.count()).select_from(twice.subquery())
    return int(session.execute(query).scalar_one())
