"""One file a platform, and their contract in base.py; no database here.

CONNECTORS is the table of platforms: a name, and where its class is. A module is
imported when a source of that kind is used, so that nobody pays for clients that
nobody enabled.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Literal, Protocol, TypeGuard, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from socialcell import platforms
from socialcell.connectors.abilities import Remapper
from socialcell.connectors.base import Bucket, Capability, Connector, ConnectorContext
from socialcell.connectors.model_faults import reason_of
from socialcell.errors import ConfigError
from socialcell.json_types import JsonObject, JsonValue

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

# What the daemon's schedule and health need of a connector, without an import of its
# client.
PUSHED = frozenset({"instagram_messages", "messenger", "whatsapp"})
DAILY = frozenset(
    {"app_store", "google_ads", "meta_ads", "play_console", "search_console"}
)
RECHECKED = frozenset(
    {"bluesky", "facebook", "instagram", "mastodon", "reddit", "x", "youtube"}
)
_DAILY_KINDS = {"facebook": "insights"}


@dataclass(frozen=True)
class SettingField:
    """A setting of a connector. `choices`: what alone it may be; empty: any text."""

    name: str
    is_required: bool
    choices: tuple[str, ...]


def build(name: str, settings: JsonObject, context: ConnectorContext) -> Connector:
    """The connector of that name. ConfigError says what is wrong with its settings."""
    return _connector_class(name)(_validated_settings(name, settings), context)


def settings_in(name: str, row: JsonObject) -> dict[str, JsonValue]:
    """Those keys of a row that are settings of a connector. ConfigError."""
    fields = _connector_class(name).Settings.model_fields
    return {key: value for key, value in row.items() if key in fields}


def check_settings(name: str, settings: JsonObject) -> dict[str, JsonValue]:
    """A source's settings as they are stored. ConfigError says what is wrong."""
    return _validated_settings(name, settings).model_dump(
        mode="json", exclude_none=True
    )


def setting_fields(name: str) -> list[SettingField]:
    """The settings that a connector takes, in order. ConfigError."""
    return [
        SettingField(
            key,
            field.is_required(),
            tuple(map(str, get_args(field.annotation)))
            if get_origin(field.annotation) is Literal
            else (),
        )
        for key, field in _connector_class(name).Settings.model_fields.items()
    ]


def platform(name: str) -> str:
    """The platform that a connector reads. ConfigError for an unknown name."""
    return _connector_class(name).platform


def buckets(name: str) -> tuple[Bucket, ...]:
    """What a connector's platform counts. ConfigError for an unknown name."""
    platform_buckets: tuple[Bucket, ...] = getattr(
        _connector_class(name), "buckets", ()
    )
    return platform_buckets


def uses_bucket(name: str, settings: JsonObject, bucket: str) -> bool:
    """Whether a source of these settings uses up a bucket: yes, unless its connector
    lists those that it uses. ConfigError for an unknown name."""
    of_settings: Callable[[JsonObject], frozenset[str]] | None = getattr(
        _connector_class(name), "used_buckets", None
    )
    return of_settings is None or bucket in of_settings(settings)


def capabilities(name: str) -> frozenset[Capability]:
    """What a connector can do. ConfigError for an unknown name."""
    return _connector_class(name).capabilities


def mapper(name: str) -> type[Remapper] | None:
    """The connector class that maps stored raw items again; None when it cannot."""
    connector = _connector_class(name)
    return connector if _is_remapper(connector) else None


def is_pulled(name: str) -> bool:
    """Whether the source is pulled; some platforms push instead. ConfigError."""
    _require(name)
    return name not in PUSHED


def is_daily(name: str, settings: JsonObject) -> bool:
    """Whether a source of these settings has figures of whole days, which are read once
    a day. ConfigError."""
    _require(name)
    return name in DAILY or settings.get("kind") == _DAILY_KINDS.get(name, False)


def is_rechecked(name: str) -> bool:
    """Whether the source is asked which of its items are gone. ConfigError."""
    _require(name)
    return name in RECHECKED


def redelivery_period(name: str) -> timedelta:
    """How long a platform delivers a push again that was not accepted. ConfigError."""
    return _connector_class(name).redelivery_period


class _ConnectorClass(Protocol):
    """What a connector's class has; `redelivery_period` only one with RECEIVE."""

    Settings: type[BaseModel]
    platform: str
    capabilities: frozenset[Capability]
    redelivery_period: timedelta

    def __call__(self, settings: BaseModel, context: ConnectorContext) -> Connector: ...


def _is_remapper(connector: _ConnectorClass) -> TypeGuard[type[Remapper]]:
    return hasattr(connector, "remap")


def _require(name: str) -> None:
    if name not in CONNECTORS:
        raise ConfigError(
            "connectors.no_such_connector",
            connector=name,
            connectors=sorted(CONNECTORS),
        )


def _connector_class(name: str) -> _ConnectorClass:
    _require(name)
    module, class_name = CONNECTORS[name].split(":")
    connector: _ConnectorClass = getattr(importlib.import_module(module), class_name)
    return connector


def _validated_settings(name: str, settings: JsonObject) -> BaseModel:
    model = _connector_class(name).Settings
    try:
        return model.model_validate(dict(settings))
    except ValidationError as error:
        faults = error.errors()
        for fault in faults:
            # A key that there is not is why another one is missing.
            if fault["type"] == "extra_forbidden":
                raise _unknown_setting(name, model, fault) from None
        raise _settings_error(name, faults[0]) from None


def _unknown_setting(
    name: str, model: type[BaseModel], fault: ErrorDetails
) -> ConfigError:
    key = ".".join(str(part) for part in fault["loc"])
    keys = list(model.model_fields)
    near = get_close_matches(key, keys, n=1)
    if near:
        return ConfigError(
            "connectors.misspelt_setting", connector=name, key=key, near=near[0]
        )
    return ConfigError("connectors.no_such_setting", connector=name, key=key, keys=keys)


def _settings_error(name: str, fault: ErrorDetails) -> ConfigError:
    reason = reason_of(fault)
    if not fault["loc"]:
        return ConfigError("connectors.settings", connector=name, reason=reason)
    key = ".".join(str(part) for part in fault["loc"])
    return ConfigError("connectors.setting", connector=name, key=key, reason=reason)
