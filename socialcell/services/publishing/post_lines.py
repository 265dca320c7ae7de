"""Own posts for pages: how far each is, what holds it, and what was done with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.connectors.text_lengths import PostLength
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.store import areas
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.publishing import reply_targets
from socialcell.services.publishing.post_drafts import length_of
from socialcell.services.publishing.post_holds import (
    PostHold,
    hold_with,
    missing_account,
)

View = Literal["coming", "out", "gone"]
_STATES: Mapping[str, Sequence[str]] = {
    "out": ("posted",),
    "gone": ("withdrawn", "deleted"),
}


@dataclass(frozen=True)
class PostLine:
    """An own post. `standing` is its state, or `held`, or `unsure`: nobody knows
    whether it is out; or `stopped`: it is approved, and its platform is not set up.
    `missing` says so, of a draft as well. `wards` have their names by language (None:
    no area any more). `answer` is what was noted of its last try, `answers` the mention
    that it answers, where we have it."""

    post: OwnPost
    standing: str
    hold: PostHold | None
    missing: Message | None
    answer: str | None
    answers: int | None
    wards: Mapping[str, Mapping[str, str] | None]
    length: PostLength


@dataclass(frozen=True)
class PostEvent:
    """What was done with a post: the action of the audit log, by whom, and why."""

    action: str
    by: str
    at: datetime
    reason: str | None


def list_lines(
    context: Context, view: View, before: int | None, limit: int
) -> list[PostLine]:
    """Posts that are still to go out, by time; or at most `limit` that are out, or do
    not go out any more, with a number below `before`, the newest first."""
    with db.reading(context.engine) as session:
        if view == "coming":
            posts = store.unposted(session)
        else:
            posts = store.posts_before(session, _STATES[view], before, limit)
        lines = list(_lines(context, session, posts))
        session.expunge_all()
    return lines


def list_between(context: Context, start: datetime, end: datetime) -> list[PostLine]:
    """Posts that are due in [start, end) and were not withdrawn, in their order."""
    with db.reading(context.engine) as session:
        posts = store.posts_between(session, start, end)
        lines = list(_lines(context, session, posts))
        session.expunge_all()
    return lines


def find_line(context: Context, id_: int) -> PostLine | None:
    """A post by its number; None: there is none."""
    with db.reading(context.engine) as session:
        post = session.get(OwnPost, id_)
        line = None if post is None else next(_lines(context, session, [post]))
        session.expunge_all()
    return line


def list_events(context: Context, id_: int) -> list[PostEvent]:
    """What was done with a post, in order, as the audit log has it."""
    with db.reading(context.engine) as session:
        rows = audit.entries_about(session, "post.", str(id_))
    return [
        PostEvent(row.action, row.actor, row.at, row.detail.get("reason"))
        for row in rows
    ]


def _lines(
    context: Context, session: Session, posts: Sequence[OwnPost]
) -> Iterator[PostLine]:
    messages = store.messages(session, posts)
    answered = reply_targets.answered_mentions(session, posts)
    names: Mapping[str, Mapping[str, str]] = {}
    if any(post.wards for post in posts):
        names = {area.id: names_of(area) for area in areas.all_areas(session)}
    for post in posts:
        waits = messages.get(post.sent_as)
        is_unsure = post.state == "approved" and post.asked_first is not None
        is_held = waits is not None and waits.state == "held"
        is_coming = post.state in ("draft", "approved") and not is_unsure
        missing = missing_account(context, post.platform) if is_coming else None
        state = "stopped" if missing and post.state == "approved" else post.state
        yield PostLine(
            post=post,
            standing="unsure" if is_unsure else "held" if is_held else state,
            missing=missing,
            hold=hold_with(context, session, post, waits),
            answer=None if waits is None else waits.note,
            answers=answered.get(post.key),
            wards={ward: names.get(ward) for ward in post.wards},
            length=length_of(post.platform, post.text, post.media, post.reply_to),
        )
