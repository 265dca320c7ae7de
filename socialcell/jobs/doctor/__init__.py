"""The doctor: looks at everything the workspace rests on, and says what to do.

It changes nothing, goes on after a failure, and shows nothing secret.
"""

from collections.abc import Iterator
from pathlib import Path

from socialcell import config, db
from socialcell.config import Workspace
from socialcell.connectors.base import Surroundings
from socialcell.db import revisions
from socialcell.db.refusals import where
from socialcell.errors import SocialcellError
from socialcell.jobs.context import Context
from socialcell.jobs.doctor import (
    access,
    collection,
    database,
    invariants,
    machine,
    models,
    posting,
    settings,
    sources,
)
from socialcell.jobs.doctor.check import Check, failed, ok, skipped
from socialcell.listening.people import SECRET_NAME

__all__ = ["Check", "examine"]


def examine(path: Path | None = None, *, deep: bool = False) -> Iterator[Check]:
    """Every check in order; those that need what has failed are skipped.

    `deep` reads the whole database and asks each enabled source's platform.
    """
    yield machine.python()
    workspace = None
    try:
        place = config.find(path)
    except SocialcellError as error:
        yield failed("config", str(error), "Make a workspace: socialcell init")
    else:
        yield from settings.literals(place)
        try:
            workspace = config.load(place)
            yield ok("config", f"{place} is valid")
        except SocialcellError as error:
            yield failed("config", str(error), "Correct the lines that are named.")
    if workspace is None:
        yield skipped("workspace", "there is no valid config.yaml to go by")
    else:
        yield from _workspace(workspace, deep=deep)
    yield machine.charts()
    nc = workspace is None or workspace.config.language.nc
    semantic = workspace is None or workspace.config.language.semantic
    yield machine.language(nc=nc, semantic=semantic)
    yield from models.models(nc=nc, semantic=semantic)


def _workspace(workspace: Workspace, *, deep: bool) -> Iterator[Check]:
    yield from settings.rehearsal(workspace)
    yield from access.files(workspace)
    yield settings.persons(workspace)
    yield settings.goals(workspace)
    yield settings.names(workspace)
    engine = None
    try:
        engine = db.connect(
            workspace.database_url, workspace.config.database.busy_seconds
        )
        revisions.require_current(engine)
        yield ok(
            "database", f"{where(engine)} answers, schema {revisions.current(engine)}"
        )
    except SocialcellError as error:
        yield failed("database", str(error), "Do what the message says.")
        yield settings.secret(workspace, SECRET_NAME, "pseudonyms")
        yield skipped("sources", "the database cannot be used")
    else:
        context = Context(workspace, engine, workspace.clock())
        yield from _running(context, context.surroundings, deep=deep)
    finally:
        if engine is not None:
            engine.dispose()


def _running(context: Context, around: Surroundings, *, deep: bool) -> Iterator[Check]:
    yield database.durability(context.engine)
    yield database.space(context.engine)
    if deep:
        yield from invariants.examine(context)
        yield database.audited(context.engine)
    else:
        yield database.integrity(context.engine)
    yield database.search(context.engine)
    yield database.backups(context)
    yield settings.secret(context.workspace, SECRET_NAME, "pseudonyms")
    yield from settings.alerted(context.workspace)
    yield from posting.accounts(context)
    yield from posting.doubts(context)
    yield from posting.held(context)
    yield posting.templates(context)
    yield from sources.states(context)
    yield from sources.secrets(context)
    yield from sources.rules(context)
    yield from collection.accepted(context)
    yield collection.allowances(context)
    yield collection.readable(context)
    yield from collection.deletions(context)
    if deep:
        yield from posting.answers(context, around)
        yield from sources.answers(context, around)
