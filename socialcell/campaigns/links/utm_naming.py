"""UTM names: one spelling per name, so that figures can be joined.

Names are NFC and in lower case, with one underscore for white space; every other
character stays, in any script. A channel decides source and medium, so that nobody
types them; people who type them end up with `Facebook`, `fb` and `facebook.com`.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from socialcell.errors import UsageError
from socialcell.platforms import PLATFORMS
from socialcell.text import clean_text

MAX_LENGTH = 100

_ADS = "_ads"
# channel → utm_source, utm_medium
CHANNELS: dict[str, tuple[str, str]] = {
    **{
        platform.id: (platform.utm_source, platform.utm_medium)
        for platform in PLATFORMS.values()
        if platform.utm_source and platform.utm_medium
    },
    "sms": ("sms", "messaging"),
    "email": ("newsletter", "email"),
    **{
        platform.id.removesuffix(_ADS) + _ADS: (
            platform.utm_source,
            platform.paid_medium,
        )
        for platform in PLATFORMS.values()
        if platform.utm_source and platform.paid_medium
    },
    "website": ("website", "referral"),
    "press": ("press", "referral"),
    "poster": ("poster", "offline"),
    "newspaper": ("newspaper", "offline"),
    "bus": ("bus", "offline"),
    "event": ("event", "offline"),
}
CREATOR_MEDIUM = "creator"
"""The medium of a post by somebody else on a network, instead of `social`."""


@dataclass(frozen=True, slots=True)
class Utm:
    """The five values that analytics and stores know a visit by; None is left out."""

    source: str
    medium: str
    campaign: str
    content: str | None = None
    term: str | None = None

    def pairs(self) -> list[tuple[str, str]]:
        """(utm_source, …) and so on, in the order in which they are written."""
        values = {
            "utm_source": self.source,
            "utm_medium": self.medium,
            "utm_campaign": self.campaign,
            "utm_content": self.content,
            "utm_term": self.term,
        }
        return [(key, text) for key, text in values.items() if text is not None]


def normalise_name(text: str, field: str) -> str:
    """A normalised name. UsageError: it is empty, too long or no text; `field` is what
    it is the name of, as columns and options call it."""
    normalised = re.sub(r"[\s_]+", "_", clean_text(text)).strip("_").lower()
    normalised = unicodedata.normalize("NFC", normalised)
    if not normalised:
        raise UsageError("links.empty_name", field=field)
    if "\ufffd" in normalised:
        raise UsageError("links.damaged_name", field=field, text=text)
    if len(normalised) > MAX_LENGTH:
        raise UsageError(
            "links.long_name", field=field, length=len(normalised), limit=MAX_LENGTH
        )
    return normalised


def utm_values(
    campaign: str,
    channel: str,
    *,
    creator: str | None = None,
    content: str | None = None,
    term: str | None = None,
) -> Utm:
    """The UTM values of a link. UsageError names what is wrong.

    Without `content` a creator's link says the creator's name there.
    """
    word = normalise_name(channel, "channel")
    if word not in CHANNELS:
        channels = list(CHANNELS)
        if near := difflib.get_close_matches(word, channels, n=1):
            raise UsageError(
                "links.misspelt_channel",
                channel=channel,
                near=near[0],
                channels=channels,
            )
        raise UsageError("links.no_channel", channel=channel, channels=channels)
    source, medium = CHANNELS[word]
    if creator is not None and medium == "social":
        medium = CREATOR_MEDIUM
    return Utm(
        source,
        medium,
        normalise_name(campaign, "campaign"),
        content if content is not None else creator,
        term,
    )


def similar_campaign(campaign: str, campaigns: Iterable[str]) -> str | None:
    """A known campaign that a new one may be a misspelling of; None: it is known, or
    like no other."""
    others = list(campaigns)
    if campaign in others:
        return None
    matches = difflib.get_close_matches(campaign, others, n=1, cutoff=0.85)
    return matches[0] if matches else None
