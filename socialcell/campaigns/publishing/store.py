"""Questions about the cell's own posts: planned, due, and what became of them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import case, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing

_POST = db.table(OwnPost)
P = _POST.c
# What tells people of a closure goes first, then who waits for an answer.
_FIRST = {"notice": 1, "reply": 2, "tag": 3, "post": 3}
_OPEN = ("draft", "approved")


def add(session: Session, post: OwnPost) -> bool:
    """Enter a post; False when one of its key is there already."""
    row = post.model_dump(exclude={"id"})
    return bool(db.insert_new(session, _POST, [row]))


def named(session: Session, key: str) -> OwnPost | None:
    return session.scalars(select(OwnPost).where(col(OwnPost.key) == key)).first()


def closure_of(session: Session, prefix: str) -> int | None:
    """The closure that posts announce whose keys begin so."""
    asked = select(P.closure_id).where(
        P.key.startswith(prefix, autoescape=True), P.closure_id.is_not(None)
    )
    return session.scalars(asked.limit(1)).first()


def between(session: Session, start: datetime, end: datetime) -> list[OwnPost]:
    """Posts that are due in [start, end) and were not withdrawn, in their order."""
    asked = select(OwnPost).where(
        col(OwnPost.due_at) >= start,
        col(OwnPost.due_at) < end,
        col(OwnPost.state) != "withdrawn",
    )
    return list(session.scalars(asked.order_by(col(OwnPost.due_at), col(OwnPost.id))))


def open_(session: Session, campaign: str | None = None) -> list[OwnPost]:
    """Posts that are still to go out, those of one campaign or all, in their order."""
    asked = select(OwnPost).where(col(OwnPost.state).in_(_OPEN))
    if campaign is not None:
        asked = asked.where(col(OwnPost.campaign) == campaign)
    return list(session.scalars(asked.order_by(col(OwnPost.due_at), col(OwnPost.id))))


def due(session: Session, now: datetime, campaign: str | None) -> list[int]:
    """Ids of what is to be posted now: what is marked as safety, then notices, then
    answers, then the rest by time."""
    waits = outbox_store.posts_waiting(session, now)
    asked = select(P.id, P.key).where(P.state == "approved")
    if campaign is not None:
        asked = asked.where(P.campaign == campaign)
    rank = case((P.safety, 0), else_=case(_FIRST, value=P.kind, else_=9))
    rows = session.execute(asked.order_by(rank, P.due_at, P.id))
    return [row.id for row in rows if f"own.{row.key}" in waits]


def message(session: Session, post: OwnPost) -> Outgoing | None:
    """The post as it waits in the outbox, or has left it."""
    asked = select(Outgoing).where(col(Outgoing.dedup_key) == post.sent_as)
    return session.scalars(asked).first()


def held_ids(session: Session, platform: str, but: int) -> set[str]:
    """Ids of the platform that are known as those of other posts."""
    asked = select(P.external_id).where(
        P.platform == platform, P.external_id.is_not(None), P.id != but
    )
    return set(session.scalars(asked))


def uncertain(session: Session, platforms: Collection[str]) -> Sequence[OwnPost]:
    """Posts of which nobody knows whether these platforms have them."""
    asked = select(OwnPost).where(
        col(OwnPost.state) == "approved",
        col(OwnPost.asked_first).is_not(None),
        col(OwnPost.platform).in_(platforms),
    )
    return session.scalars(asked.order_by(col(OwnPost.id))).all()
