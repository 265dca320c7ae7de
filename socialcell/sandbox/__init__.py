"""A city on loopback: real protocols, a seeded world whose truth is known.

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
from typing import Any

from socialcell.clock import Clock
from socialcell.sandbox import mastodon
from socialcell.sandbox.city import City
from socialcell.sandbox.faults import Faulty
from socialcell.sandbox.reddit import Reddit
from socialcell.sandbox.rss import Rss
from socialcell.sandbox.server import Logged, serve_http
from socialcell.sandbox.sources import PLATFORMS, sources
from socialcell.sandbox.truth import truth, visible, write_truth
from socialcell.sandbox.x import X

__all__ = ["City", "Sandbox", "serve", "sources", "truth", "visible", "write_truth"]


# Where a platform's own interface is.
API = {
    "x": ("https://api.x.com",),
    "reddit": ("https://oauth.reddit.com", "https://www.reddit.com"),
    "mastodon": (mastodon.ORIGIN,),
}
SECRETS = ("x_bearer", "reddit_client_id", "reddit_client_secret", "mastodon_token")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A served city: where its platforms listen, and what a product needs to ask them.

    `base_urls` maps a connector ("x") or the origin of a stored address
    ("https://www.muthakath.example") to a loopback base URL that holds only while the
    sandbox is served: give it to connectors, never store it. `secrets` are fake.
    """

    city: City
    base_urls: dict[str, str]
    secrets: dict[str, str]
    sources: list[dict[str, Any]]
    requests: list[Logged]
    platforms: dict[str, Faulty]

    def platform(self, name: str) -> Any:
        """The platform whose switches are to be thrown. KeyError when not served."""
        return self.platforms[name]


@contextlib.contextmanager
def serve(
    city: City, clock: Clock, platforms: Sequence[str] | None = None
) -> Iterator[Sandbox]:
    """Serve a city's platforms (all, or those named) on 127.0.0.1 as of `clock`.

    ValueError for a platform that the sandbox does not have.
    """
    names = PLATFORMS if platforms is None else tuple(platforms)
    secrets = {name: _fake_token(city, name) for name in SECRETS}
    served = {name: _platform(name, city, clock, secrets) for name in names}
    log: list[Logged] = []
    with contextlib.ExitStack() as stack:
        urls = {
            name: stack.enter_context(serve_http(platform, log))
            for name, platform in served.items()
        }
        origins = {paper.origin: urls["rss"] for paper in city.papers if "rss" in urls}
        origins |= {
            origin: url for name, url in urls.items() for origin in API.get(name, ())
        }
        yield Sandbox(
            city, {**urls, **origins}, secrets, sources(city, names), log, served
        )


def _platform(name: str, city: City, clock: Clock, secrets: dict[str, str]) -> Faulty:
    if name == "x":
        return X(city, clock, secrets["x_bearer"])
    if name == "rss":
        return Rss(city, clock)
    if name == "reddit":
        return Reddit(
            city, clock, secrets["reddit_client_id"], secrets["reddit_client_secret"]
        )
    if name == "mastodon":
        return mastodon.Mastodon(city, clock, secrets["mastodon_token"])
    raise ValueError(f"the sandbox has no platform {name}; it has {PLATFORMS}")


def _fake_token(city: City, name: str) -> str:
    digest = hashlib.sha256(f"{city.seed}:{name}".encode()).hexdigest()
    return f"AAAAsandbox{digest[:48]}"
