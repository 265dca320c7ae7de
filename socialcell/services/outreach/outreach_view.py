"""Outreach as documents: each tag with its state, its post, and what is against it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outreach import (
    disclosure_status,
    pending_steps,
    plan_approval,
    tag_states,
)
from socialcell.campaigns.outreach.model import OutreachStep, StepDetail
from socialcell.campaigns.outreach.pending_steps import PendingStep
from socialcell.campaigns.outreach.store import outreach as outreach_store
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import MoneyDocument, Plan
from socialcell.i18n import language
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outreach import outreach_tags
from socialcell.services.outreach.outreach_tags import TagLine
from socialcell.services.outreach.plan_approvals import (
    ApprovalFields,
    approval_document,
)


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


class PlanSummary(TypedDict):
    """What is planned of a campaign, in figures."""

    version: int
    tags: int
    reach: float
    cost: MoneyDocument
    made_at: datetime


@dataclass(frozen=True)
class PlanOverview:
    """A campaign's newest plan in figures, and its outreach."""

    plan: PlanSummary
    outreach: OutreachSummary


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
    listed = outreach_tags.read_tags(context, campaign)
    return {
        "campaign": listed.campaign,
        "version": listed.version,
        "made_by": listed.made_by,
        "approval": approval_document(listed.approval),
        "broken": [str(message) for message in listed.broken],
        "tags": [_tag(line) for line in listed.lines],
    }


def overview(context: Context, campaign: str) -> PlanOverview | None:
    """A plan in figures, and its outreach: how many tags are in which state, whose
    approval stands, and of which posts the label lacks; None when nothing is
    planned."""
    with db.reading(context.engine) as session:
        plan = plans.find_plan(session, utm_naming.normalise_name(campaign, "campaign"))
        if plan is None:
            return None
        return PlanOverview(_plan_summary(plan), _outreach_summary(session, plan))


def _plan_summary(plan: Plan) -> PlanSummary:
    """A plan in figures only."""
    return {
        "version": plan.version,
        "tags": plan.calendar["tags"],
        "reach": plan.calendar["reach"],
        "cost": plan.calendar["cost"],
        "made_at": plan.made_at,
    }


def _outreach_summary(session: Session, plan: Plan) -> OutreachSummary:
    tags = plans.tags(session, plan)
    steps = plan_approval.steps_by_tag(session, plan, tags)
    rows = entries.find_all(session, {tag.creator for tag, _ in tags})
    counts = Counter(plan_approval.state_of(tag_steps) for tag_steps in steps.values())
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
                "wrong": [disclosure_status.PROBLEM_MESSAGES[kind] for kind in wrong],
            }
            for tag, _ in tags
            if (wrong := pending_steps.problems_of_tag(tag, steps[tag.id or 0], rows))
        ],
    }


def list_due(context: Context, lang: str = "en") -> list[DueFields]:
    """What outreach waits for, as of today, in words of a language."""
    pending = pending_due(context)
    return [
        {
            "kind": step.kind,
            "campaign": step.campaign,
            "tag": step.n,
            "day": step.day,
            "said": pending_steps.step_text(step, language(lang)),
            "words": [
                *map(str, step.rules),
                *(disclosure_status.PROBLEM_MESSAGES[kind] for kind in step.problems),
            ],
        }
        for step in pending
    ]


def pending_due(context: Context) -> list[PendingStep]:
    """The same as they are, as of today."""
    today, settings = creator_registry.today(context), context.workspace.config.planning
    with db.reading(context.engine) as session:
        return pending_steps.pending_steps(session, today, settings)


def _unconfirmed(
    session: Session, plan: Plan, steps: dict[int, list[OutreachStep]]
) -> int:
    open_ids = [
        id_
        for id_, tag_steps in steps.items()
        if plan_approval.state_of(tag_steps) in tag_states.OPEN_STATES
    ]
    return len(outreach_store.found_posts(session, open_ids))


def _tag(line: TagLine) -> ListedTag:
    words = disclosure_status.PROBLEM_MESSAGES
    return {
        "tag": line.tag.n,
        "day": line.tag.day,
        "creator": line.tag.creator,
        "channel": line.tag.channel,
        "asset": line.tag.asset,
        "format": line.tag.format,
        "state": line.state,
        "next": list(tag_states.NEXT_STATES[line.state]),
        "broken": [str(message) for message in line.broken],
        "connection": line.connection,
        "needed": list(line.needed),
        "undisclosed": [words[kind] for kind in line.problems],
        "found": [
            {
                "mention": post.mention,
                "by": post.by,
                "url": post.url,
                "faults": [words[kind] for kind in post.faults],
            }
            for post in line.found
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
            for step in line.steps
        ],
        "altered": list(line.altered),
    }
