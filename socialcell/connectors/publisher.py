"""The contract of a publisher: it posts, answers and deletes in the city's own name.

A publisher never waits, never retries and stores nothing. Two errors separate what did
not happen from what is not known: after ConnectorError the platform has done nothing;
after UnconfirmedCall it may have. After the second only `find` may be called, never
`post` again.
"""

import importlib
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, NoReturn, TypeVar

from socialcell.connectors.base import (
    Bucket,
    ConnectorContext,
    ConnectorError,
    ConnectorHealth,
    Kind,
)
from socialcell.errors import ConfigError
from socialcell.json_types import JsonObject
from socialcell.settings.platforms import Publishing
from socialcell.text import fold

_T = TypeVar("_T")

PUBLISHERS = {
    "x": "socialcell.connectors.x.x_publisher:XPublisher",
    "facebook": "socialcell.connectors.meta.facebook_publisher:FacebookPublisher",
    "instagram": "socialcell.connectors.meta.instagram_publisher:InstagramPublisher",
    "telegram": "socialcell.connectors.telegram.telegram_publisher:TelegramPublisher",
}
SLACK = timedelta(minutes=2)  # between a platform's clock and ours
# After these a platform may have done what it was asked.
_UNCONFIRMED_KINDS = (Kind.TRANSIENT, Kind.DRIFT)


class UnconfirmedCall(ConnectorError):  # noqa: N818 - named for what happened
    """The call was sent, and whether the platform carried it out is not known."""


@dataclass(frozen=True, slots=True)
class PostReference:
    """A post on the platform: its id, and its address for readers, if known."""

    id: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class TimelinePost:
    """A post of the account's own as the platform shows it."""

    posted: PostReference
    words: str


class Publisher(ABC):
    """One account. Media are public https addresses of pictures.

    Every call raises ConnectorError; `post`, `reply` and `delete` raise UnconfirmedCall
    where the platform may have done what was asked.
    """

    platform: ClassVar[str]
    # What a call is counted and billed under; `bucket` says which.
    buckets: ClassVar[tuple[Bucket, ...]] = (Bucket("writes", "day"),)
    # Whether `find` can list what the account has posted.
    can_find: ClassVar[bool] = True

    def __init__(self, context: ConnectorContext) -> None:
        self._clock = context.clock

    @abstractmethod
    def check(self) -> ConnectorHealth:
        """Whether the account answers and the credentials may write."""

    def bucket(self, words: str) -> str:
        """The bucket that a post of these words is counted under."""
        return "writes"

    def prepare(self, words: str, media: str | None) -> str | None:
        """The id of what the platform needs before a post and shows to nobody (a media
        container), to be stored before `post`; creating it twice does no harm. None
        where there is no such step."""
        return None

    @abstractmethod
    def post(self, words: str, media: str | None, key: str | None) -> PostReference:
        """Post these words. `key` is what `prepare` gave."""

    @abstractmethod
    def reply(self, to: str, words: str, key: str | None) -> PostReference:
        """Answer a post or a comment, by its id."""

    @abstractmethod
    def delete(self, id_: str) -> None:
        """Take a post back. One that is gone already is no error."""

    @abstractmethod
    def find(
        self, words: str, key: str | None, since: datetime, to: str | None
    ) -> Sequence[PostReference]:
        """Own posts (answers to `to`) since a moment with these words, oldest first.

        Empty: the platform says that there is none.
        """

    def _reference(self, id_: str) -> PostReference:
        return PostReference(id_, self._post_url(id_))

    def _post_url(self, id_: str) -> str | None:
        """The address of a post for readers; None where its id does not give it."""
        return None


def connected(publishing: Publishing) -> list[str]:
    """The platforms on which config.yaml names an account to post on."""
    return [name for name in PUBLISHERS if getattr(publishing, name) is not None]


def build(platform: str, context: ConnectorContext) -> Publisher:
    """The publisher of a platform. ConfigError when it is not set up, MissingSecret
    when a credential is nowhere."""
    return _publisher_class(platform)(context)


def require_settings(settings: _T | None, platform: str) -> _T:
    """An account's settings in config.yaml. ConfigError when there are none."""
    if settings is None:
        raise ConfigError("connectors.no_publishing", platform=platform)
    return settings


def buckets(platform: str) -> tuple[Bucket, ...]:
    """What posting on a platform is counted and billed in."""
    return _publisher_class(platform).buckets


def _publisher_class(platform: str) -> type[Publisher]:
    module, name = PUBLISHERS[platform].split(":")
    publisher_class: type[Publisher] = getattr(importlib.import_module(module), name)
    return publisher_class


def run_write(call: Callable[[], _T]) -> _T:
    """The answer of a call that writes. UnconfirmedCall where it failed and the
    platform may have carried it out."""
    try:
        return call()
    except ConnectorError as error:
        _raise_write_error(error)


def run_delete(call: Callable[[], _T]) -> None:
    """Make a call that deletes a post; one that is gone already is no error."""
    try:
        call()
    except ConnectorError as error:
        if error.kind is not Kind.GONE:
            _raise_write_error(error)


def _raise_write_error(error: ConnectorError) -> NoReturn:
    if error.kind in _UNCONFIRMED_KINDS:
        raise UnconfirmedCall.from_message(
            error.kind, error.message, error.until
        ) from None
    raise error


def posts_with_text(
    words: str, newest_first: Sequence[TimelinePost]
) -> list[PostReference]:
    """The posts of a timeline with the same text, oldest first. White space, joiners
    and case are ignored, since platforms change them."""
    bare = _comparable_text(words)
    oldest_first = reversed(newest_first)
    return [
        post.posted for post in oldest_first if _comparable_text(post.words) == bare
    ]


def require_id(body: JsonObject, name: str = "id") -> str:
    """The id that a platform answered with. UnconfirmedCall when there is none."""
    id_ = body.get(name)
    if isinstance(id_, int) and not isinstance(id_, bool):
        id_ = str(id_)
    if not isinstance(id_, str) or not id_:
        raise UnconfirmedCall(Kind.DRIFT, "connectors.answer_without_id", field=name)
    return id_


def _comparable_text(words: str) -> str:
    return "".join(fold(unicodedata.normalize("NFC", words)).split())
