"""What campaigns keep to: links, candidates, plans."""

import re
from datetime import date
from ipaddress import ip_network
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator

from socialcell.errors import UnreadableValue
from socialcell.settings.section import ConfigSection, SecretName


def _network(text: str) -> str:
    ip_network(text, strict=False)
    return text


def _domain(text: str) -> str:
    try:
        name = text.lower().encode("idna").decode("ascii")
    except ValueError:
        name = ""
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", name):
        raise UnreadableValue("doors.no_domain", text=text)
    return text.lower()


Domain = Annotated[str, AfterValidator(_domain)]
Network = Annotated[str, AfterValidator(_network)]


class Links(ConfigSection):
    """Tracked links: where they are reached from outside, and whom to believe.

    `domains` are those to which links may lead, with all below them, beside the app
    stores; null: to any that is no look-alike. `trusted` are the peers whose
    X-Forwarded-For counts; `internal` are networks whose clicks are the cell's own. An
    ended link leads to `fallback`; without one, a page says so. `apps` are the Android
    packages whose installs are taken in. An install is put down to a click within
    `attribution_days` of it (Google Play keeps a referrer for 90), and not sooner than
    `shortest_seconds` after it.
    """

    address: str | None = None
    fallback: str | None = None
    domains: tuple[Domain, ...] | None = None
    trusted: tuple[Network, ...] = ()
    internal: tuple[Network, ...] = ()
    apps: tuple[str, ...] = ()
    install_key: SecretName = SecretName(secret="install_key")
    attribution_days: int = Field(default=7, ge=1, le=90)
    shortest_seconds: int = Field(default=10, ge=0, le=3600)

    @field_validator("address", "fallback")
    @classmethod
    def _whole(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UnreadableValue("config.no_web_address", address=url)
        return url


class Influencers(ConfigSection):
    """Who may be a candidate, and who may see the candidates.

    An account with at least `follower_floor` followers may be one; null: only accounts
    that are verified as a business or government, or are registered. `approvers`:
    operators with the role of approver or lead who see candidates and creators, by
    name; empty: all of them; null: whoever works in this workspace.
    """

    follower_floor: int | None = Field(default=10_000, ge=1000)
    approvers: tuple[str, ...] | None = None


class RateClass(ConfigSection):
    """A class of a rate card, in rupees: the fewest `followers`, the most for one
    `post`, and by channel the most for a creator in a calendar month."""

    followers: int | None = Field(default=None, ge=0)
    post: int | None = Field(default=None, ge=0)
    month: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)


class RateCard(ConfigSection):
    """What creators of a class may cost at most, from a day on, and who says so."""

    id: str = Field(min_length=1)
    source: str = Field(min_length=1)
    valid_from: date
    valid_to: date | None = None
    classes: dict[str, RateClass] = Field(min_length=1)


_Span = TypeVar("_Span", tuple[date, date], tuple[date, date, str])


class Planning(ConfigSection):
    """What every plan of a campaign keeps to.

    `elections` are windows in which nothing is planned: first and last day. `days` are
    quiet ones beside those that come along, with their name. `handles` are the cell's
    own accounts by channel. `rate_cards` are the city's: a creator whose
    rate_source is a card's id is held to its classes. The caps count tags: of a creator
    on a day, in any 7 and any 30 days; of all creators on a day and in any 7 days; and
    how many days lie between two of a creator for one initiative at least.
    """

    elections: tuple[tuple[date, date], ...] = ()
    days: tuple[tuple[date, date, Annotated[str, Field(min_length=1)]], ...] = ()
    handles: dict[str, Annotated[str, Field(pattern=r"^[^@\s]{1,100}$")]] = Field(
        default_factory=dict
    )
    rate_cards: tuple[RateCard, ...] = ()
    creator_day: int = Field(default=1, ge=1, le=20)
    creator_week: int = Field(default=2, ge=1, le=100)
    creator_month: int = Field(default=6, ge=1, le=300)
    city_day: int = Field(default=9, ge=1, le=1000)
    city_week: int | None = Field(default=None, ge=1, le=5000)
    apart: int = Field(default=7, ge=0, le=92)

    @field_validator("elections", "days")
    @classmethod
    def _in_order(cls, spans: tuple[_Span, ...]) -> tuple[_Span, ...]:
        for span in spans:
            first, last = span[0], span[1]
            if last < first:
                raise UnreadableValue("config.days_reversed", first=first, last=last)
        return spans
