"""Writes the table of docs/privacy.md from what is declared beside the models; --check
only compares."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from socialcell.db.personal_tables import PersonalTable
from socialcell.services.privacy.table_purposes import (
    impersonal_tables,
    personal_tables,
)

PAGE = Path(__file__).resolve().parent.parent / "docs" / "privacy.md"
BEGIN = "<!-- made by make docs from the declarations beside the models -->"
END = "<!-- the end of what is made -->"


def main() -> int:
    """Write the table into the page; with --check, 1 if the page differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    check = parser.parse_args().check
    page = PAGE.read_text(encoding="utf-8")
    made = with_table(page)
    if not check:
        PAGE.write_text(made, encoding="utf-8")
        return 0
    if made == page:
        return 0
    sys.stderr.write("docs/privacy.md is not what the models say: run `make docs`.\n")
    return 1


def with_table(page: str) -> str:
    """The page with today's table between its two marks. ValueError: they are not
    there."""
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("docs/privacy.md has lost the marks around its made table")
    return f"{before}{BEGIN}\n{render()}\n{END}{after}"


def render() -> str:
    """The table as Markdown, and the names of the tables that hold nothing personal."""
    others = ", ".join(sorted(f"`{entry.table}`" for entry in impersonal_tables()))
    lines = [
        "| table | columns | of whom | what for | basis | until |",
        "|---|---|---|---|---|---|",
        *map(row, personal_tables()),
        "",
        *wrapped(f"Nothing of persons but who of the staff acted: {others}."),
    ]
    return "\n".join(lines)


def row(entry: PersonalTable) -> str:
    """One table of personal data as a row."""
    columns = ", ".join(entry.columns)
    cells = (f"`{entry.table}`", columns, entry.whose, entry.purpose, entry.basis)
    return f"| {' | '.join((*cells, entry.until))} |"


def wrapped(text: str, width: int = 88) -> Iterator[str]:
    """A paragraph in lines."""
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


if __name__ == "__main__":
    sys.exit(main())
