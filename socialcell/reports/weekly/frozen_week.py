"""The numbers of a week: counted once, frozen, and the same ever after."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST, as_utc, week_of
from socialcell.desk.working_time import WorkingTime
from socialcell.errors import UsageError
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.ops import frozen
from socialcell.reports.week_numbers import WeekNumbers, read_week
from socialcell.reports.weekly.weekly_counts import count_week
from socialcell.settings.campaigns import Planning
from socialcell.strategy import Strategy

KIND = "weekly"

_WEEK = timedelta(days=7)


def period(as_of: datetime, now: datetime) -> TimeSpan:
    """The last complete week before a moment; UsageError when it is not over yet."""
    end, _ = week_of(as_of)
    if end > now:
        local = end.astimezone(IST).date()
        raise UsageError("reports.week_not_over", day=local)
    return TimeSpan(as_utc(end.astimezone(IST) - _WEEK), end)


def numbers_of_week(
    engine: Engine,
    week: TimeSpan,
    now: datetime,
    strategy: Strategy | None = None,
    planning: Planning | None = None,
    working: WorkingTime | None = None,
) -> WeekNumbers:
    """The week's numbers, and the city's goals: as frozen, or counted now and frozen.

    A week of which nothing is known yet is not frozen: what is imported later counts.
    `planning` is that of config.yaml as it is now; without it plans keep to their own.
    `working` is the offices' time, as of `count_week`.
    """
    with db.reading(engine) as session:
        numbers = frozen_numbers(session, week)
        if numbers is not None:
            return numbers
        counted = count_week(session, week, now, strategy, planning, working)
    if counted["mentions"]["n"] is None:
        return counted
    with db.writing(engine) as session:
        document = msgspec.to_builtins(counted)
        frozen.freeze(session, KIND, week.start, week.end, now, document)
        numbers = frozen_numbers(session, week)
    assert numbers is not None
    return numbers


def frozen_numbers(session: Session, week: TimeSpan) -> WeekNumbers | None:
    """The week's numbers as its report froze them; None where it is not made."""
    document = frozen.frozen_numbers(session, KIND, week.start)
    return None if document is None else read_week(document)
