"""Classify visitors by user agent: person, preview, crawler or tool, and the device.

Only the resulting words are stored. Every click carries the version of the rules that
classified it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from socialcell.platforms import PLATFORMS

RULES = 2
"""Raise it when a rule changes, or the list of crawlers is another one."""

PEOPLE = ("human", "duplicate")
KINDS = (*PEOPLE, "preview", "scanner", "crawler", "tool", "internal", "dropped")

# Services that fetch a link so that a chat or a timeline can show what is behind it.
_PREVIEW = re.compile(
    r"^WhatsApp/|facebookexternalhit|facebookcatalog|facebot|meta-external(?!agent)|"
    r"twitterbot|telegrambot|slackbot|slack-imgproxy|linkedinbot|discordbot|"
    r"skypeuripreview|snap url preview|pinterest(?:bot)?/|redditbot|"
    r"mastodon/|akkoma|pleroma|misskey|bluesky cardyb|viber|iframely|embedly|"
    r"sharechatbot|kakaotalk-scrap|vkshare|bitlybot|google-safety|"
    r"google-pagerenderer|previewbot|link ?preview|url ?preview|unfurl",
    re.IGNORECASE,
)
# Programs that a person writes or runs, and not what a person surfs with.
_TOOL = re.compile(
    r"^(?:curl|wget|python|java|go-http|okhttp|axios|node|ruby|perl|php|dalvik|"
    r"libwww|apache-httpclient|postman|insomnia|httpie|guzzle|scrapy|aiohttp|httpx|"
    r"undici|got|lua|rust|reqwest|cfnetwork)\b|headless|phantomjs|selenium|puppeteer|"
    r"playwright|lighthouse|python-(?:requests|urllib|httpx)|apachebench|\bwrk\b",
    re.IGNORECASE,
)
_ROBOT = re.compile(r"bot\b|crawl|spider|slurp", re.IGNORECASE)
_NO_ROBOTS = re.compile(r"\bcubot\b[ _-]?\w*", re.IGNORECASE)  # a maker of phones

PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_IN_APP = tuple(
    (platform.id, re.compile(platform.app_agent))
    for platform in PLATFORMS.values()
    if platform.app_agent
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """The class of a user agent: human, preview, crawler or tool; the app it is in."""

    kind: str
    in_app: str | None


def device(agent: bytes) -> str:
    """android, ios or other, for where a click is sent; a robot is no phone.

    An iPad that asks for pages of a computer says that it is one.
    """
    if b"Android" in agent:
        is_other = b"Windows Phone" in agent or b"compatible;" in agent
        return "other" if is_other else "android"
    if b"iPhone" in agent or b"iPad" in agent or b"iPod" in agent:
        return "other" if b"compatible;" in agent else "ios"
    return "other"


@lru_cache(maxsize=8192)
def classify_visitor(agent: str) -> Visitor:
    """Classify a user agent."""
    return Visitor(_kind(agent), _in_app(agent))


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """Whether a browser prefetches before a click; header names in lower case."""
    return any(
        word in headers.get(name, "").lower()
        for name in PREFETCH_HEADERS
        for word in ("prefetch", "prerender", "preview")
    )


def _kind(agent: str) -> str:
    bare = _NO_ROBOTS.sub("", agent)
    if not agent.strip():
        return "tool"
    if _PREVIEW.search(bare):
        return "preview"
    if _TOOL.search(bare):
        return "tool"
    # Imported late: the library's list is large and needed for requests only.
    import crawleruseragents

    if _ROBOT.search(bare) or crawleruseragents.is_crawler(bare):
        return "crawler"
    return "human"


def _in_app(agent: str) -> str | None:
    return next((name for name, sign in _IN_APP if sign.search(agent)), None)
