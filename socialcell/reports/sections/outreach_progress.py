"""Plans in the section on campaigns: how far each has come, and what waits."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from socialcell.campaigns.outreach import pending_steps, plan_approval
from socialcell.campaigns.outreach.pending_steps import PendingStep
from socialcell.campaigns.outreach.tag_states import STATES
from socialcell.campaigns.planning import store
from socialcell.campaigns.planning.model import Plan
from socialcell.reports import money
from socialcell.reports.page import Block, Cell, Paragraph, Table
from socialcell.reports.sections.report_context import Material
from socialcell.settings.campaigns import Planning

SHOWN = 6


def counted(
    session: Session, last: date, today: date, settings: Planning | None = None
) -> dict[str, Any]:
    """As of `today`, as plain JSON that names no creator: the newest plans but those
    that were over before the week that ends with `last`, and what is due of any.

    `settings` is `planning` of config.yaml as it is now. `reach`: people, an estimate.
    """
    monday = last - timedelta(days=6)
    return {
        "today": today.isoformat(),
        "plans": [
            _counted(session, plan)
            for plan in store.newest_plans(session)
            if date.fromisoformat(plan.brief["end"]) >= monday
        ],
        # Not its words: they may name whom a rule is about.
        "due": [
            {
                "kind": one.kind,
                "campaign": one.campaign,
                "tag": one.n,
                "day": one.day.isoformat(),
            }
            for one in pending_steps.pending_steps(session, today, settings)
        ],
    }


def blocks(m: Material) -> list[Block]:
    """Both parts; none in reports that were frozen by earlier versions."""
    found = m.numbers.get("outreach")
    if found is None:
        return []
    return [*_plans(m, found["plans"]), *_due(m, found)]


def _counted(session: Session, plan: Plan) -> dict[str, Any]:
    steps = plan_approval.steps_by_tag(session, plan)
    many = Counter(plan_approval.state_of(one) for one in steps.values())
    return {
        "campaign": plan.campaign,
        "version": plan.version,
        "start": plan.brief["start"],
        "end": plan.brief["end"],
        "tags": len(steps),
        "states": {state: many[state] for state in STATES},
        "reach": plan.calendar["reach"],
        "cost": plan.calendar["cost"],
    }


def _plans(m: Material, found: list[dict[str, Any]]) -> Iterator[Block]:
    """A table for each currency: costs of two are not beside each other."""
    _ = m.lang.gettext
    if not found:
        yield Paragraph(_("No campaign that is under way or to come has a plan."))
    note = _(
        "People are those who engage and can be expected to see it, each counted once: "
        "an estimate for the plan as it was made."
    )
    for currency in sorted({one["cost"]["currency"] for one in found}):
        heads = (
            _("Campaign, how far its tags are"),
            _("Tags"),
            _("People expected"),
            _("Planned cost (%(unit)s)", unit=money.sign(currency)),
        )
        rows = [_row(m, one) for one in found if one["cost"]["currency"] == currency]
        yield Table(_("Plans of campaigns"), heads, rows, note)


def _row(m: Material, one: dict[str, Any]) -> tuple[Cell, ...]:
    first, last = (
        m.lang.month_day(date.fromisoformat(one[name])) for name in ("start", "end")
    )
    named = _states(m)
    far = (f"{named[s]} {m.lang.number(n)}" for s, n in one["states"].items() if n)
    return (
        (
            m.cut(one["campaign"]),
            m.lang.gettext("%(start)s to %(end)s", start=first, end=last),
            *far,
        ),
        (m.lang.number(one["tags"]),),
        (m.lang.number(round(one["reach"])),),
        (money.amount(m.lang, one["cost"]["amount_micros"]),),
    )


def _due(m: Material, found: dict[str, Any]) -> Iterator[Block]:
    _ = m.lang.gettext
    waits = found["due"]
    if not waits:
        if found["plans"]:
            yield Paragraph(_("Nothing is to be done about the plans now."))
        return
    rows: list[tuple[Cell, ...]] = []
    for one in waits[:SHOWN]:
        day = date.fromisoformat(one["day"])
        due = PendingStep(one["kind"], m.cut(one["campaign"]), one["tag"], day)
        rows.append(((pending_steps.step_text(due, m.lang),), (m.lang.month_day(day),)))
    today = m.lang.month_day(date.fromisoformat(found["today"]))
    note = _("As it stood on %(day)s; each with the day that it is about.", day=today)
    yield Table(_("What is to be done"), (_("What"), _("Day")), rows, note)
    if rest := len(waits[SHOWN:]):
        yield Paragraph(
            m.lang.ngettext(
                "And %(n)s more: the command campaigns outreach due lists it.",
                "And %(n)s more: the command campaigns outreach due lists them.",
                rest,
            )
        )


def _states(m: Material) -> dict[str, str]:
    _ = m.lang.gettext
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
