"""One of the city's areas in detail: its days, places and commitments."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST, as_utc
from socialcell.errors import UsageError
from socialcell.language.names.places import places
from socialcell.listening.alerts.model import Closure, Promise
from socialcell.listening.areas.area_shapes import WARDS
from socialcell.listening.areas.area_table import AreaRecord
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.query.query_writing import write_query
from socialcell.listening.store import areas as area_store
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.alerts import commitments
from socialcell.listening.store.mentions import area_counts
from socialcell.listening.store.mentions.area_counts import ALL
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.areas.area_figures import ComparedSpan
from socialcell.reports.compared_figures import Figure
from socialcell.reports.incidents import incident_facts
from socialcell.reports.named_counts import Names
from socialcell.reports.week_numbers import CoverageNumbers
from socialcell.services.area_overview import (
    KINDS,
    MAX_DAYS,
    AreaEntry,
    AreaKind,
    area_entry,
    compared_span,
    count_areas,
    incidents_by_area,
)
from socialcell.services.context import Context


@dataclass(frozen=True)
class AreaPlace:
    """A locality in a ward office, its mentions in the span, and the query for them."""

    id: str
    names: Names
    n: int
    query: str


@dataclass(frozen=True)
class AreaDetail:
    """An area with what is known of it alone; `around` are the areas in which it lies,
    the smallest first. `commitments` are open ones that name it, `closures` what is
    planned from now on or was in the span; `place_names` the names of every area."""

    entry: AreaEntry
    area: AreaRecord
    around: Sequence[AreaRecord]
    span: ComparedSpan
    days: Sequence[tuple[date, Figure]]
    platforms: dict[str, Figure]
    places: Sequence[AreaPlace]
    commitments: Sequence[Promise]
    closures: Sequence[Closure]
    coverage: CoverageNumbers
    place_names: Mapping[str, Names]


def detail(
    context: Context,
    area_id: str,
    span: TimeSpan | None = None,
    only: Collection[str] | None = None,
) -> AreaDetail:
    """One area in a span; ward offices, prabhags, villages and localities.

    `only` are the areas that the reader may see, with what lies in them (None: all).
    UsageError: there is no such area on the span's last day, or see `overview`.
    """
    compared = compared_span(context, span)
    now = context.clock.now()
    with db.reading(context.engine) as session:
        every = area_store.areas_on(session, compared.day)
        area = next((area for area in every if area.id == area_id), None)
        chain = {row.id: row for row in every}
        around = [] if area is None else _around(area, chain)
        if (
            area is None
            or area.kind not in KINDS
            or (only is not None and not {area.id, *(a.id for a in around)} & {*only})
        ):
            raise UsageError("areas.place_in_no_area", place=area_id, day=compared.day)
        kind: AreaKind = next(kind for kind in KINDS if kind == area.kind)
        counting = count_areas(context, session, compared, kind, [area], [area.id])
        incidents = incidents_by_area(context, session, kind)
        cells = counting.cells.get(area.id, {}).get(ALL, {})
        entry = area_entry(counting, area.id, names_of(area), incidents)
        return AreaDetail(
            entry=entry,
            area=area,
            around=around,
            span=compared,
            days=counting.days(cells) if entry.figures else (),
            platforms=counting.platform_figures(cells) if entry.figures else {},
            places=_places(session, area, compared),
            commitments=[
                promise
                for promise in commitments.open_at(session, now)
                if promise.ward == area.id
            ],
            closures=[
                closure
                for closure in alert_store.closures(
                    session, compared.now.start, now + timedelta(days=MAX_DAYS)
                )
                if area.id in closure.wards
            ],
            coverage=counting.coverage(cells),
            place_names={row.id: names_of(row) for row in every},
        )


def day_query(detail: AreaDetail, day: date) -> str:
    """The query that finds the mentions of an area on a day of its span."""
    start = as_utc(datetime.combine(day, time(), IST))
    id_ = detail.area.id
    is_ward = detail.area.kind == WARDS
    return write_query(
        ("ward", id_) if is_ward else ("place", id_.removeprefix("place:")),
        start=max(start, detail.span.now.start),
        end=min(start + timedelta(days=1), detail.span.now.end),
    )


def _around(area: AreaRecord, by_id: dict[str, AreaRecord]) -> list[AreaRecord]:
    chain = []
    parent = by_id.get(area.parent or "")
    while parent is not None:
        chain.append(parent)
        parent = by_id.get(parent.parent or "")
    return chain


def _places(session: Session, area: AreaRecord, span: ComparedSpan) -> list[AreaPlace]:
    """Localities of a ward office that texts of the span name, the most first."""
    inside = {
        place.id: place
        for place in places()
        if place.ward == area.id and incident_facts.locality(place.id) is not None
    }
    if not inside:
        return []
    counts = area_counts.totals(session, span.now, "entity", inside)
    return [
        AreaPlace(
            id=id_,
            names=names_of(inside[id_]),
            n=n,
            query=write_query(
                ("place", id_.removeprefix("place:")),
                start=span.now.start,
                end=span.now.end,
            ),
        )
        for id_, n in sorted(counts.items(), key=lambda count: (-count[1], count[0]))
    ]
