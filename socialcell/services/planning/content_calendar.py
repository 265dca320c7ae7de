"""The cell's content calendar: planned posts, their state, and what holds them."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Literal, TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.connectors.publisher import PUBLISHERS
from socialcell.errors import UsageError
from socialcell.listening.day_ranges import read_day
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import with_number
from socialcell.reports.plans import plan_calendar
from socialcell.reports.plans.plan_calendar import Event
from socialcell.services.context import Context
from socialcell.services.links import tracked_links
from socialcell.services.outbox import election_periods, outbox_mode
from socialcell.services.publishing import post_holds
from socialcell.services.publishing.post_document import (
    LengthFields,
    PostDocument,
    post_document,
)
from socialcell.services.publishing.post_drafts import length_of
from socialcell.services.publishing.scheduled_tags import (
    ScheduledTag,
    scheduled_tags,
    why_not_now,
)

_AHEAD = timedelta(days=92)


class PendingPost(PostDocument):
    """A post that is not out, and why it does not go out at its time."""

    why_not: list[str]


class PendingTag(TypedDict):
    """A tag of a plan that is no post yet, and why it may not become one."""

    id: None
    kind: Literal["tag"]
    platform: str
    due_at: datetime
    language: str
    text: str
    campaign: str
    link: str
    state: Literal["planned"]
    length: LengthFields | None
    why_not: list[str]


def list_pending(
    context: Context, campaign: str | None = None
) -> list[PendingPost | PendingTag]:
    """What is still to go out, by time: words, their length as the platform counts,
    where to, and why not (`why_not` empty: it goes when its time comes)."""
    with db.reading(context.engine) as session:
        posts: list[PendingPost | PendingTag] = [
            {
                **post_document(context, session, post),
                "why_not": list(reasons_held(context, session, post)),
            }
            for post in store.unposted(session, campaign)
        ]
        tags = [
            _tag(context, post, session)
            for post in scheduled_tags(context, session, campaign)
        ]
    return sorted([*posts, *tags], key=lambda post: (post["due_at"], post["id"] or 0))


def reasons_held(context: Context, session: Session, post: OwnPost) -> Iterator[str]:
    """Why a post does not go out when its time comes, in words."""
    if post.state == "draft":
        yield f"It is not approved: {post_holds.draft_wait(context, session, post)}"
    waits = store.message(session, post)
    if waits is not None and waits.state == "held":
        yield waits.note or f"It is held: socialcell outbox release {waits.id}"
    elif waits is None or waits.answer != outbox_store.RELEASED:
        yield from _held_by_mode(session, post.outgoing_kind)
        if election := election_periods.why_held(context, session, post, post.due_at):
            yield with_number(election, None if waits is None else waits.id)
    if post.kind == "tag":
        yield from why_not_now(context, session, post)
    yield from _obstacle(context, post.platform)


def list_between(
    context: Context, start: datetime, end: datetime
) -> list[PostDocument]:
    """Own posts that are due in [start, end), in their order."""
    with db.reading(context.engine) as session:
        return [
            post_document(context, session, post)
            for post in store.posts_between(session, start, end)
        ]


def list_posts(
    context: Context, since: str | None, until: str | None
) -> list[PostDocument]:
    """Own posts of days in Pune, both included; from today for three months without
    them, and then also what is of days before and is not out. UsageError when a day is
    none."""
    now = context.clock.now()
    first = read_day(since, "--since", now) if since else now.astimezone(IST).date()
    last = read_day(until, "--until", now) if until else first + _AHEAD
    if since and until and first > last:
        raise UsageError("query.reversed_span", first=since, last=until)
    start = datetime.combine(first, time(), IST)
    end = datetime.combine(last, time(), IST) + timedelta(days=1)
    overdue = [] if since else _overdue(context, start)
    return [*overdue, *list_between(context, start, end)]


def list_coming(context: Context) -> list[PostDocument]:
    """Own posts from today on, for three months."""
    start = datetime.combine(context.clock.now().astimezone(IST).date(), time(), IST)
    return list_between(context, start, start + _AHEAD + timedelta(days=1))


def _overdue(context: Context, before: datetime) -> list[PostDocument]:
    """Own posts whose time has come and that wait for a person still, oldest first."""
    with db.reading(context.engine) as session:
        return [
            post_document(context, session, post)
            for post in store.unposted(session)
            if post.due_at < before
        ]


def calendar_file(context: Context) -> bytes:
    """Own posts from today on as an iCalendar file."""
    rows = list_coming(context)
    made_at = max((row["made_at"] for row in rows), default=context.clock.now())
    return plan_calendar.calendar("socialcell", events(rows), made_at)


def events(rows: list[PostDocument]) -> list[Event]:
    """Own posts as entries of a calendar."""
    return [
        Event(
            uid=f"post-{row['id']}@socialcell",
            starts=row["due_at"],
            title=f"{row['platform']}, {row['language']}: {row['standing']}",
            text=row["text"],
            link=row["url"] or "",
            version=0 if row["decided_at"] is None else 1,
        )
        for row in rows
    ]


def _tag(context: Context, scheduled: ScheduledTag, session: Session) -> PendingTag:
    tag, text = scheduled.tag, scheduled.tag.text or ""
    count = (
        length_of(tag.channel, text, None, None) if tag.channel in PUBLISHERS else None
    )
    return {
        "id": None,
        "kind": "tag",
        "platform": tag.channel,
        "due_at": scheduled.due_at,
        "language": tag.language,
        "text": text,
        "campaign": scheduled.plan.campaign,
        "link": tracked_links.link_address(context, scheduled.link),
        "state": "planned",
        "length": None if count is None else {"used": count.used, "limit": count.limit},
        "why_not": [
            *scheduled.why_not,
            *_held_by_mode(session, "post"),
            *_obstacle(context, tag.channel),
        ],
    }


def _held_by_mode(session: Session, kind: str) -> Iterator[str]:
    is_held, mode = outbox_mode.check_mode(session, kind)
    if is_held:
        yield f"The switch is set to {mode}: it will be held."


def _obstacle(context: Context, platform: str) -> Iterator[str]:
    """That the platform's account is not set up, or a secret of it is missing."""
    if platform in PUBLISHERS and (why := post_holds.find_obstacle(context, platform)):
        yield str(why)
