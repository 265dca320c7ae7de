"""Own posts that wait for a second person: words, time, what is in their way."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.connectors.text_lengths import PostLength
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.store import areas
from socialcell.message_catalog import Message
from socialcell.services.context import Context
from socialcell.services.makers import Maker
from socialcell.services.outbox import election_periods, outbox_mode
from socialcell.services.publishing import reply_targets
from socialcell.services.publishing.own_posts import is_within
from socialcell.services.publishing.post_drafts import length_of, makers_of
from socialcell.services.publishing.post_holds import missing_account


@dataclass(frozen=True)
class WaitingPost:
    """A draft as it will stand. `wards` have their names by language (None: no area any
    more). `at_once`: it leaves when it is approved. `held_by` is the switch's setting
    that would hold it; None: it would not. `answers` is the mention that it answers,
    where we have it; `notice`: the numbers of all waiting drafts of its notice."""

    id: int
    kind: str
    platform: str
    due_at: datetime
    at_once: bool
    language: str
    text: str
    media: str | None
    answers: int | None
    wards: Mapping[str, Mapping[str, str] | None]
    safety: bool
    made_by: str
    made_at: datetime
    maker: Maker
    length: PostLength
    held_by: str | None
    notice: tuple[int, ...]
    against: tuple[Message, ...]


def list_waiting(
    context: Context, places: Collection[str] | None = None
) -> list[WaitingPost]:
    """Drafts by time. With `places` only those that are for one of these ward offices
    and no other; None: all."""
    with db.reading(context.engine) as session:
        drafts = [
            post
            for post in store.unposted(session)
            if post.state == "draft" and is_within(post, places)
        ]
        return list(_describe(context, session, drafts))


def find_waiting(
    context: Context, id_: int, places: Collection[str] | None = None
) -> WaitingPost | None:
    """A draft by its number; None: none waits, or none for these places."""
    with db.reading(context.engine) as session:
        post = session.get(OwnPost, id_)
        if post is None or post.state != "draft" or not is_within(post, places):
            return None
        return next(_describe(context, session, [post]))


def _describe(
    context: Context, session: Session, drafts: list[OwnPost]
) -> Iterator[WaitingPost]:
    if not drafts:
        return
    makers = makers_of(context, session, [post.id or 0 for post in drafts])
    mode = outbox_mode.mode_in(session)
    answered = reply_targets.answered_mentions(session, drafts)
    names = _area_names(session) if any(post.wards for post in drafts) else {}
    notices: dict[str | None, list[int]] = defaultdict(list)
    for post in drafts:
        notices[post.notice_key].append(post.id or 0)
    for post in drafts:
        yield WaitingPost(
            id=post.id or 0,
            kind=post.kind,
            platform=post.platform,
            due_at=post.due_at,
            at_once=post.at_once,
            language=post.language,
            text=post.text,
            media=post.media,
            answers=answered.get(post.key),
            wards={ward: names.get(ward) for ward in post.wards},
            safety=post.safety,
            made_by=post.made_by,
            made_at=post.made_at,
            maker=makers[post.id or 0],
            length=length_of(post.platform, post.text, post.media, post.reply_to),
            held_by=mode if post.outgoing_kind in outbox_mode.HELD[mode] else None,
            notice=tuple(notices[post.notice_key]) if post.notice_key else (),
            against=tuple(_reasons_against(context, session, post)),
        )


def _reasons_against(
    context: Context, session: Session, post: OwnPost
) -> Iterator[Message]:
    """What keeps a draft from going out at its time once it is approved."""
    now, publishing = context.clock.now(), context.workspace.config.publishing
    due_at = now if post.at_once else post.due_at
    yield from election_periods.reasons_held(context, session, post, due_at)
    if now - due_at > timedelta(hours=publishing.late_hours):
        yield Message("posts.draft_too_late", {"hours": publishing.late_hours})
    if (missing := missing_account(context, post.platform)) is not None:
        yield missing


def _area_names(session: Session) -> dict[str, Mapping[str, str]]:
    return {area.id: names_of(area) for area in areas.all_areas(session)}
