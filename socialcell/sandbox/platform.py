"""What the sandbox must know of a platform to serve it and to say what is true of it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from socialcell.clock import Clock
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import FaultyPlatform
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.server import LoggedRequest, serve_http


@dataclass(frozen=True, slots=True)
class ServedPlatform:
    """One row of the table of platforms.

    `build` gets the fake secrets by name; those it needs are in `secrets`. `sources`
    are the rows a city government would listen to: name, connector, and that kind's
    settings. `shows` names the sources in which a post can be found, `address` where
    it is read. `origins` are the addresses of the real platform that lead here.
    `secret` makes a secret that has to be of a form, such as a private key.
    `rules` say in words what a source shows; `reach` how many of the newest, and
    `oldest` how far back, by a source's name or its first part.
    """

    build: Callable[[City, Clock, Mapping[str, str]], FaultyPlatform]
    sources: Callable[[City], list[dict[str, Any]]]
    shows: Callable[[City, SandboxPost], list[str]]
    address: Callable[[SandboxPost], str]
    origins: Callable[[City], tuple[str, ...]] = lambda city: ()
    secrets: tuple[str, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    reach: Mapping[str, int] = field(default_factory=dict)
    oldest: Mapping[str, timedelta] = field(default_factory=dict)
    secret: Callable[[City, str], str] | None = None
    serve: Callable[[Any, list[LoggedRequest]], AbstractContextManager[str]] = (
        serve_http
    )
