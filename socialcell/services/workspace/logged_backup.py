"""A backup that somebody asks for: the access log says who took it, before it is made.

The daemon's copies and those before a migration stay in the workspace and are nobody's
read.
"""

from pathlib import Path

from sqlalchemy import Engine

from socialcell import db
from socialcell.config import Workspace
from socialcell.db import revisions
from socialcell.services import access_log
from socialcell.services.context import Context, acting_in
from socialcell.services.workspace import backup
from socialcell.services.workspace.backup import BackupCopy


def make_logged_backup(
    workspace: Workspace, out: Path | None = None
) -> tuple[BackupCopy, bool]:
    """`backup.make_backup`, and whether it stands in the access log.

    A database of another schema has no log that this version could write: it is copied
    all the same, as before an upgrade. Where the log cannot be written, there is no
    copy. An entry stays when the copy fails: somebody asked for all that is held.
    """
    engine = db.connect(workspace.database_url, workspace.config.database.busy_seconds)
    try:
        db.must_exist(engine)
        has_log = revisions.current(engine) == revisions.head()
        if has_log:
            _note(workspace, engine, out)
    finally:
        engine.dispose()
    return backup.make_backup(workspace, out), has_log


def _note(workspace: Workspace, engine: Engine, out: Path | None) -> None:
    clock = workspace.clock()
    actor = acting_in(workspace, engine, clock.now())
    context = Context(workspace, engine, clock, actor=actor)
    subject = out.name if out is not None else backup.folder_of(workspace).name
    with db.writing(engine) as session:
        access_log.note_access(context, session, "backup", subject)
