"""What a database refuses, in words that an operator can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from socialcell.errors import ConfigError, SocialcellError
from socialcell.redact import redact

BUSY_SECONDS = 30.0  # for which a database that another process holds is waited for


@contextmanager
def plain_errors(engine: Engine) -> Iterator[None]:
    """Around work with the database: its errors as errors of ours."""
    try:
        yield
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


def _explained(engine: Engine, error: DatabaseError) -> SocialcellError | None:
    """The error for an operator; None when it is a mistake in our own SQL or rows."""
    reason = redact(str(error.orig))
    place = where(engine)
    for words, explain in _REFUSALS.items():
        if any(word in reason for word in words):
            kind, message = explain
            busy = engine.get_execution_options().get("socialcell_busy", BUSY_SECONDS)
            return kind(message.format(place=place, reason=reason, busy=busy))
    if isinstance(error, OperationalError):
        return SocialcellError(f"{place}: {reason.strip()}")
    return None


# What SQLite and PostgreSQL say, and what it means to the person who reads it.
_REFUSALS: dict[tuple[str, ...], tuple[type[SocialcellError], str]] = {
    ("is full", "No space left"): (
        SocialcellError,
        "The disk that holds {place} is full. Nothing of this step was kept and "
        "nothing earlier is lost. Free some space and run the command again.",
    ),
    ("disk I/O error",): (
        SocialcellError,
        "{place} cannot be read or written ({reason}): the disk is full, over its "
        "quota or failing. Nothing of this step was kept. Free some space or see to "
        "the disk, then run the command again.",
    ),
    ("locked", "busy", "lock timeout"): (
        SocialcellError,
        "{place} is locked by another process for over {busy:g} s. Nothing was "
        "changed. Try again when it has finished.",
    ),
    ("UNIQUE constraint failed", "duplicate key value"): (
        SocialcellError,
        "Another process wrote the same row into {place} a moment earlier. Nothing of "
        "this step was kept and nothing was lost. Run the command again.",
    ),
    ("readonly", "read-only"): (
        ConfigError,
        "{place} cannot be written. Check the file's owner and permissions, and that "
        "the disk is not mounted read-only.",
    ),
    ("permission denied",): (
        ConfigError,
        "{place} does not let this user in: {reason}. Grant the user what is missing.",
    ),
    ("unable to open",): (
        ConfigError,
        "{place} cannot be opened. Check that it is a file in a folder that exists "
        "and may be written, or make a workspace: socialcell init",
    ),
    ("not a database", "malformed"): (
        SocialcellError,
        "{place} is damaged or is not a database ({reason}). Nothing was changed. "
        "Restore a backup: socialcell db restore FILE",
    ),
}


def where(engine: Engine) -> str:
    """The database's address without its password, for messages."""
    return engine.url.render_as_string(hide_password=True)
