"""An account that may carry a message, and the facts that scores rest on.

Only accounts of public standing are candidates: registered, verified as a business or a
government, or followed by many. Everybody else is counted without a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from socialcell.message_catalog import Message

VERIFIED_KINDS = ("business", "government")
"""What platforms verify that is not sold to everybody."""
CITY_ENTITY = "place:pune"
TIER_STARTS = (10_000, 50_000, 250_000, 1_000_000)
"""Where tiers of size begin: accounts with more followers have lower rates."""


@dataclass(frozen=True, slots=True)
class CandidatePost:
    """A post of a candidate, as it was understood.

    `form` is its text in index form. `engaged` is the newest sum of its reactions,
    comments, shares and saves, None when none was observed; `views` likewise.
    """

    id: int
    at: datetime
    language: str
    form: str
    topics: frozenset[str]
    entities: frozenset[str]
    wards: frozenset[str]
    engaged: int | None
    views: int | None

    @property
    def is_local(self) -> bool:
        """Whether it names the city or a place in one of its wards."""
        return bool(self.wards) or CITY_ENTITY in self.entities


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """A reply, quote or repost of a candidate's post: `who` is an author's id, `form`
    its text in index form, None for a repost."""

    post: int
    who: int
    form: str | None


@dataclass(frozen=True, slots=True)
class FollowerCount:
    """Followers of an account at one moment."""

    at: datetime
    followers: int


@dataclass(frozen=True)
class Candidate:
    """An account that may carry a message, and `why` it may be looked at.

    `authors` are our ids of it. `creator` is its key in the registry of creators;
    `reach` is the number of people a post of it reached by its own insights.
    """

    platform: str
    handle: str
    name: str | None
    why: tuple[Message, ...]
    authors: tuple[int, ...]
    creator: str | None
    figures: tuple[FollowerCount, ...]
    posts: tuple[CandidatePost, ...]
    answers: tuple[PostAnswer, ...]
    reach: float | None = None
    shares: Mapping[tuple[str, str], float] | None = None

    @property
    def id(self) -> str:
        return f"{self.platform}:{self.handle}"

    @property
    def followers(self) -> int | None:
        """The newest count."""
        return self.figures[-1].followers if self.figures else None

    @property
    def tier(self) -> int | None:
        """Which tier of size, from 0; None: followers are not known."""
        if self.followers is None:
            return None
        return sum(self.followers >= start for start in TIER_STARTS)
