"""What one engine compiled serves all engines of the tests.

SQLAlchemy writes the SQL of a statement once for an engine. A program has one engine; a
worker of the tests has ten thousand, and wrote the same SQL for each: a third of their
time. Here dialects of a kind are equal, and all engines share what was written.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.util import LRUCache

_STATEMENTS = 3000  # a worker keeps them in memory


class _Alike(Dialect):
    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class AlikeSqlite(_Alike, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class AlikePostgresql(_Alike, PGDialect_psycopg):
    supports_statement_cache = True


def register() -> None:
    """From now on, for every engine that is made."""
    registry.register("sqlite", __name__, AlikeSqlite.__name__)
    registry.register("postgresql.psycopg", __name__, AlikePostgresql.__name__)
    written: LRUCache[Any, Any] = LRUCache(_STATEMENTS)

    @event.listens_for(Engine, "engine_connect")
    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=written)
