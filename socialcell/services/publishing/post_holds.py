"""What keeps a post of the cell's own from going out at its time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.publishing import store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.connectors import publisher
from socialcell.errors import ConfigError
from socialcell.message_catalog import Message
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing, with_number
from socialcell.platforms import PLATFORMS
from socialcell.services.context import Context
from socialcell.services.makers import Maker
from socialcell.services.outbox import election_periods
from socialcell.services.publishing.own_posts import require_post
from socialcell.services.publishing.post_drafts import makers_of


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


def missing_account(context: Context, platform: str) -> Message | None:
    """Why nothing goes out on a platform: no account of the city is set up there."""
    if getattr(context.workspace.config.publishing, platform, None) is not None:
        return None
    name = PLATFORMS[platform].name if platform in PLATFORMS else platform
    return Message("posts.platform_not_set_up", {"name": name, "platform": platform})


def find_obstacle(context: Context, platform: str) -> Message | None:
    """Why nothing can go out on a platform, as far as this computer knows: an account
    that is not set up, or a secret that is missing. The platform is not asked."""
    try:
        publisher.build(platform, context.connector_context)
    except ConfigError as error:
        return error.message
    return None


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
        return PostHold("approval", str(draft_wait(context, session, post)))
    if post.state != "approved" or waits is None:
        return None
    if waits.state == "held":
        why = waits.note or f"socialcell outbox release {waits.id}"
        return PostHold(waits.held_by, why)
    if waits.answer == outbox_store.RELEASED:
        return None
    ahead = election_periods.why_held(context, session, post, post.due_at)
    if not ahead:
        return None
    rules = election_periods.reasons_held(context, session, post, post.due_at)
    reason = with_number(ahead, waits.id)
    words = str(Message("posts.will_be_held", {"reason": reason}))
    return PostHold("rule", words, rules)


def draft_wait(context: Context, session: Session, post: OwnPost) -> Message:
    """What a draft waits for: a second person, or first somebody who has signed in."""
    id_ = post.id or 0
    if makers_of(context, session, [id_])[id_] is Maker.UNKNOWN:
        return Message("posts.waits_for_maker")
    return Message("posts.waits_for_approval", {"post": id_})
