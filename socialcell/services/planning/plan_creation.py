"""Creates plans: chooses creators, finds a calendar, drafts texts, makes links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

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
    eligible_creators,
    store,
)
from socialcell.campaigns.planning import brief as briefs
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
from socialcell.campaigns.planning.model import MoneyDocument, Plan, PlanTag
from socialcell.campaigns.planning.randomisation import RandomDraw
from socialcell.clock import IST
from socialcell.connectors.files.outcome_file import outcome_name
from socialcell.errors import UsageError
from socialcell.listening.store import areas
from socialcell.ops import audit
from socialcell.services.area_matching import AreaMatcher
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.links import tracked_links
from socialcell.services.outbox import outbox_mode
from socialcell.services.outcomes import campaign_results
from socialcell.settings.campaigns import Planning


@dataclass(frozen=True)
class NewPlan:
    """A plan with its tags and their links, before or after it is kept."""

    plan: Plan
    tags: list[PlanTag]
    left_out: dict[str, str]


def create_plan(context: Context, path: Path, *, dry_run: bool = False) -> NewPlan:
    """Plan the initiative of a file as the next version of its campaign's plan.

    The campaign, links, the plan and its tags are kept together, or not at all; with
    `dry_run` nothing is. SocialcellError when nobody can be asked or no calendar keeps
    all rules: it names the fewest rules to change. ConfigError without OR-Tools.
    """
    brief = briefs.read_brief(path)
    solver()
    campaign = utm_naming.normalise_name(brief.campaign, "campaign")
    creator_registry.require_approver(context, "campaigns.plan", campaign, {})
    with db.reading(context.engine) as session:
        ground = _ground(context, session, brief)
    settings = context.workspace.config.planning
    choice = assemble_plan.choose_creators(ground)
    draw = assemble_plan.random_draw(ground)
    problem, schedule = _calendar(ground, settings, choice, draw)
    with db.reading(context.engine) as session:
        power = detectable_lift.smallest_detectable(
            session, _campaign(context, ground, draw, campaign), draw, ground.today
        )
    new_plan = _build_plan(context, ground, choice, problem, schedule, draw, power)
    if dry_run:
        return new_plan
    with db.writing(context.engine) as session:
        _store_plan(context, session, ground, new_plan, draw, campaign)
        session.expunge_all()
    return new_plan


def _calendar(
    ground: PlanInputs,
    settings: Planning,
    choice: Choice,
    draw: RandomDraw | None,
) -> tuple[CalendarProblem, Schedule]:
    """The calendar of the chosen; of everybody, where theirs cannot keep all rules.

    SocialcellError when neither can: it names the fewest rules to change.
    """
    for all_creators in (False, True):
        speakers = assemble_plan.plan_speakers(ground, choice, everybody=all_creators)
        closed = assemble_plan.closed_days(ground, settings, draw, speakers)
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
        raise UsageError("plans.started_already", start=brief.start, today=today)
    places = AreaMatcher(areas.all_areas(session))
    try:
        wards = sorted({places.id_of(ward, brief.start) for ward in brief.wards})
    except ValueError as error:
        raise UsageError(
            "creators.unreadable_area", field="wards", reason=error
        ) from None
    try:
        outcome_name(brief.goal)
    except ValueError as error:
        raise UsageError("plans.unreadable_goal", reason=error) from None
    creators = creator_store.creators(session, brief.start)
    if strange := sorted(set(brief.creators) - {creator.id for creator in creators}):
        raise UsageError("creators.no_creator", key=strange[0])
    assets = {
        utm_naming.normalise_name(asset.name, "asset"): asset for asset in brief.assets
    }
    askable = eligible_creators.eligible_creators(
        brief, assets, creators, _flagged(session, creators), days
    )
    campaign = utm_naming.normalise_name(brief.campaign, "campaign")
    initiative = utm_naming.normalise_name(brief.initiative, "initiative")
    margin = max(30, context.workspace.config.planning.apart)
    booked = tuple(
        BookedTag(
            booking.creator,
            booking.day,
            utm_naming.normalise_name(booking.initiative, "initiative") == initiative,
        )
        for booking in store.tags_of_other_plans(
            session,
            date.fromordinal(brief.start.toordinal() - margin),
            date.fromordinal(brief.end.toordinal() + margin),
            campaign,
        )
    )
    switch = outbox_mode.mode_in(session)
    return PlanInputs(brief, assets, wards, days, askable, booked, switch, today)


def _flagged(session: Session, creators: Sequence[Creator]) -> dict[str, str]:
    flags_by_account = {
        (row.platform, row.handle): row.flag for row in flags.standing_flags(session)
    }
    return {
        creator.id: flags_by_account[account.platform, account.handle]
        for creator in creators
        for account in creator.accounts
        if (account.platform, account.handle) in flags_by_account
    }


def _campaign(
    context: Context, ground: PlanInputs, draw: RandomDraw | None, name: str
) -> Campaign:
    """The campaign as it is measured: its wards are those where it begins."""
    wards = ground.wards
    if draw is not None and draw.kind == "wards":
        wards = sorted(ward for ward, start in draw.units.items() if start)
    return Campaign(
        name=name,
        initiative=utm_naming.normalise_name(ground.brief.initiative, "initiative"),
        goal=outcome_name(ground.brief.goal),
        wards=wards,
        start=ground.brief.start,
        end=ground.brief.end,
        budget_micros=ground.brief.budget * MICROS,
        currency=CURRENCY,
        created_at=context.clock.now(),
        created_by=context.actor.name,
    )


def _build_plan(
    context: Context,
    ground: PlanInputs,
    choice: Choice,
    problem: CalendarProblem,
    schedule: Schedule,
    draw: RandomDraw | None,
    power: DetectableLift,
) -> NewPlan:
    askable = ground.eligible
    ids = [askable.creators[place].id for place in choice.chosen]
    tags = assemble_plan.plan_tags(ground, problem, schedule.tags)
    cost = sum(tag.cost_micros for tag in tags)
    audiences = askable.audiences()
    plan = Plan(
        campaign=utm_naming.normalise_name(ground.brief.campaign, "campaign"),
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
            "left_out": _left_out(askable),
        },
        calendar={
            "tags": len(tags),
            "reach": schedule.reach,
            "upper_bound": schedule.bound,
            "ratio": schedule.reach / schedule.bound if schedule.bound else 1.0,
            "proved": schedule.proved,
            "cost": money(cost),
            "closed": [
                {
                    "kind": closure.rule.kind,
                    "about": closure.rule.about,
                    "creators": None
                    if closure.creators is None
                    else sorted(closure.creators),
                    "days": [day.isoformat() for day in sorted(closure.days)],
                }
                for closure in problem.closed
            ],
        },
        lot=None if draw is None else draw.as_dict(),
        power=power.as_dict(),
        warnings=_warnings(context, ground, tags, power),
        made_by=context.actor.name,
        made_at=context.clock.now(),
    )
    return NewPlan(plan, tags, _left_out(askable))


def _left_out(askable: eligible_creators.EligibleCreators) -> dict[str, str]:
    """Creator → why nobody asks them, as the plan stores it."""
    return {key: str(reason) for key, reason in askable.left_out.items()}


def _warnings(
    context: Context,
    ground: PlanInputs,
    tags: Sequence[PlanTag],
    power: DetectableLift,
) -> list[str]:
    warnings = []
    if not tags:
        warnings.append(
            "The plan holds no tag: nothing was asked for that adds anybody."
        )
    undeclared = sorted(
        creator.id
        for creator in ground.eligible.creators
        if creator.connection is None and any(tag.creator == creator.id for tag in tags)
    )
    if undeclared:
        warnings.append(
            "Nobody has said whether there is a material connection with "
            f"{', '.join(undeclared)}: their posts are labelled as paid until then."
        )
    if context.workspace.config.links.address is None:
        warnings.append(
            "links.address in config.yaml is not set: links have no host, and no QR "
            "codes can be made."
        )
    lacking = {tag.channel for tag in tags if tag.posted_by == "creator"} - set(
        context.workspace.config.planning.handles
    )
    if lacking:
        warnings.append(
            f"The cell's own account is not known on {', '.join(sorted(lacking))}: say "
            "it under planning.handles in config.yaml, so that drafts name it."
        )
    if ground.switch != "normal":
        warnings.append(
            f"The switch is set to {ground.switch}: what is planned is held back."
        )
    if power.refused is not None:
        warnings.append(f"What could be detected is not known. {power.refused}")
    return warnings


def _store_plan(
    context: Context,
    session: Session,
    ground: PlanInputs,
    new_plan: NewPlan,
    draw: RandomDraw | None,
    campaign: str,
) -> None:
    campaign_results.enter_campaign(
        context, session, _campaign(context, ground, draw, campaign), replace=True
    )
    brief, handles = ground.brief, context.workspace.config.planning.handles
    for tag in new_plan.tags:
        link = tracked_links.make_link(
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
        account_name = (
            account.handle if tag.posted_by == "cell" else handles.get(tag.channel)
        )
        label = draft_posts.DisclosureLabel(tag.label, "") if tag.label else None
        drafts = dict[str, str](asset.words.items())
        tag.text = draft_posts.text(
            drafts[tag.language],
            tag.language,
            label,
            [account_name] if account_name else [],
            tracked_links.link_address(context, link),
        )
    stored = store.add(session, new_plan.plan, new_plan.tags)
    detail = {
        "version": stored.version,
        "tags": len(new_plan.tags),
        "creators": len({tag.creator for tag in new_plan.tags}),
        "cost_micros": sum(tag.cost_micros for tag in new_plan.tags),
        "seed": draw.seed if draw else None,
        "elections": len(context.workspace.config.planning.elections),
    }
    audit.append(
        session, context.actor, "campaign.plan", campaign, detail, stored.made_at
    )


def money(micros: int) -> MoneyDocument:
    """As it stands in documents."""
    return {"amount_micros": micros, "currency": CURRENCY}
