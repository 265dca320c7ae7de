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


def list_accounts(context: Context) -> Sequence[RegistryEntry]:
    with db.reading(context.engine) as session:
        return registry.accounts(session)
