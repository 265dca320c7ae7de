"""Queries about the cell's own posts: planned, due and posted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, or_, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.publishing.model import SENT_AS, OwnPost
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing

_POST = db.table(OwnPost)
P = _POST.c
# Notices of closures go first, then answers to people.
_KIND_RANKS = {"notice": 1, "reply": 2, "tag": 3, "post": 3}
_OPEN = ("draft", "approved")


def add(session: Session, post: OwnPost) -> bool:
    """Enter a post; False when one of its key is there already."""
    row = post.model_dump(exclude={"id"})
    return bool(db.insert_new(session, _POST, [row]))


def find_post(session: Session, key: str) -> OwnPost | None:
    return session.scalars(select(OwnPost).where(col(OwnPost.key) == key)).first()


def free_key(session: Session, post: OwnPost) -> None:
    """A post that was withdrawn keeps its number, and another one may have its key."""
    post.key = f"{post.key}|withdrawn.{post.id}"
    session.flush()


def same_post(
    session: Session, post: OwnPost, *, since: datetime | None
) -> OwnPost | None:
    """Another post with the same words for the same platform, picture and post that it
    answers, which is neither withdrawn nor deleted. `since` None: of the same time;
    else of any, where it is not out yet or its time came after that."""
    is_near = (
        P.due_at == post.due_at
        if since is None
        else or_(P.state.in_(_OPEN), P.due_at > since)
    )
    query = select(OwnPost).where(
        is_near,
        P.id != post.id,
        P.platform == post.platform,
        P.text == post.text,
        P.media.is_not_distinct_from(post.media),
        P.reply_to.is_not_distinct_from(post.reply_to),
        P.state.in_((*_OPEN, "posted")),
    )
    return session.scalars(query.order_by(P.id)).first()


def says(session: Session, words: str) -> bool:
    """Whether these words stand in a post that was approved, or is out."""
    query = select(P.id).where(
        P.text.contains(words, autoescape=True), P.state.in_(("approved", "posted"))
    )
    return session.execute(query.limit(1)).first() is not None


def closure_of(session: Session, prefix: str) -> int | None:
    """The closure that posts announce whose keys begin so."""
    query = select(P.closure_id).where(
        P.key.startswith(prefix, autoescape=True), P.closure_id.is_not(None)
    )
    return session.scalars(query.limit(1)).first()


def posts_between(session: Session, start: datetime, end: datetime) -> list[OwnPost]:
    """Posts that are due in [start, end) and were not withdrawn, in their order."""
    query = select(OwnPost).where(
        col(OwnPost.due_at) >= start,
        col(OwnPost.due_at) < end,
        col(OwnPost.state) != "withdrawn",
    )
    return list(session.scalars(query.order_by(col(OwnPost.due_at), col(OwnPost.id))))


def posted_between(session: Session, start: datetime, end: datetime) -> list[OwnPost]:
    """Posts that were posted in [start, end), in the order of time."""
    query = select(OwnPost).where(
        col(OwnPost.posted_at) >= start, col(OwnPost.posted_at) < end
    )
    return list(
        session.scalars(query.order_by(col(OwnPost.posted_at), col(OwnPost.id)))
    )


def first_statement(
    session: Session, start: datetime, end: datetime, wards: Collection[str]
) -> datetime | None:
    """When the city first published a notice, or an answer about life or limb, in a
    span; of those for wards only what is for one of these. None: it did not."""
    statement = (
        select(OwnPost)
        .where(
            col(OwnPost.posted_at) >= start,
            col(OwnPost.posted_at) <= end,
            or_(col(OwnPost.kind) == "notice", col(OwnPost.safety).is_(True)),
        )
        .order_by(col(OwnPost.posted_at), col(OwnPost.id))
    )
    return next(
        (
            post.posted_at
            for post in session.scalars(statement)
            if not post.wards or not wards or set(post.wards) & set(wards)
        ),
        None,
    )


def approved(session: Session) -> list[OwnPost]:
    """Posts that a second person approved, sent or not, by number; tags of plans are
    approved with their plan and are not among them."""
    query = (
        select(OwnPost)
        .where(
            col(OwnPost.kind) != "tag",
            col(OwnPost.state).in_(("approved", "posted", "deleted")),
        )
        .order_by(col(OwnPost.id))
    )
    return list(session.execute(query).scalars())


def unposted(session: Session, campaign: str | None = None) -> list[OwnPost]:
    """Posts that are still to go out, those of one campaign or all, in their order."""
    query = select(OwnPost).where(col(OwnPost.state).in_(_OPEN))
    if campaign is not None:
        query = query.where(col(OwnPost.campaign) == campaign)
    return list(session.scalars(query.order_by(col(OwnPost.due_at), col(OwnPost.id))))


def drafts_query() -> Select[int]:
    """How many posts wait for a second person, as a question of one row."""
    return select(func.count()).where(P.state == "draft")


def draft_ids_of(session: Session, name: str) -> list[int]:
    """The posts that an operator drafted and nobody has decided on, by id."""
    query = select(P.id).where(P.state == "draft", P.made_by == name)
    return list(session.scalars(query.order_by(P.id)))


def due_ids(session: Session, now: datetime, campaign: str | None) -> list[int]:
    """Ids of what is to be posted now: what is marked as safety, then notices, then
    answers, then the rest by time."""
    waiting_keys = outbox_store.posts_waiting(session, now)
    query = select(P.id, P.key).where(P.state == "approved")
    if campaign is not None:
        query = query.where(P.campaign == campaign)
    rank = case((P.safety, 0), else_=case(_KIND_RANKS, value=P.kind, else_=9))
    rows = session.execute(query.order_by(rank, P.due_at, P.id))
    return [row.id for row in rows if f"own.{row.key}" in waiting_keys]


def late_safety(session: Session, before: datetime) -> list[OwnPost]:
    """Posts marked as safety that were approved and due before a moment and are not
    out, in their order."""
    query = select(OwnPost).where(
        col(OwnPost.state) == "approved",
        col(OwnPost.safety).is_(True),
        col(OwnPost.due_at) < before,
        col(OwnPost.decided_at) < before,
    )
    return list(session.scalars(query.order_by(col(OwnPost.due_at), col(OwnPost.id))))


def message(session: Session, post: OwnPost) -> Outgoing | None:
    """The post's row of the outbox, waiting or sent."""
    query = select(Outgoing).where(col(Outgoing.dedup_key) == post.sent_as)
    return session.scalars(query).first()


@dataclass(frozen=True, slots=True)
class PostStanding:
    """Where a post stands, and what its row of the outbox says (None: it has none)."""

    id: int
    state: str
    external_id: str | None
    waits: str | None  # the state of its row of the outbox
    held_by: str | None
    answer: str | None


def standings(session: Session, ids: Collection[int]) -> dict[int, PostStanding]:
    """Where posts stand, by their numbers; those that are not there are missing."""
    waits = db.table(Outgoing)
    rows: dict[int, PostStanding] = {}
    for chunk in db.chunks(ids):
        query = (
            select(P.id, P.state, P.external_id, waits.c.state.label("waits"))
            .add_columns(waits.c.held_by, waits.c.answer)
            .join_from(_POST, waits, waits.c.dedup_key == SENT_AS + P.key, isouter=True)
            .where(P.id.in_(chunk))
        )
        rows |= {row.id: row for row in db.records(session, query, PostStanding)}
    return rows


def messages(session: Session, posts: Collection[OwnPost]) -> dict[str, Outgoing]:
    """The rows of the outbox of these posts, by `sent_as`."""
    rows: dict[str, Outgoing] = {}
    for chunk in db.chunks([post.sent_as for post in posts]):
        query = select(Outgoing).where(col(Outgoing.dedup_key).in_(chunk))
        rows |= {row.dedup_key: row for row in session.scalars(query)}
    return rows


def posts_before(
    session: Session, states: Collection[str], before: int | None, limit: int
) -> list[OwnPost]:
    """The newest posts in these states, those before a number; at most `limit`."""
    query = select(OwnPost).where(col(OwnPost.state).in_(states))
    if before is not None:
        query = query.where(col(OwnPost.id) < before)
    return list(session.scalars(query.order_by(col(OwnPost.id).desc()).limit(limit)))


def ids_of_other_posts(session: Session, platform: str, post_id: int) -> set[str]:
    """The platform's ids of all other posts."""
    query = select(P.external_id).where(
        P.platform == platform, P.external_id.is_not(None), P.id != post_id
    )
    return set(session.scalars(query))


def uncertain_posts(session: Session, platforms: Collection[str]) -> Sequence[OwnPost]:
    """Posts that these platforms may or may not have."""
    query = select(OwnPost).where(
        col(OwnPost.state) == "approved",
        col(OwnPost.asked_first).is_not(None),
        col(OwnPost.platform).in_(platforms),
    )
    return session.scalars(query.order_by(col(OwnPost.id))).all()


def answers_to(
    session: Session, platform: str, external_ids: Collection[str]
) -> list[OwnPost]:
    """Answers to these posts of a platform that were not withdrawn, in their order."""
    rows: list[OwnPost] = []
    for chunk in db.chunks(sorted(external_ids)):
        query = select(OwnPost).where(
            col(OwnPost.platform) == platform,
            col(OwnPost.reply_to).in_(chunk),
            col(OwnPost.state) != "withdrawn",
        )
        rows += session.scalars(query.order_by(col(OwnPost.id)))
    return rows


def count_posted(session: Session, start: datetime, end: datetime) -> dict[str, int]:
    """Own posts that were published in [start, end), by kind."""
    rows = session.execute(
        select(P.kind, func.count())
        .where(P.posted_at >= start, P.posted_at < end)
        .group_by(P.kind)
    )
    return dict(rows.all())
