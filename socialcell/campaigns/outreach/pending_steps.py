"""The next steps of outreach: approvals, answers, posts to confirm, labels to check."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session

from socialcell.campaigns.creators.store.creator_rows import StoredCreator
from socialcell.campaigns.outcomes.model import Campaign
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.campaigns.outreach import (
    disclosure_rules,
    disclosure_status,
    plan_approval,
    plan_facts,
    plan_rules,
)
from socialcell.campaigns.outreach.model import (
    OutreachFound,
    OutreachStep,
    PlanApproval,
)
from socialcell.campaigns.outreach.plan_facts import RegistryFacts, Tag
from socialcell.campaigns.outreach.store import outreach as store
from socialcell.campaigns.outreach.tag_states import OPEN_STATES
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.message_catalog import Message
from socialcell.settings.campaigns import Planning

_SCHEDULE_TIME = timedelta(days=7)
_ANSWER_TIME = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class PendingStep:
    """A step that a campaign, or tag `n` of its plan, waits for; `day` is the tag's
    (the first coming day of the plan). `rules` stand in its way, `problems` are kinds
    of disclosure_status."""

    kind: str
    campaign: str
    n: int | None
    day: date
    rules: tuple[Message, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class _OutreachFacts:
    """What the steps of all plans rest on: steps and posts found by tag's id, approvals
    by plan's id, campaigns by name."""

    settings: Planning | None
    steps: Mapping[int, Sequence[OutreachStep]]
    approvals: Mapping[int, PlanApproval]
    registry: RegistryFacts
    posts: Mapping[int, Sequence[OutreachFound]]
    campaigns: Mapping[str, Campaign]


def pending_steps(
    session: Session, today: date, settings: Planning | None = None
) -> list[PendingStep]:
    """The pending steps of the newest plans of all campaigns, as of a day of Pune: by
    day, then campaign and tag. Creators are not named.

    kinds: approve, approve_again; blocked (by its `rules`); contact,
    schedule (a tag of the next seven days); answer (asked three days ago); confirm (a
    post was found); missing (its day has passed); label (with its `problems`);
    measure.
    """
    newest = plans.newest_plans(session)
    if not newest:
        return []
    ids = [plan.id or 0 for plan in newest]
    tags_by_plan = plans.tags_of_plans(session, ids)
    every_tag = [pair for own in tags_by_plan.values() for pair in own]
    facts = _OutreachFacts(
        settings,
        plan_approval.steps_of_plans(
            session, {plan.campaign: tags_by_plan[plan.id or 0] for plan in newest}
        ),
        store.newest_approvals(session, ids),
        plan_facts.read_registry(session, every_tag),
        store.found_posts(session, [tag.id or 0 for tag, _ in every_tag]),
        {row.name: row for row in outcomes.campaigns(session)},
    )
    steps = [
        step
        for plan in newest
        for step in _steps_of_plan(plan, tags_by_plan[plan.id or 0], facts, today)
    ]
    return sorted(steps, key=lambda step: (step.day, step.campaign, step.n or 0))


def step_text(step: PendingStep, language: Language) -> str:
    """A pending step as a sentence in a language."""
    _ = language.gettext
    about = {"campaign": step.campaign, "tag": language.number(step.n or 0)}
    match step.kind:
        case "approve":
            return _("%(campaign)s: the plan waits for a second person", **about)
        case "approve_again":
            return _("%(campaign)s: the plan changed, approve it again", **about)
        case "blocked":
            return _("%(campaign)s, tag %(tag)s: a rule is in the way", **about)
        case "contact":
            return _("%(campaign)s, tag %(tag)s: nobody was contacted yet", **about)
        case "schedule":
            return _("%(campaign)s, tag %(tag)s: accepted, not scheduled", **about)
        case "answer":
            return _("%(campaign)s, tag %(tag)s: no answer for three days", **about)
        case "confirm":
            return _("%(campaign)s, tag %(tag)s: a post was found, confirm it", **about)
        case "missing":
            return _("%(campaign)s, tag %(tag)s: its day has passed, no post", **about)
        case "label":
            return _("%(campaign)s, tag %(tag)s: is the post disclosed?", **about)
        case _:
            return _("%(campaign)s is over: measure it", **about)


def problems_of_tag(
    tag: PlanTag,
    steps: Sequence[OutreachStep],
    rows: Mapping[str, StoredCreator],
) -> list[str]:
    """Kinds (disclosure_status) of problems of the disclosure of a tag's post; none for
    a post that is not published. `rows` are those of creators, by key."""
    row = rows.get(tag.creator)
    material_connection = disclosure_rules.connection_to_disclose(
        row.connection if row else None, tag.cost_micros > 0
    )
    return disclosure_problems(tag, steps, material_connection)


def disclosure_problems(
    tag: PlanTag, steps: Sequence[OutreachStep], material_connection: str
) -> list[str]:
    """The same, by the creator's connection to the city."""
    if plan_approval.state_of(steps) not in ("posted", "measured"):
        return []
    return disclosure_status.disclosure_problems(
        disclosure_status.finding_of(steps[-1]),
        material_connection,
        tag.format,
        tag.day,
    )


def _steps_of_plan(
    plan: Plan, tags: Sequence[Tag], facts: _OutreachFacts, today: date
) -> Iterator[PendingStep]:
    steps = facts.steps
    state_by_tag = {
        tag.n: plan_approval.state_of(steps[tag.id or 0]) for tag, _ in tags
    }
    open_tags = [tag for tag, _ in tags if state_by_tag[tag.n] in OPEN_STATES]
    approval = facts.approvals.get(plan.id or 0)
    if open_tags and not plan_approval.is_approved(plan, tags, approval):
        first = min(tag.day for tag in open_tags)
        kind = "approve" if approval is None else "approve_again"
        yield PendingStep(kind, plan.campaign, None, first)
    violations = plan_rules.violations_of(plan, tags, facts.settings, facts.registry)
    for tag, _ in tags:
        tag_steps = steps[tag.id or 0]
        if state_by_tag[tag.n] in OPEN_STATES:
            reasons = tuple(
                violation.message for violation in violations if violation.n == tag.n
            )
            yield from _steps_of_open_tag(
                plan, tag, tag_steps, facts.posts.get(tag.id or 0, ()), today, reasons
            )
        elif wrong := problems_of_tag(tag, tag_steps, facts.registry.rows):
            yield PendingStep(
                "label", plan.campaign, tag.n, tag.day, problems=tuple(wrong)
            )
    campaign = facts.campaigns.get(plan.campaign)
    if campaign and today > campaign.end and "posted" in state_by_tag.values():
        yield PendingStep("measure", plan.campaign, None, campaign.end)


def _steps_of_open_tag(
    plan: Plan,
    tag: PlanTag,
    steps: Sequence[OutreachStep],
    posts: Sequence[OutreachFound],
    today: date,
    reasons: tuple[Message, ...],
) -> Iterator[PendingStep]:
    state, soon = plan_approval.state_of(steps), tag.day <= today + _SCHEDULE_TIME
    if posts and state in ("accepted", "scheduled"):
        yield PendingStep("confirm", plan.campaign, tag.n, tag.day)
    elif tag.day < today:
        yield PendingStep("missing", plan.campaign, tag.n, tag.day)
    elif reasons:
        yield PendingStep("blocked", plan.campaign, tag.n, tag.day, reasons)
    elif state == "approved" and soon:
        yield PendingStep("contact", plan.campaign, tag.n, tag.day)
    elif state == "accepted" and soon:
        yield PendingStep("schedule", plan.campaign, tag.n, tag.day)
    elif state == "contacted":
        contacted_on = steps[-1].at.astimezone(IST).date()
        if today >= contacted_on + _ANSWER_TIME:
            yield PendingStep("answer", plan.campaign, tag.n, tag.day)
