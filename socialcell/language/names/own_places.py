"""Places of a workspace's own gazetteer, read without what reads texts."""

from pathlib import Path

from socialcell.language.names import gazetteer_lint

FILE = "gazetteer.csv"
_PLACE = "place:"


def place_rows(folder: Path) -> list[dict[str, str]]:
    """The places in the file of a workspace's folder, by column; none where it has no
    file. SocialcellError: somebody has edited it into what cannot be read."""
    path = folder / FILE
    if not path.exists():
        return []
    rows = (row.cells for row in gazetteer_lint.rows_of(path))
    return [cells for cells in rows if cells["id"].startswith(_PLACE)]
