"""What Meta's pushes have in common: the signature, the handshake, the envelope."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pydantic import SecretStr

from socialcell.connectors import strict_json
from socialcell.connectors.abilities import Receiving
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Kind,
    Record,
)

if TYPE_CHECKING:
    from socialcell.connectors.meta.meta_files import File

SIGNATURE = "x-hub-signature-256"
_LONGEST_CHALLENGE = 256


class NotSigned(ConnectorError):  # noqa: N818 - named for what is missing
    """A push without a signature: whoever sent it, it was not the platform."""

    def __init__(self) -> None:
        super().__init__(Kind.AUTH, "The push carries no signature")


@dataclass(frozen=True, slots=True)
class Media:
    """A file that a message carries, by what it can be asked for later."""

    external_id: str  # of the message
    ref: str
    kind: str  # image | audio | video | document | sticker
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the platform tells of a message that we sent.

    `category` is what the platform bills it as; `billable` None when it says neither.
    """

    external_id: str
    status: str  # sent | delivered | read | failed | played
    at: datetime
    category: str | None = None
    billable: bool | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody does not want to be written to any more, in words of where they said
    it."""

    uid: str
    at: datetime
    where: str


@dataclass(frozen=True, slots=True)
class Push(Batch):
    """A push as items, and what comes with them that is no item to be shown.

    `awaited` are numbers of public posts and comments whose words are fetched later.
    """

    media: tuple[Media, ...] = ()
    awaited: tuple[str, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class Receiver(Receiving, Protocol):
    """A connector whose pushes are kept at the door and read afterwards.

    `receive` is `verify` and `read` in one. They are two because the signature is
    looked at once, at the door: a secret that is renewed before a kept push is read
    must not make it a stranger's. `redelivers` is how long the platform goes on handing
    in what was not taken.
    """

    platform: ClassVar[str]
    redelivers: ClassVar[timedelta]

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """ConnectorError AUTH unless the platform signed these bytes; NotSigned when
        nobody did."""
        ...

    def read(self, body: bytes) -> Push:
        """A push that was verified, as items. DRIFT when it is of no known shape."""
        ...

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """What to answer to the platform's handshake; None when it is not the
        platform's."""
        ...


class Fetching(Protocol):
    """A connector whose messages carry files."""

    def media(self, ref: str, cap: int) -> "File":
        """A file by its Media.ref. ConnectorError GONE when it is no longer there,
        CONFIG when it is larger than `cap` bytes."""
        ...


class Awaiting(Protocol):
    """A connector of whose mentions a push tells only the number."""

    def awaited(self, ref: str) -> Record:
        """What Push.awaited names. ConnectorError GONE when it is not public now."""
        ...


@dataclass(frozen=True)
class Door:
    """The two secrets of a push address: one signs, one opens it at set-up."""

    app_secret: SecretStr
    verify_token: SecretStr

    @classmethod
    def of(cls, context: ConnectorContext) -> "Door":
        """The door of the app that config.yaml names. MissingSecret."""
        given = context.config.connectors.meta
        return cls(
            context.secret(given.app_secret.secret),
            context.secret(given.verify_token.secret),
        )

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """ConnectorError AUTH unless the body is signed with the app's secret.

        X-Hub-Signature-256 is `sha256=` and the HMAC-SHA256 of the bytes as sent.
        """
        given = headers.get(SIGNATURE, "")
        if not given:
            raise NotSigned
        expected = "sha256=" + signature(self.app_secret.get_secret_value(), body)
        if not hmac.compare_digest(expected.encode(), given.strip().encode()):
            raise ConnectorError(
                Kind.AUTH,
                "The push is not signed with this app's secret. If the platform sent "
                "it, the app secret was renewed: store the new one.",
            )

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """hub.challenge when the verify token is ours; None otherwise."""
        said = query.get("hub.verify_token", "")
        ours = self.verify_token.get_secret_value()
        known = hmac.compare_digest(ours.encode(), said.encode())
        challenge = query.get("hub.challenge", "")
        fitting = 0 < len(challenge) <= _LONGEST_CHALLENGE and challenge.isascii()
        asked = query.get("hub.mode") == "subscribe"
        return challenge if known and asked and fitting else None


def signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def entries(body: bytes, kind: str) -> list[Any]:
    """The entries of a push about objects of a kind. ConnectorError DRIFT otherwise."""
    try:
        said = strict_json.page(body)
    except ValueError as error:
        raise ConnectorError(Kind.DRIFT, f"A push cannot be read: {error}") from None
    if not isinstance(said, dict) or said.get("object") != kind:
        raise ConnectorError(Kind.DRIFT, f"A push is not about {kind}")
    found = said.get("entry")
    if not isinstance(found, list) or not found:
        raise ConnectorError(Kind.DRIFT, "A push has no entries")
    return found
