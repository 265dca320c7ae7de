"""Outcomes and visits as documents: what is held, and sums with what they cover."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from socialcell import db
from socialcell.campaigns.outcomes.daily_sums import (
    Total,
    day_coverage,
    last_value,
    total,
)
from socialcell.campaigns.outcomes.model import OutcomeDay, VisitDay
from socialcell.campaigns.outcomes.store import outcomes as outcome_store
from socialcell.connectors.files.outcome_file import outcome_name
from socialcell.connectors.metric_kinds import MetricKind, outcome_kind
from socialcell.errors import UsageError
from socialcell.services.context import Context
from socialcell.services.outcomes.daily_figures import (
    DayRange,
    as_whole,
    coverage_document,
    span_document,
)

VISIT_CUTS = ("source", "medium", "campaign", "content", "term")


def list_outcomes(context: Context) -> list[dict[str, Any]]:
    """Every outcome, with its areas and days."""
    with db.reading(context.engine) as session:
        return [
            {
                "outcome": outcome_row.outcome,
                "areas": outcome_row.areas,
                "first": outcome_row.first,
                "last": outcome_row.last,
                "rows": outcome_row.rows,
                "withheld": outcome_row.withheld,
                "restated": outcome_row.restated,
            }
            for outcome_row in outcome_store.outcome_summaries(session)
        ]


def outcome_document(
    context: Context, days: DayRange, name: str, *, daily: bool, history: bool = False
) -> dict[str, Any]:
    """An outcome by area (and day). UsageError when there is none of that name.

    A day on which other areas have a figure and this one has none is not reported. Of
    a stock (active_users, followers) an area has its last value, of the day `as_of`.
    With `history` each day says what it said before it was restated.
    """
    try:
        outcome_id = outcome_name(name)
    except ValueError as error:
        raise UsageError(f"{str(error)[0].upper()}{str(error)[1:]}.") from None
    with db.reading(context.engine) as session:
        outcome_names = [
            held_outcome.outcome
            for held_outcome in outcome_store.outcome_summaries(session)
        ]
        if outcome_id not in outcome_names:
            raise UsageError(
                f"No outcome {outcome_id!r} is held. There are: "
                f"{', '.join(outcome_names) or 'none'}."
            )
        rows = outcome_store.outcome_days(session, outcome_id, days.since, days.until)
        before = (
            outcome_store.restatements(session, [r.key for r in rows])
            if history
            else {}
        )
    kind = outcome_kind(outcome_id)
    reported_days = sorted({row.day for row in rows})
    by_area: dict[str, dict[date, OutcomeDay]] = defaultdict(dict)
    for row in rows:
        by_area[row.area][row.day] = row
    lines: list[dict[str, Any]] = []
    for area, held_days in sorted(by_area.items()):
        if not daily:
            sums, as_of = _sum([held_days.get(day) for day in reported_days]), None
            if kind is not MetricKind.FLOW:
                as_of, last_figure = last_value(
                    (day, row.value) for day, row in held_days.items()
                )
                sums = replace(sums, value=last_figure)
            lines.append({"area": area, **_total(sums), "as_of": as_of})
            continue
        for day, row in sorted(held_days.items()):
            line = {"area": area, "day": day, **_total(_sum([row]))}
            line["restatements"] = row.restatements
            if history:
                line["before"] = [
                    {
                        "value": earlier.figures["value"],
                        "withheld": earlier.figures["withheld"],
                        "said_at": earlier.said_at,
                        "replaced_at": earlier.replaced_at,
                    }
                    for earlier in before.get(row.key, ())
                ]
            lines.append(line)
    return {
        **span_document(days),
        "outcome": outcome_id,
        "kind": kind,
        **coverage_document(day_coverage(reported_days, days.since, 0)),
        "rows": lines,
    }


def visit_document(
    context: Context, days: DayRange, by: str, *, daily: bool
) -> dict[str, Any]:
    """Sites' visits by one UTM value (and day), most visits first. UsageError: unknown
    cut."""
    if by not in VISIT_CUTS:
        raise UsageError(f"--by is one of {', '.join(VISIT_CUTS)}, not {by!r}.")
    with db.reading(context.engine) as session:
        rows = outcome_store.visit_days(session, days.since, days.until)
    groups: dict[tuple[str, str, date | None], list[VisitDay]] = defaultdict(list)
    by_site: dict[tuple[str, str], list[date]] = defaultdict(list)
    for row in rows:
        groups[row.site, getattr(row, by), row.day if daily else None].append(row)
        by_site[row.site, row.zone].append(row.day)
    lines: list[dict[str, Any]] = [
        {
            "site": site,
            by: utm_value,
            **({"day": day} if daily else {}),
            "visits": as_whole(total(row.visits for row in group).value),
        }
        for (site, utm_value, day), group in groups.items()
    ]
    lines.sort(
        key=lambda line: (str(line.get("day")), -(line["visits"] or 0), line[by])
    )
    return {
        **span_document(days),
        "by": by,
        "sites": [
            {
                "site": site,
                "zone": zone,
                **coverage_document(day_coverage(days_held, days.since, 0)),
            }
            for (site, zone), days_held in sorted(by_site.items())
        ],
        "rows": lines,
    }


def _sum(rows: Sequence[OutcomeDay | None]) -> Total:
    withheld = sum(row is not None and row.withheld for row in rows)
    figures = [row.value for row in rows if row is not None and not row.withheld]
    return total(figures, withheld=withheld, absent=sum(row is None for row in rows))


def _total(sums: Total) -> dict[str, Any]:
    return {
        "value": as_whole(sums.value),
        "days": sums.days,
        "days_withheld": sums.withheld,
        "days_not_reported": sums.not_reported,
    }
