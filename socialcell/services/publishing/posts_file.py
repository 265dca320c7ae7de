"""The editorial plan of a file becomes drafts, row by row."""

from itertools import islice
from pathlib import Path

from sqlmodel import Session

from socialcell.campaigns.publishing import store
from socialcell.connectors.files import sheets
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.errors import UnreadableValue, UsageError
from socialcell.message_catalog import Message
from socialcell.services.context import Context
from socialcell.services.manual_entry import ROWS, ImportCounts, run_entry
from socialcell.services.publishing import own_posts

COLUMNS = sheets.SheetColumns(
    Message("files.own_posts"),
    accepted=("platform", "date", "time", "language", "text", "ward", "media"),
    needed=("text",),
    dates=("date",),
    clocks=("time",),
)


def import_file(
    context: Context,
    path: Path,
    options: TableOptions = AS_IT_IS,
    *,
    dry_run: bool = False,
) -> ImportCounts:
    """Enter every row that can be planned; the others are rejects with their number.

    SocialcellError when the file cannot be read.
    """
    counts = ImportCounts()
    rows = sheets.read_sheet(path, COLUMNS, options)
    while batch := list(islice(rows, ROWS)):
        _enter_batch(context, batch, counts, dry_run)
    return counts


def _enter_batch(
    context: Context, batch: list[sheets.SheetRow], counts: ImportCounts, dry_run: bool
) -> None:
    def act(session: Session) -> None:
        _enter_rows(context, session, batch, counts)

    run_entry(context, act, dry_run)


def _enter_rows(
    context: Context,
    session: Session,
    batch: list[sheets.SheetRow],
    counts: ImportCounts,
) -> None:
    for row in batch:
        if row.reason is not None:
            counts.rejects.append((row.row, row.reason))
            continue
        try:
            draft = own_posts.draft_of(row.cells)
            is_known = store.find_post(session, draft.key) is not None
            own_posts.enter_post(context, session, draft)
        except (UnreadableValue, UsageError) as error:
            counts.rejects.append((row.row, str(error)))
        else:
            counts.outcomes["unchanged" if is_known else "stored"] += 1
