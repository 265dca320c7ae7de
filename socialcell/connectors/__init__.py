"""One file a platform, and base.py; no database here.

CONNECTORS is the table of platforms: a name, and where its class is. A module is
imported when a source of that kind is used, so that nobody pays for clients that
nobody enabled.
"""

import importlib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from socialcell.connectors.base import Bucket, Capability, Connector, Surroundings
from socialcell.errors import ConfigError

CONNECTORS = {
    "google_ads": "socialcell.connectors.google_ads:GoogleAds",
    "mastodon": "socialcell.connectors.mastodon:Mastodon",
    "reddit": "socialcell.connectors.reddit:Reddit",
    "rss": "socialcell.connectors.rss:Feed",
    "x": "socialcell.connectors.x:X",
}


def build(name: str, settings: Mapping[str, Any], around: Surroundings) -> Connector:
    """The connector of that name. ConfigError says what is wrong with its settings."""
    made: Connector = _class(name)(_checked(name, settings), around)
    return made


def check_settings(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A source's settings as they are stored. ConfigError says what is wrong."""
    return _checked(name, settings).model_dump(mode="json", exclude_none=True)


def buckets(name: str) -> tuple[Bucket, ...]:
    """What a connector's platform counts. ConfigError for an unknown name."""
    found: tuple[Bucket, ...] = getattr(_class(name), "buckets", ())
    return found


def capabilities(name: str) -> frozenset[Capability]:
    """What a connector can do. ConfigError for an unknown name."""
    found: frozenset[Capability] = _class(name).capabilities
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
