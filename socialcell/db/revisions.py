"""Revisions of the schema: which a database has, which the code needs, the way up."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from socialcell.db import must_exist
from socialcell.db.refusals import plain_errors, where
from socialcell.errors import ConfigError


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Bring the schema to the code's revision; (before, after). One transaction."""
    before, newest = current(engine), head()
    refuse_newer(engine, before)
    if before == newest:
        return before, newest
    with plain_errors(engine), engine.begin() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
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
    revisions = {script.revision for script in _scripts().walk_revisions()}
    return schema is not None and schema not in revisions


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
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """That of the code."""
    newest = _scripts().get_current_head()
    assert newest is not None, "the package ships at least one migration"
    return newest


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    folder = Path(__file__).parents[1] / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_alembic())
