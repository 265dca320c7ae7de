"""The doctor: checks everything the workspace depends on, and says what to do.

It changes nothing, goes on after a failure, and shows nothing secret.
"""

from collections.abc import Iterator
from pathlib import Path

from socialcell import config, db
from socialcell.config import Workspace
from socialcell.connectors.base import ConnectorContext
from socialcell.db import revisions
from socialcell.db.refusals import where
from socialcell.errors import SocialcellError
from socialcell.listening.people.visibility import SECRET_NAME
from socialcell.services.context import Context
from socialcell.services.doctor import (
    access_checks,
    collection_checks,
    database_checks,
    guard_checks,
    invariants,
    letter_checks,
    link_checks,
    machine_checks,
    model_checks,
    operator_checks,
    posting_checks,
    settings_checks,
    source_checks,
)
from socialcell.services.doctor.finding import Check, failed, ok, skipped
from socialcell.settings.language import LanguageSection

__all__ = ["Check", "examine"]


def examine(path: Path | None = None, *, deep: bool = False) -> Iterator[Check]:
    """Every check in order; those that need what has failed are skipped.

    `deep` reads the whole database and asks the mail server and each enabled source's
    platform.
    """
    yield machine_checks.python()
    workspace = None
    try:
        place = config.find(path)
    except SocialcellError as error:
        yield failed("config", str(error), "Make a workspace: socialcell init")
    else:
        yield from settings_checks.literals(place)
        try:
            workspace = config.load(place)
            yield ok("config", f"{place} is valid")
        except SocialcellError as error:
            yield failed("config", str(error), "Correct the lines that are named.")
    if workspace is None:
        yield skipped("workspace", "there is no valid config.yaml to go by")
    else:
        yield from _workspace_checks(workspace, deep=deep)
    yield machine_checks.charts()
    reading = LanguageSection() if workspace is None else workspace.config.language
    yield machine_checks.language(nc=reading.nc, semantic=reading.semantic)
    yield from model_checks.models(nc=reading.nc, semantic=reading.semantic)


def _workspace_checks(workspace: Workspace, *, deep: bool) -> Iterator[Check]:
    yield from settings_checks.rehearsal(workspace)
    yield from access_checks.files(workspace)
    yield settings_checks.persons(workspace)
    yield settings_checks.goals(workspace)
    yield settings_checks.names(workspace)
    yield settings_checks.published_numbers(workspace)
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
        yield settings_checks.secret(workspace, SECRET_NAME, "pseudonyms")
        yield skipped("sources", "the database cannot be used")
    else:
        context = Context(workspace, engine, workspace.clock())
        yield from _database_checks(context, context.connector_context, deep=deep)
    finally:
        if engine is not None:
            engine.dispose()


def _database_checks(
    context: Context, connector_context: ConnectorContext, *, deep: bool
) -> Iterator[Check]:
    yield database_checks.durability(context.engine)
    yield database_checks.space(context.engine)
    yield database_checks.areas(context)
    if deep:
        yield from invariants.examine(context)
        yield database_checks.audited(context.engine)
        yield operator_checks.recorded(context)
    else:
        yield database_checks.integrity(context.engine)
    yield database_checks.search(context.engine)
    yield database_checks.backups(context)
    yield from database_checks.backup_keys(context)
    yield settings_checks.secret(context.workspace, SECRET_NAME, "pseudonyms")
    yield from settings_checks.alert_recipients(context.workspace)
    yield from settings_checks.report_recipients(context.workspace)
    yield from letter_checks.password(context.workspace)
    yield from letter_checks.unsubscribed(context)
    yield from link_checks.destinations(context)
    yield settings_checks.own_accounts(context.workspace)
    yield from operator_checks.signed_up(context)
    yield from posting_checks.accounts(context)
    yield from posting_checks.doubts(context)
    yield from posting_checks.messages(context)
    yield from posting_checks.held(context)
    yield posting_checks.templates(context)
    yield from source_checks.states(context)
    yield from source_checks.secrets(context)
    yield from source_checks.rules(context)
    yield from guard_checks.followed(context)
    yield from collection_checks.check_credentials(context)
    yield collection_checks.check_allowances(context)
    yield collection_checks.check_mapping_errors(context)
    yield from collection_checks.check_deletions(context)
    if deep:
        yield from letter_checks.connection(context)
        yield from posting_checks.answers(context, connector_context)
        yield from source_checks.answers(context, connector_context)
