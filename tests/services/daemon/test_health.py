"""Health says what is not known of sources: never read, deletions not asked for."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock, SystemClock
from socialcell.config import Workspace
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.ops import leases, store
from socialcell.ops.model import Source
from socialcell.services.alerts import escalations
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.collection.collector import note_failure
from socialcell.services.collection.metrics_refresh import run_refresh
from socialcell.services.context import Context
from socialcell.services.daemon import health
from socialcell.services.outbox import acknowledgements
from socialcell.settings.notifications import Alerts
from tests.builders import make_batch, make_source
from tests.reports.world import World


def alive(context: Context) -> None:
    assert leases.acquire(context.engine, "daemon", "tests", SystemClock().now())


def reasons(context: Context) -> tuple[str, ...]:
    alive(context)
    return health.check_health(context).reasons


def fail(engine: Engine, source: Source, clock: FixedClock) -> None:
    with db.writing(engine) as session:
        found = store.source_named(session, source.name)
        error = ConnectorError(Kind.TRANSIENT, "the line dropped")
        note_failure(found, error, clock.now())


def recheck(context: Context, source: Source, error: ConnectorError | None) -> None:
    def batches() -> object:
        yield make_batch(cursor={})
        if error is not None:
            raise error

    ledger = Ledger(context.engine, context.clock, "x")
    run_refresh(context, source, "x", ledger, batches(), kind="recheck")  # type: ignore[arg-type]


def test_a_source_that_fails_and_never_succeeded_is_told(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    clock.set(source.created_at)
    assert reasons(context) == ()

    fail(engine, source, clock)

    assert reasons(context) == ("x.mentions has never been read: the line dropped",)
    assert health.check_health(context).state == "degraded"


def test_a_source_that_nobody_asked_for_a_day_is_told(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    clock.set(source.created_at + timedelta(hours=25))

    (reason,) = reasons(context)

    assert reason.startswith("x.mentions has never been read: nobody has asked it")


def test_deletions_that_could_not_be_asked_for_are_told_until_they_are(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    clock.set(source.created_at)

    recheck(context, source, ConnectorError(Kind.DRIFT, "no list in the answer"))
    (reason,) = reasons(context)
    recheck(context, source, None)

    assert reason == (
        "x.mentions: whether its posts were deleted could not be asked for all of them "
        "(2026-11-23 12:00 IST): no list in the answer"
    )
    assert reasons(context) == ()


def test_a_workspace_that_names_nobody_for_alerts_is_degraded(
    context: Context,
) -> None:
    assert reasons(context) == ()
    changed = context.workspace.config.model_copy(update={"alerts": Alerts()})
    folder = context.workspace.folder

    found = health.check_health(replace(context, workspace=Workspace(folder, changed)))

    assert found.state == "degraded"
    assert found.reasons == (
        "Nobody is named to be alerted: see alerts in config.yaml.",
    )


def test_an_incident_that_nobody_acknowledges_is_told_when_everybody_was_called(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    world = World(context)
    world.mention(clock.now(), "A wall fell on two men", urgency="critical")
    escalations.advance(context, deliver=False)
    assert reasons(context) == ()

    clock.advance(timedelta(minutes=20))
    (reason,) = reasons(context)

    assert reason.startswith("Nobody has acknowledged incident 1 since 2026-11-23 09")
    acknowledgements.acknowledge(context, 1)
    assert reasons(context) == ()
