"""The city's areas: read from a table, looked up by date."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Protocol

from socialcell.errors import SocialcellError
from socialcell.text import fold

_TREES = {
    "administrative": ("city", "zone", "ward_office", "locality", "village"),
    "electoral": ("city", "prabhag"),
}
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


def read_areas(path: Path | None = None) -> list[AreaRecord]:
    """The areas of a CSV file (None: the package's own), checked.

    SocialcellError names file and row: unknown columns, kind or parent, a parent in
    the other tree or not there all the time, two rows of an id that overlap, a cycle.
    """
    rows, name = read_rows(path, "areas.csv", _AREA_COLUMNS)
    areas = [_area(row, f"{name}, row {number}") for number, row in rows]
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
        where = f"{name}, row {rows[id(area)]}"
        for other in by_id.get(area.id, []):
            if _overlap(area, other):
                raise SocialcellError(
                    f"{where}: {area.id} overlaps in time with row {rows[id(other)]}"
                )
            if area.tree != other.tree:
                raise SocialcellError(f"{where}: {area.id} is in two trees")
        by_id.setdefault(area.id, []).append(area)
    for area in areas:
        _check_parent(area, by_id, f"{name}, row {rows[id(area)]}")


def _check_parent(
    area: AreaRecord, by_id: Mapping[str, list[AreaRecord]], where: str
) -> None:
    if area.parent is None:
        if area.kind != "city":
            raise SocialcellError(f"{where}: {area.id} has no parent; only a city may")
        return
    parents = by_id.get(area.parent)
    if parents is None:
        raise SocialcellError(f"{where}: {area.id} has unknown parent {area.parent!r}")
    if parents[0].tree != area.tree:
        raise SocialcellError(f"{where}: parent {area.parent!r} is in another tree")
    if not any(_overlap(area, parent) for parent in parents):
        raise SocialcellError(f"{where}: {area.parent!r} was not there in that time")
    above, open_ends = set(), [area.parent]
    while open_ends:
        parent = open_ends.pop()
        if parent == area.id:
            raise SocialcellError(f"{where}: {area.id} is inside itself")
        if parent not in above:
            above.add(parent)
            open_ends.extend(row.parent for row in by_id.get(parent, []) if row.parent)


def _overlap(area: AreaRecord, other: AreaRecord) -> bool:
    starts = max(area.valid_from or date.min, other.valid_from or date.min)
    ends = min(area.valid_to or date.max, other.valid_to or date.max)
    return starts < ends


def _area(row: Mapping[str, str], where: str) -> AreaRecord:
    if row["kind"] not in _TREES.get(row["tree"], ()):
        raise SocialcellError(
            f"{where}: tree {row['tree']!r} has no kind {row['kind']!r}; known are "
            + "; ".join(f"{tree}: {', '.join(kinds)}" for tree, kinds in _TREES.items())
        )
    require(row, ("id", "name_en", "name_mr", "name_hi", "source"), where)
    first, last = read_dates(row, where)
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


def read_dates(row: Mapping[str, str], where: str) -> tuple[date | None, date | None]:
    """valid_from and valid_to of a row. SocialcellError when they are no span."""
    first, last = (_date(row[name], where, name) for name in ("valid_from", "valid_to"))
    if first and last and first >= last:
        raise SocialcellError(f"{where}: valid_from is not before valid_to")
    return first, last


def _date(text: str, where: str, name: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SocialcellError(f"{where}: {name} {text!r} is no YYYY-MM-DD") from error


def require(row: Mapping[str, str], names: Iterable[str], where: str) -> None:
    """SocialcellError for the first of these columns that is empty in a row."""
    for name in names:
        if not row[name]:
            raise SocialcellError(f"{where}: {name} is empty")


def read_rows(
    path: Path | None, own: str, columns: tuple[str, ...]
) -> tuple[list[tuple[int, dict[str, str]]], str]:
    """Rows with their number in the file (the heading is row 1), and its name.

    `own` is the package's file, read where there is no path. SocialcellError names the
    file and the row that has not these columns.
    """
    file: Traversable = resources.files("socialcell.listening") / "data" / own
    if path is not None:
        file = path
    name = str(path) if path is not None else own
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SocialcellError(f"{name}: cannot be read as UTF-8 text: {error}") from (
            error
        )
    table = list(csv.reader(text.splitlines()))
    if not table or tuple(table[0]) != columns:
        raise SocialcellError(f"{name}, row 1: the columns must be {','.join(columns)}")
    rows = []
    for number, cells in enumerate(table[1:], start=2):
        if len(cells) != len(columns):
            raise SocialcellError(
                f"{name}, row {number}: {len(cells)} cells instead of {len(columns)}"
            )
        cleaned = (cell.strip() for cell in cells)
        rows.append((number, dict(zip(columns, cleaned, strict=True))))
    return rows, name
