"""The tags of a plan as outreach stands: states, steps, posts found, and rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.store.creator_rows import StoredCreator
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outreach import (
    disclosure_rules,
    pending_steps,
    plan_approval,
    plan_facts,
    plan_rules,
    tag_states,
)
from socialcell.campaigns.outreach.model import OutreachStep, PlanApproval
from socialcell.campaigns.outreach.plan_facts import RuleViolation, Tag
from socialcell.campaigns.outreach.store import outreach_posts
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.message_catalog import Message
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outreach import outreach_steps
from socialcell.services.outreach.plan_approvals import newest_plan


@dataclass(frozen=True)
class FoundPost:
    """A mention that may be a tag's post: by its link or by a name, and the faults of
    its label (kinds of disclosure_status)."""

    mention: int
    by: str
    url: str | None
    faults: Sequence[str]


@dataclass(frozen=True)
class TagLine:
    """A tag: how far it is, what is in its way, and what was entered of it.

    `needed` are sources of rules on the picture that a person looks after, `problems`
    kinds of disclosure_status, `altered` states whose steps are not as they were
    entered.
    """

    tag: PlanTag
    state: str
    broken: Sequence[Message]
    connection: str
    needed: Sequence[str]
    problems: Sequence[str]
    found: Sequence[FoundPost]
    steps: Sequence[OutreachStep]
    altered: Sequence[str]


@dataclass(frozen=True)
class OutreachTags:
    """The newest version of a campaign's plan with its tags; `broken` are rules that
    the plan as a whole breaks."""

    campaign: str
    version: int
    made_by: str
    approval: PlanApproval | None
    broken: Sequence[Message]
    lines: Sequence[TagLine]


def read_tags(context: Context, campaign: str) -> OutreachTags:
    """Every tag of a campaign's newest plan with its steps. For approvers; noted.
    NoPlan: there is none."""
    name = utm_naming.normalise_name(campaign, "campaign")
    creator_registry.require_approver(context, "campaigns.outreach.list", name, {})
    settings = context.workspace.config.planning
    with db.reading(context.engine) as session:
        plan = newest_plan(session, name)
        tags = plans.tags(session, plan)
        registry = plan_facts.read_registry(session, tags)
        broken = plan_rules.violations_of(plan, tags, settings, registry)
        approval = plan_approval.valid_approval(session, plan, tags)
        lines = _lines(session, plan, tags, broken, registry.rows)
        listed = OutreachTags(
            campaign=name,
            version=plan.version,
            made_by=plan.made_by,
            approval=approval,
            broken=[violation.message for violation in broken if violation.n is None],
            lines=lines,
        )
        session.expunge_all()
    return listed


def _lines(
    session: Session,
    plan: Plan,
    planned: Sequence[Tag],
    broken: Sequence[RuleViolation],
    rows: Mapping[str, StoredCreator],
) -> list[TagLine]:
    tags = [tag for tag, _link in planned]
    steps = plan_approval.steps_by_tag(session, plan, planned)
    found = outreach_posts.found_with_urls(session, [tag.id or 0 for tag in tags])
    altered = outreach_steps.altered_steps(session, plan, steps)
    lines = []
    for tag in tags:
        tag_id = tag.id or 0
        state = plan_approval.state_of(steps[tag_id])
        connection = _connection(tag, rows.get(tag.creator))
        lines.append(
            TagLine(
                tag=tag,
                state=state,
                broken=[rule.problem for rule in broken if rule.n == tag.n]
                if state in tag_states.OPEN_STATES
                else [],
                connection=connection,
                needed=_needed(tag, connection),
                problems=pending_steps.disclosure_problems(
                    tag, steps[tag_id], connection
                ),
                found=[
                    FoundPost(post.mention_id, post.by, url, tuple(post.faults))
                    for post, url in found.get(tag_id, ())
                ],
                steps=steps[tag_id],
                altered=altered[tag_id] if tag.text else [],
            )
        )
    return lines


def _connection(tag: PlanTag, row: StoredCreator | None) -> str:
    return disclosure_rules.connection_to_disclose(
        row.connection if row else None, tag.cost_micros > 0
    )


def _needed(tag: PlanTag, connection: str) -> list[str]:
    if connection == "none":
        return []
    rules = disclosure_rules.visual_rules(tag.format, tag.day)
    return [rule.source for rule in rules]
