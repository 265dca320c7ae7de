"""What is wrong in one row of a table that a cell imports, said with its place."""

from dataclasses import dataclass
from pathlib import Path

from socialcell.message_catalog import Message


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in one row; `row` is its number in its file, from 2."""

    row: int
    column: str
    message: Message

    def __str__(self) -> str:
        return str(
            Message(
                "areas.row_problem",
                {"row": self.row, "column": self.column, "reason": self.message},
            )
        )

    def in_file(self, path: Path) -> Message:
        """The same with the name of its file."""
        return Message(
            "areas.row_problem_in_file",
            {
                "file": path,
                "row": self.row,
                "column": self.column,
                "reason": self.message,
            },
        )
