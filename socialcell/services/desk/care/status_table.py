"""The table of PMC Care's statuses: the package's, and the cell's own before it."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from socialcell import db
from socialcell.config import Workspace
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.desk import care_statuses
from socialcell.desk.care_statuses import COLUMNS, status_key
from socialcell.errors import SocialcellError
from socialcell.files import unfinished_files
from socialcell.ops import audit
from socialcell.services.context import Context

FILE = "care_statuses.csv"  # in the workspace


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """A status, what it means, and whether the row is the cell's own."""

    status: str
    meaning: str
    own: bool


def load_statuses(workspace: Workspace) -> Mapping[str, str]:
    """Key of a status → its meaning. SocialcellError: the cell's file is damaged."""
    own = _own(workspace)
    return {
        **care_statuses.package_statuses(),
        **{status_key(status): meaning for status, meaning in own},
    }


def list_statuses(context: Context) -> list[StatusEntry]:
    """All statuses: the cell's own, then those of the package that it leaves."""
    own = _own(context.workspace)
    keys = {status_key(status) for status, _meaning in own}
    return [
        *(StatusEntry(status, meaning, True) for status, meaning in own),
        *(
            StatusEntry(key, meaning, False)
            for key, meaning in care_statuses.package_statuses().items()
            if key not in keys
        ),
    ]


def import_statuses(
    context: Context, path: Path, options: TableOptions = AS_IT_IS
) -> int:
    """Take a table of the cell's own in place of the one before; how many rows. What
    they say goes before the package's. Audited.

    SocialcellError as of `care_statuses.read_statuses`: nothing is taken then.
    """
    rows = care_statuses.read_statuses(path, options)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    place = context.workspace.folder / FILE
    now = context.clock.now()
    with db.writing(context.engine) as session:
        detail = {"rows": len(rows)}
        audit.append(session, context.actor, "care.statuses", path.name, detail, now)
        try:
            with unfinished_files.writing(place) as file:
                file.write(text.getvalue().encode())
        except OSError as error:
            raise SocialcellError(
                "files.not_written", path=place, reason=error.strerror
            ) from None
    return len(rows)


def _own(workspace: Workspace) -> list[tuple[str, str]]:
    place = workspace.folder / FILE
    return care_statuses.read_statuses(place) if place.exists() else []
