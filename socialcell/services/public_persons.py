"""How somebody becomes public here: evidence that others can follow, a second person.

Accounts of the registry, creators and office holders are entered by this rule alone.
"""

from collections.abc import Iterable

from sqlmodel import Session

from socialcell.errors import UsageError
from socialcell.listening.store.people import registry
from socialcell.text import has_link


def require_link(evidence: str) -> None:
    """UsageError: the evidence has no https link that others can follow."""
    if not has_link(evidence):
        raise UsageError("guard.evidence_without_link")


def require_registered(session: Session, accounts: Iterable[tuple[str, str]]) -> None:
    """UsageError names the first (platform, handle) that is not in the registry, and
    how it gets there."""
    for platform, handle in accounts:
        plain = registry.plain_handle(handle)
        if registry.find_account(session, platform, plain) is None:
            raise UsageError(
                "guard.account_not_registered",
                account=f"{platform}:{plain}",
                platform=platform,
                handle=plain,
            )
