"""The platforms of the sandbox, and all that a city government listens to on them."""

from collections.abc import Sequence
from typing import Any

from socialcell.sandbox import (
    app_store,
    bluesky,
    facebook,
    facebook_world,
    google,
    google_ads,
    google_play,
    instagram,
    instagram_world,
    mastodon,
    messenger,
    meta_ads,
    play_console,
    reddit,
    rss,
    search_console,
    telegram,
    whatsapp,
    x_platform,
    x_shape,
    youtube,
)
from socialcell.sandbox.city import City
from socialcell.sandbox.platform import Platform

PLATFORMS: dict[str, Platform] = {
    "x": x_platform.PLATFORM,
    "rss": rss.PLATFORM,
    "reddit": reddit.PLATFORM,
    "mastodon": mastodon.PLATFORM,
    "youtube": youtube.PLATFORM,
    "bluesky": bluesky.PLATFORM,
    "facebook": facebook.PLATFORM,
    "instagram": instagram.PLATFORM,
    "meta_ads": meta_ads.PLATFORM,
    "google": google.PLATFORM,
    "google_play": google_play.PLATFORM,
    "search_console": search_console.PLATFORM,
    "play_console": play_console.PLATFORM,
    "whatsapp": whatsapp.PLATFORM,
    "messenger": messenger.PLATFORM,
    "instagram_messages": messenger.INSTAGRAM,
    "telegram": telegram.PLATFORM,
    **google_ads.platforms(),
    **app_store.platforms(),
}


def accounts(city: City) -> dict[str, dict[str, str]]:
    """The city's own accounts that take posts, by platform, as config.yaml has them."""
    return {
        "x": {"user_id": x_shape.user_id(city.people.city)},
        "facebook": {"page_id": facebook_world.PAGE_ID},
        "instagram": {"account_id": instagram_world.ACCOUNT_ID},
        "telegram": {},
    }


def sources(
    city: City, names: Sequence[str] = tuple(PLATFORMS)
) -> list[dict[str, Any]]:
    """The sources of a city: name, connector, kind, and what that kind needs."""
    return [row for name in names for row in PLATFORMS[name].sources(city)]
