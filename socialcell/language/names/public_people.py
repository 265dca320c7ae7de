"""Public people and institutions: who holds an office, bodies, media; found by name in
any script and by handle.

The package's own (`data/people.csv`) are institutions, offices and media, and no
person. A workspace adds its office holders in a file of its own. A private person is
in neither.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.language import lexicon
from socialcell.language.names import gazetteer_lint
from socialcell.language.names.gazetteer_lint import (
    GazetteerProblem,
    NumberedTable,
    Row,
    id_twice,
    problem_in,
)
from socialcell.language.names.office_holders import COLUMNS as COLUMNS
from socialcell.language.names.office_holders import FILE as FILE
from socialcell.language.names.office_holders import OLDER_COLUMNS, columns_of
from socialcell.language.names.own_names import (
    NameImport,
    name_import,
    names_refused,
    names_text,
    no_such_entry,
)
from socialcell.language.names.places import Place, places
from socialcell.message_catalog import Message
from socialcell.text import clean_text, has_link

# What each kind is labelled in a text, and how its ids begin.
LABELS = {
    "office": "OTHER",
    "office_holder": "PERSON",
    "institution": "ORG",
    "media": "ORG",
}
PREFIXES = {
    "office": ("office", "dept"),
    "office_holder": ("person",),
    "institution": ("body", "dept", "service"),
    "media": ("media",),
}
_ID = re.compile(r"[a-z]+:[a-z0-9]+(?:-[a-z0-9]+)*")
_HANDLE = re.compile(r"(?:[a-z]+:)?[A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?")
_DEVANAGARI = re.compile("[\u0900-\u0963]")
_REQUIRED = ("id", "kind", "name_en", "name_mr", "name_hi", "source")


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """A person in office, an office, an institution or a medium, from `valid_from` up
    to, not including, `valid_to`. `handles` are without @ and platform."""

    id: str
    kind: str
    name_en: str
    name_mr: str
    name_hi: str
    aliases: tuple[str, ...]
    handles: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    source: str
    evidence: str = ""

    def is_valid(self, on: date) -> bool:
        """Whether the entry holds on a day."""
        after = self.valid_from is None or self.valid_from <= on
        return after and (self.valid_to is None or on < self.valid_to)


@lru_cache(maxsize=1)
def package() -> tuple[PublicEntry, ...]:
    """The package's own entries. SocialcellError names file and row of a wrong one."""
    rows = _package_rows(f"data/{FILE}")
    if problems := list(_problems(rows, [])):
        raise names_refused(problems)
    return tuple(_public(row) for row in rows)


def load(path: Path) -> tuple[PublicEntry, ...]:
    """The entries of a workspace's file; none where it has no file. SocialcellError
    when somebody has edited it into what cannot be read."""
    rows = _workspace_rows(path)
    if problems := problems_of(rows):
        raise names_refused(problems)
    return tuple(_public(row) for row in rows)


def as_places(
    entries: Iterable[PublicEntry], beside: Iterable[Place]
) -> tuple[Place, ...]:
    """The entries as places of the gazetteer. An entry whose id is also in `beside`
    adds its names and handles to that one. Of two with one handle the later has it."""
    places_by_id = {place.id: place for place in beside}
    ordered = sorted(entries, key=lambda entry: entry.valid_from or date.min)
    holder = {handle.lower(): entry.id for entry in ordered for handle in entry.handles}
    merged = []
    for entry in ordered:
        handles = tuple(h for h in entry.handles if holder[h.lower()] == entry.id)
        if entry.id in places_by_id:
            place = places_by_id[entry.id]
            place = replace(
                place,
                aliases=tuple(
                    dict.fromkeys((*place.aliases, *_names_of(entry), *entry.aliases))
                ),
                handles=(*place.handles, *handles),
            )
        else:
            place = Place(
                id=entry.id,
                label=LABELS[entry.kind],
                name_en=entry.name_en,
                name_mr=entry.name_mr,
                name_hi=entry.name_hi,
                aliases=(*entry.aliases, *_honorifics(entry)),
                ward=None,
                needs_context=False,
                unless=frozenset(),
                source=entry.source,
                handles=handles,
            )
        merged.append(place)
    return tuple(merged)


def names_of(path: Path, own: tuple[Place, ...]) -> tuple[Place, ...]:
    """What the reader of a workspace is given beside the package's: its `own` names,
    and the entries of its file of public people."""
    entries = load(path)
    if not entries:
        return own
    package_people = as_places(package(), places())
    return (*own, *as_places(entries, (*places(), *package_people, *own)))


def lint(
    files: Sequence[Path] = (),
    read_table: Callable[[Path], NumberedTable | None] = gazetteer_lint.csv_table,
) -> list[GazetteerProblem]:
    """Problems of files of entries beside the package's own; without files of those."""
    if not files:
        return list(_problems(_package_rows(FILE), []))
    rows = [row for file in files for row in rows_of(file, read_table(file))]
    return [*problems_of(rows), *_without_evidence(rows)]


def problems_of(rows: list[Row]) -> list[GazetteerProblem]:
    """Problems of these rows beside the package's own."""
    return list(_problems(rows, _package_rows(FILE)))


def rows(path: Path) -> list[dict[str, str]]:
    """The entries as they stand in a workspace's file, by id."""
    return sorted(
        (row.cells for row in _workspace_rows(path)), key=lambda cells: cells["id"]
    )


def add(
    workspace_file: Path, file: Path, table: NumberedTable | None = None
) -> NameImport:
    """The entries of `workspace_file` after an import of `file`, whose rows are in
    `table` where they are read already; an id that is held is changed.

    Refused, with every reason, when the linter finds anything, or a row that is new or
    changed has no evidence with a link.
    """
    new = list(rows_of(file, table))
    if not new:
        raise SocialcellError("language.no_entry", path=file)
    ids = {row.cells["id"] for row in new}
    before = {row.cells["id"]: row for row in _workspace_rows(workspace_file)}
    unchanged_rows = [row for id_, row in before.items() if id_ not in ids]
    problems = [
        problem
        for problem in problems_of([*unchanged_rows, *new])
        if problem.file == str(file)
    ]
    problems += _without_evidence(
        row
        for row in new
        if (old := before.get(row.cells["id"])) is None or old.cells != row.cells
    )
    if problems:
        raise names_refused(problems)
    return name_import(before.values(), new, COLUMNS)


def without(workspace_file: Path, ids: Iterable[str]) -> str:
    """The text of the file without these entries. SocialcellError names one that is
    not there."""
    left = {row.cells["id"]: row.cells for row in _workspace_rows(workspace_file)}
    own = {entry.id for entry in package()}
    for id_ in ids:
        if id_ not in left:
            raise no_such_entry(id_, len(left), workspace_file, own)
        del left[id_]
    return names_text(left.values(), COLUMNS)


def rows_of(path: Path, table: NumberedTable | None = None) -> Iterator[Row]:
    """The rows of a file, or of its `table` where it is read already.

    SocialcellError when it is no CSV with our columns.
    """
    return gazetteer_lint.rows_of(path, table, COLUMNS)


def entries_of(table: NumberedTable, file: str) -> tuple[PublicEntry, ...]:
    """The entries of a table that was checked when it was taken in from `file`."""
    rows = gazetteer_lint.table_rows(table, file, COLUMNS)
    return tuple(_public(row) for row in rows)


def _package_rows(file: str) -> list[Row]:
    """The package's own entries; `file` is what messages call their file."""
    table = gazetteer_lint.text_table(lexicon.people_text(), file)
    return list(_padded_rows(table, file, OLDER_COLUMNS))


def _workspace_rows(path: Path) -> list[Row]:
    """The rows of a workspace's file; one of before has no column for evidence."""
    if not path.exists():
        return []
    table = gazetteer_lint.csv_table(path)
    columns = columns_of(table[0][1]) if table else COLUMNS
    return list(_padded_rows(table, path, columns))


def _padded_rows(
    table: NumberedTable, file: Path | str, columns: Sequence[str]
) -> Iterator[Row]:
    empty = dict.fromkeys(COLUMNS, "")
    for row in gazetteer_lint.table_rows(table, file, columns):
        yield replace(row, cells=empty | row.cells)


def _without_evidence(rows: Iterable[Row]) -> Iterator[GazetteerProblem]:
    for row in rows:
        if not has_link(row.cells["evidence"]):
            reason = Message("guard.evidence_without_link")
            yield problem_in(row, "evidence", reason)


def _problems(rows: list[Row], beside: list[Row]) -> Iterator[GazetteerProblem]:
    ids: dict[str, Row] = {}
    for row in rows:
        first = ids.setdefault(row.cells["id"], row)
        if first is not row:
            yield problem_in(row, "id", id_twice(row, first))
        yield from _cells(row)
        yield from _kind(row)
        yield from _names(row)
        yield from _days(row)
    yield from _shared_handles([*beside, *rows], {id(row) for row in rows})


def _cells(row: Row) -> Iterator[GazetteerProblem]:
    for column in _REQUIRED:
        if not row.cells[column].strip():
            yield problem_in(row, column, Message("language.empty_cell"))
    for column, cell in row.cells.items():
        if clean_text(cell) != cell or cell != cell.strip():
            yield problem_in(row, column, Message("language.odd_characters"))
    for handle in _split(row, "handles"):
        if not _HANDLE.fullmatch(handle):
            reason = Message("language.no_handle", {"handle": handle})
            yield problem_in(row, "handles", reason)


def _kind(row: Row) -> Iterator[GazetteerProblem]:
    kind, id_ = row.cells["kind"], row.cells["id"]
    if kind not in LABELS:
        reason = Message("language.no_kind", {"kinds": list(LABELS)})
        yield problem_in(row, "kind", reason)
        return
    if not _ID.fullmatch(id_) or id_.partition(":")[0] not in PREFIXES[kind]:
        prefixes = [f"{prefix}:…" for prefix in PREFIXES[kind]]
        reason = Message("language.no_id_of_kind", {"kind": kind, "ids": prefixes})
        yield problem_in(row, "id", reason)
    if kind == "office_holder" and not row.cells["valid_from"]:
        yield problem_in(row, "valid_from", Message("language.office_without_day"))


def _names(row: Row) -> Iterator[GazetteerProblem]:
    if _DEVANAGARI.search(row.cells["name_en"]):
        yield problem_in(row, "name_en", Message("language.devanagari_in_latin"))
    for column in ("name_mr", "name_hi"):
        cell = row.cells[column]
        if cell and not _DEVANAGARI.search(cell):
            yield problem_in(row, column, Message("language.no_devanagari"))
    if row.cells["kind"] != "office_holder":
        return
    named = [(c, row.cells[c]) for c in ("name_en", "name_mr", "name_hi")]
    for column, name in (*named, *(("aliases", a) for a in _split(row, "aliases"))):
        if len(name.split()) < 2:
            reason = Message("language.single_name", {"name": name})
            yield problem_in(row, column, reason)


def _days(row: Row) -> Iterator[GazetteerProblem]:
    days = {}
    for column in ("valid_from", "valid_to"):
        cell = row.cells[column]
        try:
            days[column] = date.fromisoformat(cell) if cell else None
        except ValueError:
            yield problem_in(row, column, Message("language.no_day", {"text": cell}))
    first, last = days.get("valid_from"), days.get("valid_to")
    if first is not None and last is not None and last <= first:
        yield problem_in(row, "valid_to", Message("language.days_reversed"))


def _shared_handles(rows: list[Row], judged: set[int]) -> Iterator[GazetteerProblem]:
    """A handle is one entry's at a time; an office's may pass on with its holder."""
    rows_by_handle: dict[str, list[Row]] = {}
    for row in rows:
        for handle in {
            _without_platform(prefixed).lower() for prefixed in _split(row, "handles")
        }:
            for other in rows_by_handle.setdefault(handle, []):
                if (
                    id(row) in judged
                    and other.cells["id"] != row.cells["id"]
                    and _overlap(row, other)
                ):
                    reason = Message(
                        "language.shared_handle",
                        {"handle": handle, "id": other.cells["id"]},
                    )
                    yield problem_in(row, "handles", reason)
            rows_by_handle[handle].append(row)


def _overlap(row: Row, other: Row) -> bool:
    def begins_before_end(a: Row, b: Row) -> bool:
        first, last = a.cells["valid_from"], b.cells["valid_to"]
        return not first or not last or first < last

    return begins_before_end(row, other) and begins_before_end(other, row)


def _public(row: Row) -> PublicEntry:
    cells = row.cells
    return PublicEntry(
        id=cells["id"],
        kind=cells["kind"],
        name_en=cells["name_en"],
        name_mr=cells["name_mr"],
        name_hi=cells["name_hi"],
        aliases=tuple(_split(row, "aliases")),
        handles=tuple(
            dict.fromkeys(
                _without_platform(prefixed) for prefixed in _split(row, "handles")
            )
        ),
        valid_from=_day(cells["valid_from"]),
        valid_to=_day(cells["valid_to"]),
        source=cells["source"],
        evidence=cells["evidence"],
    )


def _honorifics(person: PublicEntry) -> Iterator[str]:
    """A person's names before Marathi endings of respect: शिंदेंनी, जोशींना."""
    if person.kind == "office_holder":
        for name in (*_names_of(person), *person.aliases):
            if name.endswith(("े", "ी", "ू", "ो")):
                yield f"{name}ं"


def _names_of(entry: PublicEntry) -> tuple[str, str, str]:
    return entry.name_en, entry.name_mr, entry.name_hi


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _without_platform(handle: str) -> str:
    return handle.rpartition(":")[2]


def _split(row: Row, column: str) -> list[str]:
    return [part for part in row.cells[column].split("|") if part]
