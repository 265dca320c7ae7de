"""A tracked link: its stated fields checked, and its target addresses."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from socialcell.campaigns.links import destinations, utm_naming
from socialcell.campaigns.links.destinations import Landing
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.links.utm_naming import Utm
from socialcell.clock import IST, as_utc
from socialcell.errors import UsageError
from socialcell.listening.day_ranges import FIRST_DAY, LAST_DAY
from socialcell.text import clean_text, one_line

DEVICES = ("web", "android", "ios")
STATED_FIELDS = (
    *("campaign", "initiative", "creator", "post", "channel", "content", "term"),
    *DEVICES,
    "expires",
)
"""The fields that a person states; the columns of a file of links, beside its code."""

_MAX_POST_LENGTH = 300


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """All fields of a link, checked: equal drafts make equal links."""

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

    def values(self) -> dict[str, str | datetime | None]:
        """Column → value."""
        return asdict(self)


def check_draft(stated: Mapping[str, str | None]) -> LinkDraft:
    """Check the stated fields of a link. UsageError names what is wrong.

    An empty text is one that was not given.
    """
    fields = {key: text for key, text in stated.items() if text and text.strip()}
    for needed in ("campaign", "channel", "web"):
        if needed not in fields:
            raise UsageError("links.missing_field", field=needed)
    names = {
        key: utm_naming.normalise_name(fields[key], key) if key in fields else None
        for key in ("initiative", "creator", "content", "term")
    }
    utm = utm_naming.utm_values(
        fields["campaign"],
        fields["channel"],
        creator=names["creator"],
        content=names["content"],
        term=names["term"],
    )
    targets = {
        key: destinations.check_address(fields[key], key) if key in fields else None
        for key in DEVICES
    }
    for address in filter(None, targets.values()):
        destinations.landing(address, utm)
    post = (
        one_line(clean_text(fields["post"]), _MAX_POST_LENGTH)
        if "post" in fields
        else None
    )
    return LinkDraft(
        campaign=utm.campaign,
        channel=utm_naming.normalise_name(fields["channel"], "channel"),
        source=utm.source,
        medium=utm.medium,
        web=targets["web"] or "",
        initiative=names["initiative"],
        creator=names["creator"],
        post=post,
        content=utm.content,
        term=utm.term,
        android=targets["android"],
        ios=targets["ios"],
        expires_at=_expiry_moment(fields.get("expires")),
    )


def stated_fields(link: TrackedLink) -> dict[str, str | None]:
    """The fields in which a person states a link."""
    fields = {key: getattr(link, key) for key in STATED_FIELDS if key != "expires"}
    if link.content == link.creator:
        fields["content"] = None
    expires = link.expires_at
    if expires is not None:
        last = as_utc(expires).astimezone(IST) - timedelta(days=1)
        fields["expires"] = last.date().isoformat()
    return {"expires": None, **fields}


def utm_of(link: TrackedLink) -> Utm:
    return Utm(link.source, link.medium, link.campaign, link.content, link.term)


def landings(link: TrackedLink) -> dict[str, Landing]:
    """The landing of each of `DEVICES`; a device without its own goes to the web's."""
    utm = utm_of(link)
    web = destinations.landing(link.web, utm)
    landings_by_device = {"web": web}
    for device in ("android", "ios"):
        own = getattr(link, device)
        landings_by_device[device] = (
            web if own is None else destinations.landing(own, utm)
        )
    return landings_by_device


def campaign_token(link: TrackedLink) -> str | None:
    """The `ct` that the App Store knows it by; None: it leads elsewhere."""
    for address in (link.ios, link.web):
        if address is not None and destinations.is_apple(address):
            return destinations.campaign_token(address, link.campaign)
    return None


def _expiry_moment(day: str | None) -> datetime | None:
    """The moment after the last day, in Pune."""
    if day is None:
        return None
    try:
        last = date.fromisoformat(day.strip())
    except ValueError:
        raise UsageError("links.no_expiry_day", day=day) from None
    if not FIRST_DAY <= last <= LAST_DAY:
        raise UsageError("links.no_expiry_day", day=day)
    midnight = datetime.combine(last + timedelta(days=1), time(), tzinfo=IST)
    return as_utc(midnight)
