"""Anybody's export: CSV or JSON lines, read by a mapping of columns to fields."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, ClassVar
from zoneinfo import ZoneInfo

from socialcell.connectors.base import (
    ConnectorError,
    Item,
    Kind,
    Metric,
    Record,
    RecordAuthor,
    RecordRelation,
    Reject,
)
from socialcell.connectors.checked_records import check_record
from socialcell.connectors.files.column_mapping import METRICS, ColumnMapping
from socialcell.connectors.files.csv_rows import CsvRow, csv_rows, delimiter_of
from socialcell.connectors.files.file_connector import FileConnector, Row
from socialcell.connectors.files.headings import MOST_ABOVE
from socialcell.connectors.files.table_content import holds_workbook
from socialcell.connectors.files.text_lines import Line, lines
from socialcell.connectors.files.workbooks import workbook_rows
from socialcell.connectors.files.written_dates import (
    UnclearDate,
    has_clock,
    plain_digits,
    table_orders,
    written_moment,
)
from socialcell.connectors.strict_json import parse
from socialcell.connectors.timestamps import moment
from socialcell.json_types import JsonObject, JsonValue
from socialcell.text import clean_text

# What exports write where they know nothing.
_BLANKS = frozenset({"", "-", "--", "nan", "n/a", "na", "null", "none"})
_DATES = ("created_at", "closed_at")
_SPOILED = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")


class GenericFile(FileConnector):
    """Rows of CSV or of JSON lines; which of them is seen from the first line."""

    platform: ClassVar[str] = "file"
    format: ClassVar[str] = "generic"
    has_row_per_post: ClassVar[bool] = True

    def __init__(self, path: Path, sha256: str, mapping: ColumnMapping) -> None:
        super().__init__(path, sha256)
        self._mapping = mapping
        self._zone = ZoneInfo(mapping.zone)
        self._orders: dict[str, str | None] = {}

    @property
    def reading_options(self) -> JsonObject:
        return self._mapping.reading_options

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        for row, raw in self._raws(file):
            item = raw if isinstance(raw, Reject) else self._item(raw, row)
            yield row, [item]

    def open_content(self) -> BinaryIO:
        """The file itself: the cells of a workbook keep their lines."""
        return self.path.open("rb")

    def _raws(self, file: BinaryIO) -> Iterator[tuple[int, JsonObject | Reject]]:
        """Each row's number, and its values by column or why it cannot be read."""
        if holds_workbook(self.path):
            yield from self._table_raws(self._sheet_rows())
            return
        start = first_line(file).lstrip()
        if not start:
            return
        if start.startswith("{"):
            for line in lines(file):
                if line.damage or line.text.strip():
                    yield line.number, _object_of(line)
            return
        yield from self._table_raws(self._csv_rows(file))

    def _table_raws(
        self, table: tuple[tuple[str, ...], Iterator[CsvRow]]
    ) -> Iterator[tuple[int, JsonObject | Reject]]:
        heading, rows = table
        for row in rows:
            if not row.is_blank:
                yield row.number, _values_of(heading, row)

    def _sheet_rows(self) -> tuple[tuple[str, ...], Iterator[CsvRow]]:
        """The names of a sheet's columns, and the rows below them."""
        rows = workbook_rows(self.path, self._mapping.sheet)
        top = [next(rows, None) for _ in range(self._mapping.skip + MOST_ABOVE)]
        above = [row for row in top if row is not None]
        cells = [row.cells for row in above]
        place = self._heading_place(cells)
        if place >= len(above):
            raise ConnectorError(
                Kind.CONFIG, "files.no_heading_in_line", line=place + 1
            )
        names = _unique_names(_trimmed(above[place].cells))
        self._require_columns(names)
        return names, chain(above[place + 1 :], rows)

    def _heading_place(self, heads: Sequence[Sequence[str]]) -> int:
        """Which of the first rows is the heading: the first with columns that we need,
        below what is skipped; where there is none, the first that is not skipped."""
        skip = self._mapping.skip
        for place, cells in enumerate(heads[skip:], skip):
            names = _unique_names(tuple(cells))
            fields = self._mapping.fields(names)
            named = [column for columns in fields.values() for column in columns]
            is_table = len(named) > 1 or place == skip
            if is_table and {"text", "title"} & fields.keys() and {*named} <= {*names}:
                return place
        return skip

    def _csv_rows(self, file: BinaryIO) -> tuple[tuple[str, ...], Iterator[CsvRow]]:
        """The names of the columns, and the rows below them."""
        heads = list(islice(lines(file), self._mapping.skip + MOST_ABOVE))
        file.seek(0)
        place = self._heading_place([self._cells_of(line) for line in heads])
        heading = _nth_line(heads, place)
        delimiter = self._mapping.delimiter or delimiter_of(heading)
        row = next(csv_rows([Line(1, heading)], delimiter))
        if row.damage:
            raise ConnectorError(
                Kind.CONFIG,
                "files.damaged_heading",
                file=self.path.name,
                damage=row.damage,
            )
        names = _unique_names(row.cells)
        self._require_columns(names)
        rows = csv_rows(lines(file), delimiter, width=len(names) if not place else None)
        above = sum(1 for _ in csv_rows(heads[:place], delimiter))
        return names, islice(rows, above + 1, None)

    def _cells_of(self, line: Line) -> tuple[str, ...]:
        if line.damage:
            return ()
        delimiter = self._mapping.delimiter or delimiter_of(line.text)
        row = next(csv_rows([Line(1, line.text)], delimiter), None)
        return row.cells if row else ()

    def _require_columns(self, names: tuple[str, ...]) -> None:
        fields = self._mapping.fields(names)
        mapped_columns = [column for columns in fields.values() for column in columns]
        absent = [column for column in mapped_columns if column not in names]
        heading = ", ".join(names)[:500]
        if absent:
            raise ConnectorError(
                Kind.CONFIG,
                "files.absent_columns",
                file=self.path.name,
                columns=absent,
                heading=heading,
            )
        if not {"text", "title"} & fields.keys():
            raise ConnectorError(
                Kind.CONFIG,
                "files.no_text_column",
                file=self.path.name,
                heading=heading,
            )

    def _item(self, raw: JsonObject, row: int) -> Item:
        try:
            return check_record(self._record(raw))
        except ValueError as error:
            return Reject(raw, str(error), row)

    def _record(self, raw: JsonObject) -> Record:
        fields = self._mapping.fields(raw)
        if self._mapping.columns is None:
            read_names = set(chain.from_iterable(fields.values()))
            filled = (name for name, value in raw.items() if value not in ("", None))
            self.untaken.update(
                (name, None) for name in filled if name not in read_names
            )
        row = _FieldValues(raw, fields)
        text, title = row.text("text"), row.text("title")
        if not text and not title:
            raise ValueError("no text")
        at, closed_at = self._moment(row, "created_at"), self._moment(row, "closed_at")
        url = row.name("url")
        missing = [] if at else ["created_at"]
        if at and not has_clock(row.moment("created_at")):
            missing.append("time_of_day")
        if url is not None and not url.lower().startswith(("https://", "http://")):
            url = None
            missing.append("url")
        reply_to = row.id("reply_to")
        record = Record(
            platform=self._mapping.platform,
            external_id=plain_digits(row.id("id") or ""),
            text=text,
            title=title or None,
            raw=raw,
            authored_at=at,
            kind=self._mapping.kind_of(fields),
            url=url,
            author=_author(row),
            language=row.name("lang"),
            conversation=row.id("conversation"),
            relations=(RecordRelation("reply", reply_to),) if reply_to else (),
            metrics=self._metrics(row),
            status=row.name("status"),
            ward=row.name("ward"),
            department=row.name("department"),
            closed_at=closed_at,
            missing=tuple(missing),
            via="file",
        )
        return _with_id(record)

    def _moment(self, row: "_FieldValues", field: str) -> datetime | None:
        if self._mapping.dates and (text := row.joined(field)):
            return moment(plain_digits(text), self._zone, self._mapping.dates)
        text = row.moment(field)
        if not text:
            return None
        order = self._mapping.date_order or self._orders.get(field)
        try:
            return written_moment(text, self._zone, order)
        except UnclearDate:
            return written_moment(text, self._zone, self._order_of(field))

    def _order_of(self, field: str) -> str | None:
        """The order that the columns of dates show; the file is read for it, once."""
        if not self._orders:
            texts: dict[str, list[str]] = {name: [] for name in _DATES}
            with self.path.open("rb") as file:
                for _row, raw in self._raws(file):
                    if not isinstance(raw, Reject):
                        _add_dates(_FieldValues(raw, self._mapping.fields(raw)), texts)
            self._orders = table_orders(texts)
        return self._orders[field]

    def _metrics(self, row: "_FieldValues") -> tuple[Metric, ...]:
        counts = {name: row.count(name, self._mapping.decimal) for name in METRICS}
        return tuple(
            Metric(name, count, name)
            for name, count in counts.items()
            if count is not None
        )


class _FieldValues:
    """A row's values under our names. ValueError when one is of the wrong type."""

    def __init__(self, raw: JsonObject, fields: Mapping[str, tuple[str, ...]]) -> None:
        self._raw = raw
        self._fields = fields

    def all(self, field: str) -> list[JsonValue]:
        values = (_at(self._raw, column) for column in self._fields.get(field, ()))
        return [value for value in values if value is not None]

    def text(self, field: str) -> str:
        texts: list[str] = []
        for part in self.all(field):
            if not isinstance(part, str):
                raise ValueError(f"{field} is no text")
            texts.append(part)
        return "\n".join(text for text in texts if text.strip())

    def joined(self, field: str) -> str:
        """Values of a field joined by spaces, without blank ones."""
        values = [_plain(field, value) for value in self.all(field)]
        return " ".join(value for value in values if value.casefold() not in _BLANKS)

    def moment(self, field: str) -> str:
        """A date and time: of two columns the first alone where it has a time too."""
        parts = [_plain(field, part) for part in self.all(field)]
        written = [part for part in parts if part.casefold() not in _BLANKS]
        if len(written) > 1 and has_clock(written[0]):
            return written[0]
        return " ".join(written)

    def name(self, field: str) -> str | None:
        return self.joined(field) or None

    def id(self, field: str) -> str | None:
        id_ = self.joined(field)
        if _SPOILED.fullmatch(id_):
            raise ValueError(
                f"{field} {id_} was spoiled by a spreadsheet: its last digits are "
                "lost. Export again with this column as text."
            )
        return id_ or None

    def count(self, field: str, decimal: str) -> int | None:
        text = self.joined(field)
        if not text:
            return None
        text = plain_digits(text)
        plain = text.replace("." if decimal == "," else ",", "").replace(decimal, ".")
        whole, _point, rest = (
            plain.replace("\u00a0", "").replace(" ", "").partition(".")
        )
        if not whole.isdecimal() or rest.strip("0"):
            raise ValueError(f"{field} {text[:40]!r} is no whole number")
        if len(whole) > 19:
            raise ValueError(f"{field} is out of range")
        return int(whole)


def first_line(file: BinaryIO) -> str:
    """The first line that is not blank, or ""; the file is rewound."""
    first = next((line.text for line in lines(file) if line.text.strip()), "")
    file.seek(0)
    return first


def _nth_line(heads: Sequence[Line], place: int) -> str:
    if place >= len(heads):
        raise ConnectorError(Kind.CONFIG, "files.no_heading_in_line", line=place + 1)
    if damage := heads[place].damage:
        raise ConnectorError(Kind.CONFIG, "files.unreadable_heading", damage=damage)
    return heads[place].text


def _add_dates(row: "_FieldValues", texts: dict[str, list[str]]) -> None:
    for field, column in texts.items():
        with suppress(ValueError):
            column.append(row.moment(field))


def _object_of(line: Line) -> JsonObject | Reject:
    if line.damage:
        return Reject(line.text, line.damage, line.number)
    try:
        document: JsonValue = parse(line.text)
    except ValueError as error:
        return Reject(line.text, str(error), line.number)
    if not isinstance(document, Mapping):
        return Reject(document, "not an object with named values", line.number)
    return document


def _values_of(names: tuple[str, ...], row: CsvRow) -> JsonObject | Reject:
    damage = row.damage
    cells = row.cells
    if damage is None and not any(cell.strip() for cell in cells[len(names) :]):
        cells = cells[: len(names)]
    if damage is None and len(cells) != len(names):
        damage = f"{len(row.cells)} cells where the heading has {len(names)}"
    if damage:
        return Reject(row.text, damage, row.number)
    return dict(zip(names, cells, strict=True))


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    """A heading without the blank cells at its end, where no column is."""
    last = max((n for n, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return cells[:last]


def _at(raw: JsonObject, column: str) -> JsonValue:
    """A value by its name, or by a path such as user.name into nested objects."""
    if column in raw or "." not in column:
        return raw.get(column)
    node: JsonValue = raw
    for name in column.split("."):
        if not isinstance(node, Mapping):
            return None
        node = node.get(name)
    return node


def _plain(field: str, part: JsonValue) -> str:
    if isinstance(part, bool) or not isinstance(part, str | int | float):
        raise ValueError(f"{field} is neither text nor a number")
    return part.strip() if isinstance(part, str) else str(part)


def _author(row: _FieldValues) -> RecordAuthor | None:
    uid, handle = row.id("author_id"), row.name("author")
    name = row.name("author_name")
    if handle is not None:
        handle = handle.removeprefix("@")
    author_id = uid or (f"@{handle.lower()}" if handle else None) or name
    return RecordAuthor(uid=author_id, handle=handle, name=name) if author_id else None


def _with_id(record: Record) -> Record:
    """The record with an id: its own, or a hash of its content when it has none."""
    if record.external_id:
        if record.platform == "x" and not record.external_id.isdigit():
            raise ValueError(f"id {record.external_id[:40]!r} is not X's: only digits")
        return record
    content = [
        clean_text(record.text),
        record.title,
        record.authored_at.isoformat() if record.authored_at else None,
        record.author.uid if record.author else None,
        record.url,
    ]
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    return replace(record, external_id=f"sha256-{digest[:32]}")


def _unique_names(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Names of columns; a repeated name gets a number."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column {place}"
        names.append(f"{name} ({place})" if name in names else name)
    return tuple(names)
