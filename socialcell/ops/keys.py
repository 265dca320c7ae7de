"""Whether the keys that the code relies on are unique, and are kept so."""

from collections.abc import Iterator

from sqlalchemy import Table, UniqueConstraint, func, inspect, select
from sqlmodel import Session


def doubles(session: Session, table: Table) -> Iterator[str]:
    """What is wrong with the unique keys of a table, as sentences."""
    kept = _kept(session, table)
    for key in _wanted(table):
        named = f"{table.name} ({', '.join(key)})"
        if frozenset(key) not in kept:
            yield f"The database does not keep {named} unique any more"
        if n := _repeated(session, table, key):
            yield f"{n} keys of {named} stand on more than one row"


def _wanted(table: Table) -> list[tuple[str, ...]]:
    found = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    keys = [tuple(column.name for column in one.columns) for one in found]
    keys.append(tuple(column.name for column in table.primary_key.columns))
    return sorted(keys)


def _kept(session: Session, table: Table) -> set[frozenset[str | None]]:
    looked = inspect(session.connection())
    keys: list[list[str] | list[str | None]] = [
        looked.get_pk_constraint(table.name)["constrained_columns"]
    ]
    keys += [one["column_names"] for one in looked.get_unique_constraints(table.name)]
    keys += [
        one["column_names"] for one in looked.get_indexes(table.name) if one["unique"]
    ]
    return {frozenset(key) for key in keys}


def _repeated(session: Session, table: Table, key: tuple[str, ...]) -> int:
    columns = [table.c[name] for name in key]
    twice = select(*columns).group_by(*columns).having(func.count() > 1)
    asked = select(func.count()).select_from(twice.subquery())
    return int(session.execute(asked).scalar_one())
