"""The city's areas: read from a table, looked up by date."""

import csv
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Protocol

from socialcell.connectors.files.plain_tables import plain_rows
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.errors import SocialcellError
from socialcell.files.read_errors import unreadable_file
from socialcell.message_catalog import Message
from socialcell.text import fold

_TREES = {
    "administrative": ("city", "zone", "ward_office", "locality", "village"),
    "electoral": ("city", "prabhag"),
}
_DATES = ("valid_from", "valid_to")
_AREA_COLUMNS = (
    "id",
    "tree",
    "kind",
    "parent",
    "name_en",
    "name_mr",
    "name_hi",
    "valid_from",
    "valid_to",
    "source",
)

NumberedCells = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class AreaRecord:
    """A part of the city from `valid_from` up to, not including, `valid_to`.

    None means: since before, or until after, anything that is recorded. `id` agrees
    with the gazetteer where the gazetteer knows the place.
    """

    id: str
    tree: str
    kind: str
    parent: str | None
    name_en: str
    name_mr: str
    name_hi: str
    valid_from: date | None
    valid_to: date | None
    source: str

    def is_valid(self, on: date) -> bool:
        """Was it there on that day?"""
        return is_valid(self.valid_from, self.valid_to, on)


class NamedPeriod(Protocol):
    """Whatever has a name in each of our languages."""

    @property
    def name_mr(self) -> str: ...
    @property
    def name_hi(self) -> str: ...
    @property
    def name_en(self) -> str: ...


def names(named: NamedPeriod) -> dict[str, str]:
    """Its names by language."""
    return {"mr": named.name_mr, "hi": named.name_hi, "en": named.name_en}


def is_valid(first: date | None, last: date | None, on: date) -> bool:
    """Is a day within [first, last)? None is without a limit."""
    return (first is None or first <= on) and (last is None or on < last)


def read_areas(
    path: Path | None = None, options: TableOptions = AS_IT_IS
) -> list[AreaRecord]:
    """The areas of a CSV file or workbook (None: the package's own), checked.

    SocialcellError names file and row: unknown columns, kind or parent, a parent in
    the other tree or not there all the time, two rows of an id that overlap, a cycle.
    """
    return list(_package_areas() if path is None else _areas(path, options))


@functools.cache
def _package_areas() -> list[AreaRecord]:
    return _areas(None, AS_IT_IS)


def _areas(path: Path | None, options: TableOptions) -> list[AreaRecord]:
    rows, name = read_rows(path, "areas.csv", _AREA_COLUMNS, options)
    areas = [_area(row, row_place(name, number)) for number, row in rows]
    _check(areas, {id(a): n for a, (n, _) in zip(areas, rows, strict=True)}, name)
    return areas


def area_chain(areas: Iterable[AreaRecord], place: str, on: date) -> list[AreaRecord]:
    """The chain from a place up to its city, as it was on a day.

    `place` is an id or a name in one of the three languages; an id wins, and of two
    places with one name the first in the table. Empty when the place was not in the
    city on that day, or is not known.
    """
    there = [area for area in areas if area.is_valid(on)]
    by_id = {area.id: area for area in there}
    nearest = by_id.get(place) or _by_name(there, place)
    chain: list[AreaRecord] = []
    while nearest is not None:
        chain.append(nearest)
        nearest = by_id.get(nearest.parent) if nearest.parent else None
    return chain


def _by_name(areas: list[AreaRecord], name: str) -> AreaRecord | None:
    folded_name = fold(name).strip()
    for area in areas:
        if folded_name in map(fold, (area.name_en, area.name_mr, area.name_hi)):
            return area
    return None


def _check(areas: list[AreaRecord], rows: Mapping[int, int], name: str) -> None:
    by_id: dict[str, list[AreaRecord]] = {}
    for area in areas:
        where = row_place(name, rows[id(area)])
        for other in by_id.get(area.id, []):
            if _overlap(area, other):
                raise SocialcellError(
                    "areas.overlap", where=where, area=area.id, row=rows[id(other)]
                )
            if area.tree != other.tree:
                raise SocialcellError("areas.two_trees", where=where, area=area.id)
        by_id.setdefault(area.id, []).append(area)
    for area in areas:
        _check_parent(area, by_id, row_place(name, rows[id(area)]))


def _check_parent(
    area: AreaRecord, by_id: Mapping[str, list[AreaRecord]], where: Message
) -> None:
    if area.parent is None:
        if area.kind != "city":
            raise SocialcellError("areas.no_parent", where=where, area=area.id)
        return
    parents = by_id.get(area.parent)
    if parents is None:
        raise SocialcellError(
            "areas.unknown_parent", where=where, area=area.id, parent=area.parent
        )
    if parents[0].tree != area.tree:
        raise SocialcellError(
            "areas.parent_in_another_tree", where=where, parent=area.parent
        )
    if not any(_overlap(area, parent) for parent in parents):
        raise SocialcellError("areas.parent_not_there", where=where, parent=area.parent)
    above, open_ends = set(), [area.parent]
    while open_ends:
        parent = open_ends.pop()
        if parent == area.id:
            raise SocialcellError("areas.inside_itself", where=where, area=area.id)
        if parent not in above:
            above.add(parent)
            open_ends.extend(row.parent for row in by_id.get(parent, []) if row.parent)


def _overlap(area: AreaRecord, other: AreaRecord) -> bool:
    starts = max(area.valid_from or date.min, other.valid_from or date.min)
    ends = min(area.valid_to or date.max, other.valid_to or date.max)
    return starts < ends


def _area(row: Mapping[str, str], where: Message) -> AreaRecord:
    if row["kind"] not in _TREES.get(row["tree"], ()):
        raise SocialcellError(
            "areas.no_such_kind",
            where=where,
            tree=row["tree"],
            kind=row["kind"],
            kinds="; ".join(
                f"{tree}: {', '.join(kinds)}" for tree, kinds in _TREES.items()
            ),
        )
    _require(row, ("id", "name_en", "name_mr", "name_hi", "source"), where)
    first, last = _dates(row, where)
    return AreaRecord(
        id=row["id"],
        tree=row["tree"],
        kind=row["kind"],
        parent=row["parent"] or None,
        name_en=row["name_en"],
        name_mr=row["name_mr"],
        name_hi=row["name_hi"],
        valid_from=first,
        valid_to=last,
        source=row["source"],
    )


def _dates(row: Mapping[str, str], where: Message) -> tuple[date | None, date | None]:
    first, last = (_date(row[name], where, name) for name in ("valid_from", "valid_to"))
    if first and last and first >= last:
        raise SocialcellError("areas.no_span", where=where)
    return first, last


def _date(text: str, where: Message, name: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SocialcellError(
            "areas.no_day_in_row", where=where, name=name, text=text
        ) from error


def _require(row: Mapping[str, str], names: Iterable[str], where: Message) -> None:
    for name in names:
        if not row[name]:
            raise SocialcellError("areas.empty_cell", where=where, name=name)


def row_place(name: str, number: int) -> Message:
    """Where something is wrong: a row of a file."""
    return Message("areas.row", {"file": name, "row": number})


def read_rows(
    path: Path | None,
    own: str,
    columns: tuple[str, ...],
    options: TableOptions = AS_IT_IS,
    package: str = "socialcell.listening",
) -> tuple[list[NumberedCells], str]:
    """Rows with their number in the file (the heading is row 1), and its name.

    `own` is the package's file in data/, read where there is no path. SocialcellError
    names the file and the row that has not these columns.
    """
    name = str(path) if path is not None else own
    try:
        content = _package_file(package, own) if path is None else None
        table = plain_rows(
            path or Path(own), columns, options, content=content, dates=_DATES
        )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unreadable_file(name, error) from error
    if not table or tuple(table[0][1]) != columns:
        raise SocialcellError(
            "areas.columns", where=row_place(name, 1), columns=",".join(columns)
        )
    rows = []
    for number, cells in table[1:]:
        if len(cells) != len(columns):
            raise SocialcellError(
                "areas.cells",
                where=row_place(name, number),
                cells=len(cells),
                columns=len(columns),
            )
        cleaned = (cell.strip() for cell in cells)
        rows.append((number, dict(zip(columns, cleaned, strict=True))))
    return rows, name


def _package_file(package: str, own: str) -> bytes:
    return (resources.files(package) / "data" / own).read_bytes()
