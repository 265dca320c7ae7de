"""A workspace's own names: a CSV file in its folder, in the gazetteer's form."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.language.names import gazetteer_lint
from socialcell.language.names.gazetteer_lint import (
    COLUMNS,
    GazetteerProblem,
    NumberedTable,
    Row,
)
from socialcell.language.names.names_csv import csv_text
from socialcell.language.names.own_places import FILE as FILE
from socialcell.language.names.places import Place, check_places, places


@dataclass(frozen=True, slots=True)
class NameImport:
    """What a file would change: ids by what becomes of them, and the whole new file."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    text: str


def name_import(
    before: Iterable[Row], new: Iterable[Row], columns: Sequence[str]
) -> NameImport:
    """What the rows of a file change in those before: an id that is held is changed."""
    cells_before = {row.cells["id"]: row.cells for row in before}
    cells_after = {row.cells["id"]: row.cells for row in new}
    same = {id_ for id_ in cells_after if cells_after[id_] == cells_before.get(id_)}
    return NameImport(
        added=tuple(sorted(cells_after.keys() - cells_before.keys())),
        changed=tuple(sorted((cells_after.keys() & cells_before.keys()) - same)),
        unchanged=tuple(sorted(same)),
        text=names_text({**cells_before, **cells_after}.values(), columns),
    )


def names_text(entries: Iterable[dict[str, str]], columns: Sequence[str]) -> str:
    """CSV with the heading, entries by id: the same entries, the same bytes."""
    return csv_text(sorted(entries, key=lambda cells: cells["id"]), columns)


class NamesRefused(SocialcellError):  # noqa: N818 - named for what happened
    """Entries that are not taken; the message has a line for each reason."""


def names_refused(problems: Sequence[GazetteerProblem]) -> NamesRefused:
    """The error for entries with these problems."""
    lines = [problem.message for problem in problems]
    return NamesRefused("language.names_refused", n=len(lines), lines=lines)


def load(path: Path) -> tuple[Place, ...]:
    """The names of a workspace's file; none where it has no file.

    SocialcellError when somebody has edited it into what cannot be read.
    """
    rows = _rows(path)
    return check_places(((row.file, row.number, row.cells) for row in rows), places())


def rows(path: Path) -> list[dict[str, str]]:
    """The entries as they stand in the file, by id."""
    return sorted((row.cells for row in _rows(path)), key=lambda cells: cells["id"])


def add(
    workspace_file: Path, file: Path, table: NumberedTable | None = None
) -> NameImport:
    """The entries of `workspace_file` after an import of `file`; `table` has its rows
    where they are read already.

    An id that is held is changed to what the file says. Refused, with every reason,
    when an id is the package's or the linter finds anything.
    """
    before = {row.cells["id"]: row for row in _rows(workspace_file)}
    new = list(gazetteer_lint.rows_of(file, table))
    ids = {row.cells["id"] for row in new}
    unchanged_rows = [row for id_, row in before.items() if id_ not in ids]
    problems = gazetteer_lint.problems_of(new, unchanged_rows)
    if problems:
        raise names_refused(problems)
    if not new:
        raise SocialcellError("language.no_entry", path=file)
    return name_import(before.values(), new, COLUMNS)


def without(workspace_file: Path, ids: Iterable[str]) -> str:
    """The text of the file without these entries. SocialcellError names one not there.

    An entry that others name as their ward stays while they do.
    """
    left = {row.cells["id"]: row.cells for row in _rows(workspace_file)}
    for id_ in ids:
        if id_ not in left:
            raise no_such_entry(id_, len(left), workspace_file, _of_package())
        del left[id_]
    known_ids = left.keys() | _of_package()
    for cells in left.values():
        if cells["ward"] and cells["ward"] not in known_ids:
            raise SocialcellError(
                "language.ward_in_use", ward=cells["ward"], id=cells["id"]
            )
    return names_text(left.values(), COLUMNS)


def no_such_entry(
    id_: str, entries: int, workspace_file: Path, package_ids: Collection[str]
) -> SocialcellError:
    """The error for an id that the workspace's file does not have."""
    return SocialcellError(
        "language.entry_of_package" if id_ in package_ids else "language.no_such_entry",
        id=id_,
        entries=entries,
        path=workspace_file,
    )


def _rows(path: Path) -> list[Row]:
    return list(gazetteer_lint.rows_of(path)) if path.exists() else []


def _of_package() -> set[str]:
    return {place.id for place in places()}
