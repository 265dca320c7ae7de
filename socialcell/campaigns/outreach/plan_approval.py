"""The approval of a plan's content, its validity, and reasons against a post."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.outreach import plan_rules, tag_states
from socialcell.campaigns.outreach.model import OutreachStep, PlanApproval
from socialcell.campaigns.outreach.plan_facts import PERSON_KINDS, Tag
from socialcell.campaigns.outreach.store import outreach as store
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.json_types import DocumentValue, JsonObject
from socialcell.message_catalog import Message
from socialcell.settings.campaigns import Planning

_TERMS = (
    *("day", "at", "creator", "channel", "asset", "format", "posted_by"),
    *("language", "text", "label", "cost_micros", "currency"),
)
_BRIEF = ("campaign", "initiative", "goal", "audience", "wards", "start", "end")
_TARGETS = ("code", "web", "android", "ios")


@dataclass(frozen=True)
class PlanContent:
    """A plan as hashes: of all of it, of each tag in order, of each tag's terms by its
    id. The seal of a tag covers its terms and the targets of its link."""

    hash: str
    seals: tuple[str, ...]
    terms: Mapping[int, str]


def plan_content(
    plan: Plan, tags: Sequence[Tag], approved: PlanApproval | None = None
) -> PlanContent:
    """The content to approve. A tag whose text was erased since keeps the seal that was
    `approved`."""
    terms = {tag.id or 0: _terms(tag) for tag, _ in tags}
    seals = []
    for place, (tag, link) in enumerate(tags):
        sealed = approved.seals if tag.text is None and approved else ()
        if place < len(sealed):
            seals.append(sealed[place])
            continue
        targets = {name: getattr(link, name) for name in _TARGETS}
        seals.append(_hash({"terms": terms[tag.id or 0], "leads": targets}))
    brief = {name: plan.brief[name] for name in (*_BRIEF, "budget")}
    document: JsonObject = {"version": plan.version, "brief": brief, "tags": seals}
    return PlanContent(_hash(document), tuple(seals), terms)


def valid_approval(
    session: Session, plan: Plan, tags: Sequence[Tag] | None = None
) -> PlanApproval | None:
    """The approval of a plan whose content is unchanged since; None: there is none."""
    tag_list = plans.tags(session, plan) if tags is None else tags
    approval = store.newest_approval(session, plan)
    return approval if is_approved(plan, tag_list, approval) else None


def is_approved(plan: Plan, tags: Sequence[Tag], approval: PlanApproval | None) -> bool:
    """Whether an approval is of the plan's content as it is now."""
    return (
        approval is not None
        and plan_content(plan, tags, approval).hash == approval.content
    )


def steps_by_tag(
    session: Session, plan: Plan, tags: Sequence[Tag] | None = None
) -> dict[int, list[OutreachStep]]:
    """The steps of each tag so far, in order: tag's id → steps."""
    tag_list = plans.tags(session, plan) if tags is None else tags
    return steps_of_plans(session, {plan.campaign: tag_list})


def steps_of_plans(
    session: Session, tags: Mapping[str, Sequence[Tag]]
) -> dict[int, list[OutreachStep]]:
    """The same of the tags of several campaigns, in one statement."""
    return store.steps(
        session,
        {
            campaign: {tag.id or 0: _terms(tag) for tag, _ in own}
            for campaign, own in tags.items()
        },
    )


def terms_of(tag: PlanTag, steps: Sequence[OutreachStep]) -> str:
    """The hash of the terms of a tag; the last one where its text was erased since."""
    return steps[-1].terms if tag.text is None and steps else _terms(tag)


def state_of(steps: Sequence[OutreachStep]) -> str:
    return steps[-1].state if steps else tag_states.FIRST_STATE


def reasons_against(
    session: Session,
    plan: Plan,
    post: PlanTag,
    *,
    settings: Planning | None = None,
    words: str | None = None,
) -> list[Message]:
    """The reasons why a tag of a plan may not be published; empty: it may.

    `plan` is a version of a campaign's plan and `post` one of its tags. `settings` is
    `planning` of the current config.yaml; without it the plan's own. `words` is the
    text to be published, where given: it must be the approved one.
    """
    reasons: list[Message] = []
    newest = plans.find_plan(session, plan.campaign)
    if newest is not None and newest.version != plan.version:
        reasons.append(
            Message(
                "outreach.newer_version",
                {"newest": newest.version, "version": plan.version},
            )
        )
    tags = plans.tags(session, plan)
    if valid_approval(session, plan, tags) is None:
        reasons.append(unapproved_message(session, plan))
    state = state_of(steps_by_tag(session, plan, tags)[post.id or 0])
    if state != "scheduled":
        reasons.append(
            Message("outreach.not_scheduled", {"tag": post.n, "state": state})
        )
    if words is not None and words != post.text:
        reasons.append(Message("outreach.words_not_approved", {"tag": post.n}))
    reasons += _consent_reasons(session, post)
    of_this = (None, post.n)
    violations = plan_rules.find_violations(session, plan, tags, settings)
    return reasons + [
        violation.message for violation in violations if violation.n in of_this
    ]


def unapproved_message(session: Session, plan: Plan) -> Message:
    """The message that a plan, or its current content, is not approved."""
    approval = store.newest_approval(session, plan)
    if approval is None:
        return Message(
            "outreach.plan_not_approved",
            {"version": plan.version, "campaign": plan.campaign},
        )
    return Message(
        "outreach.plan_changed", {"name": approval.by, "campaign": plan.campaign}
    )


def _consent_reasons(session: Session, post: PlanTag) -> list[Message]:
    row = entries.find(session, post.creator)
    if row is None or row.kind not in PERSON_KINDS or row.consent == "agreed":
        return []
    return [
        Message(
            "outreach.not_agreed", {"creator": post.creator, "consent": row.consent}
        )
    ]


def _terms(tag: PlanTag) -> str:
    return _hash({name: getattr(tag, name) for name in _TERMS})


def _hash(document: Mapping[str, DocumentValue]) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
