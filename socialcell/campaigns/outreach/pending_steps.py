"""What outreach waits for: approvals, answers, posts to confirm, labels that lack."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.outcomes.store import outcomes
from socialcell.campaigns.outreach import (
    disclosure_rules,
    disclosure_status,
    plan_approval,
    plan_rules,
)
from socialcell.campaigns.outreach.model import OutreachFound, OutreachStep
from socialcell.campaigns.outreach.store import outreach as store
from socialcell.campaigns.outreach.tag_states import OPEN
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.settings.campaigns import Planning

_SOON = timedelta(days=7)
_PATIENCE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do about a campaign, or about tag `n` of its plan; `day` is the
    tag's (the plan's first one to come). `words` say why, where rules do."""

    kind: str
    campaign: str
    n: int | None
    day: date
    words: tuple[str, ...] = ()


def due(session: Session, today: date, settings: Planning | None = None) -> list[Due]:
    """What is to be done about the newest plans of all campaigns, as of a day of Pune:
    by day, then campaign and tag. It names no creator.

    kinds: approve, approve_again; blocked (`words`: the rules in the way); contact,
    schedule (a tag of the next seven days); answer (asked three days ago); confirm (a
    post was found); missing (its day has passed); label (`words`: kinds of
    campaigns/disclosed); measure.
    """
    found: list[Due] = []
    for plan in plans.newest(session):
        found += _plan(session, plan, today, settings)
    return sorted(found, key=lambda one: (one.day, one.campaign, one.n or 0))


def said(one: Due, language: Language) -> str:
    """What is to be done, in words of a language."""
    _ = language.gettext
    about = {"campaign": one.campaign, "tag": language.number(one.n or 0)}
    match one.kind:
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


def undisclosed(
    session: Session, tag: PlanTag, steps: Sequence[OutreachStep]
) -> list[str]:
    """Kinds (campaigns/disclosed) of what is wrong with the label of a tag's post; of
    one that is not out nothing is."""
    if plan_approval.state_of(steps) not in ("posted", "measured"):
        return []
    row = entries.find(session, tag.creator)
    tie = disclosure_rules.tie_of(row.connection if row else None, tag.cost_micros > 0)
    seen: dict[str, Any] = steps[-1].detail
    return disclosure_status.wrong(seen, tie, tag.format, tag.day)


def _plan(
    session: Session, plan: Plan, today: date, settings: Planning | None
) -> Iterator[Due]:
    tags = plans.tags(session, plan)
    steps = plan_approval.states(session, plan, tags)
    now = {tag.n: plan_approval.state_of(steps[tag.id or 0]) for tag, _ in tags}
    still = [tag for tag, _ in tags if now[tag.n] in OPEN]
    if still and plan_approval.standing(session, plan, tags) is None:
        given = store.approval(session, plan)
        first = min(tag.day for tag in still)
        kind = "approve" if given is None else "approve_again"
        yield Due(kind, plan.campaign, None, first)
    broken = plan_rules.broken(session, plan, tags, settings)
    found = store.found(session, [tag.id or 0 for tag, _ in tags])
    for tag, _ in tags:
        own = steps[tag.id or 0]
        if now[tag.n] in OPEN:
            reasons = tuple(str(one) for one in broken if one.n == tag.n)
            yield from _open(plan, tag, own, found.get(tag.id or 0, ()), today, reasons)
        elif wrong := undisclosed(session, tag, own):
            yield Due("label", plan.campaign, tag.n, tag.day, tuple(wrong))
    campaign = outcomes.campaign(session, plan.campaign)
    if campaign and today > campaign.end and "posted" in now.values():
        yield Due("measure", plan.campaign, None, campaign.end)


def _open(
    plan: Plan,
    tag: PlanTag,
    steps: Sequence[OutreachStep],
    found: Sequence[OutreachFound],
    today: date,
    reasons: tuple[str, ...],
) -> Iterator[Due]:
    state, soon = plan_approval.state_of(steps), tag.day <= today + _SOON
    if found and state in ("accepted", "scheduled"):
        yield Due("confirm", plan.campaign, tag.n, tag.day)
    elif tag.day < today:
        yield Due("missing", plan.campaign, tag.n, tag.day)
    elif reasons:
        yield Due("blocked", plan.campaign, tag.n, tag.day, reasons)
    elif state == "approved" and soon:
        yield Due("contact", plan.campaign, tag.n, tag.day)
    elif state == "accepted" and soon:
        yield Due("schedule", plan.campaign, tag.n, tag.day)
    elif state == "contacted":
        asked = steps[-1].at.astimezone(IST).date()
        if today >= asked + _PATIENCE:
            yield Due("answer", plan.campaign, tag.n, tag.day)
