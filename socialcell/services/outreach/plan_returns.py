"""A plan sent back by a second person: to whoever made it, with the reason."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outreach import plan_approval
from socialcell.campaigns.outreach.model import PlanApproval
from socialcell.campaigns.outreach.plan_facts import Tag
from socialcell.campaigns.outreach.store import outreach as outreach_store
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan
from socialcell.errors import UsageError
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outreach import plan_approvals

ACTION = "campaign.plan.return"


@dataclass(frozen=True)
class PlanReturn:
    """That a version of a plan was sent back. `content` is the hash of what it said."""

    version: int
    by: str
    at: datetime
    reason: str
    content: str

    def is_of(self, plan: Plan, tags: Sequence[Tag]) -> bool:
        """Whether a plan says now what was sent back."""
        return self.content == plan_approval.plan_content(plan, tags).hash


def return_plan(context: Context, campaign: str, reason: str) -> PlanReturn:
    """Send the newest version of a plan back: it waits no more, until whoever made it
    changes it or makes a new version. Audited.

    SocialcellError: nobody of influencers.approvers; errors of
    `second_approver.require_second`; NoPlan. UsageError: no reason, or it is approved.
    """
    name = utm_naming.normalise_name(campaign, "campaign")
    note = plan_approvals.note_of(reason)
    if note is None:
        raise UsageError("outreach.return_without_reason")
    detail = {"by": context.actor.name}
    creator_registry.require_approver(context, "campaigns.return", name, detail)
    with db.writing(context.engine) as session:
        plan = plan_approvals.newest_plan(session, name)
        outreach_store.lock_plan(session, plan)
        plan_approvals.require_second_person(context, session, plan)
        tags = plans.tags(session, plan)
        if plan_approval.valid_approval(session, plan, tags) is not None:
            raise UsageError("outreach.plan_is_approved", campaign=name)
        content = plan_approval.plan_content(plan, tags).hash
        row = PlanReturn(
            plan.version, context.actor.name, context.clock.now(), note, content
        )
        creator_registry.audit_entry(
            context,
            session,
            ACTION,
            name,
            {"version": row.version, "content": content, "reason": note},
        )
    return row


def newest_returns(
    session: Session, campaigns: Collection[str]
) -> Mapping[str, PlanReturn]:
    """Campaign → when a version of its plan was sent back last."""
    rows = audit.newest_about(session, (ACTION,), campaigns)
    return {
        campaign: PlanReturn(
            int(str(row.detail["version"])),
            row.actor,
            row.at,
            str(row.detail["reason"]),
            str(row.detail["content"]),
        )
        for campaign, row in rows.items()
    }


def standing_return(
    session: Session, plan: Plan, tags: Sequence[Tag], approval: PlanApproval | None
) -> PlanReturn | None:
    """That a plan was sent back as it is now; None: it was not, or it is approved."""
    row = newest_returns(session, [plan.campaign]).get(plan.campaign)
    if row is None or approval is not None:
        return None
    return row if row.is_of(plan, tags) else None


def find_return(context: Context, campaign: str, version: int) -> PlanReturn | None:
    """The same of a version of a plan that was read before."""
    with db.reading(context.engine) as session:
        plan = plans.find_plan(session, campaign, version)
        if plan is None:
            return None
        tags = plans.tags(session, plan)
        approval = plan_approval.valid_approval(session, plan, tags)
        return standing_return(session, plan, tags, approval)
