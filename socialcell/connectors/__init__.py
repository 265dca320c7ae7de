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
from socialcell.connectors.abilities import Remapper
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
    connector: Connector = _connector_class(name)(
        _validated_settings(name, settings), context
    )
    return connector


def settings_in(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Those keys of a row that are settings of a connector. ConfigError."""
    fields: Mapping[str, Any] = _connector_class(name).Settings.model_fields
    return {key: value for key, value in row.items() if key in fields}


def check_settings(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A source's settings as they are stored. ConfigError says what is wrong."""
    return _validated_settings(name, settings).model_dump(
        mode="json", exclude_none=True
    )


def platform(name: str) -> str:
    """The platform that a connector reads. ConfigError for an unknown name."""
    platform_name: str = _connector_class(name).platform
    return platform_name


def buckets(name: str) -> tuple[Bucket, ...]:
    """What a connector's platform counts. ConfigError for an unknown name."""
    connector_buckets: tuple[Bucket, ...] = getattr(
        _connector_class(name), "buckets", ()
    )
    return connector_buckets


def uses_bucket(name: str, settings: Mapping[str, Any], bucket: str) -> bool:
    """Whether a source of these settings uses up a bucket: yes, unless its connector
    lists those that it uses. ConfigError for an unknown name."""
    of_settings = getattr(_connector_class(name), "used_buckets", None)
    return of_settings is None or bucket in of_settings(settings)


def capabilities(name: str) -> frozenset[Capability]:
    """What a connector can do. ConfigError for an unknown name."""
    connector_capabilities: frozenset[Capability] = _connector_class(name).capabilities
    return connector_capabilities


def mapper(name: str) -> type[Remapper] | None:
    """The connector class that maps stored raw items again; None when it cannot."""
    connector: type[Remapper] = _connector_class(name)
    return connector if hasattr(connector, "remap") else None


def is_pulled(name: str) -> bool:
    """Whether the source is pulled; some platforms push instead. ConfigError."""
    return Capability.RECEIVE not in capabilities(name)


def is_daily(name: str, settings: Mapping[str, Any]) -> bool:
    """Whether a source of these settings has figures of whole days, which are read once
    a day. ConfigError."""
    of_settings = getattr(_connector_class(name), "is_daily", None)
    if of_settings is not None and of_settings(settings):
        return True
    return bool(capabilities(name) & _FIGURES)


def redelivery_period(name: str) -> timedelta:
    """How long a platform delivers a push again that was not accepted. ConfigError."""
    period: timedelta = _connector_class(name).redelivery_period
    return period


def _connector_class(name: str) -> Any:
    if name not in CONNECTORS:
        names = ", ".join(sorted(CONNECTORS))
        raise ConfigError(f"There is no connector {name!r}. There are: {names}.")
    module, cls = CONNECTORS[name].split(":")
    return getattr(importlib.import_module(module), cls)


def _validated_settings(name: str, settings: Mapping[str, Any]) -> BaseModel:
    model: type[BaseModel] = _connector_class(name).Settings
    try:
        return model.model_validate(dict(settings))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "settings"
        raise ConfigError(f"Source settings of {name}: {key}: {first['msg']}") from None
