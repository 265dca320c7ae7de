"""A plan as a page to approve, from the database."""

from socialcell import db
from socialcell.campaigns.outreach import plan_approval
from socialcell.message_catalog import in_words
from socialcell.reports.plans import approval_page
from socialcell.services.context import Context
from socialcell.services.outreach import plan_approvals
from socialcell.services.planning import plan_documents


def approval_sheet(context: Context, campaign: str, code: str) -> str:
    """The newest version of a plan as a page to approve, in a language. For approvers;
    noted. NoPlan when there is none."""
    plan, tags = plan_documents.find_plan(context, campaign)
    with db.reading(context.engine) as session:
        approval = plan_approval.valid_approval(session, plan, tags)
        violations = plan_approvals.standing_violations(context, session, plan, tags)
    draft = approval_page.ApprovalDraft(
        document=plan_documents.document(context, plan, tags),
        against=[in_words(violation.message, code) for violation in violations],
        approval=approval_page.Approval(approval.by, approval.at, approval.note)
        if approval
        else None,
        content=plan_approval.plan_content(plan, tags, approval).hash,
        as_of=context.clock.now(),
    )
    return approval_page.html(draft, code)
