"""Creators who are eligible for an initiative, on which channel, at which cost."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce

from socialcell.campaigns.creators.audience_sketches import (
    HyperLogLog,
    SketchedAudiences,
)
from socialcell.campaigns.creators.creator import Creator, SocialAccount
from socialcell.campaigns.links.utm_naming import CHANNELS
from socialcell.campaigns.planning.brief import BriefAsset, CampaignBrief
from socialcell.campaigns.planning.calendar_problem import (
    CalendarRule,
    ClosedDays,
    Pair,
)
from socialcell.message_catalog import Message

CURRENCY = "INR"


@dataclass
class EligibleCreators:
    """Creators who can carry something, in the order of their keys, and all others.

    `pairs` by (asset, creator), with the account of each. `left_out`: why a creator of
    the registry is not asked. `closed`: days before a refusal has ended.
    `missing_rates`: creator → formats of assets that only a missing rate keeps away.
    """

    creators: list[Creator] = field(default_factory=list)
    pairs: dict[tuple[str, str], Pair] = field(default_factory=dict)
    accounts: dict[tuple[str, str], SocialAccount] = field(default_factory=dict)
    closed: list[ClosedDays] = field(default_factory=list)
    left_out: dict[str, Message] = field(default_factory=dict)
    missing_rates: dict[str, list[str]] = field(default_factory=dict)

    def audiences(self) -> SketchedAudiences:
        """Sketches of the people who engaged with each."""
        sketches = [
            sketch.engaged for sketch in self.creators if sketch.engaged is not None
        ]
        precision = sketches[0].precision if sketches else 12
        return SketchedAudiences(
            HyperLogLog(precision), [sketch.sketch for sketch in sketches]
        )

    def cost(self, creator: str) -> int:
        """The least micros that a tag of this creator costs."""
        return min(pair.cost for (_, who), pair in self.pairs.items() if who == creator)


def eligible_creators(
    brief: CampaignBrief,
    assets: Mapping[str, BriefAsset],
    creators: Iterable[Creator],
    flagged: Mapping[str, str],
    days: tuple[date, ...],
) -> EligibleCreators:
    """Sort the registry for an initiative. `flagged`: creator → what people hold
    against an account of theirs."""
    eligible = EligibleCreators()
    registry = list(creators)
    precision = _usual_precision(registry)
    for creator in registry:
        if why := _exclusion_reason(brief, creator, flagged, days, precision):
            eligible.left_out[creator.id] = why
            continue
        pairs, reasons, formats = _pairs(creator, assets)
        if formats:
            eligible.missing_rates[creator.id] = formats
        if not pairs:
            eligible.left_out[creator.id] = _all_reasons(reasons)
            continue
        eligible.creators.append(creator)
        for asset, (pair, account) in pairs.items():
            eligible.pairs[asset, creator.id] = pair
            eligible.accounts[asset, creator.id] = account
        refused = frozenset(day for day in days if not creator.may_be_asked(day))
        if refused:
            rule = CalendarRule("cool_off", creator.id)
            eligible.closed.append(ClosedDays(rule, refused, frozenset({creator.id})))
    return eligible


def _exclusion_reason(
    brief: CampaignBrief,
    creator: Creator,
    flagged: Mapping[str, str],
    days: tuple[date, ...],
    precision: int,
) -> Message | None:
    if brief.creators and creator.id not in brief.creators:
        return Message("plans.others_named")
    if creator.id in flagged:
        return Message("plans.creator_flagged", {"flags": flagged[creator.id]})
    if not any(creator.may_be_asked(day) for day in days):
        return Message("plans.creator_refused")
    if creator.engaged is None:
        return Message("plans.audience_unknown")
    if creator.engaged.precision != precision:
        return Message("plans.sketch_of_another_size")
    return None


def _all_reasons(reasons: Iterable[Message]) -> Message:
    """The reasons in order, each once, as one message."""
    different = {str(reason): reason for reason in reasons}
    return reduce(
        lambda before, reason: Message(
            "plans.further_reason", {"before": before, "reason": reason}
        ),
        different.values(),
    )


def _usual_precision(creators: Iterable[Creator]) -> int:
    counts = Counter(
        creator.engaged.precision for creator in creators if creator.engaged
    )
    return (
        max(counts, key=lambda precision: (counts[precision], precision))
        if counts
        else 0
    )


def _pairs(
    creator: Creator, assets: Mapping[str, BriefAsset]
) -> tuple[dict[str, tuple[Pair, SocialAccount]], list[Message], list[str]]:
    """Assets that a creator can carry, reasons against the others, and the formats of
    those that only lack a rate."""
    pairs: dict[str, tuple[Pair, SocialAccount]] = {}
    reasons: list[Message] = []
    formats: list[str] = []
    spoken_languages = {
        language.removesuffix("-Latn") for language in creator.languages
    }
    for name, asset in assets.items():
        account = _account(creator, asset)
        languages = tuple(
            lang for lang in sorted(asset.words) if lang in spoken_languages
        )
        cost = _cost(creator, asset)
        if account is None:
            reasons.append(Message("plans.no_account_on", {"channels": asset.channels}))
        elif not languages:
            reasons.append(
                Message("plans.speaks_none_of", {"languages": sorted(asset.words)})
            )
        elif cost is None:
            reasons.append(Message("plans.rate_unknown", {"format": asset.format}))
            formats.append(asset.format)
        else:
            pairs[name] = Pair(languages, cost), account
    return pairs, reasons, list(dict.fromkeys(formats))


def _account(creator: Creator, asset: BriefAsset) -> SocialAccount | None:
    """On the first channel of the asset that the creator has."""
    accounts = {account.platform: account for account in reversed(creator.accounts)}
    for channel in asset.channels:
        if channel in accounts and channel in CHANNELS:
            return accounts[channel]
    return None


def _cost(creator: Creator, asset: BriefAsset) -> int | None:
    """What a tag costs: the cell's own post nothing, a creator's its rate; who said
    that there is no connection needs none."""
    if asset.posted_by == "cell":
        return 0
    if asset.format in creator.rates:
        return creator.rates[asset.format].micros
    return 0 if creator.connection == "none" else None
