"""The sandbox's Reddit beside a recorded one, and what it does with odd requests."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from socialcell.clock import FixedClock
from socialcell.sandbox import Sandbox, visible
from tests.sandbox.test_recorded import shapes
from tests.shared import shared

NEW = "/r/PuneCityDemo/new"
Ask = Callable[..., requests.Response]
# What Reddit added after the recording was made, and what it took away.
ADDED = {
    "author_fullname", "upvote_ratio", "num_crossposts", "removed_by_category",
    "spoiler", "is_video",
}  # fmt: skip
TAKEN = {"from", "from_id", "from_kind"}


@pytest.fixture
def ask(sandbox: Sandbox) -> Iterator[Ask]:
    """Log in as the app does, then GET a path with the token that it got."""
    base = sandbox.base_urls["reddit"]
    with requests.Session() as session:
        session.trust_env = False
        token = log_in(session, sandbox).json()["access_token"]

        def asked(path: str, token: str = token, **query: Any) -> requests.Response:
            headers = {"Authorization": f"bearer {token}"}
            return session.get(
                base + path,
                params=query,
                headers=headers,
                timeout=60,
                allow_redirects=False,
            )

        yield asked


def log_in(
    session: requests.Session, sandbox: Sandbox, secret: str | None = None
) -> requests.Response:
    known = sandbox.secrets
    pair = f"{known['reddit_client_id']}:{secret or known['reddit_client_secret']}"
    return session.post(
        sandbox.base_urls["reddit"] + "/api/v1/access_token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()},
        timeout=60,
    )


def recorded() -> list[dict[str, Any]]:
    text = shared("data", "real", "reddit-recorded", "listing_new.json").read_text()
    found: list[dict[str, Any]] = json.loads(text)["interactions"]
    return found


def body_of(interaction: dict[str, Any]) -> Any:
    return json.loads(interaction["response"]["body"]["string"])


def types(things: list[dict[str, Any]]) -> dict[str, set[type]]:
    found: dict[str, set[type]] = {}
    for thing in things:
        for name, value in thing["data"].items():
            found.setdefault(name, set()).add(type(value))
    return found


def test_a_submission_has_the_recorded_fields_with_the_recorded_types(ask: Ask) -> None:
    real = types(body_of(recorded()[1])["data"]["children"])
    ours = types(ask(NEW, limit=100).json()["data"]["children"])

    assert set(ours) == set(real) - TAKEN | ADDED
    for name in set(ours) & set(real):
        if name != "edited":  # false, or the moment: nobody had edited theirs
            assert ours[name] <= real[name] | {str, type(None)}, name
            assert ours[name] & real[name], name
    assert ours["edited"] <= {bool, float}


def test_a_listing_and_a_token_have_the_recorded_frame(
    ask: Ask, sandbox: Sandbox
) -> None:
    token, listing = recorded()
    mine = ask(NEW, limit=5).json()
    theirs = body_of(listing)

    assert set(mine) == set(theirs)
    assert set(mine["data"]) == set(theirs["data"]) | {"dist"}
    assert {child["kind"] for child in mine["data"]["children"]} == {"t3"}
    with requests.Session() as session:
        session.trust_env = False
        granted = log_in(session, sandbox).json()
    assert set(shapes(granted)) == set(shapes(body_of(token)))


def test_it_lists_newest_first_and_pages_behind_the_last(
    ask: Ask, whole: dict[str, Any], clock: FixedClock
) -> None:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        data = ask(NEW, limit=100, after=after).json()["data"]
        found += [child["data"] for child in data["children"]]
        after = data["after"]
        if after is None:
            break
        assert after == found[-1]["name"]

    names = [data["name"] for data in found]
    assert set(names) == visible(whole, "reddit.new", clock.now())
    assert len(names) == len(set(names)) > 100
    times = [data["created_utc"] for data in found]
    assert times == sorted(times, reverse=True)


def test_it_holds_a_twentieth_of_what_is_said(whole: dict[str, Any]) -> None:
    told = [item for item in whole["items"] if item["sources"]]
    here = [item for item in told if item["platform"] == "reddit"]
    assert 0.03 < len(here) / len(told) < 0.07


def test_it_searches_words_within_a_subreddit(
    ask: Ask, whole: dict[str, Any], sandbox: Sandbox, clock: FixedClock
) -> None:
    source = next(s for s in sandbox.sources if s["name"] == "reddit.search")
    path = f"/r/{source['subreddit']}/search"
    data = ask(path, q=source["query"], limit=100).json()["data"]

    names = {child["data"]["name"] for child in data["children"]}
    assert names == visible(whole, "reddit.search", clock.now())
    assert len(names) > 20
    wider = ask(f"/r/{source['subreddit']}/new", limit=100).json()["data"]["children"]
    assert names < {child["data"]["name"] for child in wider}


def test_a_listing_ends_at_a_thousand(ask: Ask, sandbox: Sandbox) -> None:
    reddit = sandbox.platform("reddit")
    for n in range(1001):
        reddit.publish(f"{n}", title="Many", group="PuneCityDemo")
    pages = 0
    after = None
    while pages == 0 or after:
        after = ask(NEW, limit=100, after=after).json()["data"]["after"]
        pages += 1
    assert pages == 10


def test_what_follows_a_deleted_submission_is_not_found(
    ask: Ask, sandbox: Sandbox
) -> None:
    after = ask(NEW, limit=5).json()["data"]["after"]
    sandbox.platform("reddit").remove(after)

    assert ask(NEW, limit=5, after=after).json()["data"]["children"] == []


def test_rate_headers_count_down_and_the_last_call_is_refused(
    ask: Ask, sandbox: Sandbox, clock: FixedClock
) -> None:
    sandbox.platform("reddit").spend(left=1)
    last = ask(NEW)
    assert last.status_code == 200
    assert last.headers["x-ratelimit-remaining"] == "0.0"
    assert last.headers["x-ratelimit-used"] == "1000"
    refused = ask(NEW)
    assert refused.status_code == 429
    clock.advance(timedelta(seconds=int(refused.headers["x-ratelimit-reset"])))
    assert ask(NEW).status_code == 200


def test_a_wrong_secret_and_a_made_up_token_are_refused(
    ask: Ask, sandbox: Sandbox
) -> None:
    with requests.Session() as session:
        session.trust_env = False
        assert log_in(session, sandbox, "wrong").status_code == 401
    assert ask(NEW, token="made-up").status_code == 401
    assert ask(NEW).status_code == 200


def test_marks_of_removal_are_reddits_own(ask: Ask, sandbox: Sandbox) -> None:
    reddit = sandbox.platform("reddit")
    one, two, three = (
        reddit.publish("words", title="Title", group="PuneCityDemo") for _ in range(3)
    )
    reddit.moderate(one)
    reddit.erase(two)
    reddit.forget_author(three)

    found = {
        child["data"]["name"]: child["data"]
        for child in ask(NEW, limit=5).json()["data"]["children"]
    }

    said = {
        name: (data["author"], data["selftext"], data["removed_by_category"])
        for name, data in found.items()
    }
    assert said[one] == ("[deleted]", "[removed]", "moderator")
    assert said[two] == ("[deleted]", "[deleted]", "deleted")
    assert said[three] == ("[deleted]", "words", None)


def test_refusals_look_as_reddits_do(ask: Ask, sandbox: Sandbox) -> None:
    reddit = sandbox.platform("reddit")
    reddit.private("PuneCityDemo")
    assert (ask(NEW).status_code, ask(NEW).json()["reason"]) == (403, "private")
    reddit.heal()
    reddit.block()
    assert ask(NEW).status_code == 403
    assert ask(NEW).headers["content-type"].startswith("text/html")
    reddit.heal()
    assert ask("/r/NobodyHasThis/new").status_code == 302
    assert ask("/api/nothing").status_code == 404
    with pytest.raises(ValueError, match="no quota"):
        reddit.quota_spent()
    reddit.server_error()
    assert ask(NEW).status_code == 503
    assert ask(NEW).status_code == 200
