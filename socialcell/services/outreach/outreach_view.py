"""Outreach as documents: each tag with its state, its post, and what is against it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outreach import (
    disclosure_rules,
    disclosure_status,
    pending_steps,
    plan_approval,
    plan_rules,
    tag_states,
)
from socialcell.campaigns.outreach.model import OutreachFound, OutreachStep
from socialcell.campaigns.outreach.store import outreach as store
from socialcell.campaigns.outreach.store import outreach_posts
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.i18n import language
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outreach import outreach_steps
from socialcell.services.outreach.plan_approvals import newest, told
from socialcell.services.outreach.step_checks import tie_of


def listed(context: Context, campaign: str) -> dict[str, Any]:
    """Every tag of a campaign's newest plan with its steps. For approvers; noted."""
    name = utm_naming.normalise_name(campaign, "The campaign")
    creator_registry.admit(context, "campaigns.outreach.list", name, {})
    settings = context.workspace.config.planning
    with db.reading(context.engine) as session:
        plan = newest(session, name)
        tags = plans.tags(session, plan)
        steps = plan_approval.steps_by_tag(session, plan, tags)
        found = store.found_posts(session, [tag.id or 0 for tag, _ in tags])
        broken = plan_rules.find_violations(session, plan, tags, settings)
        standing = plan_approval.valid_approval(session, plan, tags)
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
        plan = plans.find_plan(
            session, utm_naming.normalise_name(campaign, "The campaign")
        )
        if plan is None:
            return None
        tags = plans.tags(session, plan)
        steps = plan_approval.steps_by_tag(session, plan, tags)
        many = Counter(plan_approval.state_of(one) for one in steps.values())
        return {
            "approval": told(plan_approval.valid_approval(session, plan, tags)),
            "states": {one: many[one] for one in tag_states.STATES if many[one]},
            "found": _unconfirmed(session, plan, steps),
            "undisclosed": [
                {
                    "tag": tag.n,
                    "wrong": [
                        disclosure_status.PROBLEM_MESSAGES[kind] for kind in wrong
                    ],
                }
                for tag, _ in tags
                if (
                    wrong := pending_steps.problems_of_tag(
                        session, tag, steps[tag.id or 0]
                    )
                )
            ],
        }


def due(context: Context, lang: str = "en") -> list[dict[str, Any]]:
    """What outreach waits for, as of today, in words of a language."""
    today, settings = creator_registry.today(context), context.workspace.config.planning
    with db.reading(context.engine) as session:
        found = pending_steps.pending_steps(session, today, settings)
    return [
        {
            "kind": one.kind,
            "campaign": one.campaign,
            "tag": one.n,
            "day": one.day,
            "said": pending_steps.step_text(one, language(lang)),
            "words": [
                disclosure_status.PROBLEM_MESSAGES.get(word, word) for word in one.words
            ],
        }
        for one in found
    ]


def _unconfirmed(
    session: Session, plan: Plan, steps: dict[int, list[OutreachStep]]
) -> int:
    waits = [
        id_
        for id_, one in steps.items()
        if plan_approval.state_of(one) in tag_states.OPEN_STATES
    ]
    return len(store.found_posts(session, waits))


def _tag(
    session: Session,
    tag: PlanTag,
    steps: Sequence[OutreachStep],
    found: Sequence[OutreachFound],
    broken: list[str],
) -> dict[str, Any]:
    state = plan_approval.state_of(steps)
    tie = tie_of(session, tag)
    urls = outreach_posts.urls(session, [one.mention_id for one in found])
    wrong = pending_steps.problems_of_tag(session, tag, steps)
    needed = disclosure_rules.visual_rules(tag.format, tag.day) if tie != "none" else []
    return {
        "tag": tag.n,
        "day": tag.day,
        "creator": tag.creator,
        "channel": tag.channel,
        "asset": tag.asset,
        "format": tag.format,
        "state": state,
        "next": list(tag_states.NEXT_STATES[state]),
        "broken": broken if state in tag_states.OPEN_STATES else [],
        "connection": tie,
        "needed": [one.source for one in needed],
        "undisclosed": [disclosure_status.PROBLEM_MESSAGES[kind] for kind in wrong],
        "found": [
            {
                "mention": one.mention_id,
                "by": one.by,
                "url": urls.get(one.mention_id),
                "faults": [
                    disclosure_status.PROBLEM_MESSAGES[kind] for kind in one.faults
                ],
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
