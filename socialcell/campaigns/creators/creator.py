"""A creator of the registry: accounts, rates, audience, consent and disclosure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socialcell.campaigns.creators.audience_sketches import Sketch

KINDS = ("celebrity", "creator", "media", "institution", "partner")
FORMATS = ("post", "story", "reel", "video", "live", "article", "event")
CONSENTS = ("unknown", "asked", "agreed", "refused")
CONNECTIONS = ("none", "paid", "gift", "travel", "family", "employee", "other")
"""Material connections of a creator to the city; all but `none` must be disclosed."""
COUNTS = ("followers", "reach")
SHARES = ("city", "language", "ward")


@dataclass(frozen=True, slots=True)
class SocialAccount:
    """An account, and its newest count of followers (None: not counted)."""

    platform: str
    handle: str  # lower case, without @
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one piece of a format, from a day on."""

    micros: int
    currency: str
    since: date
    source: str


@dataclass(frozen=True, slots=True)
class Insight:
    """One figure of an audience: a count (COUNTS) or a share of 0 to 1 (SHARES)."""

    platform: str
    day: date
    dimension: str
    value: str
    number: float
    source: str


@dataclass(frozen=True, slots=True)
class EngagedAudience:
    """The people who engaged, as a HyperLogLog sketch of 2^precision registers."""

    since: datetime
    until: datetime
    posts: int
    precision: int
    sketch: "Sketch"


@dataclass(frozen=True, slots=True)
class PastPost:
    """A post of a creator that reached us; `mention` is its id."""

    mention: int
    platform: str
    at: datetime
    url: str | None


@dataclass(frozen=True)
class Creator:
    """Somebody of the registry, as of a day.

    `id` is what tracked links call the creator. `rates` are in force on that day, by
    format (FORMATS); `insights` are the newest of each figure and account; `posts` are
    the newest ones, newest first. What is not known is None or empty.
    """

    id: str
    name: str
    kind: str
    languages: tuple[str, ...]
    wards: tuple[str, ...]
    accounts: tuple[SocialAccount, ...]
    rates: Mapping[str, Rate]
    rate_class: str | None
    rate_source: str | None
    consent: str
    consent_on: date | None
    connection: str | None
    cool_off_days: int | None
    insights: tuple[Insight, ...]
    engaged: EngagedAudience | None
    posts: tuple[PastPost, ...]

    def may_be_asked(self, day: date) -> bool:
        """Whether no refusal stands on that day.

        A refusal stands for `cool_off_days` from its day on; without them, for good.
        """
        if self.consent != "refused":
            return True
        if self.cool_off_days is None or self.consent_on is None:
            return False
        return day >= self.consent_on + timedelta(days=self.cool_off_days)

    def count(self, dimension: str) -> float | None:
        """The largest newest count of any account: audiences of accounts overlap."""
        counts = [
            insight.number
            for insight in self.insights
            if insight.dimension == dimension
        ]
        return max(counts, default=None)

    @property
    def followers(self) -> int | None:
        """Of the largest account."""
        counts = [
            account.followers
            for account in self.accounts
            if account.followers is not None
        ]
        return max(counts, default=None)
