"""Files in the making: written under another name, and cleared when their writer died.

The other name is NAME.socialcell-PID-RANDOM.part, in the same folder, and its writer
keeps it locked. The kernel lets go of the lock however the process ends, so one that
nobody holds is what a killed process left: it goes when a file is next written in that
folder, or with the workspace's retention. Files of other programs are never touched.
"""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_SQLITE = ("-journal", "-wal", "-shm")
_NAME = re.compile(r"\.socialcell-\d+-[0-9a-f]{8}\.part$")
_NAME_BYTES = 180  # of the file's own name, so that the other is not too long

_cleared_folders: set[str] = set()  # by this process


class UnfinishedFile:
    """A file that has another name until `finish`; `place` is where it is written.

    In a `with` block: what is not finished at its end is deleted. OSError where the
    folder takes no file.
    """

    def __init__(self, path: Path, mode: int = 0o666) -> None:
        """`mode` is that of a new file, less the process's mask."""
        self.path = path
        _clear_once(path.parent)
        self.place = _other_name(path)
        self._handle = _make_locked(self.place, mode)

    def __enter__(self) -> "UnfinishedFile":
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            if self.place != self.path:
                _delete(self.place)
        finally:
            os.close(self._handle)

    def open(self) -> BinaryIO:
        """The file, empty, to be written."""
        return self.place.open("wb")

    def sync(self) -> None:
        """Have the disk keep what was written."""
        os.fsync(self._handle)

    def finish(self) -> None:
        """Give the file its name, in place of what has it."""
        self.place.replace(self.path)
        self.place = self.path


@contextmanager
def writing(
    path: Path, *, mode: int = 0o666, synced: bool = False
) -> Iterator[BinaryIO]:
    """A file that gets its name when the block ends, whole; none when it raises.

    With `synced` the disk has its bytes before it has its name.
    """
    with UnfinishedFile(path, mode) as unfinished:
        with unfinished.open() as file:
            yield file
        if synced:
            unfinished.sync()
        unfinished.finish()


def write_together(files: Iterable[tuple[Path, bytes]]) -> None:
    """Write all aside first, then give them their names, in order."""
    unfinished: list[UnfinishedFile] = []
    try:
        for path, content in files:
            unfinished.append(UnfinishedFile(path))
            with unfinished[-1].open() as file:
                file.write(content)
        for written in unfinished:
            written.finish()
    finally:
        for written in unfinished:
            written.__exit__()


def put_aside(path: Path) -> UnfinishedFile:
    """Take a file's name from it: `finish` gives it back, the end of the block without
    it deletes the file, and so does whoever comes after a killed process."""
    unfinished = UnfinishedFile(path)
    try:
        with path.open("rb") as file:
            _lock(file.fileno())
            path.replace(unfinished.place)
            os.dup2(file.fileno(), unfinished._handle, inheritable=False)
    except BaseException:
        unfinished.__exit__()
        raise
    return unfinished


def clear_folder(folder: Path) -> int:
    """Delete what killed processes left in a folder; how many files."""
    try:
        names = [entry.name for entry in os.scandir(folder) if ".part" in entry.name]
    except OSError:
        return 0
    return sum(_clear(folder / name) for name in names if _NAME.search(name))


def _clear_once(folder: Path) -> None:
    key = os.path.realpath(folder)
    if key not in _cleared_folders:
        clear_folder(folder)
        _cleared_folders.add(key)


def _clear(place: Path) -> bool:
    """Delete a file whose writer is dead; False for one that lives or is not ours."""
    try:
        handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        if not _is_free(handle):
            return False
        _delete(place)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _delete(place: Path) -> None:
    for ending in _SQLITE:
        with suppress(OSError):
            place.with_name(place.name + ending).unlink()
    place.unlink(missing_ok=True)


def _other_name(path: Path) -> Path:
    stem = os.fsdecode(os.fsencode(path.name)[:_NAME_BYTES])
    return path.with_name(f"{stem}.socialcell-{os.getpid()}-{os.urandom(4).hex()}.part")


def _make_locked(place: Path, mode: int) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    while True:
        handle = os.open(place, flags, mode)
        _lock(handle)
        if os.fstat(handle).st_nlink:
            return handle
        os.close(handle)  # somebody cleared it before it was locked


def _lock(handle: int) -> None:
    # Where the disk knows no locks nobody clears: `_is_free` fails there as well.
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX)


def _is_free(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
