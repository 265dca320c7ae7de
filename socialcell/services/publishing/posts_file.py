"""The editorial plan of a file becomes drafts, row by row."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlmodel import Session

from socialcell.campaigns.publishing import store
from socialcell.clock import IST
from socialcell.connectors.files import sheets
from socialcell.connectors.files.table_mapping import AS_IT_IS, TableOptions
from socialcell.errors import UnreadableValue, UsageError
from socialcell.message_catalog import Message
from socialcell.services.context import Context
from socialcell.services.manual_entry import ROWS, ImportCounts, run_entry
from socialcell.services.publishing.post_drafts import PostDraft, enter_post

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
            draft = _draft_of(row.cells)
            is_known = store.find_post(session, draft.key) is not None
            enter_post(context, session, draft)
        except (UnreadableValue, UsageError) as error:
            counts.rejects.append((row.row, str(error)))
        else:
            counts.outcomes["unchanged" if is_known else "stored"] += 1


def _draft_of(row: Mapping[str, str | None]) -> PostDraft:
    """The draft of a row of a file: platform, date, time, language, text, ward, media.

    UnreadableValue says what is missing or no date.
    """
    for name in ("platform", "date", "time", "text"):
        if not row.get(name):
            raise UnreadableValue("posts.missing_cell", column=name)
    moment = f"{row['date']}T{row['time']}"
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise UnreadableValue("posts.no_moment_of_row", moment=moment) from None
    wards = [ward.strip() for ward in (row.get("ward") or "").split(";")]
    platform, language = str(row["platform"]), row.get("language") or "mr"
    due = at.replace(tzinfo=IST) if at.tzinfo is None else at
    # A row says the same thing again when it is imported again.
    identity = "|".join((platform, due.isoformat(), language, str(row["text"])))
    return PostDraft(
        platform=platform,
        due_at=due,
        language=language,
        text=str(row["text"]),
        wards=[ward for ward in wards if ward],
        media=row.get("media"),
        key=f"row.{hashlib.sha256(identity.encode()).hexdigest()[:32]}",
    )
