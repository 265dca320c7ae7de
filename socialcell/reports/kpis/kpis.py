"""The city's measures for a week: this week, the week before, and what they rest on.

The definitions are those of the commissioner's page (docs/strategy.md). What is in none
of our tables is None, with the reason why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal, TypeAlias

from sqlmodel import Session

from socialcell.campaigns.outcomes.store import outcomes
from socialcell.desk.working_time import WorkingTime
from socialcell.listening.coverage import Watch
from socialcell.listening.store.alerts import incidents
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.pages import recheck_queue
from socialcell.listening.store.people import registry_activity
from socialcell.reports.campaign_numbers import CampaignNumbers
from socialcell.reports.compared_figures import (
    Figure,
    IdFigure,
    IdMeasure,
    Measure,
    measure,
    share,
)
from socialcell.reports.kpis import cases, listening
from socialcell.reports.week_incidents import IncidentNumbers
from socialcell.strategy import MEASURES

NOT_RECORDED = {
    "first_statement": "statements",
    "explained": "press",
    "rating": "stars",
    "uninstalled": "cohort",
    "took_part": "portal",
}
"""Measures without any records yet, and which records are missing."""
WITHOUT_RECORDS = frozenset({*NOT_RECORDED.values(), cases.NO_CASES})
"""Reasons that say that nothing of a measure is kept, whatever the week."""
_ACTIVATED_USERS = "activated_users"
_Moment: TypeAlias = Literal["first_post_at", "notified_at", "opened_at", "acked_at"]
INCIDENT_SPANS: tuple[tuple[str, _Moment, _Moment, str], ...] = (
    ("alerted", "first_post_at", "notified_at", "nobody_notified"),
    ("acknowledged", "opened_at", "acked_at", "nobody"),
)
"""Measures of incidents: id, from when, until when, and why none is known."""


@dataclass(frozen=True)
class WeekCounts:
    """What the report has counted already: a part of the frozen numbers."""

    week: TimeSpan
    before: TimeSpan
    sunday: date  # the week's Sunday

    watches: Sequence[Watch]
    mentions: Figure
    intents: Sequence[IdFigure]
    incidents: Sequence[IncidentNumbers]
    campaigns: Sequence[CampaignNumbers]
    working: WorkingTime


def measure_kpis(session: Session, week_counts: WeekCounts) -> list[IdMeasure]:
    """Every measure in its order, as plain JSON.

    `now` and `before` are shares from 0 to 1, minutes, or counts; None is not known.
    `rests` says on what: a kind and its numbers. `why` says why a figure is not known.
    """
    kpis = {
        **listening.measure_listening(
            session,
            week_counts.week,
            week_counts.watches,
            week_counts.mentions,
            week_counts.intents,
        ),
        **cases.measure_cases(
            session,
            week_counts.week,
            week_counts.before,
            week_counts.working,
            week_counts.mentions,
        ),
        **_incident_minutes(week_counts),
        "campaigns_told": _measured_campaigns(week_counts),
        "activated": _activated_users(session, week_counts),
        "promises_kept": _kept_promises(session, week_counts),
        "marathi_first": _marathi_posts(session, week_counts),
        "deleted_in_time": _deletions_in_time(session, week_counts),
        **{name: measure(reason=reason) for name, reason in NOT_RECORDED.items()},
    }
    return [{"id": name, **kpis[name]} for name in MEASURES]


def _incident_minutes(week_counts: WeekCounts) -> dict[str, Measure]:
    """K10: how long it took from the first post, and until somebody took it on."""
    kpis = {}
    for name, start, end, unknown_reason in INCIDENT_SPANS:
        incidents_by_week = {
            week: [
                incident
                for incident in week_counts.incidents
                if incident["week"] == week
            ]
            for week in ("now", "before")
        }
        minutes_by_week = {
            week: [
                minutes
                for incident in of_week
                if (minutes := minutes_between(incident.get(start), incident.get(end)))
                is not None
            ]
            for week, of_week in incidents_by_week.items()
        }
        count, total = len(minutes_by_week["now"]), len(incidents_by_week["now"])
        kpis[name] = measure(
            median(minutes_by_week["now"]) if minutes_by_week["now"] else None,
            median(minutes_by_week["before"]) if minutes_by_week["before"] else None,
            ["incidents", count, total],
            reason=None if count else unknown_reason if total else "incidents",
        )
    return kpis


def _measured_campaigns(week_counts: WeekCounts) -> Measure:
    """K12: of the campaigns that ran, those whose effect can be told."""
    measured_count = sum(
        campaign["incremental"] is not None for campaign in week_counts.campaigns
    )
    campaign_count = len(week_counts.campaigns)
    reason = None if campaign_count else "campaigns"
    return measure(
        share(measured_count, campaign_count),
        None,
        ["campaigns", measured_count, campaign_count],
        reason=reason,
    )


def _activated_users(session: Session, week_counts: WeekCounts) -> Measure:
    """K13: people who began to use the app, over the ward offices' days."""
    days = outcomes.outcome_days(
        session,
        _ACTIVATED_USERS,
        week_counts.sunday - timedelta(days=13),
        week_counts.sunday,
    )
    ward_days = [
        outcome_day for outcome_day in days if outcome_day.area.startswith("ward:")
    ]
    if not ward_days:
        return measure(reason="imported")
    monday = week_counts.sunday - timedelta(days=6)
    days_due = 7 * len({outcome_day.area for outcome_day in ward_days})
    sums = []
    for days_of in (
        [outcome_day.value for outcome_day in ward_days if outcome_day.day >= monday],
        [outcome_day.value for outcome_day in ward_days if outcome_day.day < monday],
    ):
        known_values = [day_users for day_users in days_of if day_users is not None]
        sums.append((sum(known_values) if known_values else None, len(known_values)))
    (now, days_known), (before, days_known_before) = sums
    # A sum of fewer days is no week to compare with.
    return measure(
        now,
        before if days_known_before == days_known else None,
        ["days", days_known, days_due],
    )


def _kept_promises(session: Session, week_counts: WeekCounts) -> Measure:
    """K14: of the promises that fell due, those that were kept by then."""
    promises_due = incidents.promises_due(
        session, week_counts.before.start, week_counts.week.end
    )
    halves = (
        [
            promise
            for promise in promises_due
            if promise.due_at >= week_counts.week.start
        ],
        [
            promise
            for promise in promises_due
            if promise.due_at < week_counts.week.start
        ],
    )
    now, before = (
        (
            sum(
                promise.kept_at is not None and promise.kept_at <= promise.due_at
                for promise in week_promises
            ),
            len(week_promises),
        )
        for week_promises in halves
    )
    reason = None if now[1] else "promises"
    return measure(share(*now), share(*before), ["promises", *now], reason=reason)


def _marathi_posts(session: Session, week_counts: WeekCounts) -> Measure:
    """K15: of the posts of the city's own accounts, those in Marathi."""
    now, before = (
        (languages.get("mr", 0), sum(languages.values()))
        for languages in (
            registry_activity.languages(session, span, "public_office")
            for span in (week_counts.week, week_counts.before)
        )
    )
    reason = None if now[1] else "own_posts"
    return measure(share(*now), share(*before), ["posts", *now], reason=reason)


def _deletions_in_time(session: Session, week_counts: WeekCounts) -> Measure:
    """K15: of the posts deleted at their source, those gone here within a day."""
    now, before = (
        (lag.removals - lag.over_a_day, lag.removals)
        for lag in (
            recheck_queue.lag(session, span.start, span.end)
            for span in (week_counts.week, week_counts.before)
        )
    )
    reason = None if now[1] else "removals"
    return measure(share(*now), share(*before), ["removals", *now], reason=reason)


def minutes_between(start: str | None, end: str | None) -> float | None:
    """Minutes between two ISO times; None where one is not known."""
    if not start or not end:
        return None
    span = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return span.total_seconds() / 60
