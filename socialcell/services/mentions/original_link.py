"""Opens the original of a mention, and records in the audit log who did."""

from dataclasses import dataclass

from socialcell import db
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.store.mentions import mention_queries
from socialcell.ops import audit
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
            raise UsageError(f"There is no mention {mention_id}.")
        if row.state == "deleted":
            raise SocialcellError(
                f"Mention {mention_id} was removed from {row.platform}: nothing of it "
                "is kept, its address neither."
            )
        if not row.url:
            raise SocialcellError(
                f"Mention {mention_id} has no address: {_why(row.kind, row.state)}."
            )
        about = f"mention {mention_id}"
        detail = {"mention": mention_id, "platform": row.platform}
        now = context.clock.now()
        audit.append(session, context.actor, "mentions.open", about, detail, now)
        return OriginalLink(mention_id, row.platform, row.url)


def _why(kind: str, state: str) -> str:
    if kind == "message":
        return "it was written to the city alone, answer it with messages reply"
    if state == "stub":
        return "it is known only because another mention speaks of it"
    return "its platform or its file gave none"
