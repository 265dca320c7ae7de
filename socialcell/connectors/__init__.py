"""One file a platform, and base.py; no database here.

CONNECTORS is the table of platforms: a name, and where its class is. A module is
imported when a source of that kind is used, so that nobody pays for clients that
nobody enabled.
"""

import importlib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from socialcell.connectors.base import Connector, Surroundings
from socialcell.errors import ConfigError

CONNECTORS = {
    "rss": "socialcell.connectors.rss:Feed",
    "x": "socialcell.connectors.x:X",
}


def build(name: str, settings: Mapping[str, Any], around: Surroundings) -> Connector:
    """The connector of that name. ConfigError says what is wrong with its settings."""
    if name not in CONNECTORS:
        known = ", ".join(sorted(CONNECTORS))
        raise ConfigError(f"There is no connector {name!r}. There are: {known}.")
    module, cls = CONNECTORS[name].split(":")
    make = getattr(importlib.import_module(module), cls)
    try:
        checked = make.Settings.model_validate(dict(settings))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "settings"
        raise ConfigError(f"Source settings of {name}: {key}: {first['msg']}") from None
    connector: Connector = make(checked, around)
    return connector
