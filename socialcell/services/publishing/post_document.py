"""A post of the cell's own as plain JSON, with what the outbox says of it."""

from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.services.context import Context
from socialcell.services.publishing import reply_targets
from socialcell.services.publishing.post_drafts import length_of
from socialcell.services.publishing.post_holds import hold_with


class LengthFields(TypedDict):
    """The length of a post as its platform counts."""

    used: int
    limit: int


class HoldFields(TypedDict):
    """What keeps a post from going out; see `PostHold`."""

    reason: str | None
    why: str


class OutboxFields(TypedDict):
    """The message of a post in the outbox."""

    id: int | None
    state: str
    answer: str | None


class PostDocument(TypedDict):
    """A post as plain JSON. `standing` is its state, unless it is held, or nobody knows
    whether it is out; `hold` says what holds it. `answers` is the mention that it
    answers, where we have it; `reply_to`, the platform's number of it, is shown no
    more, as it leads to whoever wrote that."""

    id: int | None
    kind: str
    platform: str
    due_at: datetime
    language: str
    text: str
    media: str | None
    reply_to: None
    answers: int | None
    wards: list[str]
    campaign: str | None
    template: str | None
    safety: bool
    state: str
    made_by: str
    made_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    external_id: str | None
    url: str | None
    posted_at: datetime | None
    length: LengthFields
    outgoing: OutboxFields | None
    unsure: bool
    held: bool
    hold: HoldFields | None
    standing: str


def post_document(context: Context, session: Session, post: OwnPost) -> PostDocument:
    """A post as a document, with what the outbox says of it. `standing` is its state,
    unless it is held, or nobody knows whether it is out; `hold` says what holds it."""
    waits = store.message(session, post)
    hold = hold_with(context, session, post, waits)
    is_unsure = post.state == "approved" and post.asked_first is not None
    is_held = waits is not None and waits.state == "held"
    count = length_of(post.platform, post.text, post.media, post.reply_to)
    return {
        "id": post.id,
        "kind": post.kind,
        "platform": post.platform,
        "due_at": post.due_at,
        "language": post.language,
        "text": post.text,
        "media": post.media,
        "reply_to": None,
        "answers": reply_targets.answered_mentions(session, [post]).get(post.key),
        "wards": post.wards,
        "campaign": post.campaign,
        "template": post.template,
        "safety": post.safety,
        "state": post.state,
        "made_by": post.made_by,
        "made_at": post.made_at,
        "decided_by": post.decided_by,
        "decided_at": post.decided_at,
        "external_id": post.external_id,
        "url": post.url,
        "posted_at": post.posted_at,
        "length": {"used": count.used, "limit": count.limit},
        "outgoing": None
        if waits is None
        else {"id": waits.id, "state": waits.state, "answer": waits.note},
        "unsure": is_unsure,
        "held": is_held,
        "hold": None if hold is None else {"reason": hold.reason, "why": hold.why},
        "standing": "unsure" if is_unsure else "held" if is_held else post.state,
    }
