"""A plan made: creators chosen, a calendar found, words drafted, links made; kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.creators.selection.max_coverage import Choice
from socialcell.campaigns.creators.store import creators as creator_store
from socialcell.campaigns.creators.store import flags
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outcomes import detectable_lift
from socialcell.campaigns.outcomes.detectable_lift import DetectableLift
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.planning import (
    assemble_plan,
    conflict_messages,
    draft_posts,
    store,
)
from socialcell.campaigns.planning import brief as briefs
from socialcell.campaigns.planning import eligible_creators as asking
from socialcell.campaigns.planning.assemble_plan import MICROS, PlanInputs
from socialcell.campaigns.planning.brief import CampaignBrief
from socialcell.campaigns.planning.calendar import NoCalendar, Schedule, solve_calendar
from socialcell.campaigns.planning.calendar_model import solver
from socialcell.campaigns.planning.calendar_problem import (
    BookedTag,
    CalendarProblem,
    span,
)
from socialcell.campaigns.planning.eligible_creators import CURRENCY
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.campaigns.planning.randomisation import RandomDraw
from socialcell.clock import IST
from socialcell.connectors.files.outcome_file import outcome_name
from socialcell.errors import UsageError
from socialcell.listening.store import areas
from socialcell.ops import audit
from socialcell.services.area_matching import Places
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.links import tracked_links
from socialcell.services.outbox import outbox
from socialcell.services.outcomes import campaign_results
from socialcell.settings.campaigns import Planning


@dataclass(frozen=True)
class Made:
    """A plan with its tags and their links, before or after it is kept."""

    plan: Plan
    tags: list[PlanTag]
    left_out: dict[str, str]


def plan(context: Context, path: Path, *, dry_run: bool = False) -> Made:
    """Plan the initiative of a file as the next version of its campaign's plan.

    The campaign, links, the plan and its tags are kept together, or not at all; with
    `dry_run` nothing is. SocialcellError when nobody can be asked or no calendar keeps
    all rules: it names the fewest rules to change. ConfigError without OR-Tools.
    """
    brief = briefs.read_brief(path)
    solver()
    campaign = utm_naming.normalise_name(brief.campaign, "The campaign")
    creator_registry.admit(context, "campaigns.plan", campaign, {})
    with db.reading(context.engine) as session:
        ground = _ground(context, session, brief)
    settings = context.workspace.config.planning
    choice = assemble_plan.choose_creators(ground)
    lot = assemble_plan.random_draw(ground)
    problem, found = _calendar(ground, settings, choice, lot)
    with db.reading(context.engine) as session:
        told = detectable_lift.smallest_detectable(
            session, _campaign(context, ground, lot, campaign), lot, ground.today
        )
    made = _made(context, ground, choice, problem, found, lot, told)
    if dry_run:
        return made
    with db.writing(context.engine) as session:
        _keep(context, session, ground, made, lot, campaign)
        session.expunge_all()
    return made


def _calendar(
    ground: PlanInputs,
    settings: Planning,
    choice: Choice,
    lot: RandomDraw | None,
) -> tuple[CalendarProblem, Schedule]:
    """The calendar of the chosen; of everybody, where theirs cannot keep all rules.

    SocialcellError when neither can: it names the fewest rules to change.
    """
    for everybody in (False, True):
        speakers = assemble_plan.plan_speakers(ground, choice, everybody=everybody)
        closed = assemble_plan.closed_days(ground, settings, lot, speakers)
        problem = assemble_plan.calendar_problem(ground, settings, speakers, closed)
        try:
            return problem, solve_calendar(problem)
        except NoCalendar:
            continue
    raise conflict_messages.conflict_error(problem, ground.eligible.missing_rates)


def _ground(context: Context, session: Session, brief: CampaignBrief) -> PlanInputs:
    days = span(brief.start, brief.end)
    today = context.clock.now().astimezone(IST).date()
    if brief.start <= today:
        raise UsageError(
            f"The initiative starts on {brief.start}, and today is {today}: a plan is "
            "made before its first day."
        )
    places = Places(areas.all_areas(session))
    try:
        wards = sorted({places.id_of(ward, brief.start) for ward in brief.wards})
        outcome_name(brief.goal)
    except ValueError as error:
        raise UsageError(f"{str(error)[0].upper()}{str(error)[1:]}.") from None
    known = creator_store.creators(session, brief.start)
    if strange := sorted(set(brief.creators) - {one.id for one in known}):
        raise UsageError(
            f"The registry has no creator {strange[0]!r}. See them: socialcell "
            "influencers list"
        )
    assets = {
        utm_naming.normalise_name(one.name, "The asset"): one for one in brief.assets
    }
    askable = asking.eligible_creators(
        brief, assets, known, _flagged(session, known), days
    )
    campaign = utm_naming.normalise_name(brief.campaign, "The campaign")
    initiative = utm_naming.normalise_name(brief.initiative, "The initiative")
    margin = max(30, context.workspace.config.planning.apart)
    booked = tuple(
        BookedTag(
            one.creator,
            one.day,
            utm_naming.normalise_name(one.initiative, "The initiative") == initiative,
        )
        for one in store.tags_of_other_plans(
            session,
            date.fromordinal(brief.start.toordinal() - margin),
            date.fromordinal(brief.end.toordinal() + margin),
            campaign,
        )
    )
    switch = outbox.mode_in(session)
    return PlanInputs(brief, assets, wards, days, askable, booked, switch, today)


def _flagged(session: Session, known: Sequence[Creator]) -> dict[str, str]:
    standing = {
        (row.platform, row.handle): row.flag for row in flags.standing_flags(session)
    }
    return {
        one.id: standing[account.platform, account.handle]
        for one in known
        for account in one.accounts
        if (account.platform, account.handle) in standing
    }


def _campaign(
    context: Context, ground: PlanInputs, lot: RandomDraw | None, name: str
) -> Campaign:
    """The campaign as it is measured: its wards are those where it begins."""
    wards = ground.wards
    if lot is not None and lot.kind == "wards":
        wards = sorted(ward for ward, start in lot.units.items() if start)
    return Campaign(
        name=name,
        initiative=utm_naming.normalise_name(ground.brief.initiative, "The initiative"),
        goal=outcome_name(ground.brief.goal),
        wards=wards,
        start=ground.brief.start,
        end=ground.brief.end,
        budget_micros=ground.brief.budget * MICROS,
        currency=CURRENCY,
        created_at=context.clock.now(),
        created_by=audit.operator(),
    )


def _made(
    context: Context,
    ground: PlanInputs,
    choice: Choice,
    problem: CalendarProblem,
    found: Schedule,
    lot: RandomDraw | None,
    told: DetectableLift,
) -> Made:
    askable = ground.eligible
    ids = [askable.creators[place].id for place in choice.chosen]
    tags = assemble_plan.plan_tags(ground, problem, found.tags)
    cost = sum(tag.cost_micros for tag in tags)
    audiences = askable.audiences()
    made = Plan(
        campaign=utm_naming.normalise_name(ground.brief.campaign, "The campaign"),
        version=0,
        brief=ground.brief.model_dump(mode="json"),
        settings={
            **context.workspace.config.planning.model_dump(mode="json"),
            "switch": ground.switch,
        },
        choice={
            "chosen": [
                {
                    "creator": name,
                    "cost": money(ground.brief.posts_each * askable.cost(name)),
                    "marginal_reach": gain,
                }
                for name, gain in zip(ids, choice.marginal, strict=True)
            ],
            "reach": choice.reach,
            "upper_bound": choice.upper_bound,
            "ratio": choice.ratio,
            "relative_error": audiences.family.relative_error,
            "left_out": askable.left_out,
        },
        calendar={
            "tags": len(tags),
            "reach": found.reach,
            "upper_bound": found.bound,
            "ratio": found.reach / found.bound if found.bound else 1.0,
            "proved": found.proved,
            "cost": money(cost),
            "closed": [
                {
                    "kind": one.rule.kind,
                    "about": one.rule.about,
                    "creators": None if one.creators is None else sorted(one.creators),
                    "days": [day.isoformat() for day in sorted(one.days)],
                }
                for one in problem.closed
            ],
        },
        lot=None if lot is None else lot.as_dict(),
        power=told.as_dict(),
        warnings=_warnings(context, ground, tags, told),
        made_by=audit.operator(),
        made_at=context.clock.now(),
    )
    return Made(made, tags, askable.left_out)


def _warnings(
    context: Context,
    ground: PlanInputs,
    tags: Sequence[PlanTag],
    told: DetectableLift,
) -> list[str]:
    found = []
    if not tags:
        found.append("The plan holds no tag: nothing was asked for that adds anybody.")
    unsaid = sorted(
        one.id
        for one in ground.eligible.creators
        if one.connection is None and any(tag.creator == one.id for tag in tags)
    )
    if unsaid:
        found.append(
            "Nobody has said whether there is a material connection with "
            f"{', '.join(unsaid)}: their posts are labelled as paid until then."
        )
    if context.workspace.config.links.address is None:
        found.append(
            "links.address in config.yaml is not set: links have no host, and no QR "
            "codes can be made."
        )
    lacking = {tag.channel for tag in tags if tag.posted_by == "creator"} - set(
        context.workspace.config.planning.handles
    )
    if lacking:
        found.append(
            f"The cell's own account is not known on {', '.join(sorted(lacking))}: say "
            "it under planning.handles in config.yaml, so that drafts name it."
        )
    if ground.switch != "normal":
        found.append(
            f"The switch is set to {ground.switch}: what is planned is held back."
        )
    if told.refused is not None:
        found.append(f"What could be detected is not known. {told.refused}")
    return found


def _keep(
    context: Context,
    session: Session,
    ground: PlanInputs,
    made: Made,
    lot: RandomDraw | None,
    campaign: str,
) -> None:
    campaign_results.enter(
        context, session, _campaign(context, ground, lot, campaign), replace=True
    )
    brief, cell = ground.brief, context.workspace.config.planning.handles
    for tag in made.tags:
        link = tracked_links.make(
            context,
            session,
            {
                "campaign": campaign,
                "initiative": brief.initiative,
                "creator": tag.creator,
                "channel": tag.channel,
                "post": tag.asset,
                "term": tag.language,
                "web": brief.web,
                "android": brief.android,
                "ios": brief.ios,
            },
        ).link
        assert link.id is not None
        tag.link_id = link.id
        asset = ground.assets[tag.asset]
        account = ground.eligible.accounts[tag.asset, tag.creator]
        named = account.handle if tag.posted_by == "cell" else cell.get(tag.channel)
        label = draft_posts.DisclosureLabel(tag.label, "") if tag.label else None
        drafts = dict[str, str](asset.words.items())
        tag.text = draft_posts.text(
            drafts[tag.language],
            tag.language,
            label,
            [named] if named else [],
            tracked_links.address(context, link),
        )
    kept = store.add(session, made.plan, made.tags)
    detail = {
        "version": kept.version,
        "tags": len(made.tags),
        "creators": len({tag.creator for tag in made.tags}),
        "cost_micros": sum(tag.cost_micros for tag in made.tags),
        "seed": lot.seed if lot else None,
        "elections": len(context.workspace.config.planning.elections),
    }
    audit.append(
        session, audit.operator(), "campaign.plan", campaign, detail, kept.made_at
    )


def money(micros: int) -> dict[str, Any]:
    """As it stands in documents."""
    return {"amount_micros": micros, "currency": CURRENCY}
