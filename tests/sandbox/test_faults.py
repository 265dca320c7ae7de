"""Every switch makes the failure that the platform would make."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import tweepy

from socialcell.clock import FixedClock
from socialcell.sandbox import City, Sandbox, serve

SEARCH = "/2/tweets/search/recent?query=pune&max_results=10"
Get = Callable[..., requests.Response]


@pytest.fixture
def x(sandbox: Sandbox) -> Any:
    return sandbox.platform("x")


def test_an_expired_token_is_unauthorized_until_healed(
    x: Any, client: tweepy.Client
) -> None:
    x.expire_token()
    for _ in range(2):
        with pytest.raises(tweepy.Unauthorized):
            client.search_recent_tweets("pune")
    x.heal()
    assert client.search_recent_tweets("pune").status_code == 200


def test_a_missing_permission_is_forbidden(x: Any, client: tweepy.Client) -> None:
    x.missing_permission()
    with pytest.raises(tweepy.Forbidden) as refused:
        client.search_recent_tweets("pune")
    assert refused.value.response.json()["type"].endswith("/client-forbidden")


def test_a_limit_comes_after_so_many_answers_and_passes_with_its_window(
    x: Any, client: tweepy.Client, clock: FixedClock
) -> None:
    x.limit(after=2)
    client.search_recent_tweets("pune")
    client.search_recent_tweets("pune")
    with pytest.raises(tweepy.TooManyRequests) as refused:
        client.search_recent_tweets("pune")
    reset = int(refused.value.response.headers["x-rate-limit-reset"])
    assert datetime.fromtimestamp(reset, UTC) == clock.now() + timedelta(minutes=15)
    clock.advance(timedelta(minutes=14))
    with pytest.raises(tweepy.TooManyRequests):
        client.search_recent_tweets("pune")
    clock.advance(timedelta(minutes=1))
    assert client.search_recent_tweets("pune").status_code == 200


def test_a_spent_quota_is_a_429_whose_reset_lies_in_the_past(
    x: Any, client: tweepy.Client, clock: FixedClock
) -> None:
    x.quota_spent()
    with pytest.raises(tweepy.TooManyRequests) as refused:
        client.search_recent_tweets("pune")
    answer = refused.value.response
    assert answer.json()["type"].endswith("/usage-capped")
    assert answer.json()["title"] == "UsageCapExceeded"
    assert int(answer.headers["x-rate-limit-reset"]) < clock.now().timestamp()


def test_the_platform_s_own_fault_passes_after_so_many_times(
    x: Any, client: tweepy.Client
) -> None:
    x.server_error(times=2)
    for _ in range(2):
        with pytest.raises(tweepy.TwitterServerError):
            client.search_recent_tweets("pune")
    assert client.search_recent_tweets("pune").status_code == 200


def test_a_slow_answer_outlasts_a_short_patience(x: Any, sandbox: Sandbox) -> None:
    x.slow(120.0)
    with pytest.raises(requests.ReadTimeout):
        requests.get(sandbox.base_urls["x"] + SEARCH, timeout=(60, 0.1))


def test_leaving_does_not_wait_for_a_slow_answer(city: City, clock: FixedClock) -> None:
    started = time.monotonic()
    with serve(city, clock, ["x"]) as sandbox:
        sandbox.platform("x").slow(120.0)
        with pytest.raises(requests.ReadTimeout):
            requests.get(sandbox.base_urls["x"] + SEARCH, timeout=(60, 0.1))
    assert time.monotonic() - started < 60


def test_a_cut_answer_ends_before_its_announced_length(x: Any, get: Get) -> None:
    x.truncate()
    cut = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    with pytest.raises(cut):
        get("x", SEARCH)
    assert get("x", SEARCH).json()["meta"]["result_count"] == 10


def test_a_dropped_connection_says_nothing(x: Any, get: Get, sandbox: Sandbox) -> None:
    x.drop_connection()
    with pytest.raises(requests.ConnectionError):
        get("x", SEARCH)
    assert [line.status for line in sandbox.requests] == [0]
    assert get("x", SEARCH).status_code == 200


def test_html_instead_of_json_has_status_200(x: Any, get: Get) -> None:
    x.html_instead_of_json()
    answer = get("x", SEARCH)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_stuck_cursor_promises_the_same_page_for_ever(x: Any, get: Get) -> None:
    x.stuck_cursor()
    first = get("x", SEARCH).json()
    token = first["meta"]["next_token"]
    again = get("x", f"{SEARCH}&next_token={token}").json()
    assert again == first


def test_a_malformed_item_comes_beside_the_good_ones(x: Any, get: Get) -> None:
    good = get("x", SEARCH).json()["data"]
    x.malformed_item()
    page = get("x", SEARCH).json()
    bad = [item for item in page["data"] if item not in good]
    assert len(bad) == 1
    assert "text" not in bad[0]
    assert [item for item in page["data"] if item in good] == good
    assert get("x", SEARCH).json()["data"] == good


def test_posts_that_come_between_two_pages_move_nothing(
    x: Any, client: tweepy.Client
) -> None:
    calm = [client.search_recent_tweets("pune").json()]
    calm.append(_next(client, calm[0]))
    new = x.insert_between_pages(3)
    stormy = [client.search_recent_tweets("pune").json()]
    stormy.append(_next(client, stormy[0]))
    assert [p["data"] for p in stormy] == [p["data"] for p in calm]
    newest = calm[0]["meta"]["newest_id"]
    later = client.search_recent_tweets("pune", since_id=newest).json()
    assert sorted(item["id"] for item in later["data"]) == sorted(new) == x.inserted


def test_posts_deleted_between_two_pages_are_missing_from_the_second(
    x: Any, client: tweepy.Client
) -> None:
    first = client.search_recent_tweets("pune").json()
    second = _next(client, first)
    x.delete_between_pages(2)
    assert client.search_recent_tweets("pune").json() == first
    shown = [item["id"] for item in _next(client, first)["data"]]
    assert x.deleted == [item["id"] for item in second["data"]][:2]
    assert shown[:8] == [item["id"] for item in second["data"]][2:]


def test_one_platform_in_trouble_leaves_the_other_alone(
    x: Any, get: Get, city: City
) -> None:
    x.expire_token()
    assert get("rss", city.papers[0].path).status_code == 200


def test_an_unknown_platform_is_refused(city: City, clock: FixedClock) -> None:
    with pytest.raises(ValueError, match="orkut"), serve(city, clock, ["orkut"]):
        pass


def _next(client: tweepy.Client, page: dict[str, Any]) -> dict[str, Any]:
    token = page["meta"]["next_token"]
    found: dict[str, Any] = client.search_recent_tweets("pune", next_token=token).json()
    return found
