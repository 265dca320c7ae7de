"""The records of the sandbox city: a person, a post, and a post's true labels."""

from dataclasses import dataclass, field
from datetime import datetime

from socialcell.json_types import JsonObject


@dataclass(frozen=True, slots=True)
class Person:
    """An invented account. `growth` is new followers a day, from `base` at the start."""

    key: int
    handle: str
    name: str
    joined: datetime
    base: int
    growth: int
    following: int
    posts: int
    kind: str = "citizen"  # citizen | city | paper | creator | spammer
    verified: str = "none"  # the platform's word: none | blue | business | government
    location: str = ""
    bio: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Labels:
    """The true labels of a post, in the product's vocabularies; `places` as written."""

    language: str
    mixed: bool
    intent: str
    topic: str
    sentiment: str
    urgency: str
    owner: str | None
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShortLink:
    """A shortened address in the text and the page behind it."""

    short: str
    page: str


@dataclass(slots=True, eq=False)
class SandboxDraft:
    """A post before the world's posts are sorted and get their ids."""

    at: datetime
    author: Person
    text: str
    labels: Labels
    platform: str = "x"
    story: str | None = None
    reach: int = 1
    reply_to: "SandboxDraft | None" = None
    quotes: "SandboxDraft | None" = None
    reposts: "SandboxDraft | None" = None
    repeats: "SandboxDraft | None" = None
    edits: "SandboxDraft | None" = None
    removed: datetime | None = None
    links: tuple[ShortLink, ...] = ()
    point: tuple[str, float, float] | None = None  # place name, longitude, latitude
    feed: str | None = None
    title: str | None = None
    changed: tuple[datetime, str] | None = None  # an article corrected in place
    native: str | None = None  # the id, where the author assigns it


@dataclass(frozen=True, slots=True)
class SandboxPost:
    """A published post. Ids refer to other posts of the same platform.

    `ends` is from when it is no longer visible: removed by its author, or replaced by an
    edited version with an id of its own (`replaced_by`). None: never.
    """

    platform: str
    id: str
    at: datetime
    author: Person
    text: str
    labels: Labels
    story: str | None = None
    conversation: str = ""
    reply_to: str | None = None
    quotes: str | None = None
    reposts: str | None = None
    repeats: str | None = None
    versions: tuple[str, ...] = ()  # earlier ids and its own, oldest first
    replaced_by: str | None = None
    ends: datetime | None = None
    removed: datetime | None = None
    links: tuple[ShortLink, ...] = ()
    point: tuple[str, float, float] | None = None
    feed: str | None = None
    group: str | None = None  # the subreddit
    title: str | None = None
    changed: tuple[datetime, str] | None = None
    withheld: JsonObject | None = None  # X's object of that name
    growth: dict[str, tuple[int, int]] = field(default_factory=dict)

    def is_visible(self, moment: datetime) -> bool:
        """Whether it is visible at a moment: published, and not removed or replaced."""
        return self.at <= moment and (self.ends is None or moment < self.ends)
