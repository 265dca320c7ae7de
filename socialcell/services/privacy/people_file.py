"""The workspace's file of public people, read and written without what reads texts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from socialcell.language.names import gazetteer_lint, names_csv, office_holders

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
        return [n for entry in self.entries for n in office_holders.names_of(entry)]

    def only(self, keep: Callable[[PublicCells], bool]) -> "PeopleFile":
        """The same with those of its entries."""
        return replace(self, entries=tuple(filter(keep, self.entries)))

    def save(self) -> None:
        """Put it whole in place of the one that is there, or leave that as it is."""
        names_csv.save(self.path, names_csv.csv_text(self.entries, self.columns))


def load(folder: Path) -> PeopleFile:
    """The file of a workspace's folder; no entry where it has none. SocialcellError:
    somebody has edited it into what cannot be read."""
    path = folder / office_holders.FILE
    if not path.exists():
        return PeopleFile(path, office_holders.COLUMNS, ())
    table = gazetteer_lint.csv_table(path)
    heading = table[0][1] if table else office_holders.COLUMNS
    columns = office_holders.columns_of(heading)
    rows = gazetteer_lint.table_rows(table, path, columns)
    return PeopleFile(path, columns, tuple(row.cells for row in rows))
