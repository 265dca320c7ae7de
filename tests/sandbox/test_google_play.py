"""The sandbox's reviews beside Google's own description, and the week they last."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from socialcell.clock import FixedClock
from socialcell.sandbox import City, Sandbox, visible
from socialcell.sandbox.google.google_server import access_token
from socialcell.sandbox.world.app_world import PACKAGE
from tests.sandbox.google_schema import strange

Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(sandbox: Sandbox) -> Iterator[Ask]:
    base = sandbox.base_urls["google_play"] + "/androidpublisher/v3/applications/"
    good = access_token(sandbox.secrets)
    with requests.Session() as session:
        session.trust_env = False

        def asked(
            package: str = PACKAGE, bearer: str = good, **query: Any
        ) -> requests.Response:
            headers = {"Authorization": f"Bearer {bearer}"}
            url = f"{base}{package}/reviews"
            return session.get(url, params=query, headers=headers, timeout=60)

        yield asked


def test_every_field_is_one_that_google_describes(ask: Ask, sandbox: Sandbox) -> None:
    play = sandbox.platform("google_play")
    play.reply(play.publish("is anybody there?"), "Yes.")

    answer = ask(maxResults=100).json()

    assert list(strange("androidpublisher.v3", "ReviewsListResponse", answer)) == []
    assert len(answer["reviews"][0]["comments"]) == 2


def test_the_pages_hold_the_reviews_of_a_week(
    ask: Ask, whole: dict[str, Any], clock: FixedClock
) -> None:
    found: list[str] = []
    token = None
    while True:
        page = ask(maxResults=4, token=token).json()
        found += [review["reviewId"] for review in page["reviews"]]
        token = page.get("tokenPagination", {}).get("nextPageToken")
        if token is None:
            break

    assert set(found) == visible(whole, "google_play.reviews", clock.now())
    assert len(found) > 5


def test_an_older_review_is_shown_only_when_it_was_changed(
    ask: Ask, sandbox: Sandbox, city: City, clock: FixedClock
) -> None:
    old = sandbox.platform("google_play").publish("old", clock.now() - timedelta(8))
    changed = next(
        p for p in city.elsewhere if p.platform == "google_play" and p.changed
    )
    assert changed.changed is not None
    clock.set(changed.at + timedelta(days=7))
    assert changed.changed[0] < clock.now()

    shown = {review["reviewId"] for review in ask(maxResults=100).json()["reviews"]}

    assert changed.id in shown
    clock.set(changed.changed[0] + timedelta(days=7, seconds=1))
    shown = {review["reviewId"] for review in ask(maxResults=100).json()["reviews"]}
    assert changed.id not in shown
    assert old not in shown


def test_refusals_look_as_googles_do(ask: Ask, sandbox: Sandbox) -> None:
    assert ask(bearer="made-up").status_code == 401
    unknown = ask(package="org.example.other")
    assert unknown.status_code == 404
    sandbox.platform("google_play").missing_permission()
    assert ask().json()["error"]["status"] == "PERMISSION_DENIED"
    sandbox.platform("google_play").heal()
    sandbox.platform("google_play").quota_spent()
    assert ask().json()["error"]["errors"][0]["reason"] == "quotaExceeded"


def test_the_token_address_gives_a_token_to_whoever_has_the_right_secrets(
    sandbox: Sandbox,
) -> None:
    url = sandbox.base_urls["https://oauth2.googleapis.com"] + "/token"
    right = {
        "grant_type": "refresh_token",
        "client_id": sandbox.secrets["google_client_id"],
        "client_secret": sandbox.secrets["google_client_secret"],
        "refresh_token": sandbox.secrets["google_refresh_token"],
    }

    def asked(**changes: str) -> requests.Response:
        return requests.post(url, data=right | changes, timeout=60)

    assert asked().json()["access_token"] == access_token(sandbox.secrets)
    assert asked(refresh_token="old").json()["error"] == "invalid_grant"
    assert asked(client_secret="x").json()["error"] == "invalid_client"
    assert asked(grant_type="magic").json()["error"] == "unsupported_grant_type"
