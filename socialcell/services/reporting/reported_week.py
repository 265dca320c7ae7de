"""The week that a report is about, and its frozen numbers."""

from datetime import datetime

from socialcell import db, strategy
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.ops import store
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.reports.weekly import frozen_week
from socialcell.services import working_calendar
from socialcell.services.context import Context


def reported_week(
    context: Context, as_of: datetime | None = None
) -> tuple[TimeSpan, WeekNumbers]:
    """The last complete week before a moment (default: now), and its numbers.

    They are counted and frozen when the week is first reported, and read afterwards.
    UsageError: the week is not over yet. ConfigError: what is wrong in strategy.yaml.
    """
    now = context.clock.now()
    week = frozen_week.period(as_of or now, now)
    goals = strategy.load(context.workspace.folder)
    settings = context.workspace.config.planning
    numbers = frozen_week.numbers_of_week(
        context.engine, week, now, goals, settings, working_calendar.load(context)
    )
    return week, numbers


def is_before_first_source(context: Context, as_of: datetime) -> bool:
    """Whether the last complete week before a moment ended before any source was added,
    and nothing of it was collected since: nobody waits for a report that says so."""
    week = frozen_week.period(as_of, context.clock.now())
    with db.reading(context.engine) as session:
        first = store.first_source_at(session)
        if first is not None and first < week.end:
            return False
        of_week = MentionFilter(since=week.start, until=week.end)
        return not mention_queries.count_mentions(session, of_week)
