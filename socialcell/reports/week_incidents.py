"""The frozen numbers of the incidents of a week: their keys and types.

`reports/week_numbers.py` says how they are written.
"""

from typing import Literal, NotRequired, TypedDict

from socialcell.reports.compared_figures import PeakHour
from socialcell.reports.named_counts import NamedCount, Names, OwnerNames


class WorstAlert(TypedDict):
    """The alert that stood out most; see `Alert` for what the numbers are."""

    kind: NotRequired[str]
    series: str
    at: str
    minutes: int
    observed: int
    expected: float | None
    unit: NotRequired[str]
    coverage: float | None


class ReportedValue(TypedDict):
    """One of several figures that are reported of a quantity, and its mentions."""

    value: float
    n: int


class ContradictoryFigures(TypedDict):
    """A quantity of which several figures are reported; `owner` is whose problem most
    of these mentions are."""

    quantity: str
    values: list[ReportedValue]
    owner: OwnerNames | None


class RumourCount(TypedDict):
    """Mentions that repeat a known rumour, by its id; its words are not frozen."""

    id: int
    n: int


class IncidentSituation(TypedDict):
    """An incident at the end of the week; see `incident_facts.IncidentFacts`.

    `usual` are the mentions of the same hours in the weeks before, `peak` those of its
    greatest hour, `checked` those of
    the critical ones whose urgency staff checked, `places` localities.
    """

    began_at: str
    newest_at: str
    peak: NotRequired[PeakHour | None]
    mentions: int
    usual: int | None
    urgent: int
    critical: int
    checked: int
    messages: int
    wards: list[NamedCount]
    places: list[NamedCount]
    owners: list[NamedCount]
    figures: list[ContradictoryFigures]
    rumours: list[RumourCount]


class IncidentHours(TypedDict):
    """An incident from `start`, a whole hour, hour by hour; see
    `incident_timeline.IncidentTimeline`.

    `steps` are moments by step. `platforms` counts those that were watched, `missing`
    has the hours that some of them lack, by id.
    """

    start: str
    mentions: list[int | None]
    whole: list[bool]
    steps: dict[str, str]
    as_of: str
    platforms: int
    missing: dict[str, int]


class ItemNumbers(TypedDict):
    """A critical post or message: its kind, topics and ward offices; `dangers` are ids
    of kinds of danger, and `places` what it names where it has no ward office: numbers
    that were frozen before do not have them."""

    kind: str
    topics: list[str]
    dangers: NotRequired[list[str]]
    wards: list[OwnerNames]
    places: NotRequired[list[OwnerNames]]


class IncidentNumbers(TypedDict):
    """An incident; `here`: of this week; `week`: in which it began.

    `item` is what opened an incident of danger to life, None of other kinds and where
    all its items were removed; numbers that were frozen before do not have it.
    `notified_at` is when the first message about it was sent, None where none was.
    `false_alarm`: it is over because people decided that nobody was in danger.
    `name` are the names of its area, `promise` the text of the promise it is about.
    `situation` is None where the incident counts no mentions, or is one of many.
    `timeline` is that of the greatest incident of the week, None for the others.
    """

    id: int
    kind: str
    subject: str
    name: Names | None
    item: NotRequired[ItemNumbers | None]
    promise: str | None
    severity: str
    state: str
    opened_at: str
    first_post_at: str | None
    notified_at: NotRequired[str | None]
    last_at: str
    ended_at: NotRequired[str | None]
    here: bool
    week: Literal["now", "before", "earlier"]
    acked_by: str | None
    acked_at: str | None
    false_alarm: NotRequired[bool]
    worst: WorstAlert | None
    situation: NotRequired[IncidentSituation | None]
    timeline: NotRequired[IncidentHours | None]
