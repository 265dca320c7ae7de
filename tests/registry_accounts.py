"""Accounts of the registry for tests that are about something else."""

from socialcell import db
from socialcell.listening.store.people import registry
from socialcell.services.context import Context


def register_account(
    context: Context,
    platform: str,
    handle: str,
    *,
    name: str | None = None,
    person_class: str = "public_office",
    evidence: str = "https://city.example names it",
) -> None:
    """Show an account by name, as if two persons had agreed before."""
    with db.writing(context.engine) as session:
        registry.register(
            session,
            platform,
            handle,
            name or handle.lstrip("@"),
            person_class,
            evidence,
            context.actor,
            context.clock.now(),
        )


def register_creators(context: Context, *accounts: str) -> None:
    """Show these accounts (platform:handle) of creators by name, as if two persons had
    agreed before."""
    for account in accounts:
        platform, _, handle = account.partition(":")
        register_account(context, platform, handle, person_class="creator")
