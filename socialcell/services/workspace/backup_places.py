"""Where the parts of a copy lie: beside FILE its record and the files it refers to."""

from pathlib import Path


def record_of(path: Path) -> Path:
    """Where the record of a copy is: beside it."""
    return path.with_name(path.name + ".json")


def files_of(path: Path) -> Path:
    """Where the files are that a copy refers to: beside it."""
    return path.with_name(path.name + ".files")
