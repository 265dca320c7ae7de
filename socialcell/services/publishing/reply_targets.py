"""What an own post answers: a mention by our id, kept as its number on its platform."""

import re
from collections.abc import Iterable

from sqlmodel import Session

from socialcell.campaigns.publishing.model import OwnPost
from socialcell.errors import UsageError
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.pages import recheck_queue

_MENTION = re.compile(r"mention:\s*(?P<id>[0-9]{1,18})", re.IGNORECASE)


def platform_id(session: Session, platform: str, target: str | None) -> str | None:
    """The platform's number of what is answered; `target` is that number, or our id as
    in mention:17. None: nothing is answered.

    UsageError: there is no such mention, it was removed, or it is of another platform.
    """
    mention = _MENTION.fullmatch((target or "").strip())
    if mention is None:
        return target
    id_ = int(mention["id"])
    row = mention_queries.mention(session, id_)
    if row is None or row.state == "deleted":
        raise UsageError("mentions.no_such_mention", mention=id_)
    if row.platform != platform:
        raise UsageError(
            "posts.answers_other_platform",
            mention=id_,
            platform=row.platform,
            wanted=platform,
        )
    return row.external_id


def answered_mentions(session: Session, posts: Iterable[OwnPost]) -> dict[str, int]:
    """The mention that each post answers, by the post's key, where it is held."""
    by_platform: dict[str, dict[str, list[str]]] = {}
    for post in posts:
        if post.reply_to is not None:
            answers = by_platform.setdefault(post.platform, {})
            answers.setdefault(post.reply_to, []).append(post.key)
    return {
        key: id_
        for platform, answers in by_platform.items()
        for native, id_ in recheck_queue.present_ids(
            session, platform, sorted(answers)
        ).items()
        for key in answers[native]
    }
