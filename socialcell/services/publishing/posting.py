"""What is due is posted in the city's name, once: a crash never posts twice.

A post is marked as asked before the platform is called. Whoever finds that mark asks
the platform what it has before anything is sent again; where it cannot say, a person
does. `services/outbox` holds and releases, the ledger of the platform limits.
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
from socialcell.connectors.publisher import Posted, Publisher, Unheard
from socialcell.errors import ConfigError
from socialcell.ops import audit
from socialcell.ops import outbox_store as outbox
from socialcell.services.collection import allowance_ledger
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from socialcell.services.outbox import election_periods
from socialcell.services.outbox import outbox as outgoing
from socialcell.services.publishing import scheduled_tags

_LOG = log.logger(__name__)
# How long a platform may take to show what it took from a call that was lost.
SETTLES = timedelta(minutes=10)
# So often a lost post is looked for and sent again; then a person decides.
_TRIES = 5
_AGAIN = timedelta(minutes=15)
# These concern the account, not one post: nothing else is tried there in this run.
_STOPPING = (Kind.AUTH, Kind.ACCESS, Kind.RATE, Kind.QUOTA, Kind.TRANSIENT)


@dataclass(frozen=True)
class Outcome:
    """What became of one post: posted, later, held, unsure or refused; and why."""

    post: int
    platform: str
    state: str
    why: str | None = None


@dataclass
class Published:
    """A run: outcomes in their order, tags of plans that may not go out, and platforms
    on which nothing more was tried, with the reason."""

    outcomes: list[Outcome] = field(default_factory=list)
    not_allowed: list[scheduled_tags.OwnTag] = field(default_factory=list)
    stopped: dict[str, str] = field(default_factory=dict)
    needs_a_person: bool = False

    def count(self, state: str) -> int:
        return sum(one.state == state for one in self.outcomes)


@dataclass
class _Desk:
    """The publishers of a run and their ledgers, each made when it is needed."""

    context: Context
    made: dict[str, tuple[Publisher, Ledger]] = field(default_factory=dict)

    def of(self, platform: str) -> tuple[Publisher, Ledger]:
        if platform not in self.made:
            publisher = publishers.build(platform, self.context.surroundings)
            self.made[platform] = publisher, ledger_of(self.context, publisher)
        return self.made[platform]


def is_on(context: Context) -> bool:
    """Whether config.yaml names any account to post on."""
    publishing = context.workspace.config.publishing
    return any(getattr(publishing, one) is not None for one in publishers.PUBLISHERS)


def publish(
    context: Context,
    *,
    campaign: str | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Published:
    """Post what is due, of one campaign or all: notices first, then answers, then the
    rest by time. Every post that stands is in the audit log."""
    done = Published()
    with db.writing(context.engine) as session:
        done.not_allowed = scheduled_tags.take(context, session, campaign)
        session.flush()
        session.expunge_all()
    with db.reading(context.engine) as session:
        ids = store.due_ids(session, context.clock.now(), campaign)
    desk = _Desk(context)
    for id_ in ids:
        if stop():
            break
        one = _one(desk, id_, done)
        if one is not None:
            done.outcomes.append(one)
    return done


def ledger_of(context: Context, publisher: Publisher) -> Ledger:
    """What posting is counted in, under the caps and the money of config.yaml."""
    config, platform = context.workspace.config, publisher.platform
    buckets = {one.name: one for one in allowance_ledger.of_posting(config, platform)}
    money = allowance_ledger.spend_micros(config, platform)
    return Ledger(context.engine, context.clock, platform, buckets, money)


def _one(desk: _Desk, id_: int, done: Published) -> Outcome | None:
    """One post; None when it is not due any more, or its platform was stopped."""
    context = desk.context
    with db.writing(context.engine) as session:
        post = session.get_one(OwnPost, id_)
        if post.platform in done.stopped:
            return None
        said = _claimed(context, session, post)
        session.flush()
        session.expunge_all()
    if not isinstance(said, _Claim):
        return said
    try:
        publisher, ledger = desk.of(post.platform)
        return _posted(context, said, publisher, ledger)
    except ConfigError as error:
        done.stopped[post.platform] = str(error)
        done.needs_a_person = True
        return _later(context, said, str(error), context.clock.now() + _AGAIN)
    except ConnectorError as error:
        if error.kind in _STOPPING:
            done.stopped[post.platform] = str(error)
        done.needs_a_person |= error.kind in (Kind.AUTH, Kind.ACCESS)
        return _failed(context, said, error)


@dataclass(frozen=True)
class _Claim:
    """A post that is nobody else's now; its words, as they were approved."""

    post: OwnPost
    outgoing: int
    words: str
    tries: int


def _claimed(
    context: Context, session: Session, post: OwnPost
) -> "_Claim | Outcome | None":
    now = context.clock.now()
    waits = store.message(session, post)
    if waits is None or waits.id is None or post.state != "approved":
        return None
    late = _late(context)
    tag = (
        scheduled_tags.why_not_now(context, session, post) if post.kind == "tag" else []
    )
    why = [("rule", broken) for broken in tag]
    if post.asked_first is None and now - waits.not_before > late:
        passed = "Its time passed while nothing was posted: look whether it is true."
        why.append(("late", passed))
    if waits.answer != outbox.RELEASED:
        if on := election_periods.why_not(context, session, post, now):
            why.append(("rule", on))
        held, mode = outgoing.holds(session, post.outgoing_kind)
        if held:
            why.append(("mode", outgoing.held_by_mode(mode)))
    if why:
        reason = " ".join(words for _, words in why)
        outbox.hold_back(session, waits.id, why[0][0], reason)
        return Outcome(post.id or 0, post.platform, "held", reason)
    claimed = outbox.claim(session, waits.id, now)
    if claimed is None:
        return None
    if post.asked_last is not None and now < (ready := post.asked_last + SETTLES):
        outbox.settle(session, waits.id, "pending", now, "it may show yet", ready)
        return Outcome(post.id or 0, post.platform, "later", "it may show yet")
    assert claimed.body is not None
    return _Claim(post, waits.id, claimed.body.decode(), claimed.attempts)


def _posted(
    context: Context, claim: _Claim, publisher: Publisher, ledger: Ledger
) -> Outcome:
    """Look for it where it may stand already; else post it. ConnectorError."""
    post = claim.post
    if post.asked_first is not None:
        if not publisher.can_find:
            return _unsure(context, claim, "The platform cannot say whether it has it.")
        found = _found(context, claim, publisher, post.asked_first)
        if found is not None:
            return _stands(context, claim, found, ledger, None)
        if claim.tries > _TRIES:
            return _unsure(context, claim, "It was tried again and again.")
    bucket = publisher.bucket(claim.words)
    ledger.take(bucket)
    key = post.prepared
    if key is None and post.reply_to is None:
        key = publisher.prepare(claim.words, post.media)
        if key is not None:
            _note(context, claim, prepared=key)
    now = context.clock.now()
    _note(context, claim, asked_first=post.asked_first or now, asked_last=now)
    try:
        if post.reply_to is not None:
            made = publisher.reply(post.reply_to, claim.words, key)
        else:
            made = publisher.post(claim.words, post.media, key)
    except Unheard as error:
        return _unheard(context, claim, publisher, ledger, bucket, str(error))
    except ConnectorError as error:
        # What was asked before this may still be there: that mark stays.
        _note(context, claim, asked_first=post.asked_first, asked_last=post.asked_last)
        if error.kind is Kind.GONE and key is not None:
            _note(context, claim, prepared=None)
            return _later(context, claim, str(error), context.clock.now())
        raise
    return _stands(context, claim, made, ledger, bucket)


def _found(
    context: Context, claim: _Claim, publisher: Publisher, since: datetime
) -> Posted | None:
    post = claim.post
    found = publisher.find(claim.words, post.prepared, since, post.reply_to)
    with db.reading(context.engine) as session:
        others = store.ids_of_other_posts(session, post.platform, post.id or 0)
    return next((one for one in found if one.id not in others), None)


def _stands(
    context: Context, claim: _Claim, made: Posted, ledger: Ledger, bucket: str | None
) -> Outcome:
    now, id_ = context.clock.now(), claim.post.id or 0
    with db.writing(context.engine) as session:
        outbox.settle(session, claim.outgoing, "sent", now, f"posted as {made.id}")
        post = session.get_one(OwnPost, id_)
        stands(session, post, made, now)
        if post.kind == "tag":
            scheduled_tags.posted(context, session, post)
        if bucket is not None:
            ledger.book(session, Batch((), {}, cost={bucket: 1}))
        detail = {"platform": post.platform, "as": made.id, "by": post.decided_by}
        audit.append(session, audit.operator(), "post.publish", str(id_), detail, now)
    return Outcome(id_, claim.post.platform, "posted", made.url)


def stands(session: Session, post: OwnPost, made: Posted, now: datetime) -> None:
    """The post is out, under that id."""
    post.state, post.posted_at = "posted", now
    post.external_id, post.url = made.id, made.url
    post.asked_first = post.asked_last = None


def _unheard(
    context: Context,
    claim: _Claim,
    publisher: Publisher,
    ledger: Ledger,
    bucket: str,
    why: str,
) -> Outcome:
    """Nobody knows whether it was heard: it may have cost, and it may stand."""
    with db.writing(context.engine) as session:
        ledger.book(session, Batch((), {}, cost={bucket: 1}))
    if not publisher.can_find:
        return _unsure(context, claim, why)
    _LOG.warning("whether a post was made is not known", post=claim.post.id, why=why)
    return _later(context, claim, why, context.clock.now() + SETTLES)


def _unsure(context: Context, claim: _Claim, why: str) -> Outcome:
    id_ = claim.post.id or 0
    said = (
        f"It may be posted: {why} Look there, then: socialcell posts publish "
        f"--confirm {id_}, or --again {id_} when it is not there"
    )
    now = context.clock.now()
    with db.writing(context.engine) as session:
        outbox.hold_back(session, claim.outgoing, "unsure", said)
        detail = {"platform": claim.post.platform}
        audit.append(session, audit.operator(), "post.unsure", str(id_), detail, now)
    _LOG.error("a person must look whether a post was made", post=id_, why=why)
    return Outcome(id_, claim.post.platform, "unsure", said)


def _later(context: Context, claim: _Claim, why: str, until: datetime) -> Outcome:
    now = context.clock.now()
    with db.writing(context.engine) as session:
        outbox.settle(session, claim.outgoing, "pending", now, why, until)
    return Outcome(claim.post.id or 0, claim.post.platform, "later", why)


def _failed(context: Context, claim: _Claim, error: ConnectorError) -> Outcome:
    """The platform took nothing. What only this post can be blamed for waits for a
    person; all else is tried again."""
    if error.kind in _STOPPING or error.kind is Kind.DRIFT:
        now = context.clock.now()
        until = error.until or now + _AGAIN
        if until - now <= _late(context):
            return _later(context, claim, str(error), until)
    with db.writing(context.engine) as session:
        outbox.hold_back(session, claim.outgoing, "platform", str(error))
    _LOG.error("a post was refused", post=claim.post.id, answer=str(error))
    return Outcome(claim.post.id or 0, claim.post.platform, "refused", str(error))


def _late(context: Context) -> timedelta:
    return timedelta(hours=context.workspace.config.publishing.late_hours)


def _note(context: Context, claim: _Claim, **values: object) -> None:
    with db.writing(context.engine) as session:
        post = session.get_one(OwnPost, claim.post.id)
        for name, value in values.items():
            setattr(post, name, value)
