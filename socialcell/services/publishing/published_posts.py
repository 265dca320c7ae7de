"""Posts that are out, or may be: a person says which, or takes one back."""

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.connectors import publisher as publishers
from socialcell.connectors.base import Batch, ConnectorError, Kind
from socialcell.errors import NeedsAPerson, UsageError
from socialcell.ops import audit, outbox_store
from socialcell.services.context import Context
from socialcell.services.manual_entry import run_entry
from socialcell.services.publishing import own_posts
from socialcell.services.publishing.posting import ledger_of

_DELETIONS = "deletions"


def confirm_post(context: Context, id_: int, external_id: str | None) -> OwnPost:
    """A person looked: the post is there, under that id if it is given. Audited.

    UsageError when it is not in doubt whether it is.
    """

    def act(session: Session) -> OwnPost:
        now, post = context.clock.now(), _uncertain_post(session, id_)
        waits = store.message(session, post)
        if waits is None or not outbox_store.close(
            session, waits.id or 0, now, f"posted: seen by {context.actor.name}"
        ):
            raise _search_pending(id_)
        post.state, post.posted_at = "posted", now
        post.external_id, post.asked_first, post.asked_last = external_id, None, None
        detail = {"platform": post.platform, "as": external_id}
        audit.append(session, context.actor, "post.confirm", str(id_), detail, now)
        return post

    return run_entry(context, act)


def repost(context: Context, id_: int) -> OwnPost:
    """A person looked: the post is not there. It goes out now. Audited.

    UsageError when it is not in doubt whether it is.
    """

    def act(session: Session) -> OwnPost:
        now, post = context.clock.now(), _uncertain_post(session, id_)
        waits = store.message(session, post)
        if waits is None or not outbox_store.release(session, [waits.id or 0], now):
            raise _search_pending(id_)
        post.asked_first = post.asked_last = post.prepared = None
        detail = {"platform": post.platform}
        audit.append(session, context.actor, "post.again", str(id_), detail, now)
        return post

    return run_entry(context, act)


def delete_post(
    context: Context, id_: int, reason: str, *, dry_run: bool = False
) -> OwnPost:
    """Take a post back from its platform; one that is gone there already is no error.
    Audited. UsageError: it is not out, or its id is not known. ConnectorError."""
    if not reason.strip():
        raise UsageError("posts.no_reason")
    with db.reading(context.engine) as session:
        post = own_posts.require_post(session, id_)
        session.expunge(post)
    if post.state != "posted":
        raise UsageError("posts.not_posted", post=id_, state=post.state)
    if post.external_id is None:
        raise UsageError("posts.posted_without_id", post=id_)
    if dry_run:
        return post
    publisher = publishers.build(post.platform, context.connector_context)
    ledger = ledger_of(context, publisher)
    ledger.take(_DELETIONS)
    try:
        publisher.delete(post.external_id)
    except ConnectorError as error:
        if error.kind in (Kind.AUTH, Kind.ACCESS):
            raise NeedsAPerson(error.message.code, **error.message.parameters) from None
        raise

    def act(session: Session) -> OwnPost:
        now, gone = context.clock.now(), own_posts.require_post(session, id_)
        gone.state = "deleted"
        ledger.book(session, Batch((), {}, cost={_DELETIONS: 1}))
        detail = {"platform": gone.platform, "reason": reason.strip()}
        audit.append(session, context.actor, "post.delete", str(id_), detail, now)
        return gone

    return run_entry(context, act)


def _uncertain_post(session: Session, id_: int) -> OwnPost:
    post = own_posts.require_post(session, id_)
    if post.state != "approved" or post.asked_first is None:
        raise UsageError("posts.not_in_doubt", post=id_, state=post.state)
    return post


def _search_pending(id_: int) -> UsageError:
    return UsageError("posts.search_pending", post=id_)
