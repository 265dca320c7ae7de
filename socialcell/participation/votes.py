"""The votes of one conversation: people by statements, read from a file."""

import csv
import io
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from socialcell.connectors.files.plain_tables import NumberedRow, plain_rows
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.connectors.files.workbooks import ZIP
from socialcell.errors import SocialcellError
from socialcell.message_catalog import Message

Matrix = NDArray[np.float64]

COLUMNS = (
    ("participant", "statement", "vote"),
    ("voter-id", "comment-id", "vote"),
)


class VotesError(SocialcellError):
    """The votes cannot be read as they stand: the file must be put right."""


@dataclass(frozen=True)
class Votes:
    """Every person's latest vote on every statement.

    `matrix` is people x statements: 1 agree, -1 disagree, 0 pass, NaN unseen.
    """

    participants: tuple[str, ...]
    statements: tuple[str, ...]
    matrix: Matrix

    def without(self, people: Collection[str]) -> "Votes":
        """The conversation as if these people had never voted."""
        left_out = set(people)
        stay = [name not in left_out for name in self.participants]
        participants = tuple(
            name
            for name, is_left in zip(self.participants, stay, strict=True)
            if is_left
        )
        return Votes(
            participants, self.statements, self.matrix[np.array(stay, dtype=bool)]
        )


def read_votes(path: Path, options: TableOptions = AS_IT_IS) -> Votes:
    """Read a CSV file or workbook of votes.

    The header holds `participant,statement,vote` or `voter-id,comment-id,vote`, in any
    order, among any others. Raises VotesError with file and line.
    """
    return _votes(_table(_rows(path, COLUMNS, options), str(path), COLUMNS))


def read_weights(path: Path) -> dict[str, float]:
    """Read a CSV file of `participant,weight`, weights 0 or more, one row a person.

    Raises VotesError with file and line.
    """
    weights: dict[str, float] = {}
    headings = (("participant", "weight"),)
    rows = _table(_rows(path, headings, AS_IT_IS), str(path), headings)
    for where, (person, cell) in rows:
        if person in weights:
            raise VotesError("participation.second_weight", where=where, person=person)
        try:
            weights[person] = float(cell)
        except ValueError as error:
            raise VotesError(
                "participation.weight_no_number", where=where, weight=cell
            ) from error
        if not 0 <= weights[person] < float("inf"):
            raise VotesError(
                "participation.weight_below_zero", where=where, weight=cell
            )
    return weights


def read_statements(path: Path) -> dict[str, str]:
    """Read a CSV file of `statement,text` (or `comment-id,comment-body`): the words of
    statements by id.

    Raises VotesError with file and line.
    """
    columns = (("statement", "text"), ("comment-id", "comment-body"))
    words: dict[str, str] = {}
    for where, (statement, text) in _table(
        _rows(path, columns, AS_IT_IS), str(path), columns
    ):
        if statement in words:
            raise VotesError(
                "participation.second_statement", where=where, statement=statement
            )
        words[statement] = text
    return words


def _votes(rows: Iterable[tuple[Message, list[str]]]) -> Votes:
    return votes_from_rows(
        (person, statement, _vote(cell, where))
        for where, (person, statement, cell) in rows
    )


def votes_from_rows(rows: Iterable[tuple[str, str, int]]) -> Votes:
    """Votes from (participant, statement, vote) in order; of repeats the last counts.

    People and statements are put in their natural order, so that the order of rows
    makes no difference to anything computed from them.
    """
    latest = {(person, statement): vote for person, statement, vote in rows}
    people = tuple(sorted({person for person, _ in latest}, key=natural))
    statements = tuple(sorted({statement for _, statement in latest}, key=natural))
    row_of = {person: row for row, person in enumerate(people)}
    column_of = {statement: column for column, statement in enumerate(statements)}
    matrix = np.full((len(people), len(statements)), np.nan)
    for (person, statement), vote in latest.items():
        matrix[row_of[person], column_of[statement]] = vote
    return Votes(people, statements, matrix)


def natural(name: str) -> tuple[str, str]:
    """A sort key that puts 2 before 10 and s2 before s10."""
    return re.sub("[0-9]+", lambda digits: digits[0].zfill(20), name), name


def _rows(
    path: Path, headings: Sequence[tuple[str, ...]], options: TableOptions
) -> Iterable[NumberedRow]:
    """The rows of a file by line: of a workbook, of a file that options are given for,
    and of one whose heading is in another language, under our names."""
    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        if not content.startswith(ZIP) and options == AS_IT_IS:
            return _csv_rows(content.decode("utf-8-sig"), str(path))
        return plain_rows(
            path, headings[0], options, content=content, numbers=headings[0][-1:]
        )
    except OSError as error:
        raise VotesError(
            "participation.unreadable_file", path=path, reason=error.strerror
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise VotesError("participation.not_utf8", path=path) from error


def _csv_rows(text: str, name: str) -> Iterator[NumberedRow]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        where = Message("files.line", {"file": name, "line": reader.line_num})
        raise VotesError(
            "participation.not_csv", where=where, reason=str(error)
        ) from error


def _table(
    numbered: Iterable[NumberedRow], name: str, headings: Sequence[tuple[str, ...]]
) -> Iterator[tuple[Message, list[str]]]:
    """Where each row stands, and its cells in the order of the columns found."""
    rows = iter(numbered)
    _number, heading = next(rows, (0, []))
    if not any(cell.strip() for cell in heading):
        raise VotesError(
            "participation.empty_file", file=name, headers=_either(headings)
        )
    header = [cell.strip().lower() for cell in heading]
    columns = _columns(header, name, headings)
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        where = Message("files.line", {"file": name, "line": line})
        if len(row) != len(header):
            raise VotesError(
                "participation.other_number_of_cells",
                where=where,
                cells=len(row),
                columns=len(header),
            )
        cells = [row[column].strip() for column in columns]
        if not all(cells):
            raise VotesError(
                "participation.empty_cell",
                where=where,
                column=header[columns[cells.index("")]],
            )
        yield where, cells


def _columns(
    header: list[str], name: str, headings: Sequence[tuple[str, ...]]
) -> list[int]:
    for columns in headings:
        if set(columns) <= set(header):
            twice = [column for column in columns if header.count(column) > 1]
            if twice:
                raise VotesError(
                    "participation.column_twice", file=name, column=twice[0]
                )
            return [header.index(column) for column in columns]
    raise VotesError(
        "participation.other_columns",
        file=name,
        headers=_either(headings),
        columns=header,
    )


def _vote(cell: str, where: Message) -> int:
    votes = {"1": 1, "+1": 1, "1.0": 1, "-1": -1, "-1.0": -1, "0": 0, "0.0": 0}
    vote = votes.get(cell)
    if vote is None:
        raise VotesError("participation.no_vote", where=where, vote=cell)
    return vote


def _either(headings: Sequence[tuple[str, ...]]) -> Message | str:
    """The header, or the two that a file may have."""
    headers = [",".join(columns) for columns in headings]
    if len(headers) == 1:
        return headers[0]
    first, second = headers
    return Message("participation.one_of_two", {"first": first, "second": second})


def refuse_strangers(
    names: Collection[str],
    valid_names: Collection[str],
    kind: Literal["participant", "statement"],
) -> None:
    """Raise VotesError if a name a person typed is not among those of the votes."""
    strangers = sorted(set(names) - set(valid_names), key=natural)
    if strangers:
        raise VotesError(
            "participation.no_such_participant"
            if kind == "participant"
            else "participation.no_such_statement",
            name=strangers[0],
        )
