"""The city's areas side by side in a span of time: a map's and a table's numbers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST, as_utc, in_pune
from socialcell.errors import UsageError
from socialcell.language.names.places import places
from socialcell.listening.areas.area_shapes import WARDS, ShapeRecord
from socialcell.listening.areas.area_table import AreaRecord
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.areas.owner_table import OwnerFinder
from socialcell.listening.store import area_shapes as shape_store
from socialcell.listening.store import areas as area_store
from socialcell.listening.store import owners as owner_store
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.areas import area_incidents
from socialcell.reports.areas.area_figures import (
    AreaCounting,
    AreaFigures,
    ComparedSpan,
)
from socialcell.reports.areas.area_incidents import AreaIncident
from socialcell.reports.named_counts import Names
from socialcell.reports.week_numbers import CoverageNumbers
from socialcell.services.context import Context
from socialcell.services.mentions import gazetteer

AreaKind: TypeAlias = Literal["ward_office", "prabhag", "village", "locality"]
KINDS: tuple[AreaKind, ...] = ("ward_office", "prabhag", "village", "locality")
DAYS = 7
"""Days of a span that nobody chose, the running one among them."""
MAX_DAYS = 92


@dataclass(frozen=True)
class AreaEntry:
    """An area with its figures; None where nothing says which mentions are about it.

    `names` are None of what left the table of areas before that day. `incidents` are
    open now and of ward offices alone.
    """

    id: str
    names: Names | None
    figures: AreaFigures | None
    incidents: Sequence[AreaIncident] = ()


@dataclass(frozen=True)
class AreaOverview:
    """All areas of a kind, as they were on the span's last day.

    `unplaced` are mentions that name no ward office, `city` all mentions, each once; a
    mention may name two areas, so that areas come to more. Both are None of other
    kinds, and for whoever may see some ward offices only. `shapes` are the outlines of
    these areas on that day, `place_names` the names of every area then.
    """

    kind: AreaKind
    span: ComparedSpan
    entries: Sequence[AreaEntry]
    unplaced: AreaFigures | None
    city: AreaFigures | None
    coverage: CoverageNumbers
    shapes: Sequence[ShapeRecord]
    place_names: Mapping[str, Names]


def last_days(now: datetime, days: int = DAYS) -> TimeSpan:
    """So many days in Pune up to a moment, the running day among them."""
    local = now.astimezone(IST).replace(second=0, microsecond=0)
    first = local.date() - timedelta(days=days - 1)
    return TimeSpan(as_utc(datetime.combine(first, time(), IST)), as_utc(local))


def whole_days(context: Context, first: date, last: date) -> TimeSpan:
    """The days in Pune from the first to the last, both included; the running day up to
    now. UsageError: the first has not come yet."""
    now = context.clock.now().astimezone(IST).replace(second=0, microsecond=0)
    start, end = (
        datetime.combine(day, time(), IST) for day in (first, last + timedelta(days=1))
    )
    if start >= now:
        raise UsageError("areas.span_not_over", at=in_pune(start))
    return TimeSpan(as_utc(start), as_utc(min(end, now)))


def overview(
    context: Context,
    kind: AreaKind = "ward_office",
    span: TimeSpan | None = None,
    only: Collection[str] | None = None,
) -> AreaOverview:
    """The areas of a kind in a span (default: the last seven days up to now).

    `only` are the areas that the reader may see (None: all). UsageError: the span is
    empty, begins within an hour, ends in the future or is longer than 92 days.
    """
    compared = compared_span(context, span)
    with db.reading(context.engine) as session:
        every = area_store.areas_on(session, compared.day)
        areas = [
            area
            for area in every
            if area.kind == kind and (only is None or area.id in only)
        ]
        counting = count_areas(context, session, compared, kind, areas, only)
        ids = {area.id for area in areas}
        incidents = incidents_by_area(context, session, kind)
        entries = [
            area_entry(counting, area.id, names_of(area), incidents) for area in areas
        ]
        is_all = kind == WARDS and only is None
        if is_all:
            former = sorted(id_ for id_ in counting.cells if id_ and id_ not in ids)
            entries += [area_entry(counting, id_, None, incidents) for id_ in former]
        return AreaOverview(
            kind=kind,
            span=compared,
            entries=sorted(entries, key=_largest_first),
            unplaced=counting.area(None) if is_all else None,
            city=counting.all_mentions() if is_all else None,
            coverage=counting.coverage(),
            shapes=[
                shape
                for shape in shape_store.shapes_on(session, compared.day)
                if shape.area in ids
            ],
            place_names={area.id: names_of(area) for area in every},
        )


def compared_span(context: Context, span: TimeSpan | None) -> ComparedSpan:
    """The span that a reader chose, checked; None: the last days up to now."""
    now = context.clock.now()
    chosen = span or last_days(now)
    if chosen.end > now:
        raise UsageError("areas.span_not_over", at=in_pune(chosen.end))
    if not timedelta(0) < chosen.end - chosen.start <= timedelta(days=MAX_DAYS):
        raise UsageError("areas.span_length", days=MAX_DAYS)
    local = chosen.start.astimezone(IST)
    if local.minute or local.second or local.microsecond:
        raise UsageError("areas.span_within_hour", at=in_pune(local))
    return ComparedSpan(chosen)


def count_areas(
    context: Context,
    session: Session,
    span: ComparedSpan,
    kind: AreaKind,
    areas: Sequence[AreaRecord],
    only: Collection[str] | None = None,
) -> AreaCounting:
    """What counts these areas: every ward office, or `only` these; of other kinds those
    that the reader of texts knows by name."""
    finder = OwnerFinder(owner_store.list_owners(session))
    if kind == WARDS:
        return AreaCounting(session, span, finder, "ward", only)
    readable = _read_places(context)
    ids = [area.id for area in areas if area.id in readable]
    return AreaCounting(session, span, finder, "entity", ids)


def incidents_by_area(
    context: Context, session: Session, kind: AreaKind
) -> Mapping[str, Sequence[AreaIncident]]:
    """The open incidents of each area; of ward offices alone."""
    if kind != WARDS:
        return {}
    return area_incidents.open_incidents(session, context.clock.now())


def area_entry(
    counting: AreaCounting,
    id_: str,
    names: Names | None,
    incidents: Mapping[str, Sequence[AreaIncident]],
) -> AreaEntry:
    """An area with its figures, where anything says which mentions are about it."""
    return AreaEntry(
        id=id_,
        names=names,
        figures=counting.area(id_) if counting.is_read(id_) else None,
        incidents=incidents.get(id_, ()),
    )


def _read_places(context: Context) -> set[str]:
    """The places that the reader of texts knows by name."""
    return {place.id for place in (*places(), *gazetteer.load_names(context.workspace))}


def _largest_first(entry: AreaEntry) -> tuple[int, str]:
    return (-((entry.figures and entry.figures.mentions["n"]) or 0), entry.id)
