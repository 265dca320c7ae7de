"""What Meta's pushes have in common: the signature, the handshake, the envelope."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from pydantic import SecretStr

from socialcell.connectors import strict_json
from socialcell.connectors.abilities import PushReceiver
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Kind,
    Record,
)
from socialcell.json_types import JsonValue

if TYPE_CHECKING:
    from socialcell.connectors.meta.meta_files import MediaFile

SIGNATURE = "x-hub-signature-256"
_LONGEST_CHALLENGE = 256


class NotSigned(ConnectorError):  # noqa: N818 - named for what is missing
    """A push without a signature: the platform signs all of its own."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file of a message, with the reference by which it can be fetched later."""

    external_id: str  # of the message
    ref: str
    kind: str  # image | audio | video | document | sticker
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """What the platform reports of a message that we sent.

    `category` is what the platform bills it as; `billable` None when it says neither.
    """

    external_id: str
    status: str  # sent | delivered | read | failed | played
    at: datetime
    category: str | None = None
    billable: bool | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class OptOut:
    """Somebody does not want to be written to any more; `where` says in words where
    they stated it."""

    uid: str
    at: datetime
    where: str


@dataclass(frozen=True, slots=True)
class ReadReport:
    """Somebody has read whatever we wrote to them up to a moment."""

    uid: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Push(Batch):
    """A push as items, and what comes with them that is not an item.

    `pending_fetches` are the ids of public posts and comments whose text is fetched
    later.
    """

    media: tuple[Media, ...] = ()
    pending_fetches: tuple[str, ...] = ()
    deliveries: tuple[DeliveryStatus, ...] = ()
    opt_outs: tuple[OptOut, ...] = ()
    reads: tuple[ReadReport, ...] = ()


@runtime_checkable
class WebhookConnector(PushReceiver, Protocol):
    """A connector whose pushes are stored by the webhook server and read afterwards.

    `receive` is `verify` and `read` in one. They are separate because the signature is
    checked once, on arrival: a secret that is renewed before a stored push is read must
    not make its signature wrong. `redelivery_period` is how long the platform delivers
    a push again that was not accepted.
    """

    platform: ClassVar[str]
    redelivery_period: ClassVar[timedelta]

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


@runtime_checkable
class MediaConnector(Protocol):
    """A connector whose messages carry files."""

    def media(self, ref: str, cap: int) -> "MediaFile":
        """A file by its Media.ref. ConnectorError GONE when it is no longer there,
        CONFIG when it is larger than `cap` bytes."""
        ...


@runtime_checkable
class MentionFetcher(Protocol):
    """A connector whose pushes hold only the id of a mention."""

    def fetch_mention(self, ref: str) -> Record:
        """The post or comment of a ref in Push.pending_fetches. ConnectorError GONE
        when it is no longer public."""
        ...


@dataclass(frozen=True)
class WebhookSecrets:
    """The two secrets of a webhook: the app secret signs pushes, the verify token is
    sent in the handshake at set-up."""

    app_secret: SecretStr
    verify_token: SecretStr

    @classmethod
    def from_context(cls, context: ConnectorContext) -> "WebhookSecrets":
        """The secrets of the app that config.yaml names. MissingSecret."""
        settings = context.config.connectors.meta
        return cls(
            context.secret(settings.app_secret.secret),
            context.secret(settings.verify_token.secret),
        )

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """ConnectorError AUTH unless the body is signed with the app's secret.

        X-Hub-Signature-256 is `sha256=` and the HMAC-SHA256 of the bytes as sent.
        """
        header = headers.get(SIGNATURE, "")
        if not header:
            raise NotSigned(Kind.AUTH, "meta.push_without_signature")
        expected = "sha256=" + signature(self.app_secret.get_secret_value(), body)
        if not hmac.compare_digest(expected.encode(), header.strip().encode()):
            raise ConnectorError(Kind.AUTH, "meta.wrong_signature")

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """hub.challenge when the verify token is ours; None otherwise."""
        token = query.get("hub.verify_token", "")
        ours = self.verify_token.get_secret_value()
        is_ours = hmac.compare_digest(ours.encode(), token.encode())
        challenge = query.get("hub.challenge", "")
        is_valid = 0 < len(challenge) <= _LONGEST_CHALLENGE and challenge.isascii()
        is_subscription = query.get("hub.mode") == "subscribe"
        return challenge if is_ours and is_subscription and is_valid else None


def signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def entries(body: bytes, kind: str) -> list[JsonValue]:
    """The entries of a push about objects of a kind. ConnectorError DRIFT otherwise."""
    try:
        document = strict_json.parse_body(body)
    except ValueError as error:
        raise ConnectorError(Kind.DRIFT, "meta.unreadable_push", reason=error) from None
    if not isinstance(document, dict) or document.get("object") != kind:
        raise ConnectorError(Kind.DRIFT, "meta.push_of_another_kind", expected=kind)
    push_entries = document.get("entry")
    if not isinstance(push_entries, list) or not push_entries:
        raise ConnectorError(Kind.DRIFT, "meta.push_without_entries")
    return push_entries
