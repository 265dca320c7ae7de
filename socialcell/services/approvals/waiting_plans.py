"""Plans of campaigns that wait for a second person, and what stands against each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.outreach import plan_approval
from socialcell.campaigns.outreach.model import PlanApproval
from socialcell.campaigns.outreach.plan_facts import RuleViolation, Tag
from socialcell.campaigns.outreach.store import outreach as outreach_store
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan
from socialcell.json_types import as_text
from socialcell.ops import audit
from socialcell.services import second_approver
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.makers import Maker, maker_of
from socialcell.services.outreach import plan_approvals, plan_returns
from socialcell.services.outreach.plan_returns import PlanReturn
from socialcell.services.planning import plan_documents
from socialcell.services.planning.plan_documents import PlanDocument

MADE_BY = "campaign.plan"


@dataclass(frozen=True)
class WaitingPlan:
    """A plan's newest version that nobody has approved as it is. `changed`: an earlier
    content of it was approved."""

    campaign: str
    version: int
    first: date
    last: date
    tags: int
    cost_micros: int
    made_by: str
    made_at: datetime
    maker: Maker
    changed: bool


@dataclass(frozen=True)
class PlanForApproval:
    """A plan as it is approved: what it says, and the rules that it breaks. `content`
    is the hash of what is approved; `returned`: this content was sent back."""

    document: PlanDocument
    against: Sequence[RuleViolation]
    approval: PlanApproval | None
    content: str
    maker: Maker
    returned: PlanReturn | None


def list_waiting(context: Context) -> list[WaitingPlan]:
    """Newest versions of plans that are not over, not approved and not sent back as
    they are, by their first day."""
    today = creator_registry.today(context)
    with db.reading(context.engine) as session:
        newest = [p for p in plans.newest_plans(session) if _day(p, "end") >= today]
        if not newest:
            return []
        ids = [plan.id or 0 for plan in newest]
        tags = plans.tags_of_plans(session, ids)
        approvals = outreach_store.newest_approvals(session, ids)
        makers = _makers(context, session, newest)
        returns = plan_returns.newest_returns(session, [p.campaign for p in newest])
        waiting = [
            _describe(plan, tags[plan.id or 0], makers, plan.id in approvals)
            for plan in newest
            if not plan_approval.is_approved(
                plan, tags[plan.id or 0], approvals.get(plan.id or 0)
            )
            and not (
                (row := returns.get(plan.campaign))
                and row.is_of(plan, tags[plan.id or 0])
            )
        ]
    return sorted(waiting, key=lambda plan: (plan.first, plan.campaign))


def plan_for_approval(context: Context, campaign: str) -> PlanForApproval:
    """The newest version of a plan with all that stands against it. For approvers;
    noted. NoPlan: there is none."""
    plan, tags = plan_documents.find_plan(context, campaign)
    with db.reading(context.engine) as session:
        approval = plan_approval.valid_approval(session, plan, tags)
        against = plan_approvals.standing_violations(context, session, plan, tags)
        making = second_approver.making_of(
            session, (MADE_BY,), plan.campaign, {"version": plan.version}
        )
        if approval is not None:
            session.expunge(approval)
        content = plan_approval.plan_content(plan, tags, approval).hash
        returned = plan_returns.standing_return(session, plan, tags, approval)
    return PlanForApproval(
        document=plan_documents.document(context, plan, tags),
        against=against,
        approval=approval,
        content=content,
        maker=maker_of(context, making),
        returned=returned,
    )


def _makers(
    context: Context, session: Session, newest: Sequence[Plan]
) -> dict[str, Maker]:
    """Campaign → who made the newest version of its plan."""
    campaigns = [plan.campaign for plan in newest]
    rows = audit.newest_about(session, (MADE_BY,), campaigns)
    return {
        plan.campaign: maker_of(
            context,
            row
            if (row := rows.get(plan.campaign))
            and row.detail.get("version") == plan.version
            else None,
        )
        for plan in newest
    }


def _describe(
    plan: Plan, tags: Sequence[Tag], makers: dict[str, Maker], was_approved: bool
) -> WaitingPlan:
    return WaitingPlan(
        campaign=plan.campaign,
        version=plan.version,
        first=_day(plan, "start"),
        last=_day(plan, "end"),
        tags=len(tags),
        cost_micros=sum(tag.cost_micros for tag, _ in tags),
        made_by=plan.made_by,
        made_at=plan.made_at,
        maker=makers[plan.campaign],
        changed=was_approved,
    )


def _day(plan: Plan, name: str) -> date:
    return date.fromisoformat(as_text(plan.brief[name]))
