"""How much time each clock of a case gets, and when it is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from socialcell.desk.routing_table import WALL, WORKING, RouteRecord
from socialcell.desk.working_time import WorkingTime


class ClockKind(StrEnum):
    """What a clock of a case measures."""

    FIRST_ANSWER = "first_answer"
    NEXT_ANSWER = "next_answer"
    STAGE = "stage"
    TOTAL = "total"
    NEXT_UPDATE = "next_update"
    REFERRAL = "referral"


WEEK = timedelta(days=7)
_NOTHING = timedelta()
_HOUR = timedelta(hours=1)
URGENT = frozenset({"P0", "P1"})
"""Priorities whose clocks all run on the wall clock."""


@dataclass(frozen=True, slots=True)
class ClockTime:
    """So much time, of the working day or of the wall clock."""

    span: timedelta
    counts: str  # working | wall

    @property
    def span_seconds(self) -> int:
        return round(self.span.total_seconds())


def answer_time(priority: str, working: WorkingTime) -> ClockTime:
    """Until when a person answers: P0 15 minutes, P1 one hour by the wall clock, P2 4
    working hours, P3 one working day."""
    return {
        "P0": ClockTime(timedelta(minutes=15), WALL),
        "P1": ClockTime(_HOUR, WALL),
        "P2": ClockTime(4 * _HOUR, WORKING),
        "P3": ClockTime(working.day, WORKING),
    }[priority]


def service_times(priority: str, route: RouteRecord) -> Mapping[ClockKind, ClockTime]:
    """The time of a step and of the whole, by routing.csv; of P0 and P1 those hours
    are of the wall clock."""
    counts = WALL if priority in URGENT else route.counts
    return MappingProxyType(
        {
            ClockKind.STAGE: ClockTime(route.stage_hours * _HOUR, counts),
            ClockKind.TOTAL: ClockTime(route.total_hours * _HOUR, counts),
        }
    )


def due(
    start: datetime, span: timedelta, counts: str, working: WorkingTime
) -> datetime:
    """When so much time has passed since a moment; a span below nothing is of the wall
    clock: so long ago it was due."""
    if counts == WALL or span < _NOTHING:
        return start + span
    return working.add(start, span)


def left(
    now: datetime, due_at: datetime, counts: str, working: WorkingTime
) -> timedelta:
    """How much time is left until a clock is due; what has passed since is below
    nothing, and of the wall clock."""
    if counts == WALL or due_at < now:
        return due_at - now
    return working.between(now, due_at)


def next_escalation(
    started_at: datetime,
    time: ClockTime,
    time_left: timedelta,
    after: int,
    percentages: tuple[int, ...],
    working: WorkingTime,
) -> datetime | None:
    """When a clock that started with so much left escalates next, past `after` percent;
    None: no more. `percentages` are in order."""
    percentage = next_percentage(after, percentages)
    if percentage is None:
        return None
    until = time_left - time.span * (100 - percentage) / 100
    return due(started_at, max(until, _NOTHING), time.counts, working)


def next_percentage(after: int, percentages: tuple[int, ...]) -> int | None:
    """The first share past `after` percent; None: no more."""
    return next((share for share in percentages if share > after), None)
