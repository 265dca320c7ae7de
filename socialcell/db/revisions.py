"""Revisions of the schema: which a database has, which the code needs, the way up.

Every command compares the two. Alembic takes a fifth of a second to import, so it is
imported where the schema is changed alone; the names of its files are the revisions.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text

from socialcell.db import must_exist
from socialcell.db.refusals import plain_errors, where
from socialcell.errors import ConfigError

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

_MIGRATIONS = Path(__file__).parents[1] / "migrations"


def upgrade(
    engine: Engine, office_holders: Sequence[str] = ()
) -> tuple[str | None, str]:
    """Bring the schema to the code's revision; (before, after). One transaction.

    `office_holders` are names that may be searched, for a step that indexes anew.
    """
    before, newest = current(engine), head()
    refuse_newer(engine, before)
    if before == newest:
        return before, newest
    from alembic import command

    with plain_errors(engine), engine.begin() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        config.attributes["office_holders"] = tuple(office_holders)
        command.upgrade(config, "head")
    return before, newest


def require_current(engine: Engine) -> None:
    """Refuse to work on a database whose schema is not the code's (exit code 78)."""
    must_exist(engine)
    schema, newest = current(engine), head()
    refuse_newer(engine, schema)
    if schema is None:
        raise ConfigError("database.empty", place=where(engine))
    if schema != newest:
        raise ConfigError(
            "database.older_schema",
            place=where(engine),
            schema=schema,
            newest=newest,
        )


def is_newer(schema: str | None) -> bool:
    """Whether a schema is of a version of socialcell that this one does not know."""
    return schema is not None and schema not in revisions()


def refuse_newer(engine: Engine, schema: str | None) -> None:
    if is_newer(schema):
        raise ConfigError(
            "database.newer_schema",
            place=where(engine),
            schema=schema,
            newest=head(),
        )


def current(engine: Engine) -> str | None:
    """That of a database; None for an empty one."""
    reader = engine.execution_options(socialcell_reads=True)
    with plain_errors(engine), reader.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        query = text("SELECT version_num FROM alembic_version")
        schema: str | None = connection.execute(query).scalar_one_or_none()
        return schema


def head() -> str:
    """That of the code."""
    return revisions()[-1]


@cache
def revisions() -> tuple[str, ...]:
    """Every revision of the code, oldest first: the beginnings of its files' names."""
    files = (_MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return tuple(sorted(file.name.partition("_")[0] for file in files))


def _alembic() -> "AlembicConfig":
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
