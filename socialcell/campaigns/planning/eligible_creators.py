"""Who may be asked for an initiative: creators, on which channel, for how much."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from socialcell.campaigns.creators.audience_sketches import (
    HyperLogLog,
    SketchedAudiences,
)
from socialcell.campaigns.creators.creator import Creator, SocialAccount
from socialcell.campaigns.links.utm_naming import CHANNELS
from socialcell.campaigns.planning.brief import Brief, BriefAsset
from socialcell.campaigns.planning.calendar_problem import Closed, Pair, Rule

CURRENCY = "INR"


@dataclass
class Askable:
    """Creators who can carry something, in the order of their keys, and all others.

    `pairs` by (asset, creator), with the account of each. `left_out`: why a creator of
    the registry is not asked. `closed`: days before a refusal has ended.
    `missing_rates`: creator → formats of assets that only a missing rate keeps away.
    """

    creators: list[Creator] = field(default_factory=list)
    pairs: dict[tuple[str, str], Pair] = field(default_factory=dict)
    accounts: dict[tuple[str, str], SocialAccount] = field(default_factory=dict)
    closed: list[Closed] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    missing_rates: dict[str, list[str]] = field(default_factory=dict)

    def audiences(self) -> SketchedAudiences:
        """Who was seen to engage with each, as sketches."""
        sketches = [one.engaged for one in self.creators if one.engaged is not None]
        precision = sketches[0].precision if sketches else 12
        return SketchedAudiences(
            HyperLogLog(precision), [one.sketch for one in sketches]
        )

    def cost(self, creator: str) -> int:
        """The least micros that a tag of this creator costs."""
        return min(pair.cost for (_, who), pair in self.pairs.items() if who == creator)


def askable(
    brief: Brief,
    assets: Mapping[str, BriefAsset],
    creators: Iterable[Creator],
    flagged: Mapping[str, str],
    days: tuple[date, ...],
) -> Askable:
    """Sort the registry for an initiative. `flagged`: creator → what people hold
    against an account of theirs."""
    made = Askable()
    known = list(creators)
    precision = _usual_precision(known)
    for one in known:
        if why := _why_not(brief, one, flagged, days, precision):
            made.left_out[one.id] = why
            continue
        pairs, reasons, formats = _pairs(one, assets)
        if formats:
            made.missing_rates[one.id] = formats
        if not pairs:
            made.left_out[one.id] = "; ".join(dict.fromkeys(reasons))
            continue
        made.creators.append(one)
        for asset, (pair, account) in pairs.items():
            made.pairs[asset, one.id] = pair
            made.accounts[asset, one.id] = account
        refused = frozenset(day for day in days if not one.may_be_asked(day))
        if refused:
            rule = Rule("cool_off", one.id)
            made.closed.append(Closed(rule, refused, frozenset({one.id})))
    return made


def _why_not(
    brief: Brief,
    one: Creator,
    flagged: Mapping[str, str],
    days: tuple[date, ...],
    precision: int,
) -> str | None:
    if brief.creators and one.id not in brief.creators:
        return "the initiative names others"
    if one.id in flagged:
        return f"flagged: {flagged[one.id]}"
    if not any(one.may_be_asked(day) for day in days):
        return "refused, and the cool-off lasts beyond the initiative"
    if one.engaged is None:
        return "it is not known who engages: socialcell influencers audience"
    if one.engaged.precision != precision:
        return "the sketch of who engages is of another size: make it again"
    return None


def _usual_precision(creators: Iterable[Creator]) -> int:
    held = Counter(one.engaged.precision for one in creators if one.engaged)
    return max(held, key=lambda one: (held[one], one)) if held else 0


def _pairs(
    one: Creator, assets: Mapping[str, BriefAsset]
) -> tuple[dict[str, tuple[Pair, SocialAccount]], list[str], list[str]]:
    """Assets that a creator can carry, reasons against the others, and the formats of
    those that only lack a rate."""
    found: dict[str, tuple[Pair, SocialAccount]] = {}
    reasons: list[str] = []
    formats: list[str] = []
    spoken = {language.removesuffix("-Latn") for language in one.languages}
    for name, asset in assets.items():
        account = _account(one, asset)
        languages = tuple(lang for lang in sorted(asset.words) if lang in spoken)
        cost = _cost(one, asset)
        if account is None:
            reasons.append(f"no account on {', '.join(asset.channels)}")
        elif not languages:
            reasons.append(f"speaks none of {', '.join(sorted(asset.words))}")
        elif cost is None:
            reasons.append(f"no rate for a {asset.format} is known")
            formats.append(asset.format)
        else:
            found[name] = Pair(languages, cost), account
    return found, reasons, list(dict.fromkeys(formats))


def _account(one: Creator, asset: BriefAsset) -> SocialAccount | None:
    """On the first channel of the asset that the creator has."""
    held = {account.platform: account for account in reversed(one.accounts)}
    for channel in asset.channels:
        if channel in held and channel in CHANNELS:
            return held[channel]
    return None


def _cost(one: Creator, asset: BriefAsset) -> int | None:
    """What a tag costs: the cell's own post nothing, a creator's its rate; who said
    that there is no connection needs none."""
    if asset.posted_by == "cell":
        return 0
    if asset.format in one.rates:
        return one.rates[asset.format].micros
    return 0 if one.connection == "none" else None
