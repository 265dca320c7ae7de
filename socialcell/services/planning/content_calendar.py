"""The cell's own calendar: what is planned, where it stands, and why it may not go."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.connectors.publisher import PUBLISHERS
from socialcell.listening.day_ranges import read_day
from socialcell.ops import outbox_store
from socialcell.reports.plans import plan_calendar
from socialcell.reports.plans.plan_calendar import Event
from socialcell.services.context import Context
from socialcell.services.links import tracked_links
from socialcell.services.outbox import election_periods, outbox
from socialcell.services.publishing.own_posts import length_of, post_document
from socialcell.services.publishing.scheduled_tags import (
    ScheduledTag,
    scheduled_tags,
    why_not_now,
)

_AHEAD = timedelta(days=92)


def preview(context: Context, campaign: str | None = None) -> list[dict[str, Any]]:
    """What is still to go out, by time: words, their length as the platform counts,
    where to, and why not (`why_not` empty: it goes when its time comes)."""
    with db.reading(context.engine) as session:
        posts = [
            {
                **post_document(context, session, one),
                "why_not": list(why_not(context, session, one)),
            }
            for one in store.unposted(session, campaign)
        ]
        tags = [
            _tag(context, one, session)
            for one in scheduled_tags(context, session, campaign)
        ]
    return sorted([*posts, *tags], key=lambda one: (one["due_at"], one["id"] or 0))


def why_not(context: Context, session: Session, post: OwnPost) -> Iterator[str]:
    """Why a post does not go out when its time comes, in words."""
    if post.state == "draft":
        yield (
            "It is not approved: a second person says socialcell posts approve "
            f"{post.id}"
        )
    waits = store.message(session, post)
    if waits is not None and waits.state == "held":
        yield waits.answer or "It is held: socialcell outbox release"
    elif waits is None or waits.answer != outbox_store.RELEASED:
        yield from _held(session, post.outgoing_kind)
        if on := election_periods.why_held(context, session, post, post.due_at):
            yield on
    if post.kind == "tag":
        yield from why_not_now(context, session, post)
    yield from _not_there(context, post.platform)


def between(context: Context, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Own posts that are due in [start, end), in their order."""
    with db.reading(context.engine) as session:
        return [
            post_document(context, session, one)
            for one in store.posts_between(session, start, end)
        ]


def listed(
    context: Context, since: str | None, until: str | None
) -> list[dict[str, Any]]:
    """Own posts of days in Pune, both included; from today for three months without
    them, and then also what is of days before and is not out. UsageError when a day is
    none."""
    now = context.clock.now()
    first = read_day(since, "--since", now) if since else now.astimezone(IST).date()
    last = read_day(until, "--until", now) if until else first + _AHEAD
    start = datetime.combine(first, time(), IST)
    end = datetime.combine(last, time(), IST) + timedelta(days=1)
    left = [] if since else _left(context, start)
    return [*left, *between(context, start, end)]


def coming(context: Context) -> list[dict[str, Any]]:
    """Own posts from today on, for three months."""
    start = datetime.combine(context.clock.now().astimezone(IST).date(), time(), IST)
    return between(context, start, start + _AHEAD + timedelta(days=1))


def _left(context: Context, before: datetime) -> list[dict[str, Any]]:
    """Own posts whose time has come and that wait for a person still, oldest first."""
    with db.reading(context.engine) as session:
        return [
            post_document(context, session, one)
            for one in store.unposted(session)
            if one.due_at < before
        ]


def ics(context: Context) -> bytes:
    """Own posts from today on as an iCalendar file."""
    rows = coming(context)
    made_at = max((row["made_at"] for row in rows), default=context.clock.now())
    return plan_calendar.calendar("socialcell", events(rows), made_at)


def events(rows: list[dict[str, Any]]) -> list[Event]:
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


def _tag(context: Context, one: ScheduledTag, session: Session) -> dict[str, Any]:
    tag, text = one.tag, one.tag.text or ""
    count = (
        length_of(tag.channel, text, None, None) if tag.channel in PUBLISHERS else None
    )
    return {
        "id": None,
        "kind": "tag",
        "platform": tag.channel,
        "due_at": one.due_at,
        "language": tag.language,
        "text": text,
        "campaign": one.plan.campaign,
        "link": tracked_links.address(context, one.link),
        "state": "planned",
        "length": count and {"used": count.used, "limit": count.limit},
        "why_not": [
            *one.why_not,
            *_held(session, "post"),
            *_not_there(context, tag.channel),
        ],
    }


def _held(session: Session, kind: str) -> Iterator[str]:
    held, mode = outbox.check_mode(session, kind)
    if held:
        yield f"The switch is set to {mode}: it will be held."


def _not_there(context: Context, platform: str) -> Iterator[str]:
    publishing = context.workspace.config.publishing
    if platform in PUBLISHERS and getattr(publishing, platform) is None:
        yield f"publishing.{platform} is not set in config.yaml."
