"""Posts what is due in the city's name, once: a crash never posts twice.

A post is marked as asked before the platform is called. Whoever finds that mark asks
the platform what it has before anything is sent again; where it cannot say, a person
does. `services/outbox` holds and releases; the platform's ledger limits.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db, log
from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.connectors import publisher as publishers
from socialcell.connectors.base import Batch, ConnectorError, Kind
from socialcell.connectors.publisher import PostReference, Publisher, UnconfirmedCall
from socialcell.errors import ConfigError
from socialcell.message_catalog import Message
from socialcell.ops import audit, outbox_store
from socialcell.ops.outbox_model import with_number
from socialcell.services.collection import allowance_ledger
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from socialcell.services.outbox import election_periods, outbox_mode
from socialcell.services.publishing import scheduled_tags

_LOG = log.logger(__name__)
# How long a platform may take to show what it took from a call that was lost.
SETTLING_TIME = timedelta(minutes=10)
# So often a lost post is looked for and sent again; then a person decides.
_TRIES = 5
_RETRY = timedelta(minutes=15)
# These concern the account, not one post: nothing else is tried there in this run.
_STOPPING = (Kind.AUTH, Kind.ACCESS, Kind.RATE, Kind.QUOTA, Kind.TRANSIENT)


@dataclass(frozen=True)
class PostOutcome:
    """The outcome of one post: posted, later, held, unsure or refused; and why."""

    post: int
    platform: str
    state: str
    why: str | None = None


@dataclass
class PublishRun:
    """A run: outcomes in their order, tags of plans that may not go out, and platforms
    on which nothing more was tried, with the reason."""

    outcomes: list[PostOutcome] = field(default_factory=list)
    not_allowed: list[scheduled_tags.ScheduledTag] = field(default_factory=list)
    stopped: dict[str, str] = field(default_factory=dict)
    needs_a_person: bool = False

    def count(self, state: str) -> int:
        return sum(outcome.state == state for outcome in self.outcomes)


@dataclass
class _Accounts:
    """The publishers of a run and their ledgers, each made when it is needed."""

    context: Context
    connected: dict[str, tuple[Publisher, Ledger]] = field(default_factory=dict)

    def of(self, platform: str) -> tuple[Publisher, Ledger]:
        if platform not in self.connected:
            publisher = publishers.build(platform, self.context.connector_context)
            self.connected[platform] = publisher, ledger_of(self.context, publisher)
        return self.connected[platform]


def publish_due(
    context: Context,
    *,
    campaign: str | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> PublishRun:
    """Post what is due, of one campaign or all: notices first, then answers, then the
    rest by time. Every post that stands is in the audit log."""
    run = PublishRun()
    with db.writing(context.engine) as session:
        run.not_allowed = scheduled_tags.queue_due_tags(context, session, campaign)
        session.flush()
        session.expunge_all()
    with db.reading(context.engine) as session:
        ids = store.due_ids(session, context.clock.now(), campaign)
    accounts = _Accounts(context)
    for id_ in ids:
        if stop():
            break
        outcome = _publish_one(accounts, id_, run)
        if outcome is not None:
            run.outcomes.append(outcome)
    return run


def ledger_of(context: Context, publisher: Publisher) -> Ledger:
    """What posting is counted in, under the caps and the money of config.yaml."""
    config, platform = context.workspace.config, publisher.platform
    buckets = {
        bucket.name: bucket
        for bucket in allowance_ledger.posting_buckets(config, platform)
    }
    money = allowance_ledger.monthly_limit(config, platform)
    return Ledger(context.engine, context.clock, platform, buckets, money)


def _publish_one(accounts: _Accounts, id_: int, run: PublishRun) -> PostOutcome | None:
    """One post; None when it is not due any more, or its platform was stopped."""
    context = accounts.context
    with db.writing(context.engine) as session:
        post = session.get_one(OwnPost, id_)
        if post.platform in run.stopped:
            return None
        claim = _claim(context, session, post)
        session.flush()
        session.expunge_all()
    if not isinstance(claim, _Claim):
        return claim
    try:
        publisher, ledger = accounts.of(post.platform)
        return _post_once(context, claim, publisher, ledger)
    except ConfigError as error:
        run.stopped[post.platform] = str(error)
        run.needs_a_person = True
        return _retry_later(context, claim, str(error), context.clock.now() + _RETRY)
    except ConnectorError as error:
        if error.kind in _STOPPING:
            run.stopped[post.platform] = str(error)
        run.needs_a_person |= error.kind in (Kind.AUTH, Kind.ACCESS)
        return _settle_failed(context, claim, error)


@dataclass(frozen=True)
class _Claim:
    """A post that is nobody else's now; its words, as they were approved."""

    post: OwnPost
    outgoing: int
    words: str
    tries: int


def _claim(
    context: Context, session: Session, post: OwnPost
) -> "_Claim | PostOutcome | None":
    now = context.clock.now()
    waits = store.message(session, post)
    if waits is None or waits.id is None or post.state != "approved":
        return None
    late = _late_hours(context)
    tag = (
        scheduled_tags.why_not_now(context, session, post) if post.kind == "tag" else []
    )
    why = [("rule", broken) for broken in tag]
    if post.asked_first is None and now - waits.not_before > late:
        why.append(("late", str(Message("posts.time_passed"))))
    if waits.answer != outbox_store.RELEASED:
        if on := election_periods.why_held(context, session, post, now):
            why.append(("rule", on))
        is_held, mode = outbox_mode.check_mode(session, post.outgoing_kind)
        if is_held:
            why.append(("mode", outbox_mode.held_by_mode(mode)))
    if why:
        reason = " ".join(words for _, words in why)
        outbox_store.hold_back(session, waits.id, why[0][0], reason)
        note = with_number(reason, waits.id)
        return PostOutcome(post.id or 0, post.platform, "held", note)
    claimed = outbox_store.claim(session, waits.id, now)
    if claimed is None:
        return None
    if post.asked_last is not None and now < (ready := post.asked_last + SETTLING_TIME):
        outbox_store.settle(session, waits.id, "pending", now, "it may show yet", ready)
        return PostOutcome(post.id or 0, post.platform, "later", "it may show yet")
    assert claimed.body is not None
    return _Claim(post, waits.id, claimed.body.decode(), claimed.attempts)


def _post_once(
    context: Context, claim: _Claim, publisher: Publisher, ledger: Ledger
) -> PostOutcome:
    """Look for it where it may stand already; else post it. ConnectorError."""
    post = claim.post
    if post.asked_first is not None:
        if not publisher.can_find:
            return _hold_unsure(
                context, claim, "The platform cannot say whether it has it."
            )
        existing = _find_posted(context, claim, publisher, post.asked_first)
        if existing is not None:
            return _settle_posted(context, claim, existing, ledger, None)
        if claim.tries > _TRIES:
            return _hold_unsure(context, claim, "It was tried again and again.")
    bucket = publisher.bucket(claim.words)
    ledger.take(bucket)
    key = post.prepared
    if key is None and post.reply_to is None:
        key = publisher.prepare(claim.words, post.media)
        if key is not None:
            _set_fields(context, claim, prepared=key)
    now = context.clock.now()
    _set_fields(context, claim, asked_first=post.asked_first or now, asked_last=now)
    try:
        if post.reply_to is not None:
            posted = publisher.reply(post.reply_to, claim.words, key)
        else:
            posted = publisher.post(claim.words, post.media, key)
    except UnconfirmedCall as error:
        return _settle_unknown(context, claim, publisher, ledger, bucket, str(error))
    except ConnectorError as error:
        # What was asked before this may still be there: that mark stays.
        _set_fields(
            context, claim, asked_first=post.asked_first, asked_last=post.asked_last
        )
        if error.kind is Kind.GONE and key is not None:
            _set_fields(context, claim, prepared=None)
            return _retry_later(context, claim, str(error), context.clock.now())
        raise
    return _settle_posted(context, claim, posted, ledger, bucket)


def _find_posted(
    context: Context, claim: _Claim, publisher: Publisher, since: datetime
) -> PostReference | None:
    post = claim.post
    candidates = publisher.find(claim.words, post.prepared, since, post.reply_to)
    with db.reading(context.engine) as session:
        others = store.ids_of_other_posts(session, post.platform, post.id or 0)
    return next(
        (candidate for candidate in candidates if candidate.id not in others), None
    )


def _settle_posted(
    context: Context,
    claim: _Claim,
    posted: PostReference,
    ledger: Ledger,
    bucket: str | None,
) -> PostOutcome:
    now, id_ = context.clock.now(), claim.post.id or 0
    with db.writing(context.engine) as session:
        outbox_store.settle(
            session, claim.outgoing, "sent", now, f"posted as {posted.id}"
        )
        post = session.get_one(OwnPost, id_)
        mark_posted(session, post, posted, now)
        if post.kind == "tag":
            scheduled_tags.record_posted(context, session, post)
        if bucket is not None:
            ledger.book(session, Batch((), {}, cost={bucket: 1}))
        detail = {"platform": post.platform, "as": posted.id, "by": post.decided_by}
        audit.append(session, context.actor, "post.publish", str(id_), detail, now)
    return PostOutcome(id_, claim.post.platform, "posted", posted.url)


def mark_posted(
    session: Session, post: OwnPost, posted: PostReference, now: datetime
) -> None:
    """The post is out, under that id."""
    post.state, post.posted_at = "posted", now
    post.external_id, post.url = posted.id, posted.url
    post.asked_first = post.asked_last = None


def _settle_unknown(
    context: Context,
    claim: _Claim,
    publisher: Publisher,
    ledger: Ledger,
    bucket: str,
    why: str,
) -> PostOutcome:
    """Settle a post whose call got no answer: it may have cost, and it may be out."""
    with db.writing(context.engine) as session:
        ledger.book(session, Batch((), {}, cost={bucket: 1}))
    if not publisher.can_find:
        return _hold_unsure(context, claim, why)
    _LOG.warning("whether a post was made is not known", post=claim.post.id, why=why)
    return _retry_later(context, claim, why, context.clock.now() + SETTLING_TIME)


def _hold_unsure(context: Context, claim: _Claim, why: str) -> PostOutcome:
    id_ = claim.post.id or 0
    note = (
        f"It may be posted: {why} Look there, then: socialcell posts publish "
        f"--confirm {id_}, or --again {id_} when it is not there"
    )
    now = context.clock.now()
    with db.writing(context.engine) as session:
        outbox_store.hold_back(session, claim.outgoing, "unsure", note)
        detail = {"platform": claim.post.platform}
        audit.append(session, context.actor, "post.unsure", str(id_), detail, now)
    _LOG.error("a person must look whether a post was made", post=id_, why=why)
    return PostOutcome(id_, claim.post.platform, "unsure", note)


def _retry_later(
    context: Context, claim: _Claim, why: str, until: datetime
) -> PostOutcome:
    now = context.clock.now()
    with db.writing(context.engine) as session:
        outbox_store.settle(session, claim.outgoing, "pending", now, why, until)
    return PostOutcome(claim.post.id or 0, claim.post.platform, "later", why)


def _settle_failed(
    context: Context, claim: _Claim, error: ConnectorError
) -> PostOutcome:
    """Settle a post that the platform refused: what concerns this post alone waits for
    a person; all else is tried again."""
    if error.kind in _STOPPING or error.kind is Kind.DRIFT:
        now = context.clock.now()
        until = error.until or now + _RETRY
        if until - now <= _late_hours(context):
            return _retry_later(context, claim, str(error), until)
    with db.writing(context.engine) as session:
        outbox_store.hold_back(session, claim.outgoing, "platform", str(error))
    _LOG.error("a post was refused", post=claim.post.id, answer=str(error))
    return PostOutcome(claim.post.id or 0, claim.post.platform, "refused", str(error))


def _late_hours(context: Context) -> timedelta:
    return timedelta(hours=context.workspace.config.publishing.late_hours)


def _set_fields(
    context: Context, claim: _Claim, **values: str | datetime | None
) -> None:
    with db.writing(context.engine) as session:
        post = session.get_one(OwnPost, claim.post.id)
        for name, field_value in values.items():
            setattr(post, name, field_value)
