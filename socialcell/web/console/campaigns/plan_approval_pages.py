"""Approvals: the plan of a campaign, approved or sent back by a second person."""

from typing import Annotated

from pydantic import Field

from socialcell.roles import Permission
from socialcell.services.approvals import waiting_plans
from socialcell.services.outreach import plan_approvals, plan_returns
from socialcell.web.console.campaigns.approval_pages import (
    PATH,
    ReturnForm,
    card_values,
)
from socialcell.web.console.campaigns.plan_view import plan_values
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused
from socialcell.web.pages.screens import Action, Row, Screen


class ApprovePlanForm(Form):
    """A note of whoever approves a plan."""

    note: Annotated[str, Field(max_length=500)] = ""


def show_plan(request: PageRequest) -> Answer:
    """A plan as it is approved, with every rule that it breaks."""
    plan = waiting_plans.plan_for_approval(
        request.context, str(request.params["campaign"])
    )
    return WebPage(
        "approval_plan.html",
        {
            "waiting": plan,
            **plan_values(plan.document, request.lang),
            **card_values(request),
        },
    )


def act_approve_plan(request: PageRequest, form: ApprovePlanForm) -> Answer:
    """Approve the newest version of a plan, or say which rules stand against it."""
    lang, campaign = request.lang, str(request.params["campaign"])
    decision = plan_approvals.approve_plan(request.context, campaign, form.note)
    if decision.broken:
        raise FormRefused(
            *(("", request.say(violation.message)) for violation in decision.broken)
        )
    notice = (
        lang.gettext(
            "The plan of %(campaign)s is approved.", campaign=decision.campaign
        )
        if decision.new
        else lang.gettext("It was approved before. Nothing was changed.")
    )
    return RedirectTo(PATH, notice)


def act_return_plan(request: PageRequest, form: ReturnForm) -> Answer:
    """Send a plan back to whoever made it, with a reason."""
    campaign = str(request.params["campaign"])
    plan_returns.return_plan(request.context, campaign, form.reason)
    notice = request.lang.gettext(
        "Sent back. It waits here again once it is changed or made anew."
    )
    return RedirectTo(PATH, notice)


ROWS: tuple[Row, ...] = (
    Screen(f"{PATH}/plans/{{campaign}}", Permission.APPROVE, show_plan),
    Action(
        f"{PATH}/plans/{{campaign}}/approve",
        Permission.APPROVE,
        ApprovePlanForm,
        act_approve_plan,
        show_plan,
    ),
    Action(
        f"{PATH}/plans/{{campaign}}/return",
        Permission.APPROVE,
        ReturnForm,
        act_return_plan,
        show_plan,
    ),
)
