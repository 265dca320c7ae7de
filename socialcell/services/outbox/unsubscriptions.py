"""Recipients who stop a letter, and get it again: who is left out, and the addresses
at which a letter is stopped."""

from collections.abc import Sequence

from socialcell import db
from socialcell.errors import UsageError
from socialcell.identity.actor import unsigned
from socialcell.listening.people.visibility import SECRET_NAME
from socialcell.ops import audit, unsubscribed_store
from socialcell.services.context import Context
from socialcell.services.outbox import unsubscribe_token
from socialcell.services.outbox.unsubscribe_token import LETTERS, Subscription

PATH = "/unsubscribe/"
_RECIPIENT = unsigned("recipient of a letter")


def find_key(context: Context) -> bytes | None:
    """The key of tokens; None: the workspace lacks the secret that it is derived
    from."""
    secret = context.workspace.find_secret(SECRET_NAME)
    if secret is None:
        return None
    return unsubscribe_token.derive_key(secret[1].get_secret_value().encode())


def load_key(context: Context) -> bytes:
    """As `find_key`. ConfigError when the secret is missing."""
    secret = context.workspace.secret(SECRET_NAME).get_secret_value()
    return unsubscribe_token.derive_key(secret.encode())


def address(context: Context, letter: str, recipient: str) -> str | None:
    """The https address that stops a letter for a recipient; None: config.yaml names
    no server for it, or the letter is none that may be stopped. ConfigError as of
    `load_key`."""
    base = context.workspace.config.mail.unsubscribe_url
    if base is None or letter not in LETTERS:
        return None
    token = unsubscribe_token.create_token(load_key(context), letter, recipient)
    return f"{base}{PATH}{token}"


def subscribers(context: Context, letter: str, readers: Sequence[str]) -> list[str]:
    """The readers who have not stopped the letter. ConfigError as of `load_key`."""
    with db.reading(context.engine) as session:
        stopped = unsubscribed_store.recipients(session, letter)
    if not stopped:
        return list(readers)
    key = load_key(context)
    return [
        reader
        for reader in readers
        if unsubscribe_token.hash_address(key, reader) not in stopped
    ]


def stop(context: Context, subscription: Subscription) -> bool:
    """Store that a recipient stopped a letter; False when that is stored already.
    Audited, in nobody's name: whoever has the letter has the address."""
    letter, recipient = subscription
    now = context.clock.now()
    with db.writing(context.engine) as session:
        is_new = unsubscribed_store.add(session, letter, recipient, now)
        if is_new:
            detail = {"recipient": recipient}
            audit.append(
                session, _RECIPIENT, "outgoing.unsubscribe", letter, detail, now
            )
    return is_new


def resubscribe(context: Context, letter: str, address: str) -> None:
    """Let a recipient have a letter again, because they asked for it. Audited.

    UsageError when there is no such letter, or the recipient did not stop it.
    ConfigError as of `load_key`.
    """
    if letter not in LETTERS:
        raise UsageError("outbox.no_such_letter", letter=letter, letters=list(LETTERS))
    recipient = unsubscribe_token.hash_address(load_key(context), address)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        if not unsubscribed_store.remove(session, letter, recipient):
            raise UsageError("outbox.not_unsubscribed", letter=letter, address=address)
        detail = {"recipient": recipient}
        audit.append(
            session, context.actor, "outgoing.resubscribe", letter, detail, now
        )


def count_by_letter(context: Context) -> dict[str, int]:
    """How many recipients stopped each letter; without those that nobody stopped."""
    with db.reading(context.engine) as session:
        return unsubscribed_store.count_by_letter(session)
