"""The frozen numbers of campaigns, plans, ads and search results: keys and types.

`reports/week_numbers.py` says how they are written.
"""

from collections.abc import Mapping
from typing import NotRequired, TypedDict


class Money(TypedDict):
    """An amount in micros of a currency."""

    amount_micros: int
    currency: str


class PriceRange(TypedDict):
    """What one of something cost: best guess and both ends; None: no finite price."""

    best: Money | None
    low: Money | None
    high: Money | None


class Requests(TypedDict):
    """Requests for links by who asked; None in the row of installs without a link."""

    human: int | None
    duplicate: int | None
    programs: int | None
    internal: int | None
    dropped: int | None


class LinkPlace(Requests):
    """Requests and installs by where links stand; without channel: by no known link."""

    channel: str | None
    creator: str | None
    installs: int | None


class CampaignResults(TypedDict):
    """Clicks and installs of a campaign in a span; None where nothing counts them.

    `unattributed` are the installs of `named_elsewhere` and `sourceless` together.
    """

    clicks: int | None
    requests: NotRequired[Requests | None]
    installs: int | None
    unattributed: int | None
    named_elsewhere: NotRequired[int | None]
    sourceless: NotRequired[int | None]


class IncrementalEffect(TypedDict):
    """What a campaign added to its outcome, with 95 % intervals."""

    outcome: str
    value: float
    interval: list[float] | None
    anyway: float
    lift_percent: float | None
    lift_interval: list[float] | None
    p_values: Mapping[str, float | None]
    cost_per_incremental: PriceRange | None


class EffectSeries(TypedDict):
    """An outcome by day, and as it would have been; None: nothing is expected.

    `lower` and `upper` are the ends of the 95 % band of a single day.
    """

    days: list[str]
    actual: list[float]
    expected: list[float | None]
    lower: NotRequired[list[float | None]]
    upper: NotRequired[list[float | None]]


class CampaignNumbers(TypedDict):
    """A campaign of the week: what it brought in the week and since its start."""

    name: str
    goal: str
    start: str
    end: str
    week: CampaignResults
    so_far: CampaignResults
    places: NotRequired[list[LinkPlace]]
    store_visits: NotRequired[int | None]
    days_withheld: int
    cost_per_install: PriceRange | None
    incremental: IncrementalEffect | None
    series: EffectSeries | None


class PlanNumbers(TypedDict):
    """A plan: its tags by state, the people it reaches (an estimate), its cost."""

    campaign: str
    version: int
    start: str
    end: str
    tags: int
    states: dict[str, int]
    reach: float
    cost: Money


class DueStep(TypedDict):
    """A step that waits; `tag` is the number of a tag, None of a whole plan."""

    kind: str
    campaign: str
    tag: int | None
    day: str


class OutreachNumbers(TypedDict):
    """Plans that are not over, and what was due on a day (`today`)."""

    today: str
    plans: list[PlanNumbers]
    due: list[DueStep]


class AdCampaign(TypedDict):
    """What an ad campaign cost and brought; `installs` by conversion action."""

    id: str
    name: str
    cost_micros: int | None
    impressions: int | None
    clicks: int | None
    installs: dict[str, float | None]
    days: int
    whole: bool


class AdAccountNumbers(TypedDict):
    """An account of an ad network: days of the week that it covers, its campaigns.

    `figures` of a day were reported, `restated` of them changed afterwards; those from
    `moving_from` on may still change.
    """

    network: str
    account: str
    currency: str
    zone: str
    days: int
    moving_from: str | None
    figures: int
    restated: int
    campaigns: list[AdCampaign]


class SearchSums(TypedDict):
    """Clicks, impressions, and the mean position weighted by impressions."""

    clicks: int | None
    impressions: int | None
    position: float | None


class SearchDays(SearchSums):
    """The sums of so many days."""

    days: int


class SiteNumbers(TypedDict):
    """A site in Google's search results, `through` a day, `moving` days not final."""

    site: str
    now: SearchDays
    before: SearchDays
    through: str | None
    moving: int
    unnamed_clicks: int | None


class QueryNumbers(SearchSums):
    """A query that showed a site."""

    site: str
    query: str


class SearchNumbers(TypedDict):
    """Sites in Google's search results, and the queries with the most clicks."""

    sites: list[SiteNumbers]
    queries: list[QueryNumbers]
