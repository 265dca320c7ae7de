"""Daily figures that a connector or a file yields, of five kinds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class AdFact:
    """One day of one ad (or group, or campaign) as its network reports it.

    The day is the account's own, in `zone`. Money is in micros of `currency`. None is
    not reported, never 0. `installs` counts by conversion action or action type, each
    under the network's own name: overlapping types are never added up here.
    """

    network: str  # google_ads | meta_ads
    account: str
    zone: str
    currency: str
    day: date
    level: str  # campaign | ad_group | ad
    campaign: str
    campaign_name: str
    ad_group: str | None = None
    ad_group_name: str | None = None
    ad: str | None = None
    ad_name: str | None = None
    impressions: int | None = None
    reach: int | None = None
    clicks: int | None = None
    link_clicks: int | None = None
    video_views: int | None = None
    cost_micros: int | None = None
    conversions: float | None = None
    installs: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchFact:
    """One day of a site's search results, by query or by page; None is not reported."""

    site: str
    day: date  # Pacific, as Search Console counts
    dimension: str  # query | page | total
    key: str
    clicks: int | None = None
    impressions: int | None = None
    position: float | None = None  # mean, weighted by impressions
    final: bool = True


@dataclass(frozen=True, slots=True)
class StoreFact:
    """One day of a figure of an app store or a page, for one cut of it.

    metric_kinds.py has whether days of a metric may be added up. `withheld`: the store
    keeps the number back (a threshold); `value` is None then.
    """

    store: str  # google_play | app_store | facebook (a page: `app` is its number)
    app: str
    day: date  # in `zone`, the store's own
    zone: str
    metric: str  # in our words: installs, first_time_downloads, visitors …
    definition: str  # the store's own name of what it counts
    dimension: str  # total, country, traffic_source, campaign …
    key: str = ""
    value: int | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeFact:
    """How often something happened on a day of Pune in an area; None: not reported.

    `area` is as it was written, or an id of ours once it was looked up; `row` is its
    number in its file.
    """

    outcome: str
    area: str
    day: date
    value: int | None = None
    withheld: bool = False
    row: int | None = None


@dataclass(frozen=True, slots=True)
class VisitFact:
    """A day's visits of a site from one source, by UTM values ("" is none)."""

    site: str
    day: date  # in `zone`, that of the site's statistics
    zone: str
    source: str
    medium: str
    campaign: str
    content: str = ""
    term: str = ""
    visits: int | None = None


Fact = AdFact | SearchFact | StoreFact | OutcomeFact | VisitFact
