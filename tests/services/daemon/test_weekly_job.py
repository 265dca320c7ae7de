"""For which weeks the daemon makes its weekly report."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from socialcell.clock import FixedClock
from socialcell.services.context import Context
from socialcell.services.daemon import run_due
from socialcell.services.daemon.job_registry import list_jobs
from tests.builders import NOON, make_record, make_source, store_records

pytestmark = pytest.mark.on_sqlite

DAY = timedelta(days=1)
NO_REPORT = "no report: the week ended before the first source was added"


def weekly_report(context: Context) -> str:
    """What the job of the report says of the last slot."""
    jobs = [job for job in list_jobs(context) if job.name == "report:weekly"]
    (result,) = run_due.run_due_jobs(context, 1, lambda: False, lambda _: jobs)
    assert result.state == "done"
    return result.summary


@pytest.mark.parametrize("has_source", [True, False])
def test_a_week_before_the_workspace_was_made_gets_no_report(
    context: Context, engine: Engine, clock: FixedClock, has_source: bool
) -> None:
    if has_source:
        make_source(engine)  # on Monday 23 November, at noon
    clock.set(NOON + DAY)

    assert weekly_report(context) == NO_REPORT
    assert not list(context.workspace.reports.glob("*"))


def test_a_week_before_the_workspace_was_made_gets_one_of_what_was_imported(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    store_records(engine, make_record(authored_at=NOON - 4 * DAY))
    clock.set(NOON + DAY)

    assert weekly_report(context).startswith("weekly-2026-11-16")


def test_a_week_in_which_nothing_was_collected_gets_one(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    make_source(engine)
    clock.set(NOON + 7 * DAY)

    assert weekly_report(context).startswith("weekly-2026-11-23")
