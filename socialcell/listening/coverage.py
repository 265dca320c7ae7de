"""Which hours were read whole, platform by platform, and why others were not.

An hour counts for a platform when every enabled source of it has covered all of it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
SPAN = tuple[datetime, datetime]


@dataclass(frozen=True)
class Attempt:
    """A run of a source: when it began, how it ended, and its kind of error."""

    at: datetime
    state: str
    error_kind: str | None = None


@dataclass(frozen=True)
class Watch:
    """One enabled source: what it has read whole, what it lost, its runs."""

    name: str
    platform: str
    covered: Sequence[SPAN] = ()
    gaps: Sequence[SPAN] = ()
    attempts: Sequence[Attempt] = ()
    unchecked: bool = False  # whether posts were deleted could not be asked for all


@dataclass(frozen=True)
class Missing:
    """Hours [start, end) that a platform lacks, and the causes by source name.

    Causes: an error kind of the runner, `interrupted`, `lost` (the platform no longer
    gives it), `before` (collection had not begun), `unfinished`, `not_run`.
    """

    start: datetime
    end: datetime
    causes: Mapping[str, str] = field(default_factory=dict)

    @property
    def hours(self) -> int:
        return int((self.end - self.start) / HOUR)


def covered_hours(
    watches: Iterable[Watch], start: datetime, hours: int
) -> dict[str, frozenset[int]]:
    """platform → hours from `start` (0 is the first) that all its sources covered."""
    hours_by_platform: dict[str, frozenset[int]] = {}
    for watch in watches:
        own = _hours_of(watch, start, hours)
        had = hours_by_platform.get(watch.platform)
        hours_by_platform[watch.platform] = own if had is None else had & own
    return hours_by_platform


def whole_hours(
    hours_by_platform: Mapping[str, frozenset[int]], hours: int
) -> list[bool]:
    """For each of so many hours, whether all platforms covered it, of one at least."""
    covered = hours_by_platform.values()
    return [
        bool(covered) and all(hour in own for own in covered) for hour in range(hours)
    ]


def missing(
    watches: Sequence[Watch], platform: str, start: datetime, hours: int
) -> list[Missing]:
    """The stretches of a platform that are not covered, in order, with causes."""
    own = [watch for watch in watches if watch.platform == platform]
    covered = covered_hours(own, start, hours).get(platform, frozenset())
    return [
        _explained(own, start + first * HOUR, start + (last + 1) * HOUR)
        for first, last in _stretches(set(range(hours)) - covered)
    ]


def _explained(watches: Sequence[Watch], start: datetime, end: datetime) -> Missing:
    hours = int((end - start) / HOUR)
    causes = {
        watch.name: _cause(watch, start, end)
        for watch in watches
        if len(_hours_of(watch, start, hours)) < hours
    }
    return Missing(start, end, causes)


def _cause(watch: Watch, start: datetime, end: datetime) -> str:
    # The run that would have read an hour may begin an hour after it.
    runs = [run for run in watch.attempts if start <= run.at < end + HOUR]
    failures = [run.error_kind or run.state for run in runs if run.state != "ok"]
    if failures:
        return min(Counter(failures).items(), key=lambda pair: (-pair[1], pair[0]))[0]
    if any(gap[0] < end and gap[1] > start for gap in watch.gaps):
        return "lost"
    if not watch.covered or end <= min(span[0] for span in watch.covered) + HOUR:
        return "before"
    return "unfinished" if runs else "not_run"


def _hours_of(watch: Watch, start: datetime, hours: int) -> frozenset[int]:
    """Hours inside what is covered, and outside every gap: a gap always wins."""
    return frozenset(
        hour
        for hour in range(hours)
        if _inside(start + hour * HOUR, start + (hour + 1) * HOUR, watch)
    )


def _inside(start: datetime, end: datetime, watch: Watch) -> bool:
    if any(gap[0] < end and gap[1] > start for gap in watch.gaps):
        return False
    reached = start
    for span in sorted(watch.covered):
        if span[0] <= reached < span[1]:
            reached = span[1]
    return reached >= end


def _stretches(hours: Iterable[int]) -> list[tuple[int, int]]:
    stretches: list[tuple[int, int]] = []
    for hour in sorted(hours):
        if stretches and stretches[-1][1] == hour - 1:
            stretches[-1] = (stretches[-1][0], hour)
        else:
            stretches.append((hour, hour))
    return stretches
