"""The commissioner's indicators of a week, as its report has them."""

from dataclasses import dataclass
from datetime import datetime

from socialcell import db, strategy
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.people import registry
from socialcell.reports.commissioner import kpi_figures
from socialcell.reports.commissioner.kpi_figures import WeekKpis
from socialcell.reports.weekly import frozen_week
from socialcell.reports.weekly.weekly_counts import count_week
from socialcell.services import working_calendar
from socialcell.services.context import Context


@dataclass(frozen=True)
class CommissionerFigures:
    """The indicators of a week and when they were counted. `is_frozen`: as the report
    of the week has them; else they are counted anew each time, until its report is
    made."""

    week: TimeSpan
    counted_at: datetime
    is_frozen: bool
    kpis: WeekKpis


def last_week(context: Context) -> TimeSpan:
    """The last complete week."""
    now = context.clock.now()
    return frozen_week.period(now, now)


def commissioner_figures(
    context: Context, as_of: datetime | None = None
) -> CommissionerFigures:
    """The indicators of the last complete week before a moment (default: now).

    Nothing is frozen by looking. UsageError: the week is not over yet. ConfigError:
    what is wrong in strategy.yaml, of a week whose report is not made.
    """
    now = context.clock.now()
    week = frozen_week.period(as_of or now, now)
    with db.reading(context.engine) as session:
        numbers = frozen_week.frozen_numbers(session, week)
        is_frozen = numbers is not None
        if numbers is None:
            goals = strategy.load(context.workspace.folder)
            planning = context.workspace.config.planning
            working = working_calendar.load(context)
            numbers = count_week(session, week, now, goals, planning, working)
        return CommissionerFigures(
            week=week,
            counted_at=kpi_figures.frozen_at(numbers),
            is_frozen=is_frozen,
            kpis=kpi_figures.week_kpis(numbers, registry.registry(session)),
        )
