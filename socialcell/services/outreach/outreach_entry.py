"""Steps of outreach entered by hand: contacted, accepted, declined, posted."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.campaigns.outreach import plan_approval, tag_states
from socialcell.campaigns.outreach.model import OutreachStep
from socialcell.campaigns.outreach.store import outreach as outreach_store
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.errors import UsageError
from socialcell.json_types import DocumentValue
from socialcell.services import evidence
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.evidence import EvidenceFile
from socialcell.services.outreach import outreach_steps
from socialcell.services.outreach.plan_approvals import (
    newest_plan,
    note_of,
)
from socialcell.services.outreach.step_checks import CHECKS, StepDetails, StepEntry


@dataclass(frozen=True, slots=True)
class EnteredStep:
    """A step that was entered; the fields are the keys of its JSON, in order."""

    campaign: str
    tag: int
    was: str
    state: str
    by: str


def enter_step(
    context: Context,
    campaign: str,
    n: int,
    state: str,
    details: StepDetails | None = None,
) -> EnteredStep:
    """Enter that tag `n` of the newest plan has come to `state`. For approvers;
    audited.

    UsageError: no such tag, a state that cannot follow (it names those that can), or
    something that the step needs and was not said. NotAllowed: a rule stands against
    it, or the plan is not approved as it is now.
    """
    name, operator, details = (
        utm_naming.normalise_name(campaign, "campaign"),
        context.actor.name,
        details or StepDetails(),
    )
    if state not in tag_states.MANUAL_STATES:
        raise UsageError(
            "outreach.no_state", state=state, states=tag_states.MANUAL_STATES
        )
    creator_registry.require_approver(
        context, "campaigns.outreach", name, {"tag": n, "state": state}
    )
    digest = _store_file(context, details.file)
    with db.writing(context.engine) as session:
        plan = newest_plan(session, name)
        outreach_store.lock_plan(session, plan)
        tag = require_tag(session, plan, n)
        steps = plan_approval.steps_by_tag(session, plan)[tag.id or 0]
        current = plan_approval.state_of(steps)
        tag_states.require_transition(current, state, n, name)
        step = OutreachStep(
            campaign=name,
            terms=plan_approval.terms_of(tag, steps),
            tag_id=tag.id or 0,
            state=state,
            by=operator,
            at=context.clock.now(),
            note=note_of(details.note),
            detail={},
        )
        _add_evidence(step, details, digest)
        CHECKS[state](StepEntry(context, session, plan, tag, step, details))
        outreach_steps.add_step(context, session, plan, tag, step)
        return EnteredStep(name, n, current, state, operator)


def _store_file(context: Context, file: Path | EvidenceFile | None) -> str | None:
    """The hash of the file that shows a step; None: there is none."""
    if file is None:
        return None
    if isinstance(file, EvidenceFile):
        return evidence.store_sent(context, file)
    return evidence.store_file(context, file)


def record_measured(
    context: Context, campaign: str, measure: Mapping[str, DocumentValue]
) -> int:
    """Note that the campaign of posts that are out was measured, with the hash of the
    document; how many. Only once its last day is over."""
    name = utm_naming.normalise_name(campaign, "campaign")
    canonical = json.dumps(measure, sort_keys=True, default=str)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    with db.writing(context.engine) as session:
        plan, campaign_row = (
            plans.find_plan(session, name),
            outcomes.campaign(session, name),
        )
        if (
            plan is None
            or campaign_row is None
            or creator_registry.today(context) <= campaign_row.end
        ):
            return 0
        outreach_store.lock_plan(session, plan)
        steps = plan_approval.steps_by_tag(session, plan)
        posted = [
            tag
            for tag, _ in plans.tags(session, plan)
            if plan_approval.state_of(steps[tag.id or 0]) == "posted"
        ]
        for tag in posted:
            step = OutreachStep(
                campaign=name,
                terms=plan_approval.terms_of(tag, steps[tag.id or 0]),
                tag_id=tag.id or 0,
                state="measured",
                by=context.actor.name,
                at=context.clock.now(),
                evidence_kind="measure",
                evidence=digest,
                detail=steps[tag.id or 0][-1].detail.copy(),
            )
            outreach_steps.add_step(context, session, plan, tag, step)
        return len(posted)


def require_tag(session: Session, plan: Plan, n: int) -> PlanTag:
    """A tag of a plan by its number. UsageError: there is none."""
    tags = [tag for tag, _ in plans.tags(session, plan)]
    for tag in tags:
        if tag.n == n:
            return tag
    raise UsageError(
        "outreach.no_tag",
        version=plan.version,
        campaign=plan.campaign,
        tag=n,
        last=len(tags),
    )


def _add_evidence(step: OutreachStep, details: StepDetails, digest: str | None) -> None:
    sources = [
        ("link", None if details.link is None else evidence.check_link(details.link)),
        ("mention", None if details.mention is None else str(details.mention)),
        ("file", digest),
    ]
    evidence_items = [
        (kind, reference) for kind, reference in sources if reference is not None
    ]
    if evidence_items:
        step.evidence_kind, step.evidence = evidence_items[0]
        step.detail = (
            {"also": [list(pair) for pair in evidence_items[1:]]}
            if evidence_items[1:]
            else {}
        )
