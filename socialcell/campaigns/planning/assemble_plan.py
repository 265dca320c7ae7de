"""A plan put together: whom the initiative asks, under which rules, for which tags."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.creators.selection.choice_limits import ChoiceLimits
from socialcell.campaigns.creators.selection.max_coverage import Choice
from socialcell.campaigns.planning import draft_posts, randomisation
from socialcell.campaigns.planning import quiet_days as special
from socialcell.campaigns.planning.brief import Brief, BriefAsset
from socialcell.campaigns.planning.calendar_problem import (
    Asset,
    Booked,
    Caps,
    Closed,
    Problem,
    Speaker,
    Tag,
    reach_of,
)
from socialcell.campaigns.planning.conflict_messages import rates_wanted
from socialcell.campaigns.planning.creator_pick import pick
from socialcell.campaigns.planning.eligible_creators import CURRENCY, Askable
from socialcell.campaigns.planning.model import PlanTag
from socialcell.errors import SocialcellError
from socialcell.settings.campaigns import Planning

MICROS = 1_000_000


@dataclass(frozen=True)
class Ground:
    """What a plan is made from, read in one go."""

    brief: Brief
    assets: dict[str, BriefAsset]
    wards: list[str]
    days: tuple[date, ...]
    askable: Askable
    booked: tuple[Booked, ...]
    switch: str
    today: date


def chosen(ground: Ground) -> Choice:
    """The creators to ask for the budget, by places in `askable`, in micros.

    SocialcellError when nobody can be asked: it counts the reasons.
    """
    askable, brief = ground.askable, ground.brief
    if not askable.creators:
        reasons = Counter(askable.left_out.values())
        said = "; ".join(f"{n}: {why}" for why, n in reasons.most_common(3))
        raise SocialcellError(
            f"{rates_wanted(askable.missing_rates)}No creator of the registry can be "
            f"asked for this initiative ({said or 'it is empty'}). Enter creators: "
            "socialcell influencers --help"
        )
    costs = [brief.posts_each * askable.cost(one.id) for one in askable.creators]
    limits = ChoiceLimits(
        np.array(costs, dtype=np.float64), float(brief.budget * MICROS)
    )
    needs = [
        [n for n, one in enumerate(askable.creators) if ward in one.wards]
        for ward in (ground.wards if brief.ward_least else ())
    ]
    needs += [
        [
            n
            for n, one in enumerate(askable.creators)
            if any(
                language in pair.languages
                for (_, who), pair in askable.pairs.items()
                if who == one.id
            )
        ]
        for language, share in sorted(brief.languages.items())
        if share
    ]
    return pick(askable.audiences(), limits, needs)


def speakers_of(
    ground: Ground, choice: Choice, *, everybody: bool = False
) -> list[Speaker]:
    """The chosen creators with what each adds to those before; then all others, if
    wanted, with what they would add."""
    made = []
    order = dict(zip(choice.chosen, choice.marginal, strict=True))
    if everybody:
        covered = ground.askable.audiences().covered_by(choice.chosen)
        for place in range(len(ground.askable.creators)):
            if place not in order:
                order[place] = covered.gain(place)
                covered.add(place)
    for place, gain in order.items():
        one = ground.askable.creators[place]
        wards = frozenset(one.wards) & frozenset(ground.wards)
        made.append(Speaker(one.id, gain, _seen(one, ground.brief.seen), wards))
    return made


def _seen(one: Creator, usual: float) -> float:
    """The share of an audience that a post reaches, by the creator's own insights."""
    reach, followers = one.count("reach"), one.count("followers") or one.followers
    if not reach or not followers:
        return usual
    return min(max(reach / followers, 0.01), 0.99)


def drawn(ground: Ground) -> dict[str, Any] | None:
    """The lot that the initiative asks for, as it is kept: the same for a seed."""
    draw = ground.brief.draw
    if draw is None:
        return None
    first, last = ground.days[0], ground.days[-1]
    if draw.kind == "switchback":
        return randomisation.switchback(first, last, draw.days, draw.seed).as_dict()
    return randomisation.wards(
        ground.wards, first, draw.days, draw.waves, draw.hold, draw.seed
    ).as_dict()


def closed_of(
    ground: Ground,
    settings: Planning,
    lot: Mapping[str, Any] | None,
    speakers: Sequence[Speaker],
) -> tuple[Closed, ...]:
    """Days without tags: special days, elections, refusals, and what was drawn."""
    asked = {one.id for one in speakers}
    found = special.closed_days(
        ground.days,
        open_on=ground.brief.open_on,
        blackout=ground.brief.blackout,
        elections=settings.elections,
        own=settings.days,
        switch=ground.switch,
    )
    found += [one for one in ground.askable.closed if (one.creators or set()) <= asked]
    if lot is not None:
        found += randomisation.closed_by(lot, ground.days, speakers)
    return tuple(found)


def problem_of(
    ground: Ground,
    settings: Planning,
    speakers: Sequence[Speaker],
    closed: tuple[Closed, ...],
) -> Problem:
    """All that the calendar keeps to; what a lot never begins asks for nobody."""
    brief = ground.brief
    asked = {one.id for one in speakers}
    held = set(ground.wards)
    if brief.draw and brief.draw.kind == "wards" and brief.draw.hold:
        begun = drawn(ground) or {"units": {}}
        held = {ward for ward, start in begun["units"].items() if start is not None}
    return Problem(
        days=ground.days,
        assets=tuple(
            Asset(
                name,
                one.start or brief.start,
                one.end or brief.end,
                one.least,
                one.most,
            )
            for name, one in sorted(ground.assets.items())
        ),
        speakers=tuple(speakers),
        pairs={
            key: pair for key, pair in ground.askable.pairs.items() if key[1] in asked
        },
        caps=Caps(
            **{name: getattr(settings, name) for name in Caps.__dataclass_fields__}
        ),
        budget=brief.budget * MICROS,
        shares={str(lang): share for lang, share in brief.languages.items() if share},
        wards={ward: brief.ward_least for ward in sorted(held) if brief.ward_least},
        closed=closed,
        booked=ground.booked,
    )


def tags_of(ground: Ground, problem: Problem, found: Sequence[Tag]) -> list[PlanTag]:
    """The rows of a calendar, without their links and words."""
    speakers = {one.id: one for one in problem.speakers}
    by_key = {one.id: one for one in ground.askable.creators}
    many: Counter[str] = Counter()
    made = []
    for n, tag in enumerate(found, 1):
        many[tag.creator] += 1
        asset, speaker = ground.assets[tag.asset], speakers[tag.creator]
        nth = many[tag.creator]
        cost = problem.pairs[tag.asset, tag.creator].cost
        label = draft_posts.label(
            by_key[tag.creator].connection, cost > 0, tag.language, tag.day
        )
        made.append(
            PlanTag(
                plan_id=0,
                n=n,
                day=tag.day,
                at=asset.at,
                creator=tag.creator,
                channel=ground.askable.accounts[tag.asset, tag.creator].platform,
                asset=tag.asset,
                format=asset.format,
                posted_by=asset.posted_by,
                language=tag.language,
                wards=sorted(speaker.wards),
                label=label.text if label else None,
                label_source=label.source if label else None,
                link_id=0,
                reach=reach_of(speaker, nth) - reach_of(speaker, nth - 1),
                cost_micros=cost,
                currency=CURRENCY,
                nth=nth,
            )
        )
    return made
