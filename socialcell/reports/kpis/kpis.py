"""The city's measures for a week: this week, the week before, and what they rest on.

The definitions are those of the commissioner's page (docs/strategy.md). What no table
of ours can say is None, with the reason why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlmodel import Session

from socialcell.campaigns.outcomes.store import outcomes
from socialcell.listening.coverage import Watch
from socialcell.listening.store.alerts import incidents
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.pages import recheck_queue
from socialcell.listening.store.people import registry_activity
from socialcell.reports.compared_figures import measure, share
from socialcell.reports.kpis import listening
from socialcell.strategy import MEASURES

UNTOLD = {
    "first_answer": "cases",
    "registered": "cases",
    "confirmed": "cases",
    "overdue": "cases",
    "false_closure": "cases",
    "referred": "cases",
    "first_statement": "statements",
    "explained": "press",
    "rating": "stars",
    "uninstalled": "cohort",
    "took_part": "portal",
}
"""Measures of which nothing is kept yet, and what it is that is not kept."""
_ACTIVATED = "activated_users"


@dataclass(frozen=True)
class Known:
    """What the report has counted already: its own part of the frozen numbers."""

    week: TimeSpan
    before: TimeSpan
    last: date  # the week's Sunday
    watches: Sequence[Watch]
    mentions: Mapping[str, Any]
    intents: Sequence[Mapping[str, Any]]
    incidents: Sequence[Mapping[str, Any]]
    campaigns: Sequence[Mapping[str, Any]]


def measured(session: Session, known: Known) -> list[dict[str, Any]]:
    """Every measure in its order, as plain JSON.

    `now` and `before` are shares from 0 to 1, minutes, or counts; None is not known.
    `rests` says on what: a kind and its numbers. `why` says why a figure is not known.
    """
    found = {
        **listening.measured(
            session, known.week, known.watches, known.mentions, known.intents
        ),
        **_incidents(known),
        "campaigns_told": _campaigns(known),
        "activated": _activated(session, known),
        "promises_kept": _promises(session, known),
        "marathi_first": _marathi(session, known),
        "deleted_in_time": _deleted(session, known),
        **{name: measure(why=why) for name, why in UNTOLD.items()},
    }
    return [{"id": name, **found[name]} for name in MEASURES]


def _incidents(known: Known) -> dict[str, dict[str, Any]]:
    """K10: how long it took from the first post, and until somebody took it on."""
    made = {}
    for name, start, end, nothing in (
        ("alerted", "first_post_at", "opened_at", "posts"),
        ("acknowledged", "opened_at", "acked_at", "nobody"),
    ):
        began = {
            week: [one for one in known.incidents if one["week"] == week]
            for week in ("now", "before")
        }
        took = {
            week: [
                _minutes(one[start], one[end]) for one in own if one[start] and one[end]
            ]
            for week, own in began.items()
        }
        n, of = len(took["now"]), len(began["now"])
        made[name] = measure(
            median(took["now"]) if took["now"] else None,
            median(took["before"]) if took["before"] else None,
            ["incidents", n, of],
            why=None if n else nothing if of else "incidents",
        )
    return made


def _campaigns(known: Known) -> dict[str, Any]:
    """K12: of the campaigns that ran, those whose effect can be told."""
    told = sum(one["incremental"] is not None for one in known.campaigns)
    ran = len(known.campaigns)
    why = None if ran else "campaigns"
    return measure(share(told, ran), None, ["campaigns", told, ran], why=why)


def _activated(session: Session, known: Known) -> dict[str, Any]:
    """K13: people who began to use the app, over the ward offices' days."""
    days = outcomes.outcome_days(
        session, _ACTIVATED, known.last - timedelta(days=13), known.last
    )
    own = [one for one in days if one.area.startswith("ward:")]
    if not own:
        return measure(why="imported")
    first = known.last - timedelta(days=6)
    due = 7 * len({one.area for one in own})
    sums = []
    for days_of in (
        [one.value for one in own if one.day >= first],
        [one.value for one in own if one.day < first],
    ):
        values = [value for value in days_of if value is not None]
        sums.append((sum(values) if values else None, len(values)))
    (now, held), (before, held_before) = sums
    # A sum of fewer days is no week to compare with.
    return measure(now, before if held_before == held else None, ["days", held, due])


def _promises(session: Session, known: Known) -> dict[str, Any]:
    """K14: of the promises that fell due, those that were kept by then."""
    due = incidents.promises_due(session, known.before.start, known.week.end)
    halves = (
        [one for one in due if one.due_at >= known.week.start],
        [one for one in due if one.due_at < known.week.start],
    )
    now, before = (
        (
            sum(one.kept_at is not None and one.kept_at <= one.due_at for one in half),
            len(half),
        )
        for half in halves
    )
    why = None if now[1] else "promises"
    return measure(share(*now), share(*before), ["promises", *now], why=why)


def _marathi(session: Session, known: Known) -> dict[str, Any]:
    """K15: of the posts of the city's own accounts, those in Marathi."""
    now, before = (
        (found.get("mr", 0), sum(found.values()))
        for found in (
            registry_activity.languages(session, span, "public_office")
            for span in (known.week, known.before)
        )
    )
    why = None if now[1] else "own_posts"
    return measure(share(*now), share(*before), ["posts", *now], why=why)


def _deleted(session: Session, known: Known) -> dict[str, Any]:
    """K15: of the posts deleted at their source, those gone here within a day."""
    now, before = (
        (found.removals - found.over_a_day, found.removals)
        for found in (
            recheck_queue.lag(session, span.start, span.end)
            for span in (known.week, known.before)
        )
    )
    why = None if now[1] else "removals"
    return measure(share(*now), share(*before), ["removals", *now], why=why)


def _minutes(start: str, end: str) -> float:
    span = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return span.total_seconds() / 60
