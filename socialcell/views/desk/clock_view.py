"""A time limit of a case as a page shows it: how much has passed, what is left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from socialcell.desk.model import CaseClock

_SOON = 0.75  # of its time


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    SOON = "soon"  # three quarters of its time have passed
    OVER = "over"
    KEPT = "kept"
    MISSED = "missed"  # it was stopped after its time
    PAUSED = "paused"  # others have to act; the time that was left counts on
    ENDED = "ended"  # the case ended without it


@dataclass(frozen=True)
class ClockView:
    """A clock at a moment. `share`: of its time on the wall that has passed, 0 to 1.
    `span`: what is left, by how much it is or was late, or in what time it was kept."""

    kind: str
    state: ClockState
    due_at: datetime
    share: float
    span: timedelta

    @property
    def is_running(self) -> bool:
        return self.state in (ClockState.RUNNING, ClockState.SOON, ClockState.OVER)


def view_clock(clock: CaseClock, now: datetime) -> ClockView:
    """A clock as it stands now."""
    limit = clock.due_at - clock.started_at
    end = clock.stopped_at or now
    passed = max(end - clock.started_at, timedelta())
    share = min(passed / limit, 1.0) if limit > timedelta() else 1.0
    state, span = _state(clock, end, share)
    return ClockView(clock.kind, state, clock.due_at, share, span)


def _state(
    clock: CaseClock, end: datetime, share: float
) -> tuple[ClockState, timedelta]:
    if clock.ending == "paused":
        return ClockState.PAUSED, timedelta()
    if clock.ending == "over":
        return ClockState.ENDED, timedelta()
    if clock.stopped_at is not None:
        if clock.missed or end > clock.due_at:
            return ClockState.MISSED, max(end - clock.due_at, timedelta())
        return ClockState.KEPT, end - clock.started_at
    if end > clock.due_at:
        return ClockState.OVER, end - clock.due_at
    is_soon = share >= _SOON
    return (ClockState.SOON if is_soon else ClockState.RUNNING), clock.due_at - end


def newest_clocks(clocks: Iterable[CaseClock], now: datetime) -> list[ClockView]:
    """The newest clock of each kind, in the order in which the kinds first began."""
    newest = {clock.kind: clock for clock in clocks}
    return [
        view_clock(clock, now)
        for clock in newest.values()
        if clock.ending != "restarted"
    ]


def next_due(clocks: Iterable[ClockView]) -> ClockView | None:
    """The running clock that is due first; None: none runs."""
    running = [clock for clock in clocks if clock.is_running]
    return min(running, key=lambda clock: clock.due_at, default=None)
