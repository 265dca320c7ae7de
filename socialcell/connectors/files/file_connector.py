"""Deliver the rows of a file in batches, so that a file is one more platform."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, ClassVar

from socialcell.connectors.base import (
    Batch,
    Budget,
    Capability,
    ConnectorError,
    ConnectorHealth,
    Item,
    Kind,
)
from socialcell.connectors.checked_records import storable_item
from socialcell.connectors.files.row_checks import RowChecks
from socialcell.connectors.files.table_content import open_table
from socialcell.connectors.files.table_mapping import AS_IT_IS
from socialcell.json_types import JsonObject, as_whole
from socialcell.message_catalog import Message

BATCH = 500

Row = tuple[int, Sequence[Item]]


class FileConnector(ABC):
    """One file, read from its first row to its last.

    Cursor: `sha256` of the file, `reading` (a hash of how it is read), `row`, the last
    row that is stored, and `done`. A cursor of another file, or of another way to read
    this one, is not ours: the file is then read from its beginning.
    """

    platform: ClassVar[str]
    format: ClassVar[str]
    cursor_version: ClassVar[int] = 1
    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.MENTIONS})

    # Whether a row is a post of its own: not so where a platform lists its versions.
    has_row_per_post: ClassVar[bool] = False

    def __init__(self, path: Path, sha256: str) -> None:
        self.path = path
        self._now: datetime | None = None
        self.sha256 = sha256
        self.table_options = AS_IT_IS  # how a table is read, where somebody stated it
        self.position = 0  # bytes of the file that are read, for a progress bar
        # Columns by their names that no field takes, where nobody chose the fields.
        self.untaken: dict[str, None] = {}

    @abstractmethod
    def rows(self, file: BinaryIO) -> Iterator[Row]:
        """Each row's number, counted from 1, and the items it holds (often one)."""

    @property
    def reading_options(self) -> JsonObject:
        """The options that change how rows are read; the cursor is valid for these
        only."""
        return self.table_options.stated()

    def open_content(self) -> BinaryIO:
        """What `rows` reads: the file, or the sheet of a workbook as CSV."""
        return open_table(self.path, self.table_options)

    def set_now(self, now: datetime) -> None:
        """Refuse posts that were written after this moment (see RowChecks)."""
        self._now = now

    def check(self) -> ConnectorHealth:
        """Read one row."""
        try:
            with self.open_content() as file:
                next(self.rows(file), None)
        except ConnectorError as error:
            return ConnectorHealth.from_error(error)
        except OSError as error:
            cause = Message(
                "connectors.unreadable_file",
                {"path": self.path, "reason": error.strerror},
            )
            return ConnectorHealth(ok=False, message=str(cause), cause=cause)
        return ConnectorHealth(ok=True, message=f"{self.path.name} can be read")

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]:
        """Batches of about 500 items; the last one's cursor says `done`."""
        row = stored = self._stored_row(cursor)
        items: list[Item] = []
        checks = RowChecks(self._now)
        try:
            with self.open_content() as file:
                for row, row_items in self.rows(file):
                    # Rows that are stored already count as earlier ones, too.
                    checked_items = self._checked(row_items, row, checks)
                    if row <= stored:
                        continue
                    items += checked_items
                    self.position = file.tell()
                    if len(items) >= BATCH:
                        yield Batch(items, self._cursor(row), self._observed_at())
                        items = []
                        if stop():
                            return
        except OSError as error:
            raise ConnectorError(
                Kind.TRANSIENT,
                "files.unread_end",
                path=self.path,
                reason=error.strerror or str(error),
            ) from None
        yield Batch(items, self._cursor(row, is_done=True), self._observed_at())

    def _checked(
        self, row_items: Sequence[Item], row: int, checks: RowChecks
    ) -> list[Item]:
        items = [storable_item(item) for item in row_items]
        if self.has_row_per_post:
            items = [checks.refuse_other_text(item, row) for item in items]
        return [checks.refuse_future(item, row) for item in items]

    def _observed_at(self) -> datetime:
        """The file's time of change: its figures are of that moment."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    def _stored_row(self, cursor: JsonObject | None) -> int:
        ours = self._cursor(0)
        same = cursor is not None and all(
            cursor.get(key) == ours[key] for key in ("sha256", "reading")
        )
        return as_whole(cursor["row"]) if cursor is not None and same else 0

    def _cursor(self, row: int, *, is_done: bool = False) -> JsonObject:
        reading_options = json.dumps(
            [self.format, self.reading_options], sort_keys=True
        )
        reading = hashlib.sha256(reading_options.encode()).hexdigest()[:16]
        return {"sha256": self.sha256, "reading": reading, "row": row, "done": is_done}


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
