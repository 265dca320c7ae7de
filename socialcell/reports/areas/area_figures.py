"""The figures of the city's areas in a span: mentions, complaints, urgent, negative.

They are the numbers of the weekly report where the span is its week.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlmodel import Session

from socialcell.causal.wilson import wilson_interval
from socialcell.clock import IST
from socialcell.language.analysis import ASKING
from socialcell.listening import coverage
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.areas.owner_table import OwnedProblem, OwnerFinder
from socialcell.listening.query.query_language import NO_WARD
from socialcell.listening.query.query_writing import write_query
from socialcell.listening.store import area_sets
from socialcell.listening.store.area_sets import Places, SpanMentions
from socialcell.listening.store.mentions import area_counts
from socialcell.listening.store.mentions.area_counts import (
    ALL,
    GroupCells,
    LabelGroups,
    PlaceKind,
)
from socialcell.listening.store.mentions.mention_counts import HOUR, Cells, TimeSpan
from socialcell.listening.store.pages.source_history import watches
from socialcell.reports.compared_figures import (
    WEEK,
    CoveredHours,
    Figure,
    cells_of_platform,
    figure,
)
from socialcell.reports.named_counts import Names, OwnerNames
from socialcell.reports.phrases import SMALLEST_BASE
from socialcell.reports.sections.quote_sampling import URGENT
from socialcell.reports.week_numbers import CoverageNumbers
from socialcell.reports.weekly import collection_coverage

COMPLAINT = "complaint"
_GROUPS: LabelGroups = {
    "complaints": ("intent", (COMPLAINT,)),
    "asking": ("intent", ASKING),
    "urgent": ("urgency", tuple(URGENT)),
    "read": ("sentiment", ("negative", "neutral", "positive")),
    "negative": ("sentiment", ("negative",)),
}
VAGUE_TOPICS = frozenset({"politics", "other"})


@dataclass(frozen=True)
class ShareOfMentions:
    """A part of mentions; `interval` is Wilson's of 95 %, from 0 to 1, None where they
    are too few for a percentage."""

    part: int
    whole: int
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class AreaTopic:
    """A topic that mentions of an area ask about, and who owns it there on that day;
    None where nobody is known. `query` finds these mentions."""

    id: str
    n: int
    owner: OwnerNames | None
    query: str | None


@dataclass(frozen=True)
class AreaQueries:
    """The queries that find what the figures of an area count, in the language of
    `mentions search`."""

    mentions: str
    complaints: str
    asking: str
    urgent: str
    negative: str


@dataclass(frozen=True)
class AreaFigures:
    """The figures of an area, of all mentions, or of those that name no area.

    A figure's `n` is None where it is not known. `negative` is None without a mention
    that was read.
    """

    mentions: Figure
    complaints: Figure
    asking: Figure
    urgent: Figure
    negative: ShareOfMentions | None
    topics: Sequence[AreaTopic]
    queries: AreaQueries


@dataclass(frozen=True)
class ComparedSpan:
    """A span of time, and whole weeks earlier the same hours to compare it with.

    Both begin with a whole hour; `now` ends at any moment, and the hour that runs at
    its end is counted but not compared.
    """

    now: TimeSpan

    @property
    def hours(self) -> int:
        """Whole hours."""
        return self.now.hours

    @property
    def apart(self) -> int:
        """Hours from one begin to the other."""
        return WEEK * max(-(-self.hours // WEEK), 1)

    @property
    def before(self) -> TimeSpan:
        start = self.now.start - self.apart * HOUR
        return TimeSpan(start, start + self.hours * HOUR)

    @property
    def both(self) -> TimeSpan:
        return TimeSpan(self.before.start, self.now.end)

    @property
    def day(self) -> date:
        """The last day in Pune."""
        return (self.now.end - timedelta(microseconds=1)).astimezone(IST).date()


class AreaCounting:
    """Counts areas in one span: ward offices, or places that texts name by themselves
    (localities, villages).

    `ids` are the areas that are counted; None counts every ward office, and the
    mentions that name none.
    """

    def __init__(
        self,
        session: Session,
        span: ComparedSpan,
        owners: OwnerFinder,
        kind: PlaceKind = "ward",
        ids: Collection[str] | None = None,
    ) -> None:
        self._session = session
        self.span = span
        self._owners = owners
        self._kind, self._ids = kind, ids
        self._watches = watches(session, span.before.start, span.now.end)
        self._covered = CoveredHours(
            coverage.covered_hours(self._watches, span.now.start, span.hours),
            coverage.covered_hours(self._watches, span.before.start, span.hours),
        )

    def is_read(self, id_: str) -> bool:
        """Whether anything says which mentions are about an area."""
        return self._kind == "ward" or id_ in (self._ids or ())

    @cached_property
    def cells(self) -> dict[str | None, GroupCells]:
        """Counts by area; under None those of mentions that name none."""
        if self._ids is None:
            return area_sets.by_area(self._mentions, self._areas)
        return area_counts.by_area(
            self._session, self.span.both, self._kind, _GROUPS, self._ids
        )

    @cached_property
    def _topics(self) -> dict[str | None, list[tuple[str, int]]]:
        if self._ids is None:
            mentions = self._mentions
            topics = area_sets.read_places(self._session, mentions, "topic")
            asking = mentions.groups["asking"] & mentions.since(self.span.apart)
            return area_sets.topics_by_area(mentions, self._areas, topics, asking)
        return area_counts.topics(
            self._session, self.span.now, self._kind, ASKING, self._ids
        )

    @cached_property
    def _mentions(self) -> SpanMentions:
        return area_sets.read_mentions(self._session, self.span.both, _GROUPS)

    @cached_property
    def _areas(self) -> Places:
        return area_sets.read_places(self._session, self._mentions, self._kind)

    @cached_property
    def _all_cells(self) -> GroupCells:
        return self._mentions.count()

    def coverage(self, cells: Cells | None = None) -> CoverageNumbers:
        """What was collected in the span, which is the same for every area. Of which
        platforms mentions came without watching them is seen in `cells`; None: in
        those of all mentions."""
        newest = self.span.apart
        cells = self._all_cells[ALL] if cells is None else cells
        return collection_coverage.count_coverage(
            self._watches,
            self._covered,
            self.span.now.start,
            (name for name, hour in cells if hour >= newest),
            self.span.hours,
        )

    def area(self, id_: str | None) -> AreaFigures:
        """The figures of an area; None: of the mentions that name none."""
        if self._kind == "ward":
            part = ("ward", id_ or NO_WARD)
        elif id_ is None:
            raise ValueError("of places that texts name there is no rest")
        else:
            part = ("place", id_.removeprefix("place:"))
        return self._figures(
            self.cells.get(id_, {}), self._topics.get(id_, ()), id_, (part,)
        )

    def all_mentions(self) -> AreaFigures:
        """The figures of the whole city, each mention once; without topics."""
        return self._figures(self._all_cells, (), None, ())

    def figure_of(self, cells: Cells, hours: Collection[int] | None = None) -> Figure:
        """A figure of cells, of all hours of the span or of some."""
        span = self.span
        whole = range(span.hours)
        counted = figure(
            cells,
            self._covered,
            whole if hours is None else [hour for hour in hours if hour in whole],
            unit="mentions",
            apart=span.apart,
        )
        running = span.apart + span.hours
        newest = sum(n for (_platform, hour), n in cells.items() if hour == running)
        if not newest or (hours is not None and span.hours not in hours):
            return counted
        return {**counted, "n": (counted["n"] or 0) + newest}

    def platform_figures(self, cells: Cells) -> dict[str, Figure]:
        """A figure for each platform that was watched or has a mention."""
        names = {name for name, _hour in cells} | set(self._covered.now)
        return {
            name: figure(
                cells_of_platform(cells, name),
                self._covered.for_platform(name),
                range(self.span.hours),
                unit="mentions",
                apart=self.span.apart,
            )
            for name in sorted(names)
        }

    def days(self, cells: Cells) -> list[tuple[date, Figure]]:
        """A figure for each day in Pune of the span, the running one too."""
        hours: dict[date, list[int]] = {}
        at: datetime = self.span.now.start
        number = 0
        while at < self.span.now.end:
            hours.setdefault(at.astimezone(IST).date(), []).append(number)
            at, number = at + HOUR, number + 1
        return [(day, self.figure_of(cells, own)) for day, own in hours.items()]

    def _figures(
        self,
        cells: Mapping[str, Cells],
        topics: Sequence[tuple[str, int]],
        id_: str | None,
        place: Sequence[tuple[str, str]],
    ) -> AreaFigures:
        return AreaFigures(
            mentions=self.figure_of(cells.get(ALL, {})),
            complaints=self.figure_of(cells.get("complaints", {})),
            asking=self.figure_of(cells.get("asking", {})),
            urgent=self.figure_of(cells.get("urgent", {})),
            negative=self._share(cells.get("negative", {}), cells.get("read", {})),
            topics=[
                self._topic(topic, n, id_, place)
                for topic, n in topics
                if topic not in VAGUE_TOPICS
            ],
            queries=AreaQueries(
                mentions=self._query(*place),
                complaints=self._query(*place, ("intent", COMPLAINT)),
                asking=self._query(*place, ("intent", ASKING)),
                urgent=self._query(*place, ("urgency", URGENT)),
                negative=self._query(*place, ("sentiment", "negative")),
            ),
        )

    def _share(self, part_cells: Cells, whole_cells: Cells) -> ShareOfMentions | None:
        part, whole = (
            sum(n for (_, hour), n in cells.items() if hour >= self.span.apart)
            for cells in (part_cells, whole_cells)
        )
        if not whole:
            return None
        interval = wilson_interval(part, whole) if whole >= SMALLEST_BASE else None
        return ShareOfMentions(part, whole, interval)

    def _topic(
        self, topic: str, n: int, id_: str | None, place: Sequence[tuple[str, str]]
    ) -> AreaTopic:
        is_ward = self._kind == "ward"
        problem = OwnedProblem(
            topics=(topic,),
            named=(id_,) if id_ and not is_ward else (),
            wards=(id_,) if id_ and is_ward else (),
            day=self.span.day,
        )
        owner = self._owners.find(problem)
        names: Names | None = names_of(owner) if owner else None
        return AreaTopic(
            id=topic,
            n=n,
            owner={"id": owner.owner, "name": names} if owner and names else None,
            query=self._query(*place, ("topic", topic), ("intent", ASKING)),
        )

    def _query(self, *parts: tuple[str, str | Collection[str]]) -> str:
        span = self.span.now
        return write_query(*parts, start=span.start, end=span.end)
