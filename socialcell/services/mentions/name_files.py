"""The workspace's files of names: written with an audit row; mentions read again."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlmodel import Session

from socialcell import db
from socialcell.connectors.files.plain_tables import plain_rows
from socialcell.connectors.files.table_mapping import TableOptions
from socialcell.language.names import names_csv
from socialcell.language.names.gazetteer_lint import NumberedTable
from socialcell.listening.store.mentions import tags
from socialcell.ops import audit
from socialcell.services.context import Context


def write_names(
    context: Context,
    session: Session,
    file: Path,
    action: str,
    object_: str,
    detail: Mapping[str, list[str]],
    text: str,
) -> None:
    """Write the whole file and its audit row: both, or neither. The caller has waited
    for its turn at the file before it read it.

    The file last: when it cannot be written, the audit log says nothing of it.
    """
    now = context.clock.now()
    audit.append(session, context.actor, action, object_, detail, now)
    names_csv.save(file, text)


def read_names(
    path: Path, columns: Sequence[str], options: TableOptions
) -> NumberedTable | None:
    """The heading and the rows of a file of names in the order of our columns.

    None where the file cannot be read: whoever asks for its rows then says why.
    """
    try:
        return plain_rows(path, columns, options, dates=("valid_from", "valid_to"))
    except (OSError, UnicodeDecodeError, csv.Error):
        return None


def read_again(context: Context) -> None:
    """Put every mention back on the work list, to be read with the new names."""
    with db.writing(context.engine) as session:
        tags.forget(session)
