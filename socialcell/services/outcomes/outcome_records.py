"""Outcomes and visits as documents: what is held, and sums with what they cover."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TypeAlias, TypedDict

from socialcell import db
from socialcell.campaigns.outcomes.daily_sums import (
    Total,
    day_coverage,
    last_value,
    total,
)
from socialcell.campaigns.outcomes.figures_model import Measure
from socialcell.campaigns.outcomes.model import OutcomeDay, VisitDay
from socialcell.campaigns.outcomes.store import outcomes as outcome_store
from socialcell.campaigns.outcomes.store.outcomes import FormerFigures
from socialcell.connectors.files.outcome_file import outcome_name
from socialcell.connectors.metric_kinds import MetricKind, outcome_kind
from socialcell.errors import UsageError
from socialcell.services.context import Context
from socialcell.services.outcomes.daily_figures import (
    CoverageDocument,
    DatedDocument,
    DayRange,
    SpanDocument,
    TotalDocument,
    as_whole,
    coverage_document,
    dated,
    span_document,
    total_document,
)

VISIT_CUTS = ("source", "medium", "campaign", "content", "term")


class OutcomeListing(TypedDict):
    """An outcome, its areas, its first and last day, and how many rows it has."""

    outcome: str
    areas: int
    first: date
    last: date
    rows: int
    withheld: int
    restated: int


class EarlierFigure(TypedDict):
    """A figure before it was restated: the number, and when it was said."""

    value: Measure
    withheld: Measure
    said_at: datetime
    replaced_at: datetime


class OutcomeHistory(TypedDict, total=False):
    """How often a day was restated, and what it said before where that is asked."""

    restatements: int
    before: list[EarlierFigure]


class LastValueDay(TypedDict, total=False):
    """Of a stock the day of its last value; a row of one day has none."""

    as_of: date | None


class OutcomeRow(TotalDocument, LastValueDay, DatedDocument, OutcomeHistory):
    """The figure of an area, of all days or of one."""

    area: str


class OutcomeDocument(SpanDocument, CoverageDocument):
    """An outcome by area, and which days are held of it."""

    outcome: str
    kind: MetricKind
    rows: list[OutcomeRow]


VisitRow: TypeAlias = dict[str, str | float | date | None]
"""Visits of a `site` by the name of the cut, with `visits` and, of one day, `day`."""


class VisitedSite(CoverageDocument):
    """A site with the days that are held of its visits."""

    site: str
    zone: str


class VisitDocument(SpanDocument):
    """Sites' visits by one UTM value."""

    by: str
    sites: list[VisitedSite]
    rows: list[VisitRow]


def list_outcomes(context: Context) -> list[OutcomeListing]:
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
) -> OutcomeDocument:
    """An outcome by area (and day). UsageError when there is none of that name.

    A day on which other areas have a figure and this one has none is not reported. Of
    a stock (active_users, followers) an area has its last value, of the day `as_of`.
    With `history` each day says what it said before it was restated.
    """
    try:
        outcome_id = outcome_name(name)
    except ValueError as error:
        raise UsageError("outcomes.no_outcome_name", reason=error) from None
    with db.reading(context.engine) as session:
        outcome_names = [
            held_outcome.outcome
            for held_outcome in outcome_store.outcome_summaries(session)
        ]
        if outcome_id not in outcome_names:
            if not outcome_names:
                raise UsageError("outcomes.no_outcome_yet", outcome=outcome_id)
            raise UsageError(
                "outcomes.no_such_outcome", outcome=outcome_id, outcomes=outcome_names
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
    lines: list[OutcomeRow] = []
    for area, area_days in sorted(by_area.items()):
        if daily:
            for _, row in sorted(area_days.items()):
                restated = before.get(row.key, []) if history else None
                lines.append(_day_row(area, row, restated))
        else:
            lines.append(_area_row(area, area_days, reported_days, kind))
    return {
        **span_document(days),
        "outcome": outcome_id,
        "kind": kind,
        **coverage_document(day_coverage(reported_days, days.since, 0)),
        "rows": lines,
    }


def visit_document(
    context: Context, days: DayRange, by: str, *, daily: bool
) -> VisitDocument:
    """Sites' visits by one UTM value (and day), most visits first. UsageError: unknown
    cut."""
    if by not in VISIT_CUTS:
        raise UsageError(
            "outcomes.no_such_choice", option="--by", choices=VISIT_CUTS, choice=by
        )
    with db.reading(context.engine) as session:
        rows = outcome_store.visit_days(session, days.since, days.until)
    groups: dict[tuple[str, str, date | None], list[VisitDay]] = defaultdict(list)
    by_site: dict[tuple[str, str], list[date]] = defaultdict(list)
    for row in rows:
        groups[row.site, getattr(row, by), row.day if daily else None].append(row)
        by_site[row.site, row.zone].append(row.day)
    sums = [
        (site, utm_value, day, as_whole(total(row.visits for row in group).value))
        for (site, utm_value, day), group in groups.items()
    ]
    sums.sort(key=lambda line: (str(line[2]), -(line[3] or 0), line[1]))
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
        "rows": [
            {
                "site": site,
                by: utm_value,
                **({} if day is None else {"day": day}),
                "visits": visits,
            }
            for site, utm_value, day, visits in sums
        ],
    }


def _area_row(
    area: str,
    area_days: Mapping[date, OutcomeDay],
    reported_days: Sequence[date],
    kind: MetricKind,
) -> OutcomeRow:
    """All days of an area: their sum, or of a stock the last value and its day."""
    sums, as_of = _sum([area_days.get(day) for day in reported_days]), None
    if kind is not MetricKind.FLOW:
        as_of, last_figure = last_value(
            (day, row.value) for day, row in area_days.items()
        )
        sums = replace(sums, value=last_figure)
    return _row(area, None, sums, {"as_of": as_of}, {})


def _day_row(
    area: str, row: OutcomeDay, restated: Sequence[FormerFigures] | None
) -> OutcomeRow:
    """One day of an area; with what it said before, where that is given."""
    history: OutcomeHistory = {"restatements": row.restatements}
    if restated is not None:
        history["before"] = [
            {
                "value": earlier.figures["value"],
                "withheld": earlier.figures["withheld"],
                "said_at": earlier.said_at,
                "replaced_at": earlier.replaced_at,
            }
            for earlier in restated
        ]
    return _row(area, row.day, _sum([row]), {}, history)


def _row(
    area: str,
    day: date | None,
    sums: Total,
    last: LastValueDay,
    history: OutcomeHistory,
) -> OutcomeRow:
    return {
        "area": area,
        **dated(day),
        **total_document(sums),
        **last,
        **history,
    }


def _sum(rows: Sequence[OutcomeDay | None]) -> Total:
    withheld = sum(row is not None and row.withheld for row in rows)
    figures = [row.value for row in rows if row is not None and not row.withheld]
    return total(figures, withheld=withheld, absent=sum(row is None for row in rows))
