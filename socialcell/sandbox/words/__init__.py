"""The words of the sandbox city: one sentence or name a line, columns between bars."""

from collections.abc import Iterator
from importlib.resources import files


def table(name: str) -> Iterator[list[str]]:
    """The rows of one word file, without comments and blank lines, columns stripped."""
    text = files("socialcell.sandbox.words").joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield [column.strip() for column in line.split("|")]
