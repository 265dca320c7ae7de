"""Who may see where a mention stands on its platform; opens its original, audited."""

from dataclasses import dataclass

from sqlmodel import Session

from socialcell import db
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.message_catalog import Message
from socialcell.ops import audit
from socialcell.roles import ALL, Permission
from socialcell.services import access_log, pseudonyms
from socialcell.services.context import Context
from socialcell.services.operators import permissions


@dataclass(frozen=True)
class OriginalLink:
    """Where a mention stands on its platform."""

    id: int
    platform: str
    link: str


def open_original(context: Context, mention_id: int) -> OriginalLink:
    """The address of a mention; the audit log says in the same step who asked for it.

    It leads to whoever wrote: unless that is shown by name, for operators alone who
    may see who wrote. UsageError when there is no such mention where they may see it;
    SocialcellError when it was removed, or has no address; errors of
    `permissions.scopes`.
    """
    people = pseudonyms.load_people(context)
    with db.writing(context.engine) as session:
        row = mention_queries.mention(session, mention_id)
        if row is None:
            raise UsageError("mentions.no_such_mention", mention=mention_id)
        if (refusal := refuse_original(row)) is not None:
            raise refusal
        if people.link(row.platform, row.kind, row.url, row) is None:
            _require_reveal(context, session, mention_id)
        about = f"mention {mention_id}"
        detail = {"mention": mention_id, "platform": row.platform}
        now = context.clock.now()
        audit.append(session, context.actor, "mentions.open", about, detail, now)
        access_log.note_access(context, session, "original", about, records=1)
        return OriginalLink(mention_id, row.platform, row.url or "")


def may_see_addresses(context: Context, session: Session) -> bool:
    """Whether whoever acts may have the addresses of all mentions in a file: has signed
    in, and may see who wrote or export texts, in the whole city."""
    for permission in (Permission.REVEAL, Permission.EXPORT_TEXT):
        try:
            permissions.require(context, session, permission, ())
        except SocialcellError:
            continue
        return True
    return False


def _require_reveal(context: Context, session: Session, mention_id: int) -> None:
    """Whoever acts may see who wrote here: UsageError where it is another's place."""
    scopes = permissions.scopes(context, session, Permission.REVEAL)
    if ALL in scopes:
        return
    within = MentionFilter(places=scopes)
    if not mention_queries.mentions_of(session, [mention_id], within):
        raise UsageError("mentions.no_such_mention", mention=mention_id)


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
