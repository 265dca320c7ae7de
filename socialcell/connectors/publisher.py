"""The contract of a publisher: it posts, answers and deletes in the city's own name.

A publisher never waits, never retries and keeps nothing. What tells whether a call was
heard is the difference between two errors: ConnectorError, the platform took nothing;
Unheard, nobody knows. After the second only `find` may be asked, never `post` again.
"""

import importlib
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, NoReturn, TypeVar

from socialcell.connectors.base import (
    Bucket,
    ConnectorContext,
    ConnectorError,
    Health,
    Kind,
)
from socialcell.errors import ConfigError
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
_UNKNOWN = (Kind.TRANSIENT, Kind.DRIFT)


class Unheard(ConnectorError):  # noqa: N818 - named for what happened
    """The call left, and whether it did what it should is not known."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What stands on the platform: its id, and where people read it, if told."""

    id: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A post of the account's own as the platform shows it."""

    posted: Posted
    words: str


class Publisher(ABC):
    """One account. Media are public https addresses of pictures.

    Every call raises ConnectorError; `post`, `reply` and `delete` raise Unheard where
    the platform may have heard.
    """

    platform: ClassVar[str]
    # What a call is counted and billed under; `bucket` says which.
    buckets: ClassVar[tuple[Bucket, ...]] = (Bucket("writes", "day"),)
    # Whether `find` can tell what the account has posted.
    can_find: ClassVar[bool] = True

    def __init__(self, context: ConnectorContext) -> None:
        self._clock = context.clock

    @abstractmethod
    def check(self) -> Health:
        """Whether the account answers and the credentials may write."""

    def bucket(self, words: str) -> str:
        """The bucket that a post of these words is counted under."""
        return "writes"

    def prepare(self, words: str, media: str | None) -> str | None:
        """What the platform wants first and nobody sees, made twice without harm: its
        id, to be kept before `post`. None where there is no such step."""
        return None

    @abstractmethod
    def post(self, words: str, media: str | None, key: str | None) -> Posted:
        """Post these words. `key` is what `prepare` gave."""

    @abstractmethod
    def reply(self, to: str, words: str, key: str | None) -> Posted:
        """Answer a post or a comment, by its id."""

    @abstractmethod
    def delete(self, id_: str) -> None:
        """Take a post back. One that is gone already is no error."""

    @abstractmethod
    def find(
        self, words: str, key: str | None, since: datetime, to: str | None
    ) -> Sequence[Posted]:
        """Own posts (answers to `to`) since a moment with these words, oldest first.

        Empty: the platform says that there is none.
        """

    def _posted(self, id_: str) -> Posted:
        return Posted(id_, self._address(id_))

    def _address(self, id_: str) -> str | None:
        """Where people read a post, where its id is enough to tell."""
        return None


def build(platform: str, context: ConnectorContext) -> Publisher:
    """The publisher of a platform. ConfigError when it is not set up, MissingSecret
    when a credential is nowhere."""
    publisher: Publisher = _class(platform)(context)
    return publisher


def set_up(given: _T | None, platform: str) -> _T:
    """What config.yaml says of an account. ConfigError when it says nothing."""
    if given is None:
        raise ConfigError(f"publishing.{platform} is not set in config.yaml.")
    return given


def buckets(platform: str) -> tuple[Bucket, ...]:
    """What posting on a platform is counted and billed in."""
    found: tuple[Bucket, ...] = _class(platform).buckets
    return found


def _class(platform: str) -> Any:
    module, cls = PUBLISHERS[platform].split(":")
    return getattr(importlib.import_module(module), cls)


def write(call: Callable[[], _T]) -> _T:
    """The answer of a call that writes. Unheard where it failed and the platform may
    have done it all the same."""
    try:
        return call()
    except ConnectorError as error:
        _raise_of_writing(error)


def take_back(call: Callable[[], object]) -> None:
    """Make a call that deletes a post; one that is gone already is no error."""
    try:
        call()
    except ConnectorError as error:
        if error.kind is not Kind.GONE:
            _raise_of_writing(error)


def _raise_of_writing(error: ConnectorError) -> NoReturn:
    if error.kind in _UNKNOWN:
        raise Unheard(error.kind, str(error), until=error.until) from None
    raise error


def same_words(words: str, newest_first: Sequence[Shown]) -> list[Posted]:
    """Those of a timeline that say the same words, oldest first: white space, joiners
    and case are free, since platforms change them."""
    bare = _bare(words)
    oldest_first = reversed(newest_first)
    return [post.posted for post in oldest_first if _bare(post.words) == bare]


def id_in(body: Mapping[str, Any], name: str = "id") -> str:
    """The id that a platform answered with. Unheard when there is none."""
    found = body.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str) or not found:
        raise Unheard(Kind.DRIFT, f"The platform's answer has no {name!r}")
    return found


def _bare(words: str) -> str:
    return "".join(fold(unicodedata.normalize("NFC", words)).split())
