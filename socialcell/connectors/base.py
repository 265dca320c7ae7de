"""The contract of a connector: what it is given, what it yields, how it fails.

A connector never sleeps, never writes, never retries and never logs a URL. It calls
`budget.take(n)` before each paid call, checks `stop()` between pages, parses item by
item, and raises only ConnectorError. The runner, services/collection/collector.py,
decides the rest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol, Self

from pydantic import SecretStr

from socialcell.clock import Clock
from socialcell.connectors.facts import Fact
from socialcell.errors import SocialcellError
from socialcell.json_types import JsonObject, JsonValue
from socialcell.message_catalog import Message, Parameter
from socialcell.redact import redact
from socialcell.settings import Config

# What a mapper may raise over an item of a shape it does not know; anything else is a
# defect of ours.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, OverflowError)


class Kind(StrEnum):
    """The whole error vocabulary of the runner: one kind per thing to do about it."""

    AUTH = "auth"  # expired or revoked: stop until a person renews it
    ACCESS = "access"  # right token, missing permission, plan or review
    CONFIG = "config"  # the request is wrong: bad query, unknown page
    RATE = "rate"  # short window, come back at `until`
    QUOTA = "quota"  # day or month allowance, or money, spent
    TRANSIENT = "transient"  # network, 5xx, cut answers
    CURSOR = "cursor"  # checkpoint too old or unknown: restart, record a gap
    GONE = "gone"  # the watched object no longer exists
    DRIFT = "drift"  # the answer does not have the shape we know


class ConnectorError(SocialcellError):
    """A platform refused us or answered oddly; `kind` says what to do.

    `until` (aware) is the moment before which a retry is pointless, when known.
    `bucket` is the allowance that is spent, when it is one of several. Parameters are
    redacted on construction: URLs may contain tokens.
    """

    def __init__(
        self,
        kind: Kind,
        code: str,
        *,
        until: datetime | None = None,
        bucket: str | None = None,
        **parameters: Parameter,
    ) -> None:
        texts = {name: _without_secrets(part) for name, part in parameters.items()}
        super().__init__(code, **texts)
        self.kind = kind
        self.until = until
        self.bucket = bucket

    @classmethod
    def from_message(
        cls, kind: Kind, message: Message, until: datetime | None = None
    ) -> Self:
        """An error of this class with the code and parameters of a message."""
        error = cls(kind, message.code, until=until)
        texts = {name: _without_secrets(p) for name, p in message.parameters.items()}
        error.message = Message(message.code, texts)
        return error


class TokenRevoked(ConnectorError):  # noqa: N818 - named for what happened
    """An access token is no longer valid; the sign-in behind it may be.

    The connector signs in once more. When that token is revoked too, a person has to
    check the account: the message says where.
    """

    def __init__(self, code: str, **parameters: Parameter) -> None:
        super().__init__(Kind.AUTH, code, until=None, bucket=None, **parameters)


def _without_secrets(parameter: Parameter) -> Parameter:
    message = getattr(parameter, "message", parameter)
    if isinstance(message, Message):
        texts = {name: _without_secrets(p) for name, p in message.parameters.items()}
        return Message(message.code, texts)
    if isinstance(parameter, str | BaseException):
        return redact(str(parameter))
    if isinstance(parameter, Sequence):
        return [_without_secrets(part) for part in parameter]
    return parameter


class Capability(StrEnum):
    MENTIONS = "mentions"
    OWN_POSTS = "own_posts"
    COMMENTS = "comments"
    REVIEWS = "reviews"
    MESSAGES = "messages"
    POST_METRICS = "post_metrics"  # refresh(): engagement of items we already hold
    AD_METRICS = "ad_metrics"
    SEARCH_METRICS = "search_metrics"
    STORE_METRICS = "store_metrics"
    RECHECK = "recheck"  # recheck(): which of the items we hold are gone
    RECEIVE = "receive"  # receive(): the platform pushes to us


@dataclass(frozen=True, slots=True)
class RecordAuthor:
    """Who wrote it, with the figures the platform gave at collection time."""

    uid: str
    handle: str | None = None
    name: str | None = None
    verified: str | None = None  # the platform's own word: blue, business, government
    followers: int | None = None
    posts: int | None = None


@dataclass(frozen=True, slots=True)
class RecordRelation:
    """This item replies to, quotes or reposts another item of the same platform."""

    kind: str  # reply | quote | repost
    target: str  # the other item's native id


@dataclass(frozen=True, slots=True)
class Metric:
    """One engagement count under its platform-native name; None is not observed."""

    name: str
    value: int | None
    common: str | None = None  # views, reactions, comments, shares, saves, clicks
    state: str = "observed"  # observed | absent | hidden

    @classmethod
    def from_count(
        cls, name: str, value: int | None, common: str | None, lack: str = "absent"
    ) -> "Metric":
        """A count as a platform gives it; `lack` is the state where it gives none."""
        return cls(name, value, common, "observed" if value is not None else lack)


@dataclass(frozen=True, slots=True)
class Withholding:
    """Where a platform does not show an item, in its own words.

    `countries` are ISO 3166 codes (XX is everywhere); `scope` says whether the post or
    its whole account is withheld; `copyright`, whether for a claim of copyright.
    """

    countries: tuple[str, ...]
    scope: str | None = None
    copyright: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One mention as it arrives, normalised; `raw` is the platform's own JSON."""

    platform: str
    external_id: str
    text: str
    raw: JsonObject
    authored_at: datetime | None = None
    edited_at: datetime | None = None
    kind: str = "post"  # post | comment | article | review | message
    url: str | None = None
    title: str | None = None
    author: RecordAuthor | None = None
    language: str | None = None  # the platform's own guess
    conversation: str | None = None
    relations: tuple[RecordRelation, ...] = ()
    links: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    missing: tuple[str, ...] = ()  # fields the platform did not give
    withheld: Withholding | None = None  # None: it is shown everywhere
    status: str | None = None  # of a complaint, as its register says it; and its
    ward: str | None = None  # ward and department, in the register's own words
    department: str | None = None
    closed_at: datetime | None = None  # when the register calls it closed
    via: str = "search"  # how we got it: search, mention, feed, file …
    fault: str | None = None  # why it cannot be stored: a field of a wrong type


@dataclass(frozen=True, slots=True)
class Reject:
    """An item that could not be mapped: its raw form and the reason; it can be
    remapped."""

    raw: JsonValue
    reason: str
    row: int | None = None

    @classmethod
    def unreadable(cls, raw: JsonValue, error: Exception) -> "Reject":
        """An item over which a mapper raised an error, one of UNREADABLE."""
        return cls(raw, f"{type(error).__name__}: {error}")


@dataclass(frozen=True, slots=True)
class Filtered:
    """An item left out by a rule that is named."""

    rule: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An item that was there and is not any more: what we hold of it has to go."""

    platform: str
    external_id: str
    reason: str  # deleted | removed | hidden | suspended: the platform's word


@dataclass(frozen=True, slots=True)
class Refresh:
    """The engagement of an item that we hold, observed again.

    `record` is the item as it is now, where the platform sends it too: the stored item
    is updated when its text, its edit or its withholding differs. Its author may have
    an id alone.
    """

    platform: str
    external_id: str
    metrics: tuple[Metric, ...]
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Undecided:
    """An item that was looked up and that the platform neither shows nor calls gone.

    Nothing new is known of it: it is counted, and looked up again.
    """

    platform: str
    external_id: str
    reason: str  # the platform's word, short


Item = Record | Reject | Filtered | Tombstone | Refresh | Undecided | Fact


@dataclass(frozen=True, slots=True)
class Limits:
    """What the platform's headers said about the allowance after this page."""

    remaining: int | None = None
    reset_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """One page: its items, and the cursor that is true once they are stored.

    `observed_at` is when the platform gave this answer, if not now (a file's age).
    `covered` is the span of authored time that is complete once this is stored; `gap` a
    span that can no longer be had, with `gap_cause` in words.
    """

    items: Sequence[Item]
    cursor: JsonObject
    observed_at: datetime | None = None
    covered: tuple[datetime, datetime] | None = None
    gap: tuple[datetime, datetime] | None = None
    gap_cause: str | None = None
    cost: Mapping[str, int] = field(default_factory=dict)
    limits: Limits | None = None


@dataclass(frozen=True, slots=True)
class ConnectorHealth:
    """The result of `check`: a sentence for the operator, and what it could read.

    `kind` and `cause` are those of the failure, where an error said it; `expires_at` is
    when the credential ends, if known.
    """

    ok: bool
    message: str
    expires_at: datetime | None = None
    kind: Kind | None = None
    cause: Message | None = None

    @classmethod
    def from_error(
        cls, error: ConnectorError, expires_at: datetime | None = None
    ) -> "ConnectorHealth":
        return cls(False, str(error), expires_at, error.kind, error.message)


class Sessions(Protocol):
    """Where a sign-in is stored between runs, protected as the secrets are."""

    def load(self, name: str) -> dict[str, str]:
        """The session of that name; empty when there is none."""
        ...

    def save(self, name: str, session: Mapping[str, str]) -> None:
        """Store it in place of the previous one."""
        ...


class NoSessions:
    """Stores no session: each run signs in."""

    def load(self, name: str) -> dict[str, str]:
        """There is none."""
        return {}

    def save(self, name: str, session: Mapping[str, str]) -> None:
        """Nothing is stored."""


@dataclass(frozen=True)
class ConnectorContext:
    """What a connector works with: time, settings, secrets, addresses, sessions.

    `base_urls` maps an origin to another base URL at run time; it is never stored.
    """

    clock: Clock
    config: Config
    secret: Callable[[str], SecretStr]
    base_urls: Mapping[str, str] = field(default_factory=dict)
    sessions: Sessions = field(default_factory=NoSessions)

    def base_url(self, origin: str) -> str | None:
        return self.base_urls.get(origin)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One allowance of a platform: what is counted, in which window, at what price.

    `period` is minute, hour, day or month, and begins where `zone` says. `cap` is the
    platform's own allowance a window; config may set a lower one. None has no cap.
    `spread`: a page of a pull takes one, and there are too few of them for first come,
    first served: the daemon divides them over the window and among the sources.
    """

    name: str  # posts, calls, units, searches, messages …
    period: str
    zone: str = "UTC"
    cap: int | None = None
    price_micros: int = 0  # of one unit
    currency: str = "USD"
    spread: bool = False


class Budget(Protocol):
    """The ledger of calls, units and money; it is called before each paid call."""

    def take(self, bucket: str, n: int = 1) -> None:
        """Reserve n units. ConnectorError QUOTA when the cap would be passed."""
        ...


class Connector(Protocol):
    """One source of one platform. It takes a cursor, yields new ones, stores none."""

    platform: ClassVar[str]
    cursor_version: ClassVar[int]
    capabilities: ClassVar[frozenset[Capability]]
    # buckets: ClassVar[tuple[Bucket, ...]] where the platform counts what is asked.

    def check(self) -> ConnectorHealth: ...

    def pull(
        self, cursor: JsonObject | None, budget: Budget, stop: Callable[[], bool]
    ) -> Iterator[Batch]: ...
