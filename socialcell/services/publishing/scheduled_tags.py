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
from socialcell.message_catalog import Message
from socialcell.services.context import Context
from socialcell.services.outreach import outreach_steps
from socialcell.services.publishing.own_posts import queue_post
from socialcell.services.publishing.post_drafts import length_of


@dataclass(frozen=True)
class ScheduledTag:
    """A tag that the cell posts, and why it may not go out (empty: it may)."""

    plan: Plan
    tag: PlanTag
    link: TrackedLink
    due_at: datetime
    why_not: tuple[str, ...]

    @property
    def key(self) -> str:
        return post_key(self.plan, self.tag, self.link)


def scheduled_tags(
    context: Context, session: Session, campaign: str | None = None
) -> Iterator[ScheduledTag]:
    """What the cell posts of the newest plans, of one campaign or all, that is not a
    post yet; in the plans' order."""
    for plan in plans.newest_plans(session):
        if campaign is not None and plan.campaign != campaign:
            continue
        for tag, link in plans.tags(session, plan):
            if tag.posted_by != "cell":
                continue
            at = datetime.combine(tag.day, time.fromisoformat(tag.at), IST)
            why = tuple(map(str, _why_not(context, session, plan, tag)))
            scheduled = ScheduledTag(plan, tag, link, at, why)
            if store.find_post(session, scheduled.key) is None:
                yield scheduled


def queue_due_tags(
    context: Context, session: Session, campaign: str | None
) -> list[ScheduledTag]:
    """Make posts of the tags that are due and allowed; returns those that are due and
    not allowed."""
    now = context.clock.now()
    late = now - timedelta(hours=context.workspace.config.publishing.late_hours)
    refused = []
    for scheduled in list(scheduled_tags(context, session, campaign)):
        if not late <= scheduled.due_at <= now:
            continue
        if scheduled.why_not:
            refused.append(scheduled)
            continue
        post = _build_post(session, scheduled)
        if store.add(session, post):
            queue_post(session, post, now)
    return refused


def record_posted(context: Context, session: Session, post: OwnPost) -> None:
    """Record in the plan's outreach that the tag was posted."""
    plan_tag = _find(session, post)
    if plan_tag is None:
        return
    plan, tag = plan_tag
    steps = plan_approval.steps_by_tag(session, plan)[tag.id or 0]
    step = OutreachStep(
        campaign=plan.campaign,
        terms=plan_approval.terms_of(tag, steps),
        tag_id=tag.id or 0,
        state="posted",
        by=context.actor.name,
        at=context.clock.now(),
        evidence_kind="link",
        evidence=post.url or f"{post.platform}:{post.external_id}",
        # The words are those that were approved, and so is the label in them.
        detail=disclosure_status.DisclosureFinding(faults=()).as_dict(),
    )
    outreach_steps.add_step(context, session, plan, tag, step)


def why_not_now(context: Context, session: Session, post: OwnPost) -> list[str]:
    """Why a tag that became a post may not go out any more; empty: it may."""
    plan_tag = _find(session, post)
    if plan_tag is None:
        return [str(Message("posts.tag_left_plan"))]
    return [str(why) for why in _why_not(context, session, *plan_tag, post.text)]


def _find(session: Session, post: OwnPost) -> tuple[Plan, PlanTag] | None:
    """The tag of the newest plan that became this post."""
    plan = plans.find_plan(session, post.campaign or "")
    if plan is None:
        return None
    for tag, link in plans.tags(session, plan):
        if post_key(plan, tag, link) == post.key:
            return plan, tag
    return None


def post_key(plan: Plan, tag: PlanTag, link: TrackedLink) -> str:
    """A tag's key as a post: the same from version to version of the plan."""
    return "tag." + "|".join((plan.campaign, link.code, tag.asset, tag.language))


def _why_not(
    context: Context,
    session: Session,
    plan: Plan,
    tag: PlanTag,
    text: str | None = None,
) -> Iterator[Message]:
    settings = context.workspace.config.planning
    words = text if text is not None else tag.text
    if tag.channel not in PUBLISHERS:
        yield Message("posts.person_posts_there", {"channel": tag.channel})
    elif tag.format != "post":
        yield Message("posts.person_posts_format", {"format": tag.format})
    elif not words:
        yield Message("posts.words_deleted")
    else:
        count = length_of(tag.channel, words, None, None)
        if count.fault is not None:
            yield count.fault
        elif not count.fits:
            lengths = {"used": count.used, "limit": count.limit}
            yield Message("posts.long_words_of_tag", lengths)
    yield from plan_approval.reasons_against(
        session, plan, tag, settings=settings, words=words
    )


def _build_post(session: Session, scheduled: ScheduledTag) -> OwnPost:
    tag = scheduled.tag
    approval = plan_approval.valid_approval(session, scheduled.plan)
    assert approval is not None  # else it would say why not

    return OwnPost(
        key=scheduled.key,
        kind="tag",
        platform=tag.channel,
        due_at=scheduled.due_at,
        language=tag.language,
        text=tag.text or "",
        wards=list(tag.wards),
        campaign=scheduled.plan.campaign,
        state="approved",
        made_by=scheduled.plan.made_by,
        made_at=scheduled.plan.made_at,
        decided_by=approval.by,
        decided_at=approval.at,
    )
