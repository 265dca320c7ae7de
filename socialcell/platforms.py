"""The table of platforms: what the whole program needs to know of each of them.

How a platform is spoken to stands in its connector. Whatever else depends on which
platform it is, a name in a report, the hosts of its links, where its settings stand,
stands here, so that a new platform is one row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Trait(Enum):
    """What is true of some platforms only."""

    MENTIONS = auto()  # mentions are collected from it
    CREATORS = auto()  # creators of the registry have accounts there
    POSTS = auto()  # posted on in the city's name
    MESSAGES = auto()  # people who write there are answered from here
    APP_STORE = auto()  # tells figures of the city's app
    PAGE_FIGURES = auto()  # tells figures of the city's own page
    # A post is refused without a picture.
    NEEDS_PICTURE = auto()
    # Its terms let nobody train a model with what people wrote there.
    NO_TRAINING = auto()
    # Its terms let texts be kept as long as the post stands at its source.
    TEXT_WHILE_PUBLIC = auto()


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform. `id` is its name in the database, in files and in commands; `name`
    is how people write it.

    `settings` is its section of `connectors` in config.yaml; where the city posts, it
    has a section of its own id in `publishing`, too. `profile_hosts` are hosts whose
    addresses begin with somebody's name. `post_addresses` are regular expressions, from
    the host on, for addresses of posts in which no name stands. `utm_source` and
    `utm_medium` mark links in posts, `paid_medium` those in advertisements. `app_agent`
    is a regular expression for the user agent of the browser within its app.
    `government_rule` is what it asks of users in government, and what to do about it.
    """

    id: str
    name: str
    traits: frozenset[Trait] = frozenset()
    settings: str | None = None
    profile_hosts: tuple[str, ...] = ()
    post_addresses: tuple[str, ...] = ()
    utm_source: str | None = None
    utm_medium: str | None = None
    paid_medium: str | None = None
    app_agent: str | None = None
    government_rule: tuple[str, str] | None = None


GOOGLE_PLAY = Platform(
    "google_play",
    "Google Play",
    frozenset({Trait.MENTIONS, Trait.APP_STORE}),
    settings="google",
    post_addresses=(r"play\.google\.com/store/apps/details\?[^\s#]{0,200}\breviewId=",),
)
WHATSAPP = Platform(
    "whatsapp",
    "WhatsApp",
    frozenset({Trait.MENTIONS, Trait.CREATORS, Trait.MESSAGES}),
    settings="meta",
    profile_hosts=("wa.me",),
    utm_source="whatsapp",
    utm_medium="messaging",
    app_agent=r" WhatsApp/\d",
)

_TABLE = (
    Platform(
        "x",
        "X",
        frozenset(
            {
                Trait.MENTIONS,
                Trait.CREATORS,
                Trait.POSTS,
                Trait.NO_TRAINING,
                Trait.TEXT_WHILE_PUBLIC,
            }
        ),
        settings="x",
        profile_hosts=("x.com", "twitter.com"),
        post_addresses=(r"(?:x|twitter)\.com/(?:i/(?:web/)?)?status(?:es)?/\d",),
        utm_source="x",
        utm_medium="social",
        app_agent=r"\bTwitter(?:Android| for iPhone)",
        government_rule=(
            "X asks users in government for an Enterprise plan, and forbids watching "
            "protests, rallies and community organisers",
            "Have the plan confirmed in writing, and name the city's cell in the "
            "description of the use case; ask for public-utility access if it applies.",
        ),
    ),
    Platform(
        "facebook",
        "Facebook",
        frozenset({Trait.MENTIONS, Trait.CREATORS, Trait.POSTS, Trait.PAGE_FIGURES}),
        settings="meta",
        profile_hosts=("facebook.com", "fb.com", "m.me"),
        post_addresses=(
            r"(?:facebook|fb)\.com/(?:(?:permalink|story|photo)(?:\.php)?/?\?"
            r"|watch/?\?|groups/[^/\s]{1,100}/(?:posts|permalink)/|reel/|share/)",
            r"fb\.watch/",
        ),
        utm_source="facebook",
        utm_medium="social",
        paid_medium="paid_social",
        # Instagram's app may carry Facebook's marks beside its own.
        app_agent=r"^(?!.*\bInstagram \d).*(?:\bFB(?:AN|AV|_IAB)/|\[FB)",
    ),
    Platform(
        "instagram",
        "Instagram",
        frozenset(
            {
                Trait.MENTIONS,
                Trait.CREATORS,
                Trait.POSTS,
                Trait.PAGE_FIGURES,
                Trait.NEEDS_PICTURE,
            }
        ),
        settings="meta",
        profile_hosts=("instagram.com",),
        post_addresses=(r"instagram\.com/(?:p|reels?|tv|stories|share)/",),
        utm_source="instagram",
        utm_medium="social",
        paid_medium="paid_social",
        app_agent=r"\bInstagram \d",
    ),
    Platform(
        "youtube",
        "YouTube",
        frozenset({Trait.MENTIONS, Trait.CREATORS}),
        settings="youtube",
        profile_hosts=("youtube.com",),
        # A video stays, a comment below it does not.
        post_addresses=(r"youtube\.com/watch\?[^\s#]{0,200}\blc=",),
        utm_source="youtube",
        utm_medium="social",
        paid_medium="paid_video",
        app_agent=r"com\.google\.android\.youtube|\bYouTube/\d",
    ),
    Platform(
        "reddit",
        "Reddit",
        frozenset(
            {
                Trait.MENTIONS,
                Trait.CREATORS,
                Trait.NO_TRAINING,
                Trait.TEXT_WHILE_PUBLIC,
            }
        ),
        settings="reddit",
        post_addresses=(
            r"reddit\.com/(?:(?:r|user|u)/[^/\s]{1,50}/)?(?:comments|s|gallery)/",
            r"redd\.it/",
        ),
        utm_source="reddit",
        utm_medium="social",
    ),
    Platform(
        "mastodon",
        "Mastodon",
        frozenset({Trait.MENTIONS, Trait.CREATORS, Trait.TEXT_WHILE_PUBLIC}),
        settings="mastodon",
        utm_source="mastodon",
        utm_medium="social",
    ),
    Platform(
        "bluesky",
        "Bluesky",
        frozenset({Trait.MENTIONS, Trait.CREATORS}),
        settings="bluesky",
        utm_source="bluesky",
        utm_medium="social",
    ),
    Platform(
        "sharechat",
        "ShareChat",
        frozenset({Trait.CREATORS}),
        utm_source="sharechat",
        utm_medium="social",
    ),
    Platform(
        "threads",
        "Threads",
        frozenset({Trait.CREATORS}),
        profile_hosts=("threads.net", "threads.com"),
        post_addresses=(r"threads\.(?:net|com)/t/",),
    ),
    Platform(
        "linkedin",
        "LinkedIn",
        frozenset({Trait.CREATORS}),
        post_addresses=(r"linkedin\.com/(?:posts|feed/update)/",),
        app_agent=r"\bLinkedInApp\b",
    ),
    Platform(
        "telegram",
        "Telegram",
        frozenset({Trait.CREATORS, Trait.POSTS}),
        profile_hosts=("t.me", "telegram.me"),
        post_addresses=(r"t(?:elegram)?\.me/c/",),
        utm_source="telegram",
        utm_medium="messaging",
        app_agent=r"\bTelegram-(?:Android|iOS)\b",
    ),
    WHATSAPP,
    Platform(
        "messenger",
        "Messenger",
        frozenset({Trait.MENTIONS}),
        settings="meta",
        utm_source="messenger",
        utm_medium="messaging",
    ),
    Platform(
        "news",
        "News sites",
        frozenset(
            {
                Trait.MENTIONS,
                Trait.CREATORS,
                Trait.TEXT_WHILE_PUBLIC,
            }
        ),
    ),
    GOOGLE_PLAY,
    Platform("app_store", "App Store", frozenset({Trait.MENTIONS, Trait.APP_STORE})),
    # Platforms that are neither read nor posted on: texts link to people there.
    Platform("tiktok", "TikTok", profile_hosts=("tiktok.com",)),
    Platform("pinterest", "Pinterest", profile_hosts=("pinterest.com",)),
    Platform("snapchat", "Snapchat", profile_hosts=("snapchat.com",)),
    Platform("linktree", "Linktree", profile_hosts=("linktr.ee",)),
    # Services that tell figures and hold no mentions.
    Platform("google_ads", "Google Ads", utm_source="google", paid_medium="cpc"),
    Platform("meta_ads", "Meta Ads", settings="meta"),
    Platform("play_console", "Google Play Console", settings="google"),
    Platform("search_console", "Google Search Console", settings="google"),
)

PLATFORMS: Mapping[str, Platform] = {platform.id: platform for platform in _TABLE}


def having(trait: Trait) -> tuple[str, ...]:
    """The ids of the platforms with a trait, in the order of the table."""
    return tuple(platform.id for platform in _TABLE if trait in platform.traits)
