"""Planned posts found among mentions: of the account that was agreed, in its days."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.creators.store import creator_entries as entries
from socialcell.campaigns.links import utm_naming
from socialcell.campaigns.outreach import dated_rules, disclosure_rules, plan_approval
from socialcell.campaigns.outreach.model import OutreachDismissed, OutreachFound
from socialcell.campaigns.outreach.plan_facts import Tag
from socialcell.campaigns.outreach.store import outreach
from socialcell.campaigns.outreach.store import outreach_posts as post_store
from socialcell.campaigns.outreach.store.outreach_posts import OutreachPost
from socialcell.campaigns.planning import store as plans
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.json_types import JsonValue
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outreach.outreach_entry import require_tag
from socialcell.services.outreach.plan_approvals import newest_plan
from socialcell.services.outreach.step_checks import connection_of

AWAITING_STATES = ("accepted", "scheduled")
"""States of a tag whose post is looked for."""


def find_posts(context: Context) -> int:
    """Look for posts of all newest plans and propose them; how many are new.

    A post carries the tag's tracked link; or, where no post does, names whom it should.
    A person confirms it: `outreach advance … posted --mention ID`, or dismisses it.
    """
    now, matches = context.clock.now(), []
    with db.reading(context.engine) as session:
        for plan in plans.newest_plans(session):
            matches += list(_match_plan(context, session, plan, now))
    if not matches:
        return 0
    with db.writing(context.engine) as session:
        return post_store.add_found(session, matches)


def dismiss(context: Context, campaign: str, n: int, mention: int) -> bool:
    """Say that a mention is not the post of tag `n` of the newest plan: it is proposed
    no more, also when a later version holds the tag unchanged. For approvers; audited.

    False: that was said before. UsageError: no such tag; a mention that was not found
    for it, or that was confirmed as its post.
    """
    name = utm_naming.normalise_name(campaign, "campaign")
    who = context.actor.name
    detail_asked = {"tag": n, "mention": mention}
    creator_registry.require_approver(
        context, "campaigns.outreach.dismiss", name, detail_asked
    )
    with db.writing(context.engine) as session:
        plan = newest_plan(session, name)
        outreach.lock_plan(session, plan)
        tag = require_tag(session, plan, n)
        steps = plan_approval.steps_by_tag(session, plan)[tag.id or 0]
        terms = plan_approval.terms_of(tag, steps)
        if (terms, mention) in post_store.dismissed_pairs(session, name):
            return False
        if post_store.find_found_post(session, tag.id or 0, mention) is None:
            raise UsageError("outreach.mention_of_no_tag", mention=mention, tag=n)
        if steps and (steps[-1].evidence_kind, steps[-1].evidence) == (
            "mention",
            str(mention),
        ):
            raise UsageError("outreach.mention_confirmed", mention=mention, tag=n)
        dismissal = OutreachDismissed(
            campaign=name,
            terms=terms,
            mention_id=mention,
            by=who,
            at=context.clock.now(),
        )
        post_store.dismiss(session, tag.id or 0, dismissal)
        detail: dict[str, JsonValue] = {
            "version": plan.version,
            "tag": n,
            "mention": mention,
            "by": who,
        }
        creator_registry.audit_entry(
            context, session, "outreach.dismissed", name, detail
        )
    return True


def _match_plan(
    context: Context, session: Session, plan: Plan, now: datetime
) -> Iterator[OutreachFound]:
    tags = plans.tags(session, plan)
    steps = plan_approval.steps_by_tag(session, plan, tags)
    awaiting = [
        (tag, link)
        for tag, link in tags
        if plan_approval.state_of(steps[tag.id or 0]) in AWAITING_STATES
    ]
    handles = context.workspace.config.planning.handles
    dismissed = post_store.dismissed_pairs(session, plan.campaign)
    posts = {
        tag.n: [
            post
            for post in _posts(session, tag, handles)
            if (plan_approval.terms_of(tag, steps[tag.id or 0]), post.mention)
            not in dismissed
        ]
        for tag, _ in awaiting
        if tag.text
    }
    for tag, link in awaiting:
        for post, by in _candidates(
            session, (tag, link), posts.get(tag.n, []), handles
        ):
            if by == "name" and any(
                _has_link(post, label_fault.code) for _, label_fault in tags
            ):
                continue
            connection = connection_of(session, tag)
            faults = disclosure_rules.label_faults(
                post.text or "", connection, tag.language, tag.day
            )
            yield OutreachFound(
                tag_id=tag.id or 0,
                mention_id=post.mention,
                by=by,
                faults=[label_fault.kind for label_fault in faults],
                found_at=now,
            )


def _candidates(
    session: Session, tag: Tag, posts: list[OutreachPost], handles: Mapping[str, str]
) -> list[tuple[OutreachPost, str]]:
    """Posts that may be a tag's, each with how it is known."""
    planned, link = tag
    carried = [(post, "link") for post in posts if _has_link(post, link.code)]
    if carried:
        return carried
    named = _accounts(session, planned)
    if planned.posted_by == "creator":
        own = handles.get(planned.channel)
        named = [own.lower()] if own else []
    return [(post, "name") for post in posts if _mentions_handle(post, named)]


def _posts(
    session: Session, tag: PlanTag, handles: Mapping[str, str]
) -> list[OutreachPost]:
    """What the account that was agreed posted in the days of a tag."""
    rule = dated_rules.rule_on("post", tag.day)
    if rule is None:
        return []
    names = _accounts(session, tag)
    if tag.posted_by == "cell":
        own = handles.get(tag.channel)
        names = [own.lower()] if own else []
    midnight = datetime.combine(tag.day, time(), IST)
    return post_store.posts_of_accounts(
        session,
        [(tag.channel, name) for name in names],
        midnight - timedelta(days=rule.says["before"]),
        midnight + timedelta(days=1 + rule.says["after"]),
    )


def _accounts(session: Session, tag: PlanTag) -> list[str]:
    """The creator's handles on the tag's channel."""
    row = entries.find(session, tag.creator)
    accounts = [] if row is None else entries.accounts(session, row.id)
    return [handle for platform, handle in accounts if platform == tag.channel]


def _has_link(post: OutreachPost, code: str) -> bool:
    """Whether the tracked link is among a post's addresses, or in its words."""
    end = f"/r/{code}"
    words = [*post.links, *(post.text or "").split()]
    return any(word.partition("?")[0].rstrip("/.,;)!।").endswith(end) for word in words)


def _mentions_handle(post: OutreachPost, handles: list[str]) -> bool:
    words = (post.text or "").lower().split()
    words_said = {word.lstrip("(\"'").rstrip(".,;:!?)\"'।") for word in words}
    return any(f"@{handle}" in words_said for handle in handles)
