"""Which installs came by which link; and all that cannot be told, as lines of its own.

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
from socialcell.campaigns.outcomes.install_figures import Series
from socialcell.campaigns.outcomes.referred_installs import Referred
from socialcell.errors import UsageError
from socialcell.platforms import GOOGLE_PLAY

OURS, OTHER, ORGANIC, UNKNOWN = "ours", "other_campaign", "organic", "unattributed"
FOREIGN = "foreign"
"""Why an install is unattributed that names a campaign which is none of ours."""
GROUPS = ("creator", "post", "channel", "initiative", "campaign")
REFERRER = "referrer"
TOKEN = "token"
_NOT_SET = frozenset({"", "(not set)", "(not%20set)"})
_FOLDED = "other"
_OWN_SEARCH = ("google play search", "google play explore", "google search (organic)")
_OWN_STORE = ("app store search", "app store browse")


@dataclass(frozen=True, slots=True)
class Who:
    """Whose install it is; None: several, or not said."""

    campaign: str | None = None
    initiative: str | None = None
    channel: str | None = None
    creator: str | None = None
    post: str | None = None


NOBODY = Who()


@dataclass(frozen=True, slots=True)
class Line:
    """Installs of one origin. `why` says what is known of those of nobody."""

    kind: str  # ours | other_campaign | organic | unattributed
    why: str
    who: Who
    installs: Total


@dataclass(frozen=True, slots=True)
class Part:
    """The installs of one app by one kind of evidence; its lines add up to `total`.

    `open_days` are days of which the store's own total is not known: of them only the
    installs that we were told of are in it.
    """

    store: str
    app: str
    evidence: str  # referrer | token
    definition: str
    zone: str
    total: int
    lines: tuple[Line, ...]
    open_days: tuple[date, ...] = ()

    def of(self, kind: str) -> int:
        """Installs of a kind, of all that is known."""
        return sum(int(one.installs.value or 0) for one in self.lines_of(kind))

    def lines_of(self, kind: str) -> list[Line]:
        return [line for line in self.lines if line.kind == kind]

    @property
    def withheld(self) -> int:
        """Days of a group of ours that the store keeps back."""
        return sum(line.installs.withheld for line in self.lines_of(OURS))


class Known:
    """Our links and campaigns, as stores name them."""

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

    def of_link(self, link_id: int | None) -> Who | None:
        link = self.links.get(link_id) if link_id is not None else None
        return _common([link]) if link else None

    def of_utm(self, source: str, campaign: str) -> Who | None:
        """Who is behind UTM values; None when they are nobody's of ours."""
        try:
            name = utm_naming.normalise_name(campaign, "")
        except UsageError:
            return None
        if name not in self.campaigns:
            return None
        found = self._by_campaign.get(name, [])
        ours = [link for link in found if link.source == source.casefold()]
        return replace(_common(ours or found), campaign=name)

    def of_token(self, token: str) -> Who | None:
        """Who is behind a campaign's token at the App Store, where case counts."""
        if found := self._by_token.get(token):
            return _common(found)
        return Who(campaign=token) if token in self.campaigns else None


def by_referrer(
    app: str,
    installs: Sequence[Referred],
    totals: Mapping[date, int | None],
    days: Sequence[date],
    campaign: str,
    known: Known,
    zone: str,
) -> Part:
    """Installs of an app that told their referrer, against the store's daily totals.

    What the store counts beyond them is unattributed. It may count fewer (it does not
    count who reinstalls): the difference is then below 0, and the sum still its total.
    """
    counted: dict[tuple[str, str, Who], int] = defaultdict(int)
    for one in installs:
        counted[_told(one, campaign, known)] += 1
    open_days = tuple(day for day in days if totals.get(day) is None)
    told = [one for one in installs if one.day not in open_days]
    whole = sum(totals[day] or 0 for day in days if day not in open_days)
    silent = whole - len(told) if len(open_days) < len(days) else 0
    if silent:
        counted[UNKNOWN, "no_referrer" if silent > 0 else "counted_apart", NOBODY] = (
            silent
        )
    lines = [
        Line(kind, why, who, Total(n, len(days)))
        for (kind, why, who), n in counted.items()
    ]
    return Part(
        store=GOOGLE_PLAY.id,
        app=app,
        evidence=REFERRER,
        definition="Install Referrer postbacks, within Daily User Installs",
        zone=zone,
        total=len(installs) + silent,
        lines=_sorted(lines),
        open_days=open_days,
    )


def by_token(
    series: Series,
    rows: Sequence[StoreDay],
    days: Sequence[date],
    campaign: str,
    known: Known,
) -> Part:
    """Installs that a store reports by campaign: one partition of one definition."""
    held_days = sorted({row.day for row in rows})
    found: dict[tuple[str, str, Who], dict[date, list[StoreDay]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in rows:
        cut = dict(zip(series.cuts, _values(series, row), strict=True))
        found[_reported(cut, campaign, known)][row.day].append(row)
    lines = []
    for (kind, why, who), held in found.items():
        values = [row.value for day in held_days for row in held.get(day, ())]
        back = sum(_is_kept_back(held.get(day, ()), kind) for day in held_days)
        sums = replace(total(values), days=len(held_days), withheld=back)
        lines.append(Line(kind, why, who, sums))
    return Part(
        store=series.store,
        app=series.app,
        evidence=TOKEN,
        definition=series.definition,
        zone=series.zone,
        total=sum(int(line.installs.value or 0) for line in lines),
        lines=_sorted(lines),
        open_days=tuple(day for day in days if day not in held_days),
    )


def grouped(parts: Iterable[Part], by: str) -> dict[str | None, int]:
    """Installs of our campaign by creator, post, channel …; None: not said, or several.

    KeyError for an unknown group.
    """
    found: dict[str | None, int] = defaultdict(int)
    for part in parts:
        for line in part.lines_of(OURS):
            found[asdict(line.who)[by]] += int(line.installs.value or 0)
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0] or "")))


def origin(install: Referred, known: Known) -> tuple[str, str]:
    """By which evidence an install is whose, and the creator ("" is none or several):
    attributed (a click of ours), utm (UTM values of ours without a click), organic,
    unattributed or refused."""
    _, why, who = _told(install, "", known)
    told = {"click": "attributed", "utm": "utm", "store": "organic"}.get(why)
    if told is None:
        told = "refused" if why == "refused" else "unattributed"
    return told, who.creator or ""


def _told(one: Referred, campaign: str, known: Known) -> tuple[str, str, Who]:
    """Kind, reason and owner of an install by its referrer."""
    if one.told == "refused":
        return UNKNOWN, "refused", NOBODY
    who = known.of_link(one.link_id) if one.told == "attributed" else None
    if who is not None:
        return _kind(who, campaign), "click", who
    if one.told == "organic":
        return ORGANIC, "store", NOBODY
    return _by_utm(one.source, one.campaign, campaign, known)


def _reported(
    cut: Mapping[str, str], campaign: str, known: Known
) -> tuple[str, str, Who]:
    if "campaign" in cut:
        if who := known.of_token(cut["campaign"]):
            return _kind(who, campaign), "token", who
        if cut["campaign"]:
            return UNKNOWN, FOREIGN, NOBODY
        if cut.get("source_type", "").casefold() in _OWN_STORE:
            return ORGANIC, "store", NOBODY
        return UNKNOWN, "not_set", NOBODY
    if cut.get("traffic_source", "").casefold() in _OWN_SEARCH:
        return ORGANIC, "store", NOBODY
    return _by_utm(cut.get("utm_source", ""), cut["utm_campaign"], campaign, known)


def _by_utm(
    source: str, said: str, campaign: str, known: Known
) -> tuple[str, str, Who]:
    if said in _NOT_SET and source in _NOT_SET:
        return UNKNOWN, "not_set", NOBODY
    if said.casefold() == _FOLDED:
        return UNKNOWN, "folded", NOBODY
    if who := known.of_utm(source, said):
        return _kind(who, campaign), "utm", who
    return UNKNOWN, FOREIGN, NOBODY


def _kind(who: Who, campaign: str) -> str:
    return OURS if who.campaign == campaign else OTHER


def _is_kept_back(rows: Sequence[StoreDay], kind: str) -> bool:
    """A group of ours without a row on a day is below the store's threshold."""
    return any(row.withheld for row in rows) or (kind == OURS and not rows)


def _values(series: Series, row: StoreDay) -> list[str]:
    return [row.cut] if len(series.cuts) == 1 else list(json.loads(row.cut))


def _common(links: Sequence[TrackedLink]) -> Who:
    """What all of these links say alike."""

    def alike(name: str) -> str | None:
        said = {getattr(link, name) for link in links}
        return said.pop() if len(said) == 1 else None

    return Who(*(alike(name) for name in Who.__dataclass_fields__))


def _sorted(lines: Iterable[Line]) -> tuple[Line, ...]:
    order = (OURS, OTHER, ORGANIC, UNKNOWN)

    def rank(line: Line) -> tuple[object, ...]:
        who = [value or "" for value in asdict(line.who).values()]
        return (order.index(line.kind), -(line.installs.value or 0), line.why, *who)

    return tuple(sorted(lines, key=rank))
