"""Google's APIs, and their descriptions in the client library."""

import functools
import importlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from socialcell.errors import ConfigError

TOKEN_ORIGIN = "https://oauth2.googleapis.com"
TOKEN_URI = TOKEN_ORIGIN + "/token"
_PACKAGES = ("google", "googleapiclient", "google_auth_httplib2", "httplib2")


@dataclass(frozen=True, slots=True)
class GoogleApi:
    """One of Google's APIs. `title` is its name for operators.

    `pause`: how long to wait after quotaExceeded; None where the allowance is the
    day's, which ends at midnight Pacific time. `remedy`: how to renew what we hold.
    """

    name: str
    version: str
    origin: str
    title: str
    remedy: str
    pause: timedelta | None = None


@functools.cache
def description(name: str, version: str) -> dict[str, Any]:
    """What an interface offers, as the library ships it: nothing is fetched from Google
    for it, and its half megabyte is read once."""
    shipped = import_google("googleapiclient.discovery_cache").get_static_doc(
        name, version
    )
    document: dict[str, Any] = json.loads(shipped)
    return document


def import_google(module: str) -> Any:
    """A module of Google's client library. ConfigError when it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _PACKAGES:
            raise
        raise ConfigError(
            "Google's client library is not installed, and YouTube, Search Console and "
            "Play reviews need it: pip install 'socialcell[google]'"
        ) from None
