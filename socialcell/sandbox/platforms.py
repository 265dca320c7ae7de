"""The platforms of the sandbox, and the sources and accounts of the city on them."""

from collections.abc import Sequence

from socialcell.sandbox.apple import app_store_server
from socialcell.sandbox.bluesky import bluesky_server
from socialcell.sandbox.chat import telegram_server
from socialcell.sandbox.city import City
from socialcell.sandbox.feeds import feed_server
from socialcell.sandbox.google import (
    google_ads_server,
    google_play_server,
    google_server,
    play_console_server,
    search_console_server,
    youtube_server,
)
from socialcell.sandbox.mastodon import mastodon_server
from socialcell.sandbox.meta import (
    facebook_server,
    instagram_server,
    messenger_server,
    meta_ads_server,
    whatsapp_server,
)
from socialcell.sandbox.platform import ServedPlatform, SourceSettings
from socialcell.sandbox.reddit import reddit_server
from socialcell.sandbox.world import facebook_world, instagram_world
from socialcell.sandbox.x import x_json, x_platform

PLATFORMS: dict[str, ServedPlatform] = {
    "x": x_platform.PLATFORM,
    "rss": feed_server.PLATFORM,
    "reddit": reddit_server.PLATFORM,
    "mastodon": mastodon_server.PLATFORM,
    "youtube": youtube_server.PLATFORM,
    "bluesky": bluesky_server.PLATFORM,
    "facebook": facebook_server.PLATFORM,
    "instagram": instagram_server.PLATFORM,
    "meta_ads": meta_ads_server.PLATFORM,
    "google": google_server.PLATFORM,
    "google_play": google_play_server.PLATFORM,
    "search_console": search_console_server.PLATFORM,
    "play_console": play_console_server.PLATFORM,
    "whatsapp": whatsapp_server.PLATFORM,
    "messenger": messenger_server.PLATFORM,
    "instagram_messages": messenger_server.INSTAGRAM,
    "telegram": telegram_server.PLATFORM,
    **google_ads_server.platforms(),
    **app_store_server.platforms(),
}


def accounts(city: City) -> dict[str, dict[str, str]]:
    """The city's own accounts that take posts, by platform, as config.yaml has them."""
    return {
        "x": {"user_id": x_json.user_id(city.people.city)},
        "facebook": {"page_id": facebook_world.PAGE_ID},
        "instagram": {"account_id": instagram_world.ACCOUNT_ID},
        "telegram": {},
    }


def sources(
    city: City, names: Sequence[str] = tuple(PLATFORMS)
) -> list[SourceSettings]:
    """The sources of a city: name, connector, kind, and what that kind needs."""
    return [row for name in names for row in PLATFORMS[name].sources(city)]
