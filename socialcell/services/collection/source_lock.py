"""One process at a time reads a source: a lock that the kernel lets go of."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from socialcell.errors import SocialcellError
from socialcell.services.context import Context

TAKEN = "another process of this workspace reads it now; ask again when it is done"


@contextmanager
def alone(context: Context, source_id: int) -> Iterator[bool]:
    """False when another process reads this source; else none does until the end.

    The lock ends with its process, however that ends. SocialcellError when the
    workspace's folder takes no file.
    """
    place = context.workspace.folder / "locks" / f"source-{source_id}"
    try:
        place.parent.mkdir(mode=0o770, exist_ok=True)
        handle = place.open("a", encoding="utf-8")
    except OSError as error:
        raise SocialcellError(f"{place}: {error.strerror}.") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            free = False
        else:
            free = True
        yield free
