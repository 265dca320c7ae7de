"""Outreach as documents: each tag with its state, its post, and what is against it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import TypedDict

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
from socialcell.campaigns.outreach.model import OutreachFound, OutreachStep, StepDetail
from socialcell.campaigns.outreach.store import outreach as outreach_store
from socialcell.campaigns.outreach.store import outreach_posts
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.i18n import language
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outreach import outreach_steps
from socialcell.services.outreach.plan_approvals import (
    ApprovalFields,
    approval_document,
    newest_plan,
)
from socialcell.services.outreach.step_checks import connection_of


class ProposalFields(TypedDict):
    """A post that may be a tag's, and the faults of its label."""

    mention: int
    by: str
    url: str | None
    faults: list[str]


class StepFields(StepDetail):
    """A step: its state, who entered it when, its evidence, and its detail."""

    state: str
    by: str
    at: datetime
    note: str | None
    evidence: str | None


class TagRowFields(TypedDict):
    """A tag with its state, its posts, what is missing, and its steps."""

    tag: int
    day: date
    creator: str
    channel: str
    asset: str
    format: str
    state: str
    next: list[str]
    broken: list[str]
    connection: str
    needed: list[str]
    undisclosed: list[str]
    found: list[ProposalFields]
    steps: list[StepFields]


class ListedTag(TagRowFields):
    """A tag, and the states whose steps are not as they were entered."""

    altered: list[str]


class OutreachDocument(TypedDict):
    """The outreach of a campaign's newest plan."""

    campaign: str
    version: int
    made_by: str
    approval: ApprovalFields | None
    broken: list[str]
    tags: list[ListedTag]


class UndisclosedFields(TypedDict):
    """A tag whose post lacks a label, and what is wrong."""

    tag: int
    wrong: list[str]


class OutreachSummary(TypedDict):
    """A plan's outreach in figures: tags by state, posts to be confirmed."""

    approval: ApprovalFields | None
    states: dict[str, int]
    found: int
    undisclosed: list[UndisclosedFields]


class DueFields(TypedDict):
    """One thing that outreach waits for; `said` is the sentence."""

    kind: str
    campaign: str
    tag: int | None
    day: date
    said: str
    words: list[str]


def list_tags(context: Context, campaign: str) -> OutreachDocument:
    """Every tag of a campaign's newest plan with its steps. For approvers; noted."""
    name = utm_naming.normalise_name(campaign, "campaign")
    creator_registry.require_approver(context, "campaigns.outreach.list", name, {})
    settings = context.workspace.config.planning
    with db.reading(context.engine) as session:
        plan = newest_plan(session, name)
        tags = plans.tags(session, plan)
        steps = plan_approval.steps_by_tag(session, plan, tags)
        proposals = outreach_store.found_posts(
            session, [tag.id or 0 for tag, _ in tags]
        )
        broken = plan_rules.find_violations(session, plan, tags, settings)
        standing = plan_approval.valid_approval(session, plan, tags)
        altered = outreach_steps.altered_steps(session, plan, steps)
        return {
            "campaign": name,
            "version": plan.version,
            "made_by": plan.made_by,
            "approval": approval_document(standing),
            "broken": [str(violation) for violation in broken if violation.n is None],
            "tags": [
                {
                    **_tag(
                        session,
                        tag,
                        steps[tag.id or 0],
                        proposals.get(tag.id or 0, []),
                        [str(rule.problem) for rule in broken if rule.n == tag.n],
                    ),
                    "altered": altered[tag.id or 0] if tag.text else [],
                }
                for tag, _ in tags
            ],
        }


def summary(context: Context, campaign: str) -> OutreachSummary | None:
    """A plan's outreach in figures: how many tags are in which state, whose approval
    stands, and of which posts the label lacks; None when nothing is planned."""
    with db.reading(context.engine) as session:
        plan = plans.find_plan(session, utm_naming.normalise_name(campaign, "campaign"))
        if plan is None:
            return None
        tags = plans.tags(session, plan)
        steps = plan_approval.steps_by_tag(session, plan, tags)
        counts = Counter(
            plan_approval.state_of(tag_steps) for tag_steps in steps.values()
        )
        return {
            "approval": approval_document(
                plan_approval.valid_approval(session, plan, tags)
            ),
            "states": {
                state: counts[state] for state in tag_states.STATES if counts[state]
            },
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


def list_due(context: Context, lang: str = "en") -> list[DueFields]:
    """What outreach waits for, as of today, in words of a language."""
    today, settings = creator_registry.today(context), context.workspace.config.planning
    with db.reading(context.engine) as session:
        pending = pending_steps.pending_steps(session, today, settings)
    return [
        {
            "kind": step.kind,
            "campaign": step.campaign,
            "tag": step.n,
            "day": step.day,
            "said": pending_steps.step_text(step, language(lang)),
            "words": [
                disclosure_status.PROBLEM_MESSAGES.get(word, word)
                for word in step.words
            ],
        }
        for step in pending
    ]


def _unconfirmed(
    session: Session, plan: Plan, steps: dict[int, list[OutreachStep]]
) -> int:
    open_ids = [
        id_
        for id_, tag_steps in steps.items()
        if plan_approval.state_of(tag_steps) in tag_states.OPEN_STATES
    ]
    return len(outreach_store.found_posts(session, open_ids))


def _tag(
    session: Session,
    tag: PlanTag,
    steps: Sequence[OutreachStep],
    proposals: Sequence[OutreachFound],
    broken: list[str],
) -> TagRowFields:
    state = plan_approval.state_of(steps)
    connection = connection_of(session, tag)
    urls = outreach_posts.urls(session, [proposal.mention_id for proposal in proposals])
    wrong = pending_steps.problems_of_tag(session, tag, steps)
    labels = (
        disclosure_rules.visual_rules(tag.format, tag.day)
        if connection != "none"
        else []
    )
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
        "connection": connection,
        "needed": [label.source for label in labels],
        "undisclosed": [disclosure_status.PROBLEM_MESSAGES[kind] for kind in wrong],
        "found": [
            {
                "mention": proposal.mention_id,
                "by": proposal.by,
                "url": urls.get(proposal.mention_id),
                "faults": [
                    disclosure_status.PROBLEM_MESSAGES[kind] for kind in proposal.faults
                ],
            }
            for proposal in proposals
        ],
        "steps": [
            {
                "state": step.state,
                "by": step.by,
                "at": step.at,
                "note": step.note,
                "evidence": step.evidence and f"{step.evidence_kind} {step.evidence}",
                **step.detail,
            }
            for step in steps
        ],
    }
