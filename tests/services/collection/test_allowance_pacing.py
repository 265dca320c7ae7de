"""Few searches a day are divided over the day and among the sources that search."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.ops import store
from socialcell.ops.model import Source
from socialcell.services.collection import allowance_pacing
from socialcell.services.context import Context
from socialcell.services.daemon.job_registry import JobSlot, list_jobs
from tests.builders import make_source

# YouTube's day begins at midnight in California: 08:00 UTC in winter, 13:30 in Pune.
BEGIN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)  # between two slots of a source


def search(engine: Engine, name: str) -> Source:
    return make_source(engine, name, "youtube", kind="search", query="pune")


def note_pull(engine: Engine, source: Source, at: datetime, pages: int) -> None:
    with db.writing(engine) as session:
        run = store.start_run(session, source, "pull", "tests", at)
        run.pages = pages
        store.finish_run(session, run.id or 0, "ok", at)


def live_a_day(
    context: Context, clock: FixedClock, sources: list[Source], pages: int = 1
) -> dict[str, list[datetime]]:
    """When each source was pulled on one of YouTube's days, asked every quarter."""
    pulled: dict[str, list[datetime]] = {source.name: [] for source in sources}
    for slot in range(96):
        clock.set(BEGIN + slot * QUARTER)
        for source in sources:
            if allowance_pacing.next_turn(context, source) is None:
                note_pull(context.engine, source, clock.now(), pages)
                pulled[source.name].append(clock.now())
    return pulled


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (2, 1), (5, 1), (3, 4)])
def test_the_evening_is_heard_by_every_source(
    context: Context, engine: Engine, clock: FixedClock, count: int, pages: int
) -> None:
    sources = [search(engine, f"youtube.{n}") for n in range(count)]

    pulled = live_a_day(context, clock, sources, pages)

    assert sum(len(times) for times in pulled.values()) * pages <= 100
    share = 90 / count / pages  # a tenth is left for pulls by hand
    for times in pulled.values():
        # Every source has its share, and never waits much longer than its share means.
        assert share - 1 <= len(times) <= share + 1
        gaps = [b - a for a, b in pairwise([*times, BEGIN + 96 * QUARTER])]
        assert max(gaps) <= timedelta(days=1) / share + QUARTER


def test_what_was_missed_is_not_made_up_for_at_once(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    first, second = search(engine, "youtube.1"), search(engine, "youtube.2")
    clock.set(BEGIN + timedelta(hours=8))
    assert allowance_pacing.next_turn(context, first) is None

    note_pull(engine, first, clock.now(), pages=30)

    # A share of 45: thirty pages are those of the day's first sixteen hours.
    assert allowance_pacing.next_turn(context, first) == BEGIN + timedelta(hours=16)
    assert allowance_pacing.next_turn(context, second) is None


def test_a_lower_cap_of_the_workspace_is_divided(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = search(engine, "youtube.1")
    context.workspace.config.budget.caps["youtube"] = {"searches": 20}
    clock.set(BEGIN)

    note_pull(engine, source, clock.now(), pages=1)

    # 18 of the 20 are the daemon's.
    assert (
        allowance_pacing.next_turn(context, source) == BEGIN + timedelta(hours=24) / 18
    )


def test_what_takes_no_search_comes_at_its_own_pace(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    channel = "UC" + "a" * 22
    uploads = make_source(
        engine, "youtube.own", "youtube", kind="uploads", channel_id=channel
    )
    clock.set(BEGIN)
    note_pull(engine, uploads, clock.now(), pages=90)

    assert allowance_pacing.next_turn(context, uploads) is None


def test_the_daemon_says_when_it_is_a_sources_turn(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = search(engine, "youtube.1")
    clock.set(BEGIN)
    note_pull(engine, source, clock.now(), pages=90)
    (job,) = (job for job in list_jobs(context) if job.source == "youtube.1")

    said = job.run(context, JobSlot(clock.now(), 1, late=False), lambda: False)

    assert said.startswith("not its turn before 2026-11-24 13:30 IST")
    with db.reading(engine) as session:
        assert len(store.last_runs(session)) == 1
