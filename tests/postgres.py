"""A PostgreSQL server for tests, whose databases are emptied and used again.

To copy a database and drop it takes a tenth of a second; to empty one takes a
hundredth.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from socialcell import db
from socialcell.db import revisions

_USES = 40  # rows that are deleted stay in the files; a database gets slow with them

# What a test that changes the schema leaves behind: rows of the catalogs that others
# wrote (xmin) than before. To delete a row of a table, or to look at one, writes none.
_SHAPE = text(
    "SELECT "
    + ", ".join(
        f"(SELECT concat(sum(xmin::text::bigint), ' of ', count(*)) FROM {catalog})"
        for catalog in (
            *("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index"),
            *("pg_proc", "pg_sequence", "pg_trigger", "pg_type", "alembic_version"),
        )
    )
    + ", (SELECT string_agg(setconfig::text, '') FROM pg_db_role_setting)"
)
_NAMES = text(
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind = :kind AND n.nspname = 'public' ORDER BY 1"
)
_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass(slots=True)
class _Database:
    """One that is lent, and a connection that stays open to empty it: a new one would
    read the catalogs of all tables again, which takes five times as long."""

    name: str
    connection: Connection
    shape: tuple[Any, ...]
    uses: int = 0

    def close(self) -> None:
        engine = self.connection.engine
        with suppress(SQLAlchemyError):  # it may have been cut off
            self.connection.close()
        engine.dispose()


@dataclass(slots=True)
class Postgres:
    """A server of our own, and an administrator's connection to it.

    The database `empty` has today's schema and no rows.
    """

    url: str
    admin: Engine
    _made: int = 0
    _free: list[_Database] = field(default_factory=list)
    _emptying: str = ""

    def begin(self) -> None:
        """Make `empty`. No disk is waited for: nothing here outlives the tests."""
        self.run(
            "ALTER SYSTEM SET fsync = off",
            # Rows come in the order in which they were written, in a used one too.
            "ALTER SYSTEM SET autovacuum = off",
            "SELECT pg_reload_conf()",
        )
        self.run("CREATE DATABASE empty")
        engine = db.connect(self.url_of("empty"))
        revisions.upgrade(engine)
        with engine.connect() as connection:
            tables = _names(connection, "r") - {"alembic_version"}
            sequences = _names(connection, "S")
        engine.dispose()
        self._emptying = ";".join(
            ["SET session_replication_role = replica"]
            + [f'DELETE FROM "{table}"' for table in sorted(tables)]
            + [f"SELECT setval('\"{name}\"', 1, false)" for name in sorted(sequences)]
        )

    def url_of(self, database: str) -> str:
        return self.url.replace("/postgres?", f"/{database}?")

    def run(self, *statements: str) -> None:
        """Statements that stand outside a transaction."""
        with self.admin.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database that nobody else uses."""
        lent = self._free.pop() if self._free else self._another()
        yield self.url_of(lent.name)
        lent.uses += 1
        if lent.uses < _USES and self._emptied(lent):
            self._free.append(lent)
        else:
            lent.close()
            self.run(f"DROP DATABASE IF EXISTS {lent.name} WITH (FORCE)")

    def _another(self) -> _Database:
        self._made += 1
        name = f"test_{self._made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE empty STRATEGY FILE_COPY")
        connection = db.connect(self.url_of(name)).connect()
        shape = _shape(connection)
        connection.commit()
        return _Database(name, connection, shape)

    def _emptied(self, lent: _Database) -> bool:
        """Whether the database is as a new one again; not when its schema changed."""
        try:
            lent.connection.execute(_OTHERS)
            if _shape(lent.connection) != lent.shape:
                return False
            lent.connection.exec_driver_sql(self._emptying)
            lent.connection.commit()
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        for database in self._free:
            database.close()
        self.admin.dispose()


def _names(connection: Connection, kind: str) -> set[str]:
    return set(connection.execute(_NAMES, {"kind": kind}).scalars())


def _shape(connection: Connection) -> tuple[Any, ...]:
    return tuple(connection.execute(_SHAPE).one())
