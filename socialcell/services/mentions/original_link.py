"""Opens the original of a mention, and records in the audit log who did."""

from dataclasses import dataclass

from socialcell import db
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.services import access_log
from socialcell.services.context import Context


@dataclass(frozen=True)
class OriginalLink:
    """Where a mention stands on its platform."""

    id: int
    platform: str
    link: str


def open_original(context: Context, mention_id: int) -> OriginalLink:
    """The address of a mention; the audit log says in the same step who asked for it.

    UsageError when there is no such mention; SocialcellError when it was removed, or
    has no address.
    """
    with db.writing(context.engine) as session:
        row = mention_queries.mention(session, mention_id)
        if row is None:
            raise UsageError("mentions.no_such_mention", mention=mention_id)
        if (refusal := refuse_original(row)) is not None:
            raise refusal
        about = f"mention {mention_id}"
        detail = {"mention": mention_id, "platform": row.platform}
        now = context.clock.now()
        audit.append(session, context.actor, "mentions.open", about, detail, now)
        access_log.note_access(context, session, "original", about, records=1)
        return OriginalLink(mention_id, row.platform, row.url or "")


def refuse_original(row: MentionRow) -> SocialcellError | None:
    """Why the original of a mention cannot be opened; None where it can."""
    if row.state == "deleted":
        return SocialcellError(
            "mentions.removed", mention=row.id, platform=row.platform
        )
    return None if row.url else _no_address(row)


def _no_address(row: MentionRow) -> SocialcellError:
    reason = _why(row.kind, row.state)
    return SocialcellError("mentions.no_address", mention=row.id, reason=reason)


def _why(kind: str, state: str) -> Message:
    if kind == "message":
        return Message("mentions.written_to_the_city")
    if state == "stub":
        return Message("mentions.stub")
    return Message("mentions.address_not_given")
