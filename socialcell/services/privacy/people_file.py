"""The workspace's file of public people, read and written without what reads texts."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.files import unfinished_files
from socialcell.language.names import gazetteer_lint, office_holders

_COLUMNS = (
    *("id", "kind", "name_en", "name_mr", "name_hi", "aliases", "handles"),
    *("valid_from", "valid_to", "source"),
)
_WITH_EVIDENCE = (*_COLUMNS, "evidence")  # those from before have none
PublicCells = dict[str, str]  # an entry, by column


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """The entries of the file at `path`, in its order, and its columns."""

    path: Path
    columns: tuple[str, ...]
    entries: tuple[PublicCells, ...]

    @property
    def names(self) -> list[str]:
        """The names of all entries in every script."""
        return office_holders.names_in(self._text().splitlines())

    def only(self, keep: Callable[[PublicCells], bool]) -> "PeopleFile":
        """The same with those of its entries."""
        return replace(self, entries=tuple(filter(keep, self.entries)))

    def save(self) -> None:
        """Put it whole in place of the one that is there, or leave that as it is."""
        try:
            with unfinished_files.writing(self.path) as file:
                file.write(self._text().encode())
        except OSError as error:
            raise SocialcellError(
                "files.not_written", path=self.path, reason=error.strerror
            ) from None

    def _text(self) -> str:
        """As `language.names.own_names` writes it."""
        buffer = io.StringIO()
        table = csv.DictWriter(buffer, self.columns, lineterminator="\n")
        table.writeheader()
        table.writerows(self.entries)
        return buffer.getvalue()


def load(folder: Path) -> PeopleFile:
    """The file of a workspace's folder; no entry where it has none. SocialcellError:
    somebody has edited it into what cannot be read."""
    path = folder / office_holders.FILE
    if not path.exists():
        return PeopleFile(path, _WITH_EVIDENCE, ())
    table = gazetteer_lint.csv_table(path)
    is_older = bool(table) and "evidence" not in table[0][1]
    columns = _COLUMNS if is_older else _WITH_EVIDENCE
    rows = gazetteer_lint.table_rows(table, path, columns)
    return PeopleFile(path, columns, tuple(row.cells for row in rows))
