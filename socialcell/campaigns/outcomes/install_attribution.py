"""Attribution of installs to links; installs without an origin have lines of their own.

An install is a campaign's when Google Play's referrer names a click of its links, or
when a store reports it under its campaign. The lines of a part add up to its total.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.tracked_link import campaign_token
from socialcell.campaigns.outcomes.daily_sums import Total, total
from socialcell.campaigns.outcomes.figures_model import StoreDay
from socialcell.campaigns.outcomes.install_figures import StoreSeries
from socialcell.campaigns.outcomes.referred_installs import ReferredInstall
from socialcell.errors import UsageError
from socialcell.platforms import GOOGLE_PLAY

OURS, OTHER, ORGANIC, UNKNOWN = "ours", "other_campaign", "organic", "unattributed"
FOREIGN = "foreign"
"""The reason of an unattributed install that names a campaign which is not ours."""
GROUPS = ("creator", "post", "channel", "initiative", "campaign")
REFERRER = "referrer"
TOKEN = "token"
_NOT_SET = frozenset({"", "(not set)", "(not%20set)"})
_FOLDED = "other"
_OWN_SEARCH = ("google play search", "google play explore", "google search (organic)")
_OWN_STORE = ("app store search", "app store browse")


@dataclass(frozen=True, slots=True)
class InstallOwner:
    """Campaign, channel and creator of an install; None: several, or not known."""

    campaign: str | None = None
    initiative: str | None = None
    channel: str | None = None
    creator: str | None = None
    post: str | None = None


NO_OWNER = InstallOwner()


@dataclass(frozen=True, slots=True)
class AttributionLine:
    """Installs of one origin. `why` is the evidence, or the reason without an owner."""

    kind: str  # ours | other_campaign | organic | unattributed
    why: str
    who: InstallOwner
    installs: Total


@dataclass(frozen=True, slots=True)
class AttributionPart:
    """The installs of one app by one kind of evidence; its lines add up to `total`.

    `open_days` are days of which the store's own total is not known: of them only the
    installs that postbacks reported are in it.
    """

    store: str
    app: str
    evidence: str  # referrer | token
    definition: str
    zone: str
    total: int
    lines: tuple[AttributionLine, ...]
    open_days: tuple[date, ...] = ()

    def of(self, kind: str) -> int:
        """Installs of a kind, of all that is known."""
        return sum(int(line.installs.value or 0) for line in self.lines_of(kind))

    def lines_of(self, kind: str) -> list[AttributionLine]:
        return [line for line in self.lines if line.kind == kind]

    @property
    def withheld(self) -> int:
        """Days of a group of ours that the store keeps back."""
        return sum(line.installs.withheld for line in self.lines_of(OURS))


class AttributionIndex:
    """Our links and campaigns, by the names that stores report."""

    def __init__(
        self, links: Mapping[int, TrackedLink], campaigns: Iterable[str]
    ) -> None:
        self.links = links
        self._by_campaign: dict[str, list[TrackedLink]] = defaultdict(list)
        self._by_token: dict[str, list[TrackedLink]] = defaultdict(list)
        for link in links.values():
            self._by_campaign[link.campaign].append(link)
            if token := campaign_token(link):
                self._by_token[token].append(link)
        self.campaigns = {*campaigns, *self._by_campaign}

    def of_link(self, link_id: int | None) -> InstallOwner | None:
        link = self.links.get(link_id) if link_id is not None else None
        return _common_owner([link]) if link else None

    def of_utm(self, source: str, campaign: str) -> InstallOwner | None:
        """The owner of UTM values; None when they are not ours."""
        try:
            name = utm_naming.normalise_name(campaign, "")
        except UsageError:
            return None
        if name not in self.campaigns:
            return None
        links = self._by_campaign.get(name, [])
        ours = [link for link in links if link.source == source.casefold()]
        return replace(_common_owner(ours or links), campaign=name)

    def of_token(self, token: str) -> InstallOwner | None:
        """The owner of a campaign's token at the App Store, which is case-sensitive."""
        if links := self._by_token.get(token):
            return _common_owner(links)
        return InstallOwner(campaign=token) if token in self.campaigns else None


def by_referrer(
    app: str,
    installs: Sequence[ReferredInstall],
    totals: Mapping[date, int | None],
    days: Sequence[date],
    campaign: str,
    index: AttributionIndex,
    zone: str,
) -> AttributionPart:
    """Installs of an app with a known referrer, against the store's daily totals.

    What the store counts beyond them is unattributed. It may count fewer (it does not
    count who reinstalls): the difference is then below 0, and the sum still its total.
    """
    counted: dict[tuple[str, str, InstallOwner], int] = defaultdict(int)
    for install in installs:
        counted[_origin_by_postback(install, campaign, index)] += 1
    open_days = tuple(day for day in days if totals.get(day) is None)
    counted_installs = [install for install in installs if install.day not in open_days]
    store_total = sum(totals[day] or 0 for day in days if day not in open_days)
    remainder = store_total - len(counted_installs) if len(open_days) < len(days) else 0
    if remainder:
        counted[
            UNKNOWN, "no_referrer" if remainder > 0 else "counted_apart", NO_OWNER
        ] = remainder
    lines = [
        AttributionLine(kind, why, who, Total(n, len(days)))
        for (kind, why, who), n in counted.items()
    ]
    return AttributionPart(
        store=GOOGLE_PLAY.id,
        app=app,
        evidence=REFERRER,
        definition="Install Referrer postbacks, within Daily User Installs",
        zone=zone,
        total=len(installs) + remainder,
        lines=_sorted(lines),
        open_days=open_days,
    )


def by_token(
    series: StoreSeries,
    rows: Sequence[StoreDay],
    days: Sequence[date],
    campaign: str,
    index: AttributionIndex,
) -> AttributionPart:
    """Installs that a store reports by campaign: one partition of one definition."""
    stored_days = sorted({row.day for row in rows})
    rows_by_origin: dict[tuple[str, str, InstallOwner], dict[date, list[StoreDay]]] = (
        defaultdict(lambda: defaultdict(list))
    )
    for row in rows:
        cut = dict(zip(series.cuts, _cut_values(series, row), strict=True))
        rows_by_origin[_origin_by_report(cut, campaign, index)][row.day].append(row)
    lines = []
    for (kind, why, who), rows_by_day in rows_by_origin.items():
        values = [row.value for day in stored_days for row in rows_by_day.get(day, ())]
        withheld_days = sum(
            _is_withheld(rows_by_day.get(day, ()), kind) for day in stored_days
        )
        sums = replace(total(values), days=len(stored_days), withheld=withheld_days)
        lines.append(AttributionLine(kind, why, who, sums))
    return AttributionPart(
        store=series.store,
        app=series.app,
        evidence=TOKEN,
        definition=series.definition,
        zone=series.zone,
        total=sum(int(line.installs.value or 0) for line in lines),
        lines=_sorted(lines),
        open_days=tuple(day for day in days if day not in stored_days),
    )


def installs_by_group(
    parts: Iterable[AttributionPart], by: str
) -> dict[str | None, int]:
    """Installs of our campaign by creator, post, channel …; None: not said, or several.

    KeyError for an unknown group.
    """
    counts: dict[str | None, int] = defaultdict(int)
    for part in parts:
        for line in part.lines_of(OURS):
            counts[asdict(line.who)[by]] += int(line.installs.value or 0)
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0] or "")))


def install_origin(
    install: ReferredInstall, index: AttributionIndex
) -> tuple[str, str]:
    """The evidence for an install's owner, and the creator ("" is none or several):
    attributed (a click of ours), utm (UTM values of ours without a click), organic,
    unattributed or refused."""
    _, why, who = _origin_by_postback(install, "", index)
    evidence = {"click": "attributed", "utm": "utm", "store": "organic"}.get(why)
    if evidence is None:
        evidence = "refused" if why == "refused" else "unattributed"
    return evidence, who.creator or ""


def _origin_by_postback(
    install: ReferredInstall, campaign: str, index: AttributionIndex
) -> tuple[str, str, InstallOwner]:
    """Kind, reason and owner of an install by its referrer."""
    if install.outcome == "refused":
        return UNKNOWN, "refused", NO_OWNER
    who = index.of_link(install.link_id) if install.outcome == "attributed" else None
    if who is not None:
        return _kind(who, campaign), "click", who
    if install.outcome == "organic":
        return ORGANIC, "store", NO_OWNER
    return _origin_by_utm(install.source, install.campaign, campaign, index)


def _origin_by_report(
    cut: Mapping[str, str], campaign: str, index: AttributionIndex
) -> tuple[str, str, InstallOwner]:
    if "campaign" in cut:
        if who := index.of_token(cut["campaign"]):
            return _kind(who, campaign), "token", who
        if cut["campaign"]:
            return UNKNOWN, FOREIGN, NO_OWNER
        if cut.get("source_type", "").casefold() in _OWN_STORE:
            return ORGANIC, "store", NO_OWNER
        return UNKNOWN, "not_set", NO_OWNER
    if cut.get("traffic_source", "").casefold() in _OWN_SEARCH:
        return ORGANIC, "store", NO_OWNER
    return _origin_by_utm(
        cut.get("utm_source", ""), cut["utm_campaign"], campaign, index
    )


def _origin_by_utm(
    source: str, utm_campaign: str, campaign: str, index: AttributionIndex
) -> tuple[str, str, InstallOwner]:
    if utm_campaign in _NOT_SET and source in _NOT_SET:
        return UNKNOWN, "not_set", NO_OWNER
    if utm_campaign.casefold() == _FOLDED:
        return UNKNOWN, "folded", NO_OWNER
    if who := index.of_utm(source, utm_campaign):
        return _kind(who, campaign), "utm", who
    return UNKNOWN, FOREIGN, NO_OWNER


def _kind(who: InstallOwner, campaign: str) -> str:
    return OURS if who.campaign == campaign else OTHER


def _is_withheld(rows: Sequence[StoreDay], kind: str) -> bool:
    """A group of ours without a row on a day is below the store's threshold."""
    return any(row.withheld for row in rows) or (kind == OURS and not rows)


def _cut_values(series: StoreSeries, row: StoreDay) -> list[str]:
    return [row.cut] if len(series.cuts) == 1 else list(json.loads(row.cut))


def _common_owner(links: Sequence[TrackedLink]) -> InstallOwner:
    """The values that all of these links share."""

    def shared_value(name: str) -> str | None:
        shared = {getattr(link, name) for link in links}
        return shared.pop() if len(shared) == 1 else None

    return InstallOwner(
        *(shared_value(name) for name in InstallOwner.__dataclass_fields__)
    )


def _sorted(lines: Iterable[AttributionLine]) -> tuple[AttributionLine, ...]:
    order = (OURS, OTHER, ORGANIC, UNKNOWN)

    def rank(line: AttributionLine) -> tuple[int, float, str, list[str]]:
        who = [name or "" for name in asdict(line.who).values()]
        return (order.index(line.kind), -(line.installs.value or 0), line.why, who)

    return tuple(sorted(lines, key=rank))
