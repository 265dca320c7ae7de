"""Tags of plans that the cell posts itself: they become posts when their time comes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlmodel import Session

from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.outreach import disclosure_status, plan_approval
from socialcell.campaigns.outreach.model import OutreachStep
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.connectors.publisher import PUBLISHERS
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.outreach import outreach_steps
from socialcell.services.publishing.own_posts import length_of, queue


@dataclass(frozen=True)
class OwnTag:
    """A tag that the cell posts, and why it may not go out (empty: it may)."""

    plan: Plan
    tag: PlanTag
    link: TrackedLink
    due_at: datetime
    why_not: tuple[str, ...]

    @property
    def key(self) -> str:
        return key_of(self.plan, self.tag, self.link)


def own_tags(
    context: Context, session: Session, campaign: str | None = None
) -> Iterator[OwnTag]:
    """What the cell posts of the newest plans, of one campaign or all, that is not a
    post yet; in the plans' order."""
    for plan in plans.newest_plans(session):
        if campaign is not None and plan.campaign != campaign:
            continue
        for tag, link in plans.tags(session, plan):
            if tag.posted_by != "cell":
                continue
            at = datetime.combine(tag.day, time.fromisoformat(tag.at), IST)
            why = tuple(_why_not(context, session, plan, tag))
            found = OwnTag(plan, tag, link, at, why)
            if store.find_post(session, found.key) is None:
                yield found


def take(context: Context, session: Session, campaign: str | None) -> list[OwnTag]:
    """Tags that are due and may go out are posts from now on; those that are due and
    may not."""
    now = context.clock.now()
    late = now - timedelta(hours=context.workspace.config.publishing.late_hours)
    refused = []
    for one in list(own_tags(context, session, campaign)):
        if not late <= one.due_at <= now:
            continue
        if one.why_not:
            refused.append(one)
            continue
        post = _post(session, one)
        if store.add(session, post):
            queue(session, post, now)
    return refused


def posted(context: Context, session: Session, post: OwnPost) -> None:
    """The tag has come to its post, which stands in the plan's outreach as well."""
    found = _find(session, post)
    if found is None:
        return
    plan, tag = found
    steps = plan_approval.steps_by_tag(session, plan)[tag.id or 0]
    step = OutreachStep(
        campaign=plan.campaign,
        terms=plan_approval.terms_of(tag, steps),
        tag_id=tag.id or 0,
        state="posted",
        by=audit.operator(),
        at=context.clock.now(),
        evidence_kind="link",
        evidence=post.url or f"{post.platform}:{post.external_id}",
        # The words are those that were approved, and so is the label in them.
        detail=disclosure_status.DisclosureFinding(faults=()).as_dict(),
    )
    outreach_steps.add(context, session, plan, tag, step)


def why_not_now(context: Context, session: Session, post: OwnPost) -> list[str]:
    """Why a tag that became a post may not go out any more; empty: it may."""
    found = _find(session, post)
    if found is None:
        return ["The plan does not hold this tag any more."]
    return list(_why_not(context, session, *found, post.text))


def _find(session: Session, post: OwnPost) -> tuple[Plan, PlanTag] | None:
    """The tag of the newest plan that became this post."""
    plan = plans.find_plan(session, post.campaign or "")
    if plan is None:
        return None
    for tag, link in plans.tags(session, plan):
        if key_of(plan, tag, link) == post.key:
            return plan, tag
    return None


def key_of(plan: Plan, tag: PlanTag, link: TrackedLink) -> str:
    """A tag's key as a post: the same from version to version of the plan."""
    return "tag." + "|".join((plan.campaign, link.code, tag.asset, tag.language))


def _why_not(
    context: Context,
    session: Session,
    plan: Plan,
    tag: PlanTag,
    said: str | None = None,
) -> Iterator[str]:
    settings = context.workspace.config.planning
    words = said if said is not None else tag.text
    if tag.channel not in PUBLISHERS:
        yield f"On {tag.channel} a person posts: nothing is sent there from here."
    elif tag.format != "post":
        yield f"A {tag.format} is posted by a person: only words are sent from here."
    elif not words:
        yield "Its words were forgotten."
    else:
        count = length_of(tag.channel, words, None, None)
        if count.fault is not None:
            yield f"{count.fault[0].upper()}{count.fault[1:]}."
        elif not count.fits:
            yield f"Its words have {count.used} of {count.limit} signs."
    yield from plan_approval.reasons_against(
        session, plan, tag, settings=settings, words=words
    )


def _post(session: Session, one: OwnTag) -> OwnPost:
    tag = one.tag
    given = plan_approval.valid_approval(session, one.plan)
    assert given is not None  # else it would say why not
    return OwnPost(
        key=one.key,
        kind="tag",
        platform=tag.channel,
        due_at=one.due_at,
        language=tag.language,
        text=tag.text or "",
        wards=list(tag.wards),
        campaign=one.plan.campaign,
        state="approved",
        made_by=one.plan.made_by,
        made_at=one.plan.made_at,
        decided_by=given.by,
        decided_at=given.at,
    )
