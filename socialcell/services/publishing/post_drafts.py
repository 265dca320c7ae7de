"""A post of the cell's own is entered as a draft, checked as its platform takes it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.connectors.publisher import PUBLISHERS
from socialcell.connectors.text_lengths import PostLength, length
from socialcell.errors import UsageError
from socialcell.i18n import CODES
from socialcell.ops import audit
from socialcell.services.area_matching import find_wards
from socialcell.services.context import Context
from socialcell.services.makers import Maker, maker_of
from socialcell.services.manual_entry import run_entry
from socialcell.services.outbox import election_periods
from socialcell.services.publishing import reply_targets
from socialcell.text import clean_text

MADE_BY = ("post.add", "post.safety", "post.take_over")
"""Actions of the audit log by which a post is made: whoever marks one as safety, or
takes over one that nobody who had signed in made, has made it, too."""
_NOT_AGAIN_IN = timedelta(days=1)  # what leaves at once may warn of another danger then


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


def add_post(context: Context, draft: PostDraft, *, dry_run: bool = False) -> OwnPost:
    """Enter a post as a draft; it goes out once a second person approved it. Audited.

    UsageError: an unknown platform, language or ward, words that are too long there, a
    time that is past or within an election, a picture without a public https address,
    or the same that is planned; of what leaves at once, also the same of the last day.
    The same draft that nobody who had signed in made is taken over instead.
    """

    def act(session: Session) -> OwnPost:
        db.take_turn(session, "post.add")
        is_at_once = draft.due_at is None
        since = context.clock.now() - _NOT_AGAIN_IN if is_at_once else None
        if same := _take_over_same(context, session, draft, since):
            return same
        post = enter_post(context, session, draft)
        _refuse_same(session, post, since)
        return post

    return run_entry(context, act, dry_run)


def _take_over_same(
    context: Context, session: Session, draft: PostDraft, since: datetime | None
) -> OwnPost | None:
    """The same draft, now of who has signed in; None: there is none to take over."""
    now = context.clock.now()
    if not context.actor.is_signed_in or (draft.due_at and draft.due_at <= now):
        return None
    post = build_post(context, session, draft)
    same = store.same_post(session, post, since=since)
    if same is None or same.content != post.content:
        return None
    return same if _take_over(context, session, same, now) else None


def _take_over(
    context: Context, session: Session, post: OwnPost, now: datetime
) -> bool:
    """Whoever has signed in and makes a draft again that nobody who had signed in made
    has made it from now on, so that a second person can approve it. Whether it is so.
    """
    if not context.actor.is_signed_in or post.state != "draft":
        return False
    if makers_of(context, session, [post.id or 0])[post.id or 0] is not Maker.UNKNOWN:
        return False
    detail = {"made_by": post.made_by, "content": post.content}
    post.made_by = context.actor.name
    audit.append(session, context.actor, "post.take_over", str(post.id), detail, now)
    return True


def makers_of(
    context: Context, session: Session, ids: Collection[int]
) -> dict[int, Maker]:
    """Who made these posts, by the audit log."""
    rows = audit.newest_about(session, MADE_BY, [str(id_) for id_ in ids])
    return {id_: maker_of(context, rows.get(str(id_))) for id_ in ids}


def find_makers(context: Context, posts: Collection[OwnPost]) -> dict[int, Maker]:
    """Who made these posts, by their numbers."""
    with db.reading(context.engine) as session:
        return makers_of(context, session, [post.id or 0 for post in posts])


def _refuse_same(session: Session, post: OwnPost, since: datetime | None) -> None:
    """UsageError: the same words are planned for the same platform and time; with
    `since`, for any time, or they went out after it."""
    same = store.same_post(session, post, since=since)
    if same is None:
        return
    if same.state == "posted":
        raise UsageError("posts.same_post_out", platform=post.platform, post=same.id)
    raise UsageError(
        "posts.same_post", platform=post.platform, post=same.id, state=same.state
    )


def enter_post(
    context: Context, session: Session, draft: PostDraft, closure: int | None = None
) -> OwnPost:
    """The same in the caller's transaction; what is there under the key, if it is. A
    notice that was withdrawn is made anew."""
    now = context.clock.now()
    existing = store.find_post(session, draft.key)
    if existing is not None and existing.is_withdrawn_notice:
        store.free_key(session, existing)
        existing = None
    if existing is not None:
        _take_over(context, session, existing, now)
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
    """The post that a draft is, checked and not kept. UsageError as of `add_post`."""
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
    wards = find_wards(session, draft.wards, due_at.astimezone(IST).date())
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


def _require_media(address: str | None) -> None:
    if address is None:
        return
    # Imported on first use: lists of posts load this module and enter none.
    from socialcell.http import require_public_form

    try:
        require_public_form(address)
    except ValueError as error:
        raise UsageError(
            "posts.no_public_picture", address=address, reason=error
        ) from None
    if not address.startswith("https://"):
        raise UsageError("posts.no_https_picture", address=address)


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
