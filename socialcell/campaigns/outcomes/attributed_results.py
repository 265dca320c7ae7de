"""What a campaign's links brought, from what is held: clicks, installs, visits."""

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
    Known,
    Part,
)
from socialcell.campaigns.outcomes.model import Campaign, VisitDay
from socialcell.campaigns.outcomes.referred_installs import Referred, referred
from socialcell.campaigns.outcomes.store import figures, outcomes
from socialcell.connectors.google.play_statistics import ZONE
from socialcell.errors import UsageError

_BY_CAMPAIGN = {"acquisitions": "utm_campaign", "first_time_downloads": "campaign"}


@dataclass(frozen=True, slots=True)
class Clicked:
    """Requests of one link, by kind (human, preview, crawler …)."""

    link: TrackedLink
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Visited:
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
    clicks: tuple[Clicked, ...]
    parts: tuple[Part, ...]
    visits: tuple[Visited, ...]

    @property
    def human_clicks(self) -> int | None:
        """None where there is no link."""
        if not self.clicks:
            return None
        return sum(one.kinds.get("human", 0) for one in self.clicks)

    @property
    def requests(self) -> dict[str, int] | None:
        """All requests for its links by kind; None where there is no link."""
        if not self.clicks:
            return None
        found = dict.fromkeys(KINDS, 0)
        for one in self.clicks:
            for kind, n in one.kinds.items():
                found[kind] += n
        return found

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
        """Installs of which nothing says where they came from; below 0 where a store
        counts fewer than were told. None where no store is held."""
        if not self.parts:
            return None
        lines = [line for part in self.parts for line in part.lines_of(UNKNOWN)]
        return sum(int(one.installs.value or 0) for one in lines if one.why != FOREIGN)


def attribution_of(
    session: Session, campaign: Campaign, since: date, until: date
) -> Attribution:
    """What is known of a campaign on these days."""
    known = known_campaigns(session, campaign.name)
    clicks = link_activity.clicks(session, since, until)
    return Attribution(
        campaign.name,
        since,
        until,
        tuple(
            Clicked(link, clicks.get(number, {}))
            for number, link in known.links.items()
            if link.campaign == campaign.name
        ),
        tuple(_parts(session, campaign.name, known, since, until)),
        _visits(outcomes.visit_days(session, since, until), campaign.name),
    )


def known_campaigns(session: Session, *names: str) -> Known:
    """All links and campaigns of ours, and these names."""
    entered = {one.name for one in outcomes.campaigns(session)}
    return Known(link_activity.links(session), entered.union(names))


def _parts(
    session: Session, campaign: str, known: Known, since: date, until: date
) -> list[Part]:
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    rows = figures.store_days(session, since, until)
    # A day of the store ends in Pune on the day after.
    told = link_activity.postbacks(session, since, until + timedelta(days=1))
    by_app: dict[str, list[Referred]] = defaultdict(list)
    for one in referred(told, since, until):
        by_app[one.app].append(one)
    made = [
        install_attribution.by_referrer(
            app, installs, _totals(rows, app, since), days, campaign, known, ZONE
        )
        for app, installs in sorted(by_app.items())
    ]
    for metric, cut in _BY_CAMPAIGN.items():
        wanted = [r for r in rows if r.metric == metric and r.app not in by_app]
        made += [
            install_attribution.by_token(series, held, days, campaign, known)
            for series, held in store_sums.partitions(wanted, cut).items()
        ]
    return made


def _totals(rows: Sequence[StoreDay], app: str, since: date) -> dict[date, int | None]:
    """The store's own installs of an app by day, where they are reported whole."""
    wanted = [
        row
        for row in rows
        if row.app == app and row.definition.casefold() == "daily user installs"
    ]
    lines = store_sums.installs(wanted, since, by=None, daily=True).lines
    return {
        line.day: int(line.total.value or 0) if line.total.is_whole else None
        for line in lines
        if line.day is not None
    }


def _visits(rows: Sequence[VisitDay], campaign: str) -> tuple[Visited, ...]:
    found: dict[tuple[str, str, str, str], int | None] = {}
    for row in rows:
        if _named(row.campaign) != campaign:
            continue
        key = (row.site, row.source, row.medium, row.content)
        before = found.get(key)
        found[key] = row.visits if before is None else before + (row.visits or 0)
    made = [Visited(*key, visits) for key, visits in found.items()]
    return tuple(sorted(made, key=lambda one: (one.site, -(one.visits or 0))))


def _named(text: str) -> str | None:
    try:
        return utm_naming.normalise_name(text, "The campaign")
    except UsageError:
        return None
