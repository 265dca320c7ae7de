"""Assemble a plan: the creators of an initiative, the rules and the tags."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.creators.selection.choice_limits import ChoiceLimits
from socialcell.campaigns.creators.selection.max_coverage import Choice
from socialcell.campaigns.planning import draft_posts, randomisation
from socialcell.campaigns.planning import quiet_days as special
from socialcell.campaigns.planning.brief import BriefAsset, CampaignBrief
from socialcell.campaigns.planning.calendar_problem import (
    Asset,
    BookedTag,
    CalendarProblem,
    CampaignSpeaker,
    Caps,
    ClosedDays,
    Tag,
    reach_of,
)
from socialcell.campaigns.planning.conflict_messages import error_after_rates
from socialcell.campaigns.planning.creator_pick import pick_creators
from socialcell.campaigns.planning.eligible_creators import CURRENCY, EligibleCreators
from socialcell.campaigns.planning.model import PlanTag
from socialcell.campaigns.planning.randomisation import RandomDraw
from socialcell.message_catalog import Message
from socialcell.settings.campaigns import Planning

MICROS = 1_000_000


@dataclass(frozen=True)
class PlanInputs:
    """The inputs of a plan, read in one transaction."""

    brief: CampaignBrief
    assets: dict[str, BriefAsset]
    wards: list[str]
    days: tuple[date, ...]
    eligible: EligibleCreators
    booked: tuple[BookedTag, ...]
    switch: str
    today: date


def choose_creators(inputs: PlanInputs) -> Choice:
    """The creators to ask for the budget, by places in `eligible`, in micros.

    SocialcellError when nobody can be asked: it counts the reasons.
    """
    eligible, brief = inputs.eligible, inputs.brief
    if not eligible.creators:
        raise error_after_rates(
            eligible.missing_rates, _nobody_eligible(eligible.left_out)
        )
    costs = [
        brief.posts_each * eligible.cost(creator.id) for creator in eligible.creators
    ]
    limits = ChoiceLimits(
        np.array(costs, dtype=np.float64), float(brief.budget * MICROS)
    )
    needs = [
        [n for n, creator in enumerate(eligible.creators) if ward in creator.wards]
        for ward in (inputs.wards if brief.ward_least else ())
    ]
    needs += [
        [
            n
            for n, creator in enumerate(eligible.creators)
            if any(
                language in pair.languages
                for (_, who), pair in eligible.pairs.items()
                if who == creator.id
            )
        ]
        for language, share in sorted(brief.languages.items())
        if share
    ]
    return pick_creators(eligible.audiences(), limits, needs)


def _nobody_eligible(left_out: Mapping[str, Message]) -> Message:
    """Why no creator of the registry (creator → reason) can be asked: the three most
    frequent reasons, counted."""
    by_sentence = {str(reason): reason for reason in left_out.values()}
    numbers = Counter(map(str, left_out.values())).most_common(3)
    reasons = [
        Message(
            "plans.counted_reason", {"number": number, "reason": by_sentence[sentence]}
        )
        for sentence, number in numbers
    ]
    if not reasons:
        return Message("plans.empty_registry")
    return Message("plans.nobody_eligible", {"reasons": reasons})


def plan_speakers(
    inputs: PlanInputs, choice: Choice, *, everybody: bool = False
) -> list[CampaignSpeaker]:
    """The chosen creators with what each adds to those before; then all others, if
    wanted, with what they would add."""
    speakers = []
    order = dict(zip(choice.chosen, choice.marginal, strict=True))
    if everybody:
        covered = inputs.eligible.audiences().covered_by(choice.chosen)
        for place in range(len(inputs.eligible.creators)):
            if place not in order:
                order[place] = covered.gain(place)
                covered.add(place)
    for place, gain in order.items():
        creator = inputs.eligible.creators[place]
        wards = frozenset(creator.wards) & frozenset(inputs.wards)
        speakers.append(
            CampaignSpeaker(
                creator.id, gain, _reach_share(creator, inputs.brief.seen), wards
            )
        )
    return speakers


def _reach_share(creator: Creator, default: float) -> float:
    """The share of an audience that a post reaches, by the creator's own insights."""
    reach, followers = (
        creator.count("reach"),
        creator.count("followers") or creator.followers,
    )
    if not reach or not followers:
        return default
    return min(max(reach / followers, 0.01), 0.99)


def random_draw(inputs: PlanInputs) -> RandomDraw | None:
    """The random draw that the initiative asks for; the same for a seed."""
    draw = inputs.brief.draw
    if draw is None:
        return None
    first, last = inputs.days[0], inputs.days[-1]
    if draw.kind == "switchback":
        return randomisation.draw_switchback(first, last, draw.days, draw.seed)
    return randomisation.draw_wards(
        inputs.wards, first, draw.days, draw.waves, draw.hold, draw.seed
    )


def closed_days(
    inputs: PlanInputs,
    settings: Planning,
    draw: RandomDraw | None,
    speakers: Sequence[CampaignSpeaker],
) -> tuple[ClosedDays, ...]:
    """Days without tags: special days, elections, refusals, and the random draw."""
    speaker_ids = {speaker.id for speaker in speakers}
    closed = special.closed_days(
        inputs.days,
        open_on=inputs.brief.open_on,
        blackout=inputs.brief.blackout,
        elections=settings.elections,
        own=settings.days,
        switch=inputs.switch,
    )
    closed += [
        days
        for days in inputs.eligible.closed
        if (days.creators or set()) <= speaker_ids
    ]
    if draw is not None:
        closed += randomisation.closed_by_draw(draw, inputs.days, speakers)
    return tuple(closed)


def calendar_problem(
    inputs: PlanInputs,
    settings: Planning,
    speakers: Sequence[CampaignSpeaker],
    closed: tuple[ClosedDays, ...],
) -> CalendarProblem:
    """The constraints of the calendar; wards that never start need no tags."""
    brief = inputs.brief
    speaker_ids = {speaker.id for speaker in speakers}
    open_wards = set(inputs.wards)
    if brief.draw and brief.draw.kind == "wards" and brief.draw.hold:
        draw = random_draw(inputs)
        starts = draw.ward_starts() if draw else {}
        open_wards = {ward for ward, start in starts.items() if start is not None}
    return CalendarProblem(
        days=inputs.days,
        assets=tuple(
            Asset(
                name,
                asset.start or brief.start,
                asset.end or brief.end,
                asset.least,
                asset.most,
            )
            for name, asset in sorted(inputs.assets.items())
        ),
        speakers=tuple(speakers),
        pairs={
            key: pair
            for key, pair in inputs.eligible.pairs.items()
            if key[1] in speaker_ids
        },
        caps=Caps(
            **{name: getattr(settings, name) for name in Caps.__dataclass_fields__}
        ),
        budget=brief.budget * MICROS,
        shares={str(lang): share for lang, share in brief.languages.items() if share},
        wards={
            ward: brief.ward_least for ward in sorted(open_wards) if brief.ward_least
        },
        closed=closed,
        booked=inputs.booked,
    )


def plan_tags(
    inputs: PlanInputs, problem: CalendarProblem, calendar: Sequence[Tag]
) -> list[PlanTag]:
    """The rows of a calendar, without their links and texts."""
    speakers = {speaker.id: speaker for speaker in problem.speakers}
    creators = {creator.id: creator for creator in inputs.eligible.creators}
    tag_counts: Counter[str] = Counter()
    rows = []
    for n, tag in enumerate(calendar, 1):
        tag_counts[tag.creator] += 1
        asset, speaker = inputs.assets[tag.asset], speakers[tag.creator]
        nth = tag_counts[tag.creator]
        cost = problem.pairs[tag.asset, tag.creator].cost
        label = draft_posts.label(
            creators[tag.creator].connection, cost > 0, tag.language, tag.day
        )
        rows.append(
            PlanTag(
                plan_id=0,
                n=n,
                day=tag.day,
                at=asset.at,
                creator=tag.creator,
                channel=inputs.eligible.accounts[tag.asset, tag.creator].platform,
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
    return rows
