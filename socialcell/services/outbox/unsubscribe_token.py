"""The token of an unsubscribe address: a letter and a recipient, signed.

LETTER.RECIPIENT.SIGNATURE, each safe in the path of an address. RECIPIENT is a keyed
hash of the mail address, so that nobody reads an address in it; SIGNATURE is of the
first two. Both are the first 128 bits of an HMAC-SHA256, in base64url.
"""

import base64
import hashlib
import hmac
import re
from typing import NamedTuple

LETTERS = ("report", "brief")
"""The kinds of letters that a recipient may stop: not alerts."""

_LABEL = b"socialcell unsubscribe 1"
_BYTES = 16
_TOKEN = re.compile(r"([a-z]+)\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})", re.ASCII)


class Subscription(NamedTuple):
    """A letter (report or brief), and its recipient as a keyed hash."""

    letter: str
    recipient: str


def derive_key(secret: bytes) -> bytes:
    """The key of tokens, from another secret of the workspace, which it does not
    disclose."""
    return hmac.digest(secret, _LABEL, hashlib.sha256)


def hash_address(key: bytes, address: str) -> str:
    """The keyed hash of a mail address, in capitals or not."""
    return _digest(key, f"recipient\n{address.casefold()}")


def create_token(key: bytes, letter: str, address: str) -> str:
    """The token with which the recipient at `address` stops a letter."""
    subscription = Subscription(letter, hash_address(key, address))
    return ".".join((*subscription, _sign(key, subscription)))


def read_token(key: bytes, token: str) -> Subscription | None:
    """What a token stops; None: it was not signed with this key."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    subscription = Subscription(match[1], match[2])
    is_signed = hmac.compare_digest(match[3], _sign(key, subscription))
    return subscription if is_signed and subscription.letter in LETTERS else None


def _sign(key: bytes, subscription: Subscription) -> str:
    return _digest(key, "token\n" + "\n".join(subscription))


def _digest(key: bytes, text: str) -> str:
    digest = hmac.digest(key, text.encode(), hashlib.sha256)[:_BYTES]
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
