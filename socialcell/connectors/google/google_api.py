"""Google's APIs, and their descriptions in the client library."""

import functools
import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Protocol

from socialcell.errors import ConfigError
from socialcell.json_types import JsonObject, JsonValue
from socialcell.message_catalog import Message

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
    remedy: Message
    pause: timedelta | None = None


@dataclass(frozen=True, slots=True)
class AuthResponse:
    """An answer with the attributes that google-auth reads."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class GoogleCredentials(Protocol):
    """google-auth's credentials: `refresh` gets a token by a call to the network."""

    token: str | None

    def refresh(self, request: Callable[..., AuthResponse]) -> None: ...


class GoogleRequest(Protocol):
    """A request of googleapiclient; `execute` sends it and gives the answer's JSON."""

    def execute(self, *, num_retries: int) -> JsonValue: ...


@functools.cache
def description(name: str, version: str) -> JsonObject:
    """What an interface offers, as the library ships it: nothing is fetched from Google
    for it, and its half megabyte is read once."""
    shipped = import_google("googleapiclient.discovery_cache").get_static_doc(
        name, version
    )
    document: JsonObject = json.loads(shipped)
    return document


def import_google(module: str) -> ModuleType:
    """A module of Google's client library. ConfigError when it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _PACKAGES:
            raise
        raise ConfigError("google.no_library") from None
