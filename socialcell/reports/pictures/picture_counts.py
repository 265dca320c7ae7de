"""What pictures of a week show, counted: its usual hours, the hours of an incident.

Nothing is drawn here, so that counting a week loads no library that draws.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Literal, TypeAlias

from sqlmodel import Session

from socialcell.campaigns.publishing import store as own_posts
from socialcell.clock import IST, as_utc, local_iso
from socialcell.listening import coverage, incident_state
from socialcell.listening.alerts.model import Alert, Incident
from socialcell.listening.store.alerts import incident_numbers
from socialcell.listening.store.mentions import mention_counts
from socialcell.listening.store.mentions.mention_counts import HOUR, TimeSpan
from socialcell.listening.store.pages.source_history import watches
from socialcell.reports.week_incidents import IncidentHours

Step: TypeAlias = Literal["first_post", "alert", "taken_on", "statement", "ended"]
STEPS: tuple[Step, ...] = ("first_post", "alert", "taken_on", "statement", "ended")
"""What may come to pass in an incident, in its usual order."""
DAY_HOURS = 24
LEAD = timedelta(days=28)
"""How much of the time before a campaign's start is shown."""
USUAL_DAYS = 28
"""So many days before the first say what is usual."""
_FEWEST_DAYS = 7  # of those that were collected whole at an hour


def usual_hours(session: Session, start: datetime) -> list[float | None]:
    """The median count of each hour of the day in the 28 days before a midnight, over
    the days on which every platform was collected in that hour; None with fewer than
    seven of them."""
    first = as_utc(start.astimezone(IST) - timedelta(days=USUAL_DAYS))
    span = TimeSpan(first, as_utc(start))
    totals = [0] * span.hours
    for (_platform, hour), n in mention_counts.mentions(session, span).items():
        totals[hour] += n
    sources = watches(session, span.start, span.end)
    covered = coverage.covered_hours(sources, span.start, span.hours)
    is_whole = coverage.whole_hours(covered, span.hours)
    usual: list[float | None] = []
    for hour in range(DAY_HOURS):
        counts = [
            totals[at] for at in range(hour, span.hours, DAY_HOURS) if is_whole[at]
        ]
        usual.append(float(median(counts)) if len(counts) >= _FEWEST_DAYS else None)
    return usual


def incident_hours(
    session: Session, incident: Incident, alerts: Sequence[Alert], now: datetime
) -> IncidentHours | None:
    """The hours of an incident as plain JSON, up to a moment; None where it counts no
    mentions, or has none."""
    scope = incident_state.scope_at(session, incident, alerts, now)
    times = incident_numbers.times(session, scope) if scope else []
    if not times:
        return None
    as_of = min(incident.ended_at or now, now)
    local = times[0].astimezone(IST)
    start = as_utc(local.replace(minute=0, second=0, microsecond=0))
    hours = max(math.ceil((as_of - start) / HOUR), 1)
    counts = [0] * hours
    for time in times:
        counts[min((time - start) // HOUR, hours - 1)] += 1
    sources = watches(session, start, start + hours * HOUR)
    covered = coverage.covered_hours(sources, start, hours)
    any_hours = frozenset().union(*covered.values())
    steps = _steps(session, incident, alerts, times[0], as_of)
    return {
        "start": local_iso(start),
        "mentions": [
            n if n or hour in any_hours else None for hour, n in enumerate(counts)
        ],
        "whole": coverage.whole_hours(covered, hours),
        "steps": {step: local_iso(at) for step, at in steps.items()},
        "as_of": local_iso(as_of),
        "platforms": len(covered),
        "missing": {
            platform: hours - len(own)
            for platform, own in sorted(covered.items())
            if len(own) < hours
        },
    }


def _steps(
    session: Session,
    incident: Incident,
    alerts: Sequence[Alert],
    first_post: datetime,
    as_of: datetime,
) -> dict[Step, datetime]:
    kind, _, name = incident.subject.partition(":")
    wards = [name] if kind == "ward" else []
    moments: dict[Step, datetime | None] = {
        "first_post": first_post,
        "alert": min((alert.at for alert in alerts), default=incident.opened_at),
        "taken_on": incident.acked_at,
        "statement": own_posts.first_statement(session, first_post, as_of, wards),
        "ended": incident.ended_at,
    }
    return {step: at for step, at in moments.items() if at is not None and at <= as_of}
