"""A tracked link as somebody asks for it: checked, and turned into addresses."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from socialcell.campaigns.links import destinations, utm_naming
from socialcell.campaigns.links.destinations import Landing
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.utm_naming import Utm
from socialcell.clock import IST, as_utc
from socialcell.errors import UsageError
from socialcell.text import clean_text, one_line

DEVICES = ("web", "android", "ios")
GIVEN = (
    *("campaign", "initiative", "creator", "post", "channel", "content", "term"),
    *DEVICES,
    "expires",
)
"""What a person says of a link; the columns of a file of links, beside its code."""

_LONGEST_POST = 300


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a link says, checked: the same draft makes the same link."""

    campaign: str
    channel: str
    source: str
    medium: str
    web: str
    initiative: str | None = None
    creator: str | None = None
    post: str | None = None
    content: str | None = None
    term: str | None = None
    android: str | None = None
    ios: str | None = None
    expires_at: datetime | None = None

    def values(self) -> dict[str, Any]:
        """Column → value."""
        return asdict(self)


def draft(given: Mapping[str, str | None]) -> Draft:
    """A link from what a person says (`GIVEN`). UsageError names what is wrong.

    An empty text is one that was not given.
    """
    said = {key: value for key, value in given.items() if value and value.strip()}
    for needed in ("campaign", "channel", "web"):
        if needed not in said:
            raise UsageError(f"A link needs {needed}.")
    names = {
        key: utm_naming.name(said[key], f"The {key}") if key in said else None
        for key in ("initiative", "creator", "content", "term")
    }
    utm = utm_naming.utm(
        said["campaign"],
        said["channel"],
        creator=names["creator"],
        content=names["content"],
        term=names["term"],
    )
    leads = {
        key: destinations.checked(said[key], key) if key in said else None
        for key in DEVICES
    }
    for address in filter(None, leads.values()):
        destinations.landing(address, utm)
    post = one_line(clean_text(said["post"]), _LONGEST_POST) if "post" in said else None
    return Draft(
        campaign=utm.campaign,
        channel=utm_naming.name(said["channel"], "The channel"),
        source=utm.source,
        medium=utm.medium,
        web=leads["web"] or "",
        initiative=names["initiative"],
        creator=names["creator"],
        post=post,
        content=utm.content,
        term=utm.term,
        android=leads["android"],
        ios=leads["ios"],
        expires_at=_end_of(said.get("expires")),
    )


def given(link: TrackedLink) -> dict[str, str | None]:
    """A link in the words in which it is asked for."""
    said = {key: getattr(link, key) for key in GIVEN if key != "expires"}
    if link.content == link.creator:
        said["content"] = None
    expires = link.expires_at
    if expires is not None:
        last = as_utc(expires).astimezone(IST) - timedelta(days=1)
        said["expires"] = last.date().isoformat()
    return {"expires": None, **said}


def utm_of(link: TrackedLink) -> Utm:
    return Utm(link.source, link.medium, link.campaign, link.content, link.term)


def landings(link: TrackedLink) -> dict[str, Landing]:
    """Where each of `DEVICES` is sent; a device without its own goes to the web's."""
    utm = utm_of(link)
    web = destinations.landing(link.web, utm)
    made = {"web": web}
    for device in ("android", "ios"):
        own = getattr(link, device)
        made[device] = web if own is None else destinations.landing(own, utm)
    return made


def campaign_token(link: TrackedLink) -> str | None:
    """The `ct` that the App Store knows it by; None: it leads elsewhere."""
    for address in (link.ios, link.web):
        if address is not None and destinations.is_apple(address):
            return destinations.campaign_token(address, link.campaign)
    return None


def _end_of(day: str | None) -> datetime | None:
    """The moment after the last day, in Pune."""
    if day is None:
        return None
    try:
        last = date.fromisoformat(day.strip())
    except ValueError:
        raise UsageError(
            f"expires takes a day such as 2026-12-31, not {day!r}."
        ) from None
    midnight = datetime.combine(last + timedelta(days=1), time(), tzinfo=IST)
    return as_utc(midnight)
