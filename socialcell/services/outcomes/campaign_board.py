"""Campaigns side by side: days, plan, posts, clicks, and the weekly report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, cast

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.campaigns.outreach.store import outreach
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.store import PlanVersion
from socialcell.clock import IST, week_of
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.store import areas
from socialcell.ops import frozen
from socialcell.reports.campaign_numbers import CampaignNumbers
from socialcell.reports.weekly.frozen_week import KIND
from socialcell.services.context import Context

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class CampaignLine:
    """A campaign in a list. `wards` by id with their names (None: no area any more).

    `tags` are those of the newest plan (None: nothing is planned), `clicks` those of
    people in its days (None: it has no link). `report` is what the newest weekly report
    about it says, as of the end of `report_until`; None: no report names it yet.
    """

    name: str
    initiative: str | None
    goal: str
    first: date
    last: date
    state: Literal["coming", "running", "over"]
    wards: Mapping[str, Mapping[str, str] | None]
    budget_micros: int | None
    currency: str
    tags: int | None
    posted: int
    clicks: int | None
    report: CampaignNumbers | None
    report_until: date | None


def list_lines(
    context: Context, before: tuple[date, str] | None, limit: int
) -> list[CampaignLine]:
    """At most `limit` campaigns after the one with this start and name, the newest
    first; None: from the newest on."""
    with db.reading(context.engine) as session:
        rows = outcomes.campaigns_before(session, before, limit)
        return _lines(context, session, rows)


def find_line(context: Context, name: str) -> CampaignLine | None:
    """A campaign by its name; None: there is none."""
    with db.reading(context.engine) as session:
        row = outcomes.campaign(session, name)
        return None if row is None else _lines(context, session, [row])[0]


def plan_versions(context: Context, name: str) -> list[PlanVersion]:
    """The versions of a campaign's plan, the newest first."""
    with db.reading(context.engine) as session:
        return plans.versions(session, name)


def _lines(
    context: Context, session: Session, rows: Sequence[Campaign]
) -> list[CampaignLine]:
    if not rows:
        return []
    today = context.clock.now().astimezone(IST).date()
    names = [row.name for row in rows]
    area_names = {area.id: names_of(area) for area in areas.all_areas(session)}
    planned = {
        plan.campaign: plan.calendar["tags"] for plan in plans.newest_plans(session)
    }
    posted, clicks = db.counts_together(
        session, outreach.posted_query(names), outcomes.clicks_query(names)
    )
    reports = _reports(session, rows, today)
    lines = []
    for row in rows:
        report, until = reports.get(row.name, (None, None))
        lines.append(
            CampaignLine(
                name=row.name,
                initiative=row.initiative,
                goal=row.goal,
                first=row.start,
                last=row.end,
                state=_state(row, today),
                wards={ward: area_names.get(ward) for ward in row.wards},
                budget_micros=row.budget_micros,
                currency=row.currency,
                tags=planned.get(row.name),
                posted=posted.get(row.name, 0),
                clicks=clicks.get(row.name),
                report=report,
                report_until=until,
            )
        )
    return lines


def _state(row: Campaign, today: date) -> Literal["coming", "running", "over"]:
    if today < row.start:
        return "coming"
    return "running" if today <= row.end else "over"


def _reports(
    session: Session, rows: Sequence[Campaign], today: date
) -> dict[str, tuple[CampaignNumbers, date]]:
    """What the newest weekly report that can name a campaign says of it, and its last
    day: that of the week in which it ends, or of the last whole week."""
    last_sunday = today - timedelta(days=today.weekday() + 1)
    starts = {
        row.name: _week_start(min(row.end, last_sunday))
        for row in rows
        if row.start <= last_sunday
    }
    parts = frozen.frozen_part(session, KIND, set(starts.values()), "campaigns")
    reports = {}
    for name, start in starts.items():
        for numbers in cast(list[CampaignNumbers], parts.get(start) or []):
            if numbers["name"] == name:
                until = (start + _WEEK).astimezone(IST).date() - timedelta(days=1)
                reports[name] = (numbers, until)
    return reports


def _week_start(day: date) -> datetime:
    start, _end = week_of(datetime.combine(day, datetime.min.time(), IST))
    return start
