"""An invented city on loopback: real protocols, and data whose truth is known.

clock = FixedClock(end)
city = City(seed=7, end=end, days=28)
with serve(city, clock) as sandbox:
    sandbox.base_urls, sandbox.secrets, sandbox.sources
    sandbox.platform("x").expire_token()
"""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from socialcell.clock import Clock
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import FaultyPlatform
from socialcell.sandbox.platform import SourceSettings
from socialcell.sandbox.platforms import PLATFORMS, accounts, sources
from socialcell.sandbox.server import LoggedRequest
from socialcell.sandbox.truth import truth, visible, write_truth

__all__ = [
    "City",
    "Sandbox",
    "accounts",
    "serve",
    "sources",
    "truth",
    "visible",
    "write_truth",
]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A served city: the addresses, secrets and sources that connectors need.

    `base_urls` maps a connector ("x") or the origin of a stored address
    ("https://www.muthakath.example") to a loopback base URL that is valid only while
    the sandbox is served: give it to connectors, never store it. `secrets` are fake.
    """

    city: City
    base_urls: dict[str, str]
    secrets: dict[str, str]
    sources: list[SourceSettings]
    requests: list[LoggedRequest]
    platforms: dict[str, FaultyPlatform]

    def platform(self, name: str) -> FaultyPlatform:
        """A platform, to switch its faults on. KeyError when it is not served."""
        return self.platforms[name]


@contextlib.contextmanager
def serve(
    city: City, clock: Clock, platforms: Sequence[str] | None = None
) -> Iterator[Sandbox]:
    """Serve a city's platforms (all, or those named) on 127.0.0.1 as of `clock`.

    ValueError for a platform that the sandbox does not have.
    """
    names = tuple(PLATFORMS) if platforms is None else tuple(platforms)
    for name in names:
        if name not in PLATFORMS:
            available = ", ".join(PLATFORMS)
            raise ValueError(f"the sandbox has no platform {name}; it has {available}")
    secrets = {
        secret: (row.secret or _fake_token)(city, secret)
        for row in PLATFORMS.values()
        for secret in row.secrets
    }
    served = {name: PLATFORMS[name].build(city, clock, secrets) for name in names}
    log: list[LoggedRequest] = []
    with contextlib.ExitStack() as stack:
        urls = {
            name: stack.enter_context(PLATFORMS[name].serve(platform, log))
            for name, platform in served.items()
        }
        origins = {
            origin: url
            for name, url in urls.items()
            for origin in PLATFORMS[name].origins(city)
        }
        yield Sandbox(
            city, {**urls, **origins}, secrets, sources(city, names), log, served
        )


def _fake_token(city: City, name: str) -> str:
    digest = hashlib.sha256(f"{city.seed}:{name}".encode()).hexdigest()
    return f"AAAAsandbox{digest[:48]}"
