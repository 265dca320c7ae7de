"""One served city for the whole area; tests that throw switches heal them."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from socialcell.clock import FixedClock
from socialcell.sandbox import City, Sandbox, serve, truth
from tests.conftest import MONDAY_MORNING


@pytest.fixture(scope="session")
def city() -> City:
    return City(seed=7, end=MONDAY_MORNING, days=28)


@pytest.fixture(scope="session")
def whole(city: City) -> dict[str, Any]:
    return truth(city)


@pytest.fixture
def sandbox(city: City, clock: FixedClock) -> Iterator[Sandbox]:
    with serve(city, clock) as running:
        yield running


class ToLoopback(HTTPAdapter):
    """Sends what is meant for the platform's host to the sandbox."""

    def __init__(self, base: str) -> None:
        self._base = urlsplit(base)
        super().__init__()

    def send(self, request: Any, **options: Any) -> Any:
        parts = urlsplit(request.url)
        request.url = urlunsplit((*self._base[:2], parts.path, parts.query, ""))
        return super().send(request, **options)


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[tweepy.Client]:
    """The real client library, unpatched, with the sandbox's token."""
    with x_client(sandbox, sandbox.secrets["x_bearer"]) as api:
        yield api


class x_client:
    def __init__(self, sandbox: Sandbox, token: str) -> None:
        self.api = tweepy.Client(token, return_type=requests.Response)
        adapter = ToLoopback(sandbox.base_urls["x"])
        self.api.session.mount("https://api.twitter.com", adapter)
        self.api.session.trust_env = False

    def __enter__(self) -> tweepy.Client:
        return self.api

    def __exit__(self, *_: object) -> None:
        self.api.session.close()


@pytest.fixture
def get(sandbox: Sandbox) -> Iterator[Callable[..., requests.Response]]:
    """GET a path of a platform as somebody with curl and the token would."""
    with requests.Session() as session:
        session.trust_env = False

        def ask(platform: str, path: str, **headers: str) -> requests.Response:
            token = {"Authorization": f"Bearer {sandbox.secrets['x_bearer']}"}
            headers = {name.replace("_", "-"): text for name, text in headers.items()}
            url = sandbox.base_urls[platform] + path
            return session.get(url, headers=token | headers, timeout=60)

        yield ask


def source(sandbox: Sandbox, name: str) -> dict[str, Any]:
    return next(row for row in sandbox.sources if row["name"] == name)
