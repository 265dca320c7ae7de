"""How much space the disk of the database has left, and whether that is enough."""

import shutil
from dataclasses import dataclass

from sqlalchemy import Engine

from socialcell import db

MIB = 1024 * 1024
LOW_SPACE, MIN_SPACE = 1024 * MIB, 100 * MIB
ADVICE = "Free some space on this disk, or move the workspace to a larger one."


@dataclass(frozen=True)
class DiskSpace:
    """Bytes that are free on the disk of the database file, and the file's size."""

    free: int
    size: int

    @property
    def is_critical(self) -> bool:
        """Whether writes will soon fail."""
        return self.free < MIN_SPACE

    @property
    def is_low(self) -> bool:
        """Whether the database has no space to grow or to be copied."""
        return self.free < max(LOW_SPACE, 2 * self.size)

    def __str__(self) -> str:
        size = f"{self.size / MIB:.1f} MiB"
        return f"{self.free // MIB} MiB free, the database has {size}"


def measure_space(engine: Engine) -> DiskSpace | None:
    """The space of the database's disk; None when it is on a server of its own."""
    file = db.file_of(engine)
    if file is None:
        return None
    return DiskSpace(shutil.disk_usage(file.parent).free, file.stat().st_size)
