"""Reviews gazetteer files: what is wrong or doubtful, by file, row and column."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.files.read_errors import unreadable_file
from socialcell.language import lexicon
from socialcell.language.words import key_of
from socialcell.message_catalog import Message
from socialcell.text import clean_text

COLUMNS = (
    "id",
    "label",
    "name_en",
    "name_mr",
    "name_hi",
    "aliases",
    "ward",
    "needs_context",
    "unless",
    "source",
)
_REQUIRED = ("id", "label", "name_en", "name_mr", "name_hi", "source")
# Which label goes with which kind of id.
_KINDS = {
    "place": {"PLACE"},
    "ward": {"PLACE"},
    "dept": {"ORG"},
    "body": {"ORG", "SERVICE"},
    "service": {"SERVICE"},
    "initiative": {"INITIATIVE", "EVENT"},
}
_ID = re.compile(r"[a-z]+:[a-z0-9]+(?:-[a-z0-9]+)*$")
_DEVANAGARI = re.compile("[\u0900-\u0963]")
_SIGN = re.compile("[^\\W_]|[\u0900-\u0963]")
_SPACES = re.compile(r"^\s|\s$|\s\s|\|\||^\||\|$|\s\||\|\s")


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a file; `number` counts lines, the heading is 1."""

    file: str
    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class GazetteerProblem:
    """What is wrong in one cell; `column` is "" when the whole row is meant."""

    file: str
    row: int
    column: str
    reason: Message

    @property
    def message(self) -> Message:
        """The reason and where it applies."""
        return Message(
            "language.cell_refused" if self.column else "language.row_refused",
            {
                "where": row_place(self.file, self.row),
                "column": self.column,
                "reason": self.reason,
            },
        )

    def as_dict(self) -> dict[str, str | int]:
        """Its keys in a JSON document."""
        return {
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "message": str(self.reason),
        }


def row_place(file: Path | str, number: int) -> Message:
    """A row of a file, for messages."""
    return Message("files.row", {"file": file, "row": number})


NumberedTable = Sequence[tuple[int, Sequence[str]]]
"""A heading and rows, each with the number of its line."""


def csv_table(path: Path) -> NumberedTable:
    """The table of a UTF-8 CSV file. SocialcellError: it is none."""
    try:
        return text_table(path.read_text("utf-8-sig"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable_file(path, error) from error


def text_table(text: str, file: Path | str) -> NumberedTable:
    """The table of CSV text; `file` is what messages call it. SocialcellError."""
    table = csv.reader(text.splitlines())
    try:
        return [(table.line_num, cells) for cells in table]
    except csv.Error as error:
        raise SocialcellError(
            "language.row_not_csv",
            where=row_place(file, table.line_num),
            reason=str(error),
        ) from error


def lint(
    files: Iterable[Path] = (),
    read_table: Callable[[Path], NumberedTable | None] = csv_table,
) -> list[GazetteerProblem]:
    """Problems of the files, beside the package's own; without files of the package.

    A file may hold new entries only. SocialcellError for a file that is no table with
    the gazetteer's columns.
    """
    if own := [row for path in files for row in rows_of(path, read_table(path))]:
        return problems_of(own)
    return [] if files else _sorted(_problems(_package(), []))


def problems_of(rows: list[Row], beside: Iterable[Row] = ()) -> list[GazetteerProblem]:
    """Problems of these rows beside the package's own and those `beside`."""
    return _sorted(_problems(rows, [*_package(), *beside]))


def _package() -> list[Row]:
    return [Row(*row) for row in lexicon.gazetteer_rows()]


def _sorted(problems: Iterable[GazetteerProblem]) -> list[GazetteerProblem]:
    return sorted(problems, key=lambda p: (p.file, p.row, p.column, str(p.reason)))


def rows_of(
    path: Path,
    table: NumberedTable | None = None,
    columns: Sequence[str] = COLUMNS,
) -> Iterator[Row]:
    """The rows of a file, or of its `table` where it is read already.

    SocialcellError when it is no CSV with these columns.
    """
    return table_rows(csv_table(path) if table is None else table, path, columns)


def table_rows(
    table: NumberedTable, file: Path | str, columns: Sequence[str]
) -> Iterator[Row]:
    """The rows of a table that has exactly these columns. SocialcellError."""
    heading, *lines = table or [(1, [])]
    if tuple(heading[1]) != tuple(columns):
        raise SocialcellError(
            "language.other_columns",
            where=row_place(file, 1),
            columns=",".join(columns),
        )
    for number, cells in lines:
        if len(cells) != len(columns):
            raise SocialcellError(
                "language.other_number_of_cells",
                where=row_place(file, number),
                cells=len(cells),
                columns=len(columns),
            )
        yield Row(str(file), number, dict(zip(columns, cells, strict=True)))


def _problems(rows: list[Row], beside: list[Row]) -> Iterator[GazetteerProblem]:
    ids = {row.cells["id"]: row for row in beside}
    wards = {r.cells["id"] for r in (*rows, *beside) if r.cells["id"][:5] == "ward:"}
    for row in rows:
        first = ids.setdefault(row.cells["id"], row)
        if first is not row:
            yield problem_in(row, "id", id_twice(row, first))
        yield from _cells(row)
        yield from _too_short(row)
        yield from _kinds(row, wards)
        yield from _meanings(row)
    yield from _shared_names(rows, beside)


def _cells(row: Row) -> Iterator[GazetteerProblem]:
    for column in _REQUIRED:
        if not row.cells[column].strip():
            yield problem_in(row, column, Message("language.empty_cell"))
    if _DEVANAGARI.search(row.cells["name_en"]):
        yield problem_in(row, "name_en", Message("language.devanagari_in_latin"))
    for column in ("name_mr", "name_hi"):
        cell = row.cells[column]
        if cell and not _DEVANAGARI.search(cell):
            yield problem_in(row, column, Message("language.no_devanagari"))
    for column, cell in row.cells.items():
        if clean_text(cell) != cell:
            yield problem_in(row, column, Message("language.no_normal_form"))
        if _SPACES.search(cell):
            yield problem_in(row, column, Message("language.spare_white_space"))


def _too_short(row: Row) -> Iterator[GazetteerProblem]:
    """One letter, or a mark alone, would be found in every other post."""
    for column, name in _names(row):
        if len(_SIGN.findall(name)) < 2:
            yield problem_in(
                row, column, Message("language.short_name", {"name": name})
            )


def _kinds(row: Row, wards: set[str]) -> Iterator[GazetteerProblem]:
    kind = row.cells["id"].partition(":")[0]
    if not _ID.match(row.cells["id"]) or kind not in _KINDS:
        kinds = [f"{name}:…" for name in _KINDS]
        yield problem_in(row, "id", Message("language.no_id", {"kinds": kinds}))
    elif row.cells["label"] not in _KINDS[kind]:
        labels = sorted(_KINDS[kind])
        reason = Message("language.other_label", {"kind": kind, "labels": labels})
        yield problem_in(row, "label", reason)
    if row.cells["ward"] and row.cells["ward"] not in wards:
        reason = Message("language.unknown_ward", {"ward": row.cells["ward"]})
        yield problem_in(row, "ward", reason)
    if row.cells["needs_context"] not in ("", "yes"):
        yield problem_in(row, "needs_context", Message("language.yes_or_empty"))


def _meanings(row: Row) -> Iterator[GazetteerProblem]:
    """Single words that mean something else too, without a rule for context."""
    if row.cells["needs_context"] or row.cells["unless"]:
        return
    for column, name in _names(row):
        key = key_of(name)
        if key in _common():
            reason = Message("language.common_word", {"name": name})
            yield problem_in(row, column, reason)
        elif key in _first_names():
            yield problem_in(
                row, column, Message("language.first_name", {"name": name})
            )


def _shared_names(rows: list[Row], beside: list[Row]) -> Iterator[GazetteerProblem]:
    owner: dict[str, Row] = {}
    for row in (*beside, *rows):
        if row.cells["needs_context"]:
            continue
        for column, name in _names(row):
            first = owner.setdefault(key_of(name), row)
            if first.cells["id"] != row.cells["id"] and not _parted(first, row):
                reason = Message(
                    "language.shared_name", {"name": name, "id": first.cells["id"]}
                )
                yield problem_in(row, column, reason)


def _parted(row: Row, other: Row) -> bool:
    """Whether the words of `unless` part two entries of one name: the other one's id
    continues this one's, as that of a dam continues its village's, and has the name
    beside them."""
    return any(
        own.cells["unless"] and longer.cells["id"].startswith(f"{own.cells['id']}-")
        for own, longer in ((row, other), (other, row))
    )


def _names(row: Row) -> Iterator[tuple[str, str]]:
    """(column, name) of every spelling but the case-sensitive ones."""
    for column in ("name_en", "name_mr", "name_hi"):
        if row.cells[column]:
            yield column, row.cells[column]
    for alias in filter(None, row.cells["aliases"].split("|")):
        if not alias.startswith("="):
            yield "aliases", alias


@lru_cache
def _common() -> frozenset[str]:
    """Function words of five languages and the words of civic concepts."""
    function_words = (
        word
        for weights in lexicon.data("function_words")["words"].values()
        for words in weights.values()
        for word in words
    )
    civic = (word for words in lexicon.data("concepts").values() for word in words)
    return frozenset(map(key_of, (*function_words, *civic)))


@lru_cache
def _first_names() -> frozenset[str]:
    return frozenset(map(key_of, lexicon.data("first_names")["names"]))


def problem_in(row: Row, column: str, reason: Message) -> GazetteerProblem:
    """A problem of one cell of a row."""
    return GazetteerProblem(row.file, row.number, column, reason)


def id_twice(row: Row, first: Row) -> Message:
    """That a row has the id of an earlier one."""
    return Message(
        "language.id_twice",
        {"id": row.cells["id"], "where": row_place(first.file, first.number)},
    )
