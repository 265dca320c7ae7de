"""The cell's own posts: entered, approved by a second person, withdrawn, listed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict
from uuid import uuid4

from sqlmodel import Session

from socialcell import db, roles
from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.connectors.publisher import PUBLISHERS
from socialcell.connectors.text_lengths import PostLength, length
from socialcell.errors import UnreadableValue, UsageError
from socialcell.http import require_public_form
from socialcell.i18n import CODES
from socialcell.listening.store import areas
from socialcell.message_catalog import Message
from socialcell.ops import audit, outbox_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.services import second_approver
from socialcell.services.area_matching import AreaMatcher
from socialcell.services.context import Context
from socialcell.services.manual_entry import run_entry
from socialcell.services.outbox import election_periods, outbox
from socialcell.services.publishing import reply_targets
from socialcell.text import clean_text, one_line

_SUBJECT = 80
_RELEASE = "socialcell outbox release"


@dataclass(frozen=True)
class PostDraft:
    """A post to be entered: words, platform, time; `key` identifies it.

    `safety` is for a notice or an answer about danger to life, which no mode holds.
    `due_at` None: as soon as a second person approves it, which only safety may.
    `reply_to`: what it answers, as `reply_targets.platform_id` takes it.
    """

    platform: str
    due_at: datetime | None
    language: str
    text: str
    wards: Sequence[str] = ()
    media: str | None = None
    reply_to: str | None = None
    kind: str = "post"
    template: str | None = None
    safety: bool = False
    key: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True)
class PostHold:
    """What keeps a post from going out. `reason`: approval (of a second person), mode
    (the switch), rule (of an election, of a plan), late (its time passed), unsure (it
    may be out), platform (which refused it); None: it was not noted. `why` in words.
    `rules` are those of an election that is still to come.
    """

    reason: str | None
    why: str
    rules: tuple[Message, ...] = ()


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


def add_post(context: Context, draft: PostDraft, *, dry_run: bool = False) -> OwnPost:
    """Enter a post as a draft; it goes out once a second person approved it. Audited.

    UsageError: an unknown platform, language or ward, words that are too long there, a
    time that is past or within an election, a picture without a public https address.
    """

    def act(session: Session) -> OwnPost:
        return enter_post(context, session, draft)

    return run_entry(context, act, dry_run)


def enter_post(
    context: Context, session: Session, draft: PostDraft, closure: int | None = None
) -> OwnPost:
    """As `add`, in the caller's transaction; what is there under the key, if it is."""
    now = context.clock.now()
    existing = store.find_post(session, draft.key)
    if existing is not None:
        if draft.safety and not existing.safety:
            _mark_as_safety(context, session, existing, now)
        return existing
    if draft.due_at is None and not draft.safety:
        raise UsageError("posts.no_time")
    if draft.due_at is not None and draft.due_at <= now:
        at = f"{draft.due_at.astimezone(IST):%Y-%m-%d %H:%M}"
        raise UsageError("posts.past_time", at=at)
    post = build_post(context, session, draft, closure)
    store.add(session, post)
    stored = store.find_post(session, draft.key)
    assert stored is not None
    detail = {
        "platform": post.platform,
        "due_at": post.due_at.isoformat(),
        "kind": post.kind,
        "safety": post.safety,
    }
    audit.append(session, context.actor, "post.add", str(stored.id), detail, now)
    return stored


def build_post(
    context: Context, session: Session, draft: PostDraft, closure: int | None = None
) -> OwnPost:
    """The post that a draft is, checked and not kept. UsageError as of `add`."""
    if draft.platform not in PUBLISHERS:
        raise UsageError(
            "posts.no_such_platform",
            platforms=list(PUBLISHERS),
            platform=draft.platform,
        )
    if draft.language not in CODES:
        raise UsageError(
            "posts.no_such_language", language=draft.language, languages=CODES
        )
    _require_media(draft.media)
    text = clean_text(draft.text).strip()
    if not text:
        raise UsageError("posts.no_words")
    reply_to = reply_targets.platform_id(session, draft.platform, draft.reply_to)
    require_length(
        length_of(draft.platform, text, draft.media, reply_to), draft.platform
    )
    now = context.clock.now()
    due_at = draft.due_at or now
    day = due_at.astimezone(IST).date()
    places = AreaMatcher(areas.all_areas(session))
    try:
        wards = sorted({places.id_of(ward, day) for ward in draft.wards if ward})
    except ValueError as error:
        raise UsageError("posts.no_ward", reason=error) from None
    if draft.safety and draft.kind != "notice" and not reply_to:
        raise UsageError("posts.no_safety_post")
    post = OwnPost(
        key=draft.key,
        kind="reply" if reply_to else draft.kind,
        platform=draft.platform,
        due_at=due_at,
        language=draft.language,
        text=text,
        media=draft.media,
        reply_to=reply_to,
        wards=wards,
        template=draft.template,
        safety=draft.safety,
        closure_id=closure,
        made_by=context.actor.name,
        made_at=now,
    )
    election_periods.refuse_in_election(context, post)
    return post


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
            # Whoever marks a notice as safety has entered it.
            making = second_approver.making_of(
                session, ("post.add", "post.safety"), str(post.id)
            )
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


def _mark_as_safety(
    context: Context, session: Session, post: OwnPost, now: datetime
) -> None:
    """Mark a notice that was entered without it. Whoever marks it has entered it: a
    second person approves the mark as well. UsageError when it is no draft any more."""
    if post.state != "draft":
        raise UsageError("posts.late_safety_mark", post=post.id, state=post.state)
    detail = {"made_by": post.made_by}
    post.safety, post.made_by, post.made_at = True, context.actor.name, now
    audit.append(session, context.actor, "post.safety", str(post.id), detail, now)


def queue_post(session: Session, post: OwnPost, now: datetime) -> None:
    """Put an approved post into the outbox, where the switch holds it or not."""
    kind = post.outgoing_kind
    is_held, mode = outbox.check_mode(session, kind)
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
            answer=outbox.held_by_mode(mode) if is_held else None,
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


def find_held(context: Context, ids: Sequence[int]) -> dict[int, int]:
    """Of these posts those that the outbox holds, with their numbers there."""
    with db.reading(context.engine) as session:
        messages = {
            id_: store.message(session, require_post(session, id_)) for id_ in ids
        }
        return {
            id_: message.id or 0
            for id_, message in messages.items()
            if message is not None and message.state == "held"
        }


def find_holds(context: Context, ids: Sequence[int]) -> dict[int, PostHold]:
    """Of these posts those that do not go out at their time, and what holds each."""
    with db.reading(context.engine) as session:
        holds = {
            id_: hold_of(context, session, require_post(session, id_)) for id_ in ids
        }
        return {id_: hold for id_, hold in holds.items() if hold is not None}


def hold_of(context: Context, session: Session, post: OwnPost) -> PostHold | None:
    """What keeps a post from going out at its time; None: nothing does, as far as is
    known now, or it is out."""
    return hold_with(context, session, post, store.message(session, post))


def hold_with(
    context: Context, session: Session, post: OwnPost, waits: Outgoing | None
) -> PostHold | None:
    """The same, where the post's message in the outbox is known (None: it has none)."""
    if post.state == "draft":
        wait = Message("posts.waits_for_approval", {"post": post.id})
        return PostHold("approval", str(wait))
    if post.state != "approved" or waits is None:
        return None
    if waits.state == "held":
        why = waits.answer or "socialcell outbox release"
        return PostHold(waits.held_by, why.replace(_RELEASE, f"{_RELEASE} {waits.id}"))
    if waits.answer == outbox_store.RELEASED:
        return None
    ahead = election_periods.why_held(context, session, post, post.due_at)
    if not ahead:
        return None
    rules = election_periods.reasons_held(context, session, post, post.due_at)
    words = str(Message("posts.will_be_held", {"reason": ahead}))
    return PostHold("rule", words, rules)


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
        else {"id": waits.id, "state": waits.state, "answer": waits.answer},
        "unsure": is_unsure,
        "held": is_held,
        "hold": None if hold is None else {"reason": hold.reason, "why": hold.why},
        "standing": "unsure" if is_unsure else "held" if is_held else post.state,
    }


def require_post(session: Session, id_: int) -> OwnPost:
    """UsageError when there is no such post."""
    post = session.get(OwnPost, id_)
    if post is None:
        raise UsageError("posts.no_such_post", post=id_)
    return post


def length_of(
    platform: str, text: str, media: str | None, to: str | None
) -> PostLength:
    return length(platform, text, media, reply=to is not None)


def require_length(count: PostLength, platform: str) -> None:
    """UsageError when the platform would not take it."""
    if count.fault is not None:
        raise UsageError(count.fault.code, **count.fault.parameters)
    if not count.fits:
        raise UsageError(
            "posts.long_words", used=count.used, limit=count.limit, platform=platform
        )


def draft_of(row: Mapping[str, str | None]) -> PostDraft:
    """The draft of a row of a file: platform, date, time, language, text, ward, media.

    UnreadableValue says what is missing or no date.
    """
    for name in ("platform", "date", "time", "text"):
        if not row.get(name):
            raise UnreadableValue("posts.missing_cell", column=name)
    moment = f"{row['date']}T{row['time']}"
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        raise UnreadableValue("posts.no_moment_of_row", moment=moment) from None
    wards = [ward.strip() for ward in (row.get("ward") or "").split(";")]
    platform, language = str(row["platform"]), row.get("language") or "mr"
    due = at.replace(tzinfo=IST) if at.tzinfo is None else at
    # A row says the same thing again when it is imported again.
    identity = "|".join((platform, due.isoformat(), language, str(row["text"])))
    return PostDraft(
        platform=platform,
        due_at=due,
        language=language,
        text=str(row["text"]),
        wards=[ward for ward in wards if ward],
        media=row.get("media"),
        key=f"row.{_digest(identity)}",
    )


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _require_media(address: str | None) -> None:
    if address is None:
        return
    try:
        require_public_form(address)
    except ValueError as error:
        raise UsageError(
            "posts.no_public_picture", address=address, reason=error
        ) from None
    if not address.startswith("https://"):
        raise UsageError("posts.no_https_picture", address=address)
