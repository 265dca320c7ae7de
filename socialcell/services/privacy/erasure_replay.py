"""After a backup is restored: everybody erased since it was made is erased again."""

from dataclasses import dataclass

from socialcell import db
from socialcell.json_types import JsonObject
from socialcell.listening.store.people import erasure, suppressed, suppressions
from socialcell.ops import audit
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.privacy import file_scrub, public_standing, waiting_people


@dataclass(frozen=True)
class ReplayResult:
    """How many accounts and single posts were erased again, entries that waited to be
    shown by name, and mentions that named persons who are public no more."""

    accounts: int
    mentions: int
    waiting: int = 0
    naming: int = 0

    @property
    def is_any(self) -> bool:
        return self != ReplayResult(0, 0)


def replay_erasures(context: Context) -> ReplayResult:
    """Erase what is held of people and posts that are kept out. Safe to run again.

    Nothing is looked at where nobody is kept out. Audited when anything was erased.
    """
    with db.reading(context.engine) as session:
        platforms = suppressions.platforms(session)
    if not platforms:
        return ReplayResult(0, 0)
    shown, now = pseudonyms.load_people(context), context.clock.now()
    with db.writing(context.engine) as session:
        erased = [
            erasure.erase(session, shown, account, now)
            for account in suppressed.accounts(session, shown, platforms)
        ]
        posts = suppressed.posts(session, shown, platforms)
        erasure.erase_posts(session, shown, posts)
        mentions = len(posts) + sum(
            erasure_counts.mentions for erasure_counts in erased
        )
        waiting = waiting_people.drop_suppressed(session, shown, platforms)
        naming = public_standing.forget_who_left(context, session)
        result = ReplayResult(len(erased), mentions, waiting, naming)
        if result.is_any:
            file_scrub.note_due(context.workspace)
            detail: JsonObject = {
                "accounts": result.accounts,
                "mentions": result.mentions,
                "waiting": result.waiting,
                "naming": result.naming,
            }
            audit.append(
                session, context.actor, "privacy.replay", "database", detail, now
            )
    if result.is_any:
        file_scrub.scrub_files(context)
    return result
