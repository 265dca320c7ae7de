"""The row of the table of platforms: how a platform is served, and its truth."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from socialcell.clock import Clock
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import FaultyPlatform
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.server import LoggedRequest, serve_http

# A source of config.yaml: name, connector, and what the connector's settings need.
SourceSettings: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class ServedPlatform:
    """One row of the table of platforms.

    `build` gets the fake secrets by name; `secrets` names those it needs. `sources`
    are the sources of a city government: name, connector, and that kind's settings.
    `shows` names the sources that show a post, `address` is the post's URL. `origins`
    are the addresses of the real platform that this server replaces. `secret` makes
    a secret that needs a certain form, such as a private key. `rules` state in words
    what a source shows; `reach` how many of the newest, and `oldest` how far back, by
    a source's name or its first part.
    """

    build: Callable[[City, Clock, Mapping[str, str]], FaultyPlatform]
    sources: Callable[[City], list[SourceSettings]]
    shows: Callable[[City, SandboxPost], list[str]]
    address: Callable[[SandboxPost], str]
    origins: Callable[[City], tuple[str, ...]] = lambda city: ()
    secrets: tuple[str, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    reach: Mapping[str, int] = field(default_factory=dict)
    oldest: Mapping[str, timedelta] = field(default_factory=dict)
    secret: Callable[[City, str], str] | None = None
    serve: Callable[
        [FaultyPlatform, list[LoggedRequest]], AbstractContextManager[str]
    ] = serve_http
