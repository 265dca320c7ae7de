"""Plans in the section on campaigns: how far each has come, and what is due."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from sqlmodel import Session

from socialcell.campaigns.outreach import pending_steps, plan_approval
from socialcell.campaigns.outreach.pending_steps import PendingStep
from socialcell.campaigns.outreach.tag_states import STATES
from socialcell.campaigns.planning import store
from socialcell.campaigns.planning.model import Plan
from socialcell.json_types import as_text
from socialcell.reports import money
from socialcell.reports.campaign_numbers import OutreachNumbers, PlanNumbers
from socialcell.reports.page import Block, Cell, Paragraph, Table
from socialcell.reports.sections.report_context import ReportContext
from socialcell.settings.campaigns import Planning

MAX_STEPS = 6


def count_plans(
    session: Session, last: date, today: date, settings: Planning | None = None
) -> OutreachNumbers:
    """As of `today`, as plain JSON that names no creator: the newest plans but those
    that were over before the week that ends with `last`, and what is due of any.

    `settings` is `planning` of config.yaml as it is now. `reach`: people, an estimate.
    """
    return {
        "today": today.isoformat(),
        "plans": [
            _count_plan(session, plan)
            for plan in store.newest_plans(session)
            if date.fromisoformat(as_text(plan.brief["end"]))
            >= last - timedelta(days=6)
        ],  # Not its words: they may name whom a rule is about.
        "due": [
            {
                "kind": step.kind,
                "campaign": step.campaign,
                "tag": step.n,
                "day": step.day.isoformat(),
            }
            for step in pending_steps.pending_steps(session, today, settings)
        ],
    }


def plan_blocks(context: ReportContext) -> list[Block]:
    """Both parts; none in reports that were frozen by earlier versions."""
    outreach = context.numbers.get("outreach")
    if outreach is None:
        return []
    return [*_plan_tables(context, outreach["plans"]), *_due_blocks(context, outreach)]


def _count_plan(session: Session, plan: Plan) -> PlanNumbers:
    steps = plan_approval.steps_by_tag(session, plan)
    tags_by_state = Counter(
        plan_approval.state_of(tag_step) for tag_step in steps.values()
    )
    return {
        "campaign": plan.campaign,
        "version": plan.version,
        "start": as_text(plan.brief["start"]),
        "end": as_text(plan.brief["end"]),
        "tags": len(steps),
        "states": {state: tags_by_state[state] for state in STATES},
        "reach": plan.calendar["reach"],
        "cost": plan.calendar["cost"],
    }


def _plan_tables(context: ReportContext, plans: list[PlanNumbers]) -> Iterator[Block]:
    """A table for each currency: costs in two currencies are not mixed."""
    _ = context.lang.gettext
    if not plans:
        yield Paragraph(_("No campaign that is under way or to come has a plan."))
    note = _(
        "People are those who engage and can be expected to see it, each counted once: "
        "an estimate for the plan as it was made."
    )
    for currency in sorted({plan["cost"]["currency"] for plan in plans}):
        heads = (
            _("Campaign, how far its tags are"),
            _("Tags"),
            _("People expected"),
            _("Planned cost (%(unit)s)", unit=money.currency_sign(currency)),
        )
        rows = [
            _row(context, plan)
            for plan in plans
            if plan["cost"]["currency"] == currency
        ]
        yield Table(_("Plans of campaigns"), heads, rows, note)


def _row(context: ReportContext, plan: PlanNumbers) -> tuple[Cell, ...]:
    first, last = (
        context.lang.month_day(date.fromisoformat(day))
        for day in (plan["start"], plan["end"])
    )
    state_labels = _state_labels(context)
    state_counts = (
        f"{state_labels[s]} {context.lang.number(n)}"
        for s, n in plan["states"].items()
        if n
    )
    return (
        (
            context.shorten(plan["campaign"]),
            context.lang.gettext("%(start)s to %(end)s", start=first, end=last),
            *state_counts,
        ),
        (context.lang.number(plan["tags"]),),
        (context.lang.number(round(plan["reach"])),),
        (money.amount(context.lang, plan["cost"]["amount_micros"]),),
    )


def _due_blocks(context: ReportContext, outreach: OutreachNumbers) -> Iterator[Block]:
    _ = context.lang.gettext
    steps_due = outreach["due"]
    if not steps_due:
        if outreach["plans"]:
            yield Paragraph(_("Nothing is to be done about the plans now."))
        return
    rows: list[tuple[Cell, ...]] = []
    for step in steps_due[:MAX_STEPS]:
        day = date.fromisoformat(step["day"])
        due = PendingStep(
            step["kind"], context.shorten(step["campaign"]), step["tag"], day
        )
        rows.append(
            (
                (pending_steps.step_text(due, context.lang),),
                (context.lang.month_day(day),),
            )
        )
    today = context.lang.month_day(date.fromisoformat(outreach["today"]))
    note = _("As it stood on %(day)s; each with the day that it is about.", day=today)
    yield Table(_("What is to be done"), (_("What"), _("Day")), rows, note)
    if hidden_count := len(steps_due[MAX_STEPS:]):
        yield Paragraph(
            context.lang.ngettext(
                "And %(n)s more.",
                "And %(n)s more.",
                hidden_count,
            )
        )


def _state_labels(context: ReportContext) -> dict[str, str]:
    _ = context.lang.gettext
    return {
        "proposed": _("proposed"),
        "approved": _("approved"),
        "contacted": _("contacted"),
        "accepted": _("accepted"),
        "declined": _("declined"),
        "scheduled": _("scheduled"),
        "posted": _("posted"),
        "measured": _("measured"),
    }
