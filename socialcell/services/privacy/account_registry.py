"""Who is shown by name: entered and removed by a named operator, with evidence."""

from collections.abc import Sequence

from socialcell import db
from socialcell.listening.store.people import registry
from socialcell.listening.store.people.registry import RegistryEntry
from socialcell.services.context import Context


def register_account(
    context: Context,
    platform: str,
    handle: str,
    *,
    name: str | None,
    person_class: str,
    evidence: str,
) -> bool:
    """Show an account by name; False when it was shown already. UsageError."""
    with db.writing(context.engine) as session:
        added = registry.register(
            session,
            platform,
            handle,
            name or handle.lstrip("@"),
            person_class,
            evidence,
            context.actor,
            context.clock.now(),
        )
    return bool(added)


def unregister_account(
    context: Context, platform: str, handle: str, reason: str
) -> None:
    """Show an account by pseudonym from now on. UsageError when it is not there."""
    with db.writing(context.engine) as session:
        now = context.clock.now()
        registry.remove(session, platform, handle, reason, context.actor, now)


def search_accounts(
    context: Context,
    words: str,
    person_class: str | None,
    after: tuple[str, str] | None,
    limit: int,
) -> list[RegistryEntry]:
    """At most `limit` accounts of a class (None: any) whose name or handle has these
    words, behind the one named by platform and handle (None: from the first on)."""
    with db.reading(context.engine) as session:
        return registry.accounts_after(session, words, person_class, after, limit)


def find_account(context: Context, platform: str, handle: str) -> RegistryEntry | None:
    """An account that is shown by name; None: it is not."""
    with db.reading(context.engine) as session:
        return registry.find_account(session, platform, handle)


def list_accounts(context: Context) -> Sequence[RegistryEntry]:
    with db.reading(context.engine) as session:
        return registry.accounts(session)
