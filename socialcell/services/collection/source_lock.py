"""A lock so that one process at a time reads a source, on this machine and on others
that share its PostgreSQL database."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from socialcell.db.machine_lock import machine_lock
from socialcell.errors import SocialcellError
from socialcell.message_catalog import Message
from socialcell.services.context import Context

LOCKED = Message("sources.read_by_another")


@contextmanager
def lock_source(context: Context, source_id: int) -> Iterator[bool]:
    """False when another process reads this source; else none does until the end.

    The lock ends with its process, however that ends. SocialcellError when the
    workspace's folder takes no file.
    """
    path = context.workspace.folder / "locks" / f"source-{source_id}"
    try:
        path.parent.mkdir(mode=0o770, exist_ok=True)
        handle = path.open("a", encoding="utf-8")
    except OSError as error:
        raise SocialcellError(
            "sources.lock_not_written", path=path, reason=error.strerror
        ) from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        with machine_lock(context.engine, f"source {source_id}") as is_free:
            yield is_free
