"""The file of clicks that the database did not accept before the redirect stopped.

Each line is one batch in JSON, so that a batch is stored as a whole and once. A line
that cannot be read or stored goes to a file beside it; the other lines are stored.
"""

import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from socialcell.campaigns.links.model import ClickRow
from socialcell.campaigns.links.store import clicks
from socialcell.json_types import JsonObject, JsonValue, as_text, as_whole
from socialcell.services.links.unsaved_clicks import DAMAGED

Rows = list[ClickRow]


class ClickBatch(NamedTuple):
    """What one transaction stores: new rows, and stored rows whose kind changes."""

    rows: Rows
    moved: Rows


class WaitingClicks:
    """The file at `path`; damaged lines go to `DAMAGED` in the same folder."""

    def __init__(self, path: Path) -> None:
        self.path, self.damaged_path = path, path.with_name(DAMAGED)

    def append(
        self, batch: ClickBatch, dropped: Mapping[clicks.LostClicks, int]
    ) -> None:
        """Add a batch and write it to the disk. OSError: nothing of it was added."""
        line = {**batch._asdict(), "lost": list(dropped.items())}
        _append_line(self.path, json.dumps(line, default=_iso).encode())

    def read_lines(self) -> list[bytes]:
        """The batches that wait, each as its line. OSError: they cannot be read."""
        try:
            return self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []

    def set_aside(self, lines: Iterable[bytes]) -> None:
        """Add damaged lines to `damaged_path`, unchanged. OSError: some are missing."""
        for line in lines:
            _append_line(self.damaged_path, line)

    def delete(self) -> None:
        """Delete the file once every line is stored or set aside."""
        self.path.unlink(missing_ok=True)


def parse_line(line: bytes) -> tuple[ClickBatch, Counter[clicks.LostClicks]]:
    """The batch of a line, and the counts of dropped clicks beside it.

    ValueError: the line is torn or otherwise damaged.
    """
    try:
        fields = json.loads(line)
        rows, moved = (
            [_click_row(row) for row in fields[part]] for part in ClickBatch._fields
        )
        dropped: Counter[clicks.LostClicks] = Counter()
        for (day, link_id, trigger, device), n in fields["lost"]:
            dropped[date.fromisoformat(day), link_id, trigger, device] += n
    except (KeyError, TypeError) as error:
        raise ValueError(f"a line that is no batch of clicks: {error}") from None
    return ClickBatch(rows, moved), dropped


def _click_row(fields: JsonObject) -> ClickRow:
    return ClickRow(
        id=as_text(fields["id"]),
        link_id=as_whole(fields["link_id"]),
        version=as_whole(fields["version"]),
        at=datetime.fromisoformat(as_text(fields["at"])),
        kind=as_text(fields["kind"]),
        rules=as_whole(fields["rules"]),
        method=as_text(fields["method"]),
        trigger=as_text(fields["trigger"]),
        device=as_text(fields["device"]),
        in_app=_text_or_none(fields["in_app"]),
        led_to=as_text(fields["led_to"]),
        prefix=_text_or_none(fields["prefix"]),
    )


def _text_or_none(part: JsonValue) -> str | None:
    return None if part is None else as_text(part)


def _append_line(path: Path, line: bytes) -> None:
    """Add a line and write it to the disk. OSError: nothing of it was added."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o660)
    try:
        size = os.fstat(file).st_size
        is_torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        remainder = memoryview((b"\n" if is_torn else b"") + line + b"\n")
        try:
            while remainder:
                remainder = remainder[os.write(file, remainder) :]
            os.fsync(file)
        except OSError:
            # Where this fails too, the next start sets the torn line aside.
            with contextlib.suppress(OSError):
                os.ftruncate(file, size)
            raise
    finally:
        os.close(file)


def _iso(moment: date) -> str:
    return moment.isoformat()
