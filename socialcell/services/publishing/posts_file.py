"""The editorial plan of a file becomes drafts, row by row."""

from itertools import islice
from pathlib import Path

from sqlmodel import Session

from socialcell.campaigns.publishing import store
from socialcell.connectors.files import sheets
from socialcell.errors import UsageError
from socialcell.services.context import Context
from socialcell.services.manual_entry import ROWS, Imported, written
from socialcell.services.publishing import own_posts

COLUMNS = sheets.Columns(
    "own posts",
    known=("platform", "date", "time", "language", "text", "ward", "media"),
    needed=("text",),
)


def import_file(context: Context, path: Path, *, dry_run: bool = False) -> Imported:
    """Enter every row that can be planned; the others are rejects with their number.

    SocialcellError when the file cannot be read.
    """
    done = Imported()
    every = sheets.asked(path, COLUMNS)
    while some := list(islice(every, ROWS)):
        _written(context, some, done, dry_run)
    return done


def _written(
    context: Context, some: list[sheets.Asked], done: Imported, dry_run: bool
) -> None:
    def act(session: Session) -> None:
        _enter(context, session, some, done)

    written(context, act, dry_run)


def _enter(
    context: Context, session: Session, some: list[sheets.Asked], done: Imported
) -> None:
    for one in some:
        try:
            if one.reason is not None:
                raise ValueError(one.reason)
            draft = own_posts.draft_of(one.given)
            known = store.find_post(session, draft.key) is not None
            own_posts.entered(context, session, draft)
        except (ValueError, UsageError) as error:
            done.rejects.append((one.row, str(error)))
        else:
            done.outcomes["unchanged" if known else "stored"] += 1
