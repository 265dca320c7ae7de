"""One file a platform, and their contract in base.py; no database here.

CONNECTORS is the table of platforms: a name, and where its class is. A module is
imported when a source of that kind is used, so that nobody pays for clients that
nobody enabled.
"""

import importlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ValidationError

from socialcell import platforms
from socialcell.connectors.abilities import Remapping
from socialcell.connectors.base import Bucket, Capability, Connector, ConnectorContext
from socialcell.errors import ConfigError

CONNECTORS = {
    "app_store": "socialcell.connectors.apple.app_store:AppStoreReports",
    "bluesky": "socialcell.connectors.bluesky.bluesky_connector:Bluesky",
    "facebook": "socialcell.connectors.meta.facebook_connector:Facebook",
    "google_ads": "socialcell.connectors.google.google_ads:GoogleAds",
    "google_play": "socialcell.connectors.google.google_play:GooglePlay",
    "instagram": "socialcell.connectors.meta.instagram_connector:Instagram",
    "instagram_messages": "socialcell.connectors.meta.meta_messages:InstagramMessages",
    "mastodon": "socialcell.connectors.mastodon.mastodon_connector:Mastodon",
    "meta_ads": "socialcell.connectors.meta.meta_ads:MetaAds",
    "messenger": "socialcell.connectors.meta.meta_messages:Messenger",
    "play_console": "socialcell.connectors.google.play_console:PlayConsole",
    "reddit": "socialcell.connectors.reddit.reddit_connector:Reddit",
    "rss": "socialcell.connectors.feeds.rss_connector:Feed",
    "search_console": "socialcell.connectors.google.search_console:SearchConsole",
    "whatsapp": "socialcell.connectors.whatsapp.whatsapp_connector:WhatsApp",
    "x": "socialcell.connectors.x.x_connector:X",
    "youtube": "socialcell.connectors.google.youtube_connector:YouTube",
}

# What mentions are collected from; a file may bring others.
PLATFORMS = tuple(sorted(platforms.having(platforms.Trait.MENTIONS)))

_FIGURES = {
    Capability.AD_METRICS,
    Capability.SEARCH_METRICS,
    Capability.STORE_METRICS,
}


def build(
    name: str, settings: Mapping[str, Any], context: ConnectorContext
) -> Connector:
    """The connector of that name. ConfigError says what is wrong with its settings."""
    made: Connector = _class(name)(_checked(name, settings), context)
    return made


def settings_in(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Those keys of a row that are settings of a connector. ConfigError."""
    known: Mapping[str, Any] = _class(name).Settings.model_fields
    return {key: value for key, value in row.items() if key in known}


def check_settings(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A source's settings as they are stored. ConfigError says what is wrong."""
    return _checked(name, settings).model_dump(mode="json", exclude_none=True)


def platform(name: str) -> str:
    """The platform that a connector reads. ConfigError for an unknown name."""
    found: str = _class(name).platform
    return found


def buckets(name: str) -> tuple[Bucket, ...]:
    """What a connector's platform counts. ConfigError for an unknown name."""
    found: tuple[Bucket, ...] = getattr(_class(name), "buckets", ())
    return found


def takes(name: str, settings: Mapping[str, Any], bucket: str) -> bool:
    """Whether a source of these settings uses up a bucket: yes, unless its connector
    says which it takes. ConfigError for an unknown name."""
    of_settings = getattr(_class(name), "takes", None)
    return of_settings is None or bucket in of_settings(settings)


def capabilities(name: str) -> frozenset[Capability]:
    """What a connector can do. ConfigError for an unknown name."""
    found: frozenset[Capability] = _class(name).capabilities
    return found


def mapper(name: str) -> type[Remapping] | None:
    """What reads a connector's stored raw items again; None when nothing can."""
    found: type[Remapping] = _class(name)
    return found if hasattr(found, "mapped") else None


def is_pulled(name: str) -> bool:
    """Whether we ask the platform; some push to us instead. ConfigError."""
    return Capability.RECEIVE not in capabilities(name)


def is_daily(name: str, settings: Mapping[str, Any]) -> bool:
    """Whether a source of these settings tells figures of whole days: asked for once a
    day. ConfigError."""
    of_settings = getattr(_class(name), "is_daily", None)
    if of_settings is not None and of_settings(settings):
        return True
    return bool(capabilities(name) & _FIGURES)


def redelivers(name: str) -> timedelta:
    """How long a platform hands in again what was not taken. ConfigError."""
    found: timedelta = _class(name).redelivers
    return found


def _class(name: str) -> Any:
    if name not in CONNECTORS:
        known = ", ".join(sorted(CONNECTORS))
        raise ConfigError(f"There is no connector {name!r}. There are: {known}.")
    module, cls = CONNECTORS[name].split(":")
    return getattr(importlib.import_module(module), cls)


def _checked(name: str, settings: Mapping[str, Any]) -> BaseModel:
    model: type[BaseModel] = _class(name).Settings
    try:
        return model.model_validate(dict(settings))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "settings"
        raise ConfigError(f"Source settings of {name}: {key}: {first['msg']}") from None
