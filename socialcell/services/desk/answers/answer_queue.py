"""Put an approved message where it leaves: the outbox, or the city's own posts."""

from datetime import datetime

from sqlmodel import Session

from socialcell.campaigns.publishing import store as post_store
from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.errors import UsageError
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.services.context import Context
from socialcell.services.desk.answers import answer_languages
from socialcell.services.desk.answers.answer_channels import AnswerWay, Way
from socialcell.services.publishing import own_posts, post_drafts
from socialcell.services.publishing.post_drafts import PostDraft
from socialcell.text import one_line

_SUBJECT = 80


def way_of(message: CaseMessage) -> Way:
    """The way that a message goes."""
    if message.is_public:
        return "public"
    return "private" if message.template is None else "template"


def post_draft(
    message: CaseMessage, way: AnswerWay, key: str, now: datetime
) -> PostDraft:
    """A public answer as the city's own post, due now."""
    return PostDraft(
        platform=way.platform,
        due_at=now,
        language=answer_languages.base_of(message.language or "mr"),
        text=message.text or "",
        reply_to=way.reply_to,
        kind="reply",
        safety=message.safety,
        key=key,
    )


def queue_message(
    context: Context,
    session: Session,
    case: DeskCase,
    contact: CaseContact,
    message: CaseMessage,
    way: AnswerWay,
) -> None:
    """Queue a message that may leave; the caller has asked who may, and whether."""
    now, who = context.clock.now(), context.actor.name
    message.state, message.decided_by, message.decided_at = "queued", who, now
    message.reason = None
    key = f"answer.{message.id}"
    if way.way == "public":
        _queue_public(context, session, message, way, key)
        return
    message.outbox_key = key
    is_new = outbox_store.add(
        session,
        Outgoing(
            kind=outbox_store.ANSWER,
            channel=contact.channel,
            dedup_key=key,
            recipient=case.number,
            subject=one_line(message.text or "", _SUBJECT),
            body=(message.text or "").encode(),
            state="pending",
            not_before=now,
            made_at=now,
        ),
    )
    if not is_new:
        raise UsageError("deskanswers.queued_before", message=message.id)


def _queue_public(
    context: Context, session: Session, message: CaseMessage, way: AnswerWay, key: str
) -> None:
    now, who = context.clock.now(), context.actor.name
    draft = post_draft(message, way, key, now)
    post = post_drafts.build_post(context, session, draft)
    post.made_by, post.made_at = message.made_by, message.at
    post.state, post.decided_by, post.decided_at = "approved", who, now
    if not post_store.add(session, post):
        raise UsageError("deskanswers.queued_before", message=message.id)
    stored = post_store.find_post(session, key)
    assert stored is not None
    own_posts.queue_post(session, stored, now)
    message.own_post_id = stored.id
