"""Results attributed to a campaign's links: clicks, installs and visits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session

from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.store import link_activity
from socialcell.campaigns.links.visitor_kinds import KINDS
from socialcell.campaigns.outcomes import install_attribution
from socialcell.campaigns.outcomes import install_figures as store_sums
from socialcell.campaigns.outcomes.figures_model import StoreDay
from socialcell.campaigns.outcomes.install_attribution import (
    FOREIGN,
    OTHER,
    UNKNOWN,
    AttributionIndex,
    AttributionPart,
)
from socialcell.campaigns.outcomes.model import Campaign, VisitDay
from socialcell.campaigns.outcomes.referred_installs import (
    ReferredInstall,
    referred_installs,
)
from socialcell.campaigns.outcomes.store import figures, outcomes
from socialcell.connectors.google.play_statistics import ZONE
from socialcell.errors import UsageError

_BY_CAMPAIGN = {"acquisitions": "utm_campaign", "first_time_downloads": "campaign"}


@dataclass(frozen=True, slots=True)
class LinkClicks:
    """Requests of one link, by kind (human, preview, crawler …)."""

    link: TrackedLink
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SiteVisits:
    """A site's visits by the campaign's UTM values; None: not reported."""

    site: str
    source: str
    medium: str
    content: str
    visits: int | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """A campaign from `since` to `until`: clicks on days of Pune, installs on days of
    each store, visits on days of each site."""

    campaign: str
    since: date
    until: date
    clicks: tuple[LinkClicks, ...]
    parts: tuple[AttributionPart, ...]
    visits: tuple[SiteVisits, ...]

    @property
    def human_clicks(self) -> int | None:
        """None where there is no link."""
        if not self.clicks:
            return None
        return sum(link_clicks.kinds.get("human", 0) for link_clicks in self.clicks)

    @property
    def requests(self) -> dict[str, int] | None:
        """All requests for its links by kind; None where there is no link."""
        if not self.clicks:
            return None
        counts = dict.fromkeys(KINDS, 0)
        for link_clicks in self.clicks:
            for kind, n in link_clicks.kinds.items():
                counts[kind] += n
        return counts

    def installs(self, kind: str) -> int | None:
        """Installs of a kind at all stores; None where no store is held."""
        return sum(part.of(kind) for part in self.parts) if self.parts else None

    @property
    def named_elsewhere(self) -> int | None:
        """Installs that name another campaign, ours or not; None where no store is
        held."""
        if not self.parts:
            return None
        lines = [
            line
            for part in self.parts
            for line in part.lines
            if line.kind == OTHER or (line.kind == UNKNOWN and line.why == FOREIGN)
        ]
        return sum(int(line.installs.value or 0) for line in lines)

    @property
    def sourceless(self) -> int | None:
        """Installs without any origin; below 0 where a store counts fewer than
        postbacks reported. None where no store is held."""
        if not self.parts:
            return None
        lines = [line for part in self.parts for line in part.lines_of(UNKNOWN)]
        lines = [line for line in lines if line.why != FOREIGN]
        return sum(int(line.installs.value or 0) for line in lines)


def attribution_of(
    session: Session,
    campaign: Campaign,
    since: date,
    until: date,
    entered: Sequence[Campaign] | None = None,
) -> Attribution:
    """The attributed results of a campaign on these days. `entered` are all campaigns
    where they are loaded already."""
    if entered is None:
        entered = outcomes.campaigns(session)
    names = {campaign.name, *(row.name for row in entered)}
    index = AttributionIndex(link_activity.links(session), names)
    clicks = link_activity.clicks(session, since, until)
    return Attribution(
        campaign.name,
        since,
        until,
        tuple(
            LinkClicks(link, clicks.get(number, {}))
            for number, link in index.links.items()
            if link.campaign == campaign.name
        ),
        tuple(_parts(session, campaign.name, index, since, until)),
        _visits(outcomes.visit_days(session, since, until), campaign.name),
    )


def store_visits(
    session: Session, campaign: str, since: date, until: date
) -> int | None:
    """Visitors of the store's page that name a campaign, as far as the store says;
    None where it says nothing. Only Google Play reports them by campaign."""
    rows = figures.store_days(session, since, until, metric="visitors")
    lines = store_sums.install_figures(
        rows, since, by="utm_campaign", daily=False
    ).lines
    counts = [
        int(line.total.value)
        for line in lines
        if line.total.value is not None
        and line.group
        and _campaign_name(line.group) == campaign
    ]
    return sum(counts) if counts else None


def attribution_index(session: Session, *names: str) -> AttributionIndex:
    """All links and campaigns of ours, and these names."""
    entered = {campaign.name for campaign in outcomes.campaigns(session)}
    return AttributionIndex(link_activity.links(session), entered.union(names))


def _parts(
    session: Session, campaign: str, index: AttributionIndex, since: date, until: date
) -> list[AttributionPart]:
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    rows = figures.store_days(session, since, until)
    # A day of the store ends in Pune on the day after.
    postbacks = link_activity.postbacks(session, since, until + timedelta(days=1))
    by_app: dict[str, list[ReferredInstall]] = defaultdict(list)
    for install in referred_installs(postbacks, since, until):
        by_app[install.app].append(install)
    parts = [
        install_attribution.by_referrer(
            app, installs, _totals(rows, app, since), days, campaign, index, ZONE
        )
        for app, installs in sorted(by_app.items())
    ]
    for metric, cut in _BY_CAMPAIGN.items():
        metric_rows = [r for r in rows if r.metric == metric and r.app not in by_app]
        parts += [
            install_attribution.by_token(series, series_rows, days, campaign, index)
            for series, series_rows in store_sums.partitions(metric_rows, cut).items()
        ]
    return parts


def _totals(rows: Sequence[StoreDay], app: str, since: date) -> dict[date, int | None]:
    """The store's own installs of an app by day, where they are reported whole."""
    install_rows = [
        row
        for row in rows
        if row.app == app and row.definition.casefold() == "daily user installs"
    ]
    lines = store_sums.install_figures(install_rows, since, by=None, daily=True).lines
    return {
        line.day: int(line.total.value or 0) if line.total.is_whole else None
        for line in lines
        if line.day is not None
    }


def _visits(rows: Sequence[VisitDay], campaign: str) -> tuple[SiteVisits, ...]:
    visits_by_key: dict[tuple[str, str, str, str], int | None] = {}
    for row in rows:
        if _campaign_name(row.campaign) != campaign:
            continue
        key = (row.site, row.source, row.medium, row.content)
        known_visits = visits_by_key.get(key)
        visits_by_key[key] = (
            row.visits if known_visits is None else known_visits + (row.visits or 0)
        )
    site_visits = [SiteVisits(*key, visits) for key, visits in visits_by_key.items()]
    return tuple(
        sorted(site_visits, key=lambda entry: (entry.site, -(entry.visits or 0)))
    )


def _campaign_name(text: str) -> str | None:
    try:
        return utm_naming.normalise_name(text, "campaign")
    except UsageError:
        return None
