"""By when a person's request is answered: the law counts days, we work on open ones."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from socialcell.clock import IST, as_utc
from socialcell.desk.working_time import WorkingTime
from socialcell.registers.request_rules import SOON

ClockState = Literal["running", "due_soon", "overdue", "past_stop"]


@dataclass(frozen=True, slots=True)
class RequestTimes:
    """By when we answer (`due_at`), and when the law's time is over (`stop_at`)."""

    due_at: datetime
    stop_at: datetime


def request_times(
    received_at: datetime, answer_days: int, stop_days: int, working: WorkingTime
) -> RequestTimes:
    """The times of a request that was received at a moment (aware), in UTC.

    Both count calendar days in Pune and end with the day. A day on which no office
    works answers nobody: we answer by the end of the last shift before that, where one
    lies after the receipt. What the law sets is not moved.
    """
    stop_at = _end_of_day(received_at, stop_days)
    return RequestTimes(
        _last_work(received_at, _end_of_day(received_at, answer_days), working), stop_at
    )


def clock_state(due_at: datetime, stop_at: datetime, now: datetime) -> ClockState:
    """How an open request stands at a moment (all aware)."""
    if now >= stop_at:
        return "past_stop"
    if now >= due_at:
        return "overdue"
    return "due_soon" if due_at - now <= SOON else "running"


def _end_of_day(moment: datetime, days: int) -> datetime:
    """The end of the day that lies so many days after a moment's day in Pune."""
    day = moment.astimezone(IST).date() + timedelta(days=days + 1)
    return as_utc(datetime.combine(day, time(), IST))


def _last_work(first: datetime, last: datetime, working: WorkingTime) -> datetime:
    """The newest end of a shift from one moment to another; `last` where none is."""
    day = last.astimezone(IST).date()
    while (midnight := as_utc(datetime.combine(day, time(), IST))) + timedelta(
        days=1
    ) > first:
        for shift in reversed(working.shifts_on(day)):
            ends = midnight + timedelta(minutes=shift.end)
            if first < ends <= last:
                return ends
        day -= timedelta(days=1)
    return last
