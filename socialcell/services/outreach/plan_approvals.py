"""A plan approved by a second person, or refused with every rule that it breaks."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outreach import plan_approval, plan_rules
from socialcell.campaigns.outreach.model import OutreachStep, PlanApproval
from socialcell.campaigns.outreach.plan_facts import RuleViolation, Tag
from socialcell.campaigns.outreach.store import outreach as outreach_store
from socialcell.campaigns.outreach.tag_states import OPEN_STATES
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan
from socialcell.campaigns.planning.store import NoPlan
from socialcell.json_types import JsonValue
from socialcell.message_catalog import Message
from socialcell.services import second_approver
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outreach import outreach_steps
from socialcell.services.second_approver import ApprovalPersons
from socialcell.text import clean_text, one_line

_LONGEST = 500


@dataclass(frozen=True)
class ApprovalDecision:
    """What came of asking for approval: `broken` rules stand against it, or the plan
    is approved (`new`: it was not before)."""

    campaign: str
    version: int
    by: str
    broken: tuple[RuleViolation, ...] = ()
    new: bool = False


class ApprovalFields(TypedDict):
    """An approval of a plan as plain JSON."""

    by: str
    at: datetime
    note: str | None
    content: str


def approve_plan(
    context: Context, campaign: str, note: str = "", *, dry_run: bool = False
) -> ApprovalDecision:
    """Approve the newest version of a plan as the operator who acts. Audited, refused
    for a broken rule or not.

    SocialcellError: nobody of influencers.approvers; errors of
    `second_approver.require_second`; NoPlan.
    """
    name = utm_naming.normalise_name(campaign, "campaign")
    who = context.actor.name
    creator_registry.require_approver(context, "campaigns.approve", name, {"by": who})
    with db.writing(context.engine) as session:
        plan = newest_plan(session, name)
        outreach_store.lock_plan(session, plan)
        persons = require_second_person(context, session, plan)
        tags = plans.tags(session, plan)
        violations = standing_violations(context, session, plan, tags)
        decision = ApprovalDecision(name, plan.version, who, tuple(violations))
        if dry_run:
            session.rollback()
            return decision
        if violations:
            rules = sorted({violation.rule for violation in violations})
            detail: dict[str, JsonValue] = {
                "version": plan.version,
                "by": who,
                "rules": rules,
            }
            creator_registry.audit_entry(
                context, session, "campaign.approve.refused", name, detail
            )
            return decision
        if plan_approval.valid_approval(session, plan, tags) is not None:
            return decision
        _store_approval(context, session, plan, tags, who, note, persons)
    return replace(decision, new=True)


def newest_plan(session: Session, campaign: str) -> Plan:
    """The newest version of a campaign's plan. NoPlan: there is none."""
    plan = plans.find_plan(session, campaign)
    if plan is None:
        raise NoPlan("plans.no_plan", campaign=campaign)
    return plan


def note_of(text: str) -> str | None:
    return one_line(clean_text(text), _LONGEST).strip() or None


def require_second_person(
    context: Context, session: Session, plan: Plan
) -> ApprovalPersons:
    """What the audit log is to say of whoever made this version. Errors of
    `second_approver.require_second`."""
    making = second_approver.making_of(
        session, ("campaign.plan",), plan.campaign, {"version": plan.version}
    )
    about = Message(
        "operators.plan", {"campaign": plan.campaign, "version": plan.version}
    )
    return second_approver.require_second(context, session, making, about)


def standing_violations(
    context: Context, session: Session, plan: Plan, tags: list[Tag]
) -> list[RuleViolation]:
    """Rules that stand against approving a plan now, with days that have passed."""
    settings = context.workspace.config.planning
    states = plan_approval.steps_by_tag(session, plan, tags)
    states_now = {tag.n: plan_approval.state_of(states[tag.id or 0]) for tag, _ in tags}
    violations = plan_rules.find_violations(session, plan, tags, settings)
    today = creator_registry.today(context)
    return [
        *(
            violation
            for violation in violations
            if violation.n is None or states_now[violation.n] in OPEN_STATES
        ),
        *(
            RuleViolation(
                "words",
                tag.n,
                Message("outreach.day_passed", {"day": tag.day}),
                "house",
            )
            for tag, _ in tags
            if states_now[tag.n] in OPEN_STATES and tag.day < today
        ),
    ]


def _store_approval(
    context: Context,
    session: Session,
    plan: Plan,
    tags: list[Tag],
    who: str,
    note: str,
    persons: ApprovalPersons,
) -> None:
    content = plan_approval.plan_content(plan, tags)
    approval = PlanApproval(
        plan_id=plan.id or 0,
        content=content.hash,
        seals=list(content.seals),
        by=who,
        at=context.clock.now(),
        note=note_of(note),
    )
    session.add(approval)
    session.flush()
    detail: dict[str, JsonValue] = {
        "version": plan.version,
        "by": who,
        "content": content.hash,
        "made_by_operator": persons["made_by_operator"],
    }
    creator_registry.audit_entry(
        context, session, "campaign.approve", plan.campaign, detail
    )
    steps = plan_approval.steps_by_tag(session, plan, tags)
    for tag, _ in tags:
        if plan_approval.state_of(steps[tag.id or 0]) != "proposed":
            continue
        step = OutreachStep(
            campaign=plan.campaign,
            terms=content.terms[tag.id or 0],
            tag_id=tag.id or 0,
            state="approved",
            by=who,
            at=approval.at,
            evidence_kind="approval",
            evidence=content.hash,
            detail={},
        )
        outreach_steps.add_step(context, session, plan, tag, step)


def approval_document(approval: PlanApproval | None) -> ApprovalFields | None:
    """An approval as a document."""
    if approval is None:
        return None
    return {
        "by": approval.by,
        "at": approval.at,
        "note": approval.note,
        "content": approval.content,
    }
