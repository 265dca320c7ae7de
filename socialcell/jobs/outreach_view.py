"""Outreach as documents: each tag with its state, its post, and what is against it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns import (
    approval,
    disclosed,
    disclosure,
    naming,
    outreach,
    outreach_due,
    plan_rules,
)
from socialcell.campaigns.outreach_model import OutreachFound, OutreachStep
from socialcell.campaigns.plan_model import Plan, PlanTag
from socialcell.campaigns.store import outreach as store
from socialcell.campaigns.store import outreach_posts, plans
from socialcell.i18n import language
from socialcell.jobs import creators, outreach_steps
from socialcell.jobs.approvals import newest, told
from socialcell.jobs.context import Context
from socialcell.jobs.outreach_checks import tie_of


def listed(context: Context, campaign: str) -> dict[str, Any]:
    """Every tag of a campaign's newest plan with its steps. For approvers; noted."""
    name = naming.name(campaign, "The campaign")
    creators.admit(context, "campaigns.outreach.list", name, {})
    settings = context.workspace.config.planning
    with db.reading(context.engine) as session:
        plan = newest(session, name)
        tags = plans.tags(session, plan)
        steps = approval.states(session, plan, tags)
        found = store.found(session, [tag.id or 0 for tag, _ in tags])
        broken = plan_rules.broken(session, plan, tags, settings)
        standing = approval.standing(session, plan, tags)
        altered = outreach_steps.altered(session, plan, steps)
        return {
            "campaign": name,
            "version": plan.version,
            "made_by": plan.made_by,
            "approval": told(standing),
            "broken": [str(one) for one in broken if one.n is None],
            "tags": [
                _tag(
                    session,
                    tag,
                    steps[tag.id or 0],
                    found.get(tag.id or 0, []),
                    [one.words for one in broken if one.n == tag.n],
                )
                | {"altered": altered[tag.id or 0] if tag.text else []}
                for tag, _ in tags
            ],
        }


def summary(context: Context, campaign: str) -> dict[str, Any] | None:
    """A plan's outreach in figures: how many tags are in which state, whose approval
    stands, and of which posts the label lacks; None when nothing is planned."""
    with db.reading(context.engine) as session:
        plan = plans.find(session, naming.name(campaign, "The campaign"))
        if plan is None:
            return None
        tags = plans.tags(session, plan)
        steps = approval.states(session, plan, tags)
        many = Counter(approval.state_of(one) for one in steps.values())
        return {
            "approval": told(approval.standing(session, plan, tags)),
            "states": {one: many[one] for one in outreach.STATES if many[one]},
            "found": _unconfirmed(session, plan, steps),
            "undisclosed": [
                {"tag": tag.n, "wrong": [disclosed.SAYS[kind] for kind in wrong]}
                for tag, _ in tags
                if (wrong := outreach_due.undisclosed(session, tag, steps[tag.id or 0]))
            ],
        }


def due(context: Context, lang: str = "en") -> list[dict[str, Any]]:
    """What outreach waits for, as of today, in words of a language."""
    today, settings = creators.today(context), context.workspace.config.planning
    with db.reading(context.engine) as session:
        found = outreach_due.due(session, today, settings)
    return [
        {
            "kind": one.kind,
            "campaign": one.campaign,
            "tag": one.n,
            "day": one.day,
            "said": outreach_due.said(one, language(lang)),
            "words": [disclosed.SAYS.get(word, word) for word in one.words],
        }
        for one in found
    ]


def _unconfirmed(
    session: Session, plan: Plan, steps: dict[int, list[OutreachStep]]
) -> int:
    waits = [
        id_ for id_, one in steps.items() if approval.state_of(one) in outreach.OPEN
    ]
    return len(store.found(session, waits))


def _tag(
    session: Session,
    tag: PlanTag,
    steps: Sequence[OutreachStep],
    found: Sequence[OutreachFound],
    broken: list[str],
) -> dict[str, Any]:
    state = approval.state_of(steps)
    tie = tie_of(session, tag)
    urls = outreach_posts.urls(session, [one.mention_id for one in found])
    wrong = outreach_due.undisclosed(session, tag, steps)
    needed = disclosure.asked_of(tag.format, tag.day) if tie != "none" else []
    return {
        "tag": tag.n,
        "day": tag.day,
        "creator": tag.creator,
        "channel": tag.channel,
        "asset": tag.asset,
        "format": tag.format,
        "state": state,
        "next": list(outreach.NEXT[state]),
        "broken": broken if state in outreach.OPEN else [],
        "connection": tie,
        "needed": [one.source for one in needed],
        "undisclosed": [disclosed.SAYS[kind] for kind in wrong],
        "found": [
            {
                "mention": one.mention_id,
                "by": one.by,
                "url": urls.get(one.mention_id),
                "faults": [disclosed.SAYS[kind] for kind in one.faults],
            }
            for one in found
        ],
        "steps": [
            {
                "state": one.state,
                "by": one.by,
                "at": one.at,
                "note": one.note,
                "evidence": one.evidence and f"{one.evidence_kind} {one.evidence}",
                **one.detail,
            }
            for one in steps
        ],
    }
