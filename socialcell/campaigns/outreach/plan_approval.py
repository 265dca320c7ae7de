"""What was approved of a plan, whether that stands, and why a post may not go out."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.outreach import plan_rules, tag_states
from socialcell.campaigns.outreach.model import OutreachStep, PlanApproval
from socialcell.campaigns.outreach.plan_facts import PEOPLE, Tag
from socialcell.campaigns.outreach.store import outreach as store
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.settings.campaigns import Planning

_TERMS = (
    *("day", "at", "creator", "channel", "asset", "format", "posted_by"),
    *("language", "text", "label", "cost_micros", "currency"),
)
_BRIEF = ("campaign", "initiative", "goal", "audience", "wards", "start", "end")
_LEADS = ("code", "web", "android", "ios")


@dataclass(frozen=True)
class Content:
    """A plan as hashes: of all of it, of each tag in order, of each tag's terms by its
    id. The seal of a tag covers its terms and where its link leads."""

    hash: str
    seals: tuple[str, ...]
    terms: Mapping[int, str]


def content(
    plan: Plan, tags: Sequence[Tag], approved: PlanApproval | None = None
) -> Content:
    """What there is to approve. A tag whose words were forgotten since keeps the seal
    that was `approved`."""
    terms = {tag.id or 0: _terms(tag) for tag, _ in tags}
    seals = []
    for place, (tag, link) in enumerate(tags):
        kept = approved.seals if tag.text is None and approved else ()
        if place < len(kept):
            seals.append(kept[place])
            continue
        leads = {name: getattr(link, name) for name in _LEADS}
        seals.append(_hash({"terms": terms[tag.id or 0], "leads": leads}))
    about = {name: plan.brief[name] for name in (*_BRIEF, "budget")}
    said = {"version": plan.version, "brief": about, "tags": seals}
    return Content(_hash(said), tuple(seals), terms)


def standing(
    session: Session, plan: Plan, tags: Sequence[Tag] | None = None
) -> PlanApproval | None:
    """The approval of a plan that is still what was approved; None: there is none."""
    held = plans.tags(session, plan) if tags is None else tags
    given = store.approval(session, plan)
    if given is None or content(plan, held, given).hash != given.content:
        return None
    return given


def states(
    session: Session, plan: Plan, tags: Sequence[Tag] | None = None
) -> dict[int, list[OutreachStep]]:
    """The steps of each tag so far, in order: tag's id → steps."""
    held = plans.tags(session, plan) if tags is None else tags
    terms = {tag.id or 0: _terms(tag) for tag, _ in held}
    return store.steps(session, plan.campaign, terms)


def terms_of(tag: PlanTag, steps: Sequence[OutreachStep]) -> str:
    """The hash of what is agreed of a tag; of one whose words were forgotten since, as
    it was last."""
    return steps[-1].terms if tag.text is None and steps else _terms(tag)


def state_of(steps: Sequence[OutreachStep]) -> str:
    return steps[-1].state if steps else tag_states.FIRST


def why_not(
    session: Session,
    plan: Plan,
    post: PlanTag,
    *,
    settings: Planning | None = None,
    words: str | None = None,
) -> list[str]:
    """Why a tag of a plan may not go out, in words; empty: it may.

    `plan` is a version of a campaign's plan and `post` one of its tags. `settings` is
    `planning` of config.yaml as it is now; without it the plan's own. `words`, where
    given, are what would go out: they must be those that were approved.
    """
    found = []
    newest = plans.find(session, plan.campaign)
    if newest is not None and newest.version != plan.version:
        found.append(f"Version {newest.version} of the plan replaces {plan.version}.")
    tags = plans.tags(session, plan)
    if standing(session, plan, tags) is None:
        found.append(unapproved(session, plan))
    state = state_of(states(session, plan, tags)[post.id or 0])
    if state != "scheduled":
        found.append(f"Tag {post.n} is {state}: only what is scheduled goes out.")
    if words is not None and words != post.text:
        found.append(f"The words of tag {post.n} are not those that were approved.")
    found += _unagreed(session, post)
    of_this = (None, post.n)
    rules = plan_rules.broken(session, plan, tags, settings)
    return found + [str(one) for one in rules if one.n in of_this]


def unapproved(session: Session, plan: Plan) -> str:
    """That a plan is not approved, or not as it is now."""
    given = store.approval(session, plan)
    how = f"socialcell campaigns approve {plan.campaign} --by NAME"
    if given is None:
        return f"Version {plan.version} of the plan is not approved: {how}"
    return (
        f"The plan was changed since {given.by} approved it: it needs approval again: "
        f"{how}"
    )


def _unagreed(session: Session, post: PlanTag) -> list[str]:
    row = entries.find(session, post.creator)
    if row is None or row.kind not in PEOPLE or row.consent == "agreed":
        return []
    return [f"{post.creator} has not agreed (consent: {row.consent})."]


def _terms(tag: PlanTag) -> str:
    return _hash({name: getattr(tag, name) for name in _TERMS})


def _hash(said: Any) -> str:
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
