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
from socialcell.campaigns.outcomes.store import outcomes as store
from socialcell.connectors.files.outcome_file import outcome_name
from socialcell.connectors.metric_kinds import MetricKind, outcome_kind
from socialcell.errors import UsageError
from socialcell.services.context import Context
from socialcell.services.outcomes.daily_figures import (
    Span,
    covered,
    span_document,
    whole,
)

VISIT_CUTS = ("source", "medium", "campaign", "content", "term")


def held(context: Context) -> list[dict[str, Any]]:
    """Every outcome, with its areas and days."""
    with db.reading(context.engine) as session:
        return [
            {
                "outcome": one.outcome,
                "areas": one.areas,
                "first": one.first,
                "last": one.last,
                "rows": one.rows,
                "withheld": one.withheld,
                "restated": one.restated,
            }
            for one in store.outcome_summaries(session)
        ]


def outcome(
    context: Context, days: Span, name: str, *, daily: bool, history: bool = False
) -> dict[str, Any]:
    """An outcome by area (and day). UsageError when there is none of that name.

    A day on which other areas have a figure and this one has none is not reported. Of
    a stock (active_users, followers) an area has its last value, of the day `as_of`.
    With `history` each day says what it said before it was restated.
    """
    try:
        wanted = outcome_name(name)
    except ValueError as error:
        raise UsageError(f"{str(error)[0].upper()}{str(error)[1:]}.") from None
    with db.reading(context.engine) as session:
        known = [one.outcome for one in store.outcome_summaries(session)]
        if wanted not in known:
            raise UsageError(
                f"No outcome {wanted!r} is held. There are: "
                f"{', '.join(known) or 'none'}."
            )
        rows = store.outcome_days(session, wanted, days.since, days.until)
        before = store.restatements(session, [r.key for r in rows]) if history else {}
    kind = outcome_kind(wanted)
    told = sorted({row.day for row in rows})
    by_area: dict[str, dict[date, OutcomeDay]] = defaultdict(dict)
    for row in rows:
        by_area[row.area][row.day] = row
    made: list[dict[str, Any]] = []
    for area, held_days in sorted(by_area.items()):
        if not daily:
            sums, as_of = _sum([held_days.get(day) for day in told]), None
            if kind is not MetricKind.FLOW:
                as_of, value = last_value(
                    (day, row.value) for day, row in held_days.items()
                )
                sums = replace(sums, value=value)
            made.append({"area": area, **_total(sums), "as_of": as_of})
            continue
        for day, row in sorted(held_days.items()):
            line = {"area": area, "day": day, **_total(_sum([row]))}
            line["restatements"] = row.restatements
            if history:
                line["before"] = [
                    {
                        "value": said.figures["value"],
                        "withheld": said.figures["withheld"],
                        "said_at": said.said_at,
                        "replaced_at": said.replaced_at,
                    }
                    for said in before.get(row.key, ())
                ]
            made.append(line)
    return {
        **span_document(days),
        "outcome": wanted,
        "kind": kind,
        **covered(day_coverage(told, days.since, 0)),
        "rows": made,
    }


def visits(context: Context, days: Span, by: str, *, daily: bool) -> dict[str, Any]:
    """Sites' visits by one UTM value (and day), most visits first. UsageError: unknown
    cut."""
    if by not in VISIT_CUTS:
        raise UsageError(f"--by is one of {', '.join(VISIT_CUTS)}, not {by!r}.")
    with db.reading(context.engine) as session:
        rows = store.visit_days(session, days.since, days.until)
    groups: dict[tuple[str, str, date | None], list[VisitDay]] = defaultdict(list)
    by_site: dict[tuple[str, str], list[date]] = defaultdict(list)
    for row in rows:
        groups[row.site, getattr(row, by), row.day if daily else None].append(row)
        by_site[row.site, row.zone].append(row.day)
    lines: list[dict[str, Any]] = [
        {
            "site": site,
            by: value,
            **({"day": day} if daily else {}),
            "visits": whole(total(row.visits for row in some).value),
        }
        for (site, value, day), some in groups.items()
    ]
    lines.sort(key=lambda one: (str(one.get("day")), -(one["visits"] or 0), one[by]))
    return {
        **span_document(days),
        "by": by,
        "sites": [
            {"site": site, "zone": zone, **covered(day_coverage(held, days.since, 0))}
            for (site, zone), held in sorted(by_site.items())
        ],
        "rows": lines,
    }


def _sum(rows: Sequence[OutcomeDay | None]) -> Total:
    kept = sum(row is not None and row.withheld for row in rows)
    known = [row.value for row in rows if row is not None and not row.withheld]
    return total(known, withheld=kept, absent=sum(row is None for row in rows))


def _total(sums: Total) -> dict[str, Any]:
    return {
        "value": whole(sums.value),
        "days": sums.days,
        "days_withheld": sums.withheld,
        "days_not_reported": sums.not_reported,
    }
