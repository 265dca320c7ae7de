"""Days to come: planned tags, own posts, holidays, days without anything."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from socialcell import db
from socialcell.campaigns.planning import quiet_days
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import PlanTag
from socialcell.campaigns.planning.quiet_days import SpecialDay
from socialcell.clock import IST
from socialcell.services.context import Context
from socialcell.services.outbox import outbox_mode
from socialcell.services.publishing import post_lines
from socialcell.services.publishing.post_lines import PostLine

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PlannedTagLine:
    """A tag of the newest plan of a campaign, without its creator, whom not everybody
    may see."""

    campaign: str
    n: int
    at: str
    channel: str
    posted_by: str


@dataclass(frozen=True)
class CalendarDay:
    """A day: holidays and festivals, `own` quiet days of the workspace by name, the
    `election` that it is within (first and last day), tags and posts by time."""

    day: date
    special: Sequence[SpecialDay]
    own: Sequence[str]
    election: tuple[date, date] | None
    tags: Sequence[PlannedTagLine]
    posts: Sequence[PostLine]

    @property
    def is_quiet(self) -> bool:
        """Whether plans tag nobody on it."""
        return bool(self.special or self.own or self.election)


@dataclass(frozen=True)
class DayCalendar:
    """Days in order, and what the switch of the outbox is set to now."""

    days: Sequence[CalendarDay]
    mode: str


def read_calendar(context: Context, first: date, days: int) -> DayCalendar:
    """So many days from the first on."""
    last = first + (days - 1) * _DAY
    planning = context.workspace.config.planning
    tags = _tags(context, first, last)
    posts: dict[date, list[PostLine]] = defaultdict(list)
    start = datetime.combine(first, time(), IST)
    for line in post_lines.list_between(context, start, start + days * _DAY):
        posts[line.post.due_at.astimezone(IST).date()].append(line)
    special: dict[date, list[SpecialDay]] = defaultdict(list)
    for special_day in quiet_days.special_days(first, last):
        special[special_day.day].append(special_day)
    with db.reading(context.engine) as session:
        mode = outbox_mode.mode_in(session)
    return DayCalendar(
        [
            CalendarDay(
                day=day,
                special=special[day],
                own=[
                    name
                    for begins, ends, name in planning.days
                    if begins <= day <= ends
                ],
                election=quiet_days.election_on(day, planning.elections),
                tags=tags[day],
                posts=posts[day],
            )
            for day in (first + n * _DAY for n in range(days))
        ],
        mode,
    )


def _tags(
    context: Context, first: date, last: date
) -> dict[date, list[PlannedTagLine]]:
    by_day: dict[date, list[PlannedTagLine]] = defaultdict(list)
    with db.reading(context.engine) as session:
        newest = plans.newest_plans(session)
        tags = plans.tags_of_plans(session, [plan.id or 0 for plan in newest])
        for plan in newest:
            for tag, _link in tags[plan.id or 0]:
                if first <= tag.day <= last:
                    by_day[tag.day].append(_line(plan.campaign, tag))
    for lines in by_day.values():
        lines.sort(key=lambda line: (line.at, line.campaign, line.n))
    return by_day


def _line(campaign: str, tag: PlanTag) -> PlannedTagLine:
    return PlannedTagLine(campaign, tag.n, tag.at, tag.channel, tag.posted_by)
