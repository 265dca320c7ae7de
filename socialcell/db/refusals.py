"""What a database refuses, in words that an operator can act on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from socialcell.errors import ConfigError, SocialcellError, UsageError
from socialcell.redact import redact

BUSY_SECONDS = 30.0  # for which a database that another process holds is waited for


@contextmanager
def plain_errors(engine: Engine) -> Iterator[None]:
    """Around work with the database: its errors as errors of ours."""
    try:
        yield
    except NoFreeConnection:
        raise SocialcellError(
            "database.no_free_connection", place=where(engine), busy=_busy(engine)
        ) from None
    except OverflowError as error:  # of Python's driver, which SQLAlchemy lets through
        raise (_explained(engine, error) or error) from None
    except DatabaseError as error:
        raise (_explained(engine, error) or _without_rows(error)) from None


def _without_rows(error: DatabaseError) -> DatabaseError:
    """The same error and traceback without PostgreSQL's DETAIL, which quotes rows."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None or error.orig is None:
        return error
    bare = type(error.orig)(diagnosis.message_primary or "no reason given")
    bare_error = type(error)(error.statement, None, bare, hide_parameters=True)
    return bare_error.with_traceback(error.__traceback__)


def _explained(
    engine: Engine, error: DatabaseError | OverflowError
) -> SocialcellError | None:
    """The error for an operator; None when it is a mistake in our own SQL or rows."""
    reason = redact(str(error.orig if isinstance(error, DatabaseError) else error))
    place = where(engine)
    for words, explain in _REFUSALS.items():
        if any(word in reason for word in words):
            return explain({"place": place, "reason": reason, "busy": _busy(engine)})
    if isinstance(error, OperationalError):
        return SocialcellError("database.refused", place=place, reason=reason.strip())
    return None


def _busy(engine: Engine) -> str:
    """For how many seconds it is waited."""
    busy = engine.get_execution_options().get("socialcell_busy", BUSY_SECONDS)
    return f"{busy:g}"


# What SQLite and PostgreSQL say, and what it means to the person who reads it.
_REFUSALS: dict[tuple[str, ...], Callable[[dict[str, str]], SocialcellError]] = {
    ("is full", "No space left"): lambda words: SocialcellError(
        "database.disk_full", **words
    ),
    ("disk I/O error",): lambda words: SocialcellError("database.disk_fault", **words),
    ("locked", "busy", "lock timeout"): lambda words: SocialcellError(
        "database.locked", **words
    ),
    ("UNIQUE constraint failed", "duplicate key value"): lambda words: SocialcellError(
        "database.row_exists", **words
    ),
    ("readonly", "read-only"): lambda words: ConfigError("database.read_only", **words),
    ("permission denied",): lambda words: ConfigError(
        "database.permission_denied", **words
    ),
    ("unable to open",): lambda words: ConfigError("database.not_opened", **words),
    # The types of ids: a day may be out of range as well.
    ("SQLite INTEGER", "integer out of range", "bigint out of range"): (
        lambda _: UsageError("database.number_too_large")
    ),
    ("not a database", "malformed"): lambda words: SocialcellError(
        "database.damaged", **words
    ),
}


def where(engine: Engine) -> str:
    """The database's address without its password, for messages."""
    return engine.url.render_as_string(hide_password=True)
