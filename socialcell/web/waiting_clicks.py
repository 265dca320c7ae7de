"""The file of clicks that the database did not take before the redirect stopped.

Each line is one batch in JSON, so that a batch is stored as a whole and once. A line
that cannot be read or stored goes to a file beside it, and no other is lost by it.
"""

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from socialcell.campaigns.links.store import clicks
from socialcell.services.links.unsaved_clicks import DAMAGED

Rows = list[dict[str, Any]]


class Batch(NamedTuple):
    """What one transaction stores: rows, and rows stored before that are of another
    kind."""

    rows: Rows
    moved: Rows


class WaitingClicks:
    """The file at `path`; lines that are damaged go to `DAMAGED` in the same folder."""

    def __init__(self, path: Path) -> None:
        self.path, self.damaged = path, path.with_name(DAMAGED)

    def append(self, batch: Batch, lost: Mapping[clicks.Lost, int]) -> None:
        """Add a batch and have it on the disk. OSError: nothing of it was added."""
        line = {**batch._asdict(), "lost": list(lost.items())}
        _append_line(self.path, json.dumps(line, default=_iso).encode())

    def read_lines(self) -> list[bytes]:
        """The batches that wait, each as its line. OSError: they cannot be read."""
        try:
            return self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []

    def set_aside(self, lines: Iterable[bytes]) -> None:
        """Keep damaged lines as they are, for a person. OSError: not all are kept."""
        for line in lines:
            _append_line(self.damaged, line)

    def delete(self) -> None:
        """Every line is stored or set aside."""
        self.path.unlink(missing_ok=True)


def parse_line(line: bytes) -> tuple[Batch, Counter[clicks.Lost]]:
    """The batch of a line, and the counts of dropped clicks beside it.

    ValueError: the line is torn or otherwise damaged.
    """
    try:
        fields = json.loads(line)
        rows, moved = (
            [{**row, "at": datetime.fromisoformat(row["at"])} for row in fields[part]]
            for part in Batch._fields
        )
        lost: Counter[clicks.Lost] = Counter()
        for (day, link, trigger, device), n in fields["lost"]:
            lost[date.fromisoformat(day), link, trigger, device] += n
    except (KeyError, TypeError) as error:
        raise ValueError(f"a line that is no batch of clicks: {error}") from None
    return Batch(rows, moved), lost


def _append_line(path: Path, line: bytes) -> None:
    """Add a line and have it on the disk. OSError: nothing of it was added."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o660)
    try:
        size = os.fstat(file).st_size
        torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        rest = memoryview((b"\n" if torn else b"") + line + b"\n")
        try:
            while rest:
                rest = rest[os.write(file, rest) :]
            os.fsync(file)
        except OSError:
            with contextlib.suppress(OSError):  # else the next start sets it aside
                os.ftruncate(file, size)
            raise
    finally:
        os.close(file)


def _iso(value: Any) -> str:
    return str(value.isoformat())
