"""Outreach entered: who was contacted, accepted, declined, is scheduled, has posted."""

import hashlib
import json
from typing import Any

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.campaigns.outreach import plan_approval, tag_states
from socialcell.campaigns.outreach.model import OutreachStep
from socialcell.campaigns.outreach.store import outreach as store
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.errors import UsageError
from socialcell.services import evidence
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outreach import outreach_steps
from socialcell.services.outreach.plan_approvals import newest, note_of, person
from socialcell.services.outreach.step_checks import CHECKS, Entered, Told


def advance(
    context: Context,
    campaign: str,
    n: int,
    state: str,
    by: str | None = None,
    told: Told | None = None,
) -> dict[str, Any]:
    """Enter that tag `n` of the newest plan has come to `state`. For approvers;
    audited.

    UsageError: no such tag, a state that cannot follow (it names those that can), or
    something that the step needs and was not said. NotAllowed: a rule stands against
    it, or the plan is not approved as it is now.
    """
    name, who, told = (
        utm_naming.normalise_name(campaign, "The campaign"),
        person(by),
        told or Told(),
    )
    if state not in tag_states.MANUAL_STATES:
        raise UsageError(
            f"{state!r} is no state to enter. "
            f"There are: {', '.join(tag_states.MANUAL_STATES)}."
        )
    creator_registry.admit(
        context, "campaigns.outreach", name, {"tag": n, "state": state}
    )
    kept = None if told.file is None else evidence.keep(context, told.file)
    with db.writing(context.engine) as session:
        plan = newest(session, name)
        store.lock_plan(session, plan)
        tag = tag_of(session, plan, n)
        steps = plan_approval.steps_by_tag(session, plan)[tag.id or 0]
        now = plan_approval.state_of(steps)
        tag_states.require_transition(now, state, f"Tag {n} of {name}")
        step = OutreachStep(
            campaign=name,
            terms=plan_approval.terms_of(tag, steps),
            tag_id=tag.id or 0,
            state=state,
            by=who,
            at=context.clock.now(),
            note=note_of(told.note),
            detail={},
        )
        _evidence(step, told, kept)
        CHECKS[state](Entered(context, session, plan, tag, step, told))
        outreach_steps.add(context, session, plan, tag, step)
        return {"campaign": name, "tag": n, "was": now, "state": state, "by": who}


def measured(context: Context, campaign: str, found: dict[str, Any]) -> int:
    """Note that the campaign of posts that are out was measured, with the hash of the
    document; how many. Only once its last day is over."""
    name = utm_naming.normalise_name(campaign, "The campaign")
    canonical = json.dumps(found, sort_keys=True, default=str)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    with db.writing(context.engine) as session:
        plan, known = plans.find_plan(session, name), outcomes.campaign(session, name)
        if (
            plan is None
            or known is None
            or creator_registry.today(context) <= known.end
        ):
            return 0
        store.lock_plan(session, plan)
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
                by=person(None),
                at=context.clock.now(),
                evidence_kind="measure",
                evidence=digest,
                detail=dict(steps[tag.id or 0][-1].detail),
            )
            outreach_steps.add(context, session, plan, tag, step)
        return len(posted)


def tag_of(session: Session, plan: Plan, n: int) -> PlanTag:
    """A tag of a plan by its number. UsageError: there is none."""
    held = [tag for tag, _ in plans.tags(session, plan)]
    for tag in held:
        if tag.n == n:
            return tag
    raise UsageError(
        f"Version {plan.version} of the plan of {plan.campaign} has no tag {n}: it has "
        f"1 to {len(held)}."
    )


def _evidence(step: OutreachStep, told: Told, kept: str | None) -> None:
    given = [
        ("link", None if told.link is None else evidence.link(told.link)),
        ("mention", None if told.mention is None else str(told.mention)),
        ("file", kept),
    ]
    held = [(kind, value) for kind, value in given if value is not None]
    if held:
        step.evidence_kind, step.evidence = held[0]
        step.detail = {"also": [list(one) for one in held[1:]]} if held[1:] else {}
