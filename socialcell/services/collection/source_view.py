"""A source as it is looked at: four weeks of hours, its runs, its versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from socialcell import db
from socialcell.clock import IST
from socialcell.listening import coverage
from socialcell.listening.coverage import HOUR, Missing
from socialcell.listening.store.pages import source_history
from socialcell.ops import store
from socialcell.ops.model import Run, Source, SourceVersion
from socialcell.services.context import Context

DAYS = 28
_HOURS = 24


@dataclass(frozen=True)
class CoverageDay:
    """A day in Pune. `hours`: for each of its hours that is over whether it was
    collected."""

    day: date
    hours: tuple[bool, ...]


@dataclass(frozen=True)
class CoverageCalendar:
    """The last DAYS days, oldest first, and the stretches that were not collected."""

    days: tuple[CoverageDay, ...]
    missing: tuple[Missing, ...]

    @property
    def due(self) -> int:
        return sum(len(day.hours) for day in self.days)

    @property
    def covered(self) -> int:
        return sum(sum(day.hours) for day in self.days)


@dataclass(frozen=True)
class SourceView:
    """What is known of a source. `calendar` is None where no mentions are read hour by
    hour: files, and figures of whole days."""

    calendar: CoverageCalendar | None
    runs: Sequence[Run]
    versions: Sequence[SourceVersion]


def view_source(context: Context, source: Source, runs: int) -> SourceView:
    """The calendar of a source, its newest runs (so many), its versions, newest
    first."""
    with db.reading(context.engine) as session:
        start, hours = _span(context.clock.now())
        calendar = None
        if source_history.brings_mentions(source):
            end = start + hours * HOUR
            watch = source_history.watch_source(session, source, start, end)
            calendar = _calendar(watch, start, hours)
        view = SourceView(
            calendar,
            store.list_runs(session, source.id or 0, runs),
            [*reversed(store.versions(session, source.id or 0))],
        )
        session.expunge_all()
    return view


def _span(now: datetime) -> tuple[datetime, int]:
    """Where the calendar begins, and how many of its hours are over."""
    midnight = now.astimezone(IST).replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - timedelta(days=DAYS - 1)
    return start, int((now - start) / HOUR)


def _calendar(watch: coverage.Watch, start: datetime, hours: int) -> CoverageCalendar:
    covered = coverage.covered_hours([watch], start, hours)[watch.platform]
    days = tuple(
        CoverageDay(
            (start + first * HOUR).date(),
            tuple(hour in covered for hour in range(first, min(first + _HOURS, hours))),
        )
        for first in range(0, DAYS * _HOURS, _HOURS)
    )
    missing = coverage.missing([watch], watch.platform, start, hours)
    return CoverageCalendar(days, tuple(missing))
