"""A lock that one process holds, whatever machine it runs on, while others go on."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, func, select

from socialcell.db.refusals import plain_errors


@contextmanager
def machine_lock(engine: Engine, subject: str) -> Iterator[bool]:
    """Whether nobody else on this PostgreSQL server is at the subject; else nobody is
    until the end, or until the process or its connection ends.

    SQLite's file lies on one machine, where a lock on a file does the same: True.
    """
    if engine.dialect.name != "postgresql":
        yield True
        return
    digest = hashlib.sha256(f"machine {subject}".encode()).digest()
    key = int.from_bytes(digest[:8], signed=True)
    # A connection of its own, in no transaction: a run may take hours.
    apart = engine.execution_options(isolation_level="AUTOCOMMIT")
    with plain_errors(engine), apart.connect() as connection:
        is_free = bool(connection.scalar(select(func.pg_try_advisory_lock(key))))
        try:
            yield is_free
        finally:
            if is_free and not connection.invalidated:
                connection.scalar(select(func.pg_advisory_unlock(key)))
