"""The cell's own posts: approved by a second person, sent back, withdrawn."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from socialcell import db, roles
from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.errors import UsageError
from socialcell.message_catalog import Message
from socialcell.ops import audit, outbox_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.services import second_approver
from socialcell.services.context import Context
from socialcell.services.manual_entry import run_entry
from socialcell.services.outbox import election_periods, outbox_mode
from socialcell.services.publishing.post_drafts import MADE_BY
from socialcell.text import one_line

_SUBJECT = 80


def approve_posts(context: Context, ids: Sequence[int]) -> list[OwnPost]:
    """A second person says yes: the posts wait in the outbox for their time. What is
    marked as safety and was given none leaves now. Audited.

    UsageError, and nothing is approved: no such draft, one's own, or one for a day
    that an election has taken since. Errors of `second_approver.require_second`.
    """

    def act(session: Session) -> list[OwnPost]:
        now, who = context.clock.now(), context.actor.name
        posts = [require_post(session, id_) for id_ in dict.fromkeys(ids)]
        for post in posts:
            _require_draft(post)
            making = second_approver.making_of(session, MADE_BY, str(post.id))
            about = Message("operators.post", {"id": post.id})
            persons = second_approver.require_second(
                context, session, making, about, post.wards
            )
            if post.at_once:
                post.due_at = now
            election_periods.refuse_in_election(context, post)
            post.state, post.decided_by, post.decided_at = "approved", who, now
            queue_post(session, post, now)
            detail = {
                "made_by": post.made_by,
                "due_at": post.due_at.isoformat(),
                **persons,
                "safety": post.safety,
                "content": post.content,
            }
            audit.append(
                session, context.actor, "post.approve", str(post.id), detail, now
            )
        return posts

    return run_entry(context, act)


def queue_post(session: Session, post: OwnPost, now: datetime) -> None:
    """Put an approved post into the outbox, where the switch holds it or not."""
    kind = post.outgoing_kind
    is_held, mode = outbox_mode.check_mode(session, kind)
    outbox_store.add(
        session,
        Outgoing(
            kind=kind,
            channel=post.platform,
            dedup_key=post.sent_as,
            recipient=post.platform,
            subject=one_line(post.text, _SUBJECT),
            body=post.text.encode(),
            state="held" if is_held else "pending",
            held_by="mode" if is_held else None,
            answer=outbox_mode.held_by_mode(mode) if is_held else None,
            not_before=post.due_at,
            made_at=now,
        ),
    )


def list_drafts(context: Context) -> list[int]:
    """Numbers of the drafts that wait for a second person, by time."""
    with db.reading(context.engine) as session:
        return [
            post.id or 0 for post in store.unposted(session) if post.state == "draft"
        ]


def withdraw_post(context: Context, id_: int, reason: str) -> OwnPost:
    """A post that is not out yet does not go out. Audited.

    UsageError: it is out, or may be, or is being posted just now.
    """
    _require_reason(reason)

    def act(session: Session) -> OwnPost:
        post = require_post(session, id_)
        if not post.can_withdraw:
            if post.state == "approved":
                raise UsageError("posts.unsure", platform=post.platform, post=id_)
            raise UsageError("posts.not_withdrawable", post=id_, state=post.state)
        if post.state == "approved" and not outbox_store.drop(session, post.sent_as):
            raise UsageError("posts.being_posted", post=id_)
        return _end_post(context, session, post, reason)

    return run_entry(context, act)


def return_draft(
    context: Context, id_: int, reason: str, places: Collection[str] | None = None
) -> OwnPost:
    """A draft goes back to whoever wrote it and does not go out. Audited.

    UsageError: there is none that concerns these places (`is_within`), or it is no
    draft any more, since somebody approved or withdrew it.
    """
    _require_reason(reason)

    def act(session: Session) -> OwnPost:
        post = require_post(session, id_)
        if not is_within(post, places):
            raise UsageError("posts.no_such_post", post=id_)
        _require_draft(post)
        return _end_post(context, session, post, reason)

    return run_entry(context, act)


def _require_draft(post: OwnPost) -> None:
    """UsageError when a post does not wait for a second person."""
    if post.state != "draft":
        raise UsageError("posts.no_draft", post=post.id, state=post.state)


def _end_post(
    context: Context, session: Session, post: OwnPost, reason: str
) -> OwnPost:
    now, who = context.clock.now(), context.actor.name
    post.state, post.decided_by, post.decided_at = "withdrawn", who, now
    detail = {"reason": reason.strip()}
    audit.append(session, context.actor, "post.withdraw", str(post.id), detail, now)
    return post


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise UsageError("posts.no_reason")


def is_within(post: OwnPost, places: Collection[str] | None) -> bool:
    """Whether a post is for one of these ward offices and no other; None: any is."""
    return places is None or any(roles.covers(place, post.wards) for place in places)


def require_post(session: Session, id_: int) -> OwnPost:
    """UsageError when there is no such post."""
    post = session.get(OwnPost, id_)
    if post is None:
        raise UsageError("posts.no_such_post", post=id_)
    return post
