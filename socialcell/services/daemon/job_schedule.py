"""When each of the daemon's jobs is due; what it runs is in job_registry.py.

`health` and `daemon status` need the times alone, without the imports of the work.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from socialcell import connectors, db
from socialcell.connectors import publisher
from socialcell.ops import store
from socialcell.ops.model import Source
from socialcell.reports.daily.brief_times import TIMES
from socialcell.services.context import Context
from socialcell.services.daemon.due import DailySlots, IntervalSlots, due_slots
from socialcell.settings import DaemonSection

DETECT_INTERVAL = timedelta(minutes=5)
_MISSED_INTERVALS = 3
_LEAST_SLACK = timedelta(minutes=5)


@dataclass(frozen=True)
class JobSchedule:
    """The times of a job. `kind` says what is run: its name, or `pull` with the
    `source` that is pulled, or `report:daily`; the rest is as of `DaemonJob`."""

    kind: str
    when: IntervalSlots | DailySlots
    name: str
    each: bool = False
    late: timedelta = timedelta(hours=2)
    source: Source | None = None

    def is_behind(self, last: datetime, now: datetime) -> bool:
        """Whether three intervals, or two hours after a time of day, had no slot."""
        slack = (
            self.when.length * _MISSED_INTERVALS
            if isinstance(self.when, IntervalSlots)
            else self.late
        )
        return bool(due_slots(self.when, last, now - max(slack, _LEAST_SLACK)))


def list_schedules(context: Context) -> Iterator[JobSchedule]:
    """The times of every job of this workspace as its config and sources are now, in
    order of urgency: what came in by itself, what is pulled, then what can wait."""
    settings = context.workspace.config.daemon
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    yield _every(minute, "receive")
    if publisher.connected(context.workspace.config.publishing):
        yield _every(minute, "publish")
    with db.reading(context.engine) as session:
        enabled = store.enabled(session)
        session.expunge_all()
    for source in enabled:
        if _is_pulled(source):
            times = _interval(settings, source)
            yield JobSchedule("pull", times, f"pull:{source.name}", source=source)
    yield _every(minute, "cases")
    yield _every(minute, "clocks")
    yield _every(DETECT_INTERVAL, "detect")
    yield _every(minute, "answers")
    yield _every(minute, "deliver")
    for kind in ("snapshot", "outreach", "credentials", "closings"):
        yield _every(hour, kind)
    for at in TIMES:
        yield JobSchedule("report:daily", DailySlots(at), f"report:daily:{at:%H%M}")
    for n, kind in enumerate(("recheck", "retention", "backup", "care")):
        yield JobSchedule(kind, _at(settings.night, 30 * n), kind)
    weekly = DailySlots(time.fromisoformat(settings.weekly), "mon")
    yield JobSchedule("report:weekly", weekly, "report:weekly", each=True)


def _every(length: timedelta, kind: str) -> JobSchedule:
    return JobSchedule(kind, IntervalSlots(length), kind)


def _is_pulled(source: Source) -> bool:
    if source.connector not in connectors.CONNECTORS:
        return False
    return connectors.is_pulled(source.connector)


def _interval(settings: DaemonSection, source: Source) -> IntervalSlots:
    """How often a source is pulled; each at a minute of its own."""
    minutes = settings.pull_minutes
    if connectors.is_daily(source.connector, source.settings):
        minutes = 24 * 60
    for name in (source.connector, source.name):
        minutes = settings.pull_minutes_of.get(name, minutes)
    minutes = source.pull_minutes or minutes
    spread = zlib.crc32(source.name.encode()) % (minutes * 60)
    return IntervalSlots(timedelta(minutes=minutes), timedelta(seconds=spread))


def _at(night: str, minutes: int) -> DailySlots:
    begin = time.fromisoformat(night)
    total = begin.hour * 60 + begin.minute + minutes
    return DailySlots(time(total // 60 % 24, total % 60))
