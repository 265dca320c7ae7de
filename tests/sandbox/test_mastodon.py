"""The sandbox's Mastodon server beside a recorded one, and which way it pages."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import requests
import yaml

from socialcell.clock import FixedClock
from socialcell.sandbox import Sandbox, visible
from tests.sandbox.test_recorded import shapes
from tests.shared import shared

PUNE = "/api/v1/timelines/tag/Pune"
Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(sandbox: Sandbox) -> Iterator[Ask]:
    base = sandbox.base_urls["mastodon"]
    token = sandbox.secrets["mastodon_token"]
    with requests.Session() as session:
        session.trust_env = False

        def asked(path: str, token: str = token, **query: Any) -> requests.Response:
            headers = {"Authorization": f"Bearer {token}"}
            return session.get(base + path, params=query, headers=headers, timeout=60)

        yield asked


def recorded(name: str, uri: str) -> dict[str, Any]:
    path = shared("data", "real", "mastodon-recorded", f"{name}.yaml")
    found = yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]
    answer: dict[str, Any] = next(
        one["response"]
        for one in found
        if uri in one["request"]["uri"] and one["request"]["method"] == "GET"
    )
    return answer


def ids(answer: requests.Response) -> list[int]:
    return [int(status["id"]) for status in answer.json()]


def test_a_status_has_the_recorded_fields_with_the_recorded_types(ask: Ask) -> None:
    theirs = json.loads(
        recorded("test_hashtag_tl", "/timelines/tag/")["body"]["string"]
    )
    mine = ask(PUNE, limit=40).json()

    assert {frozenset(status) for status in mine} == {frozenset(theirs[0])}
    assert {frozenset(status["account"]) for status in mine} == {
        frozenset(theirs[0]["account"])
    }
    # Nobody had edited theirs: a moment where they have nothing.
    edited = ("[].edited_at", str)
    assert set(shapes(mine)) - {edited} == set(shapes(theirs))


def test_the_answer_has_the_recorded_headers(ask: Ask) -> None:
    headers = recorded("test_hashtag_tl", "/timelines/tag/")["headers"]
    mine = ask(PUNE, limit=5).headers

    limits = [name for name in headers if name.startswith("x-ratelimit")]
    assert len(limits) == 3
    for name in limits:
        assert name in mine
    real, ours = headers["x-ratelimit-reset"][0], mine["x-ratelimit-reset"]
    assert len(ours) == len(real)
    assert datetime.fromisoformat(ours).utcoffset() is not None

    def pages(text: str) -> list[tuple[str, str]]:
        found = requests.utils.parse_header_links(text)
        return [
            (link["rel"], link["url"].split("?")[1].split("=")[0]) for link in found
        ]

    assert pages(mine["link"]) == pages(headers["link"][0])


def test_there_are_enough_statuses_to_page_through(
    ask: Ask, whole: dict[str, Any], clock: FixedClock
) -> None:
    told = [i for i in whole["items"] if i["platform"] == "mastodon" and i["sources"]]
    assert 60 <= len(told) <= 130
    found: set[int] = set()
    below = None
    while page := ids(ask(PUNE, limit=40, max_id=below)):
        assert page == sorted(page, reverse=True)
        found |= set(page)
        below = page[-1]
    assert {str(id_) for id_ in found} == visible(whole, "mastodon.pune", clock.now())


def test_min_id_goes_up_and_since_id_leaves_out_the_middle(ask: Ask) -> None:
    newest = ids(ask(PUNE, limit=40))
    above = newest[20]

    up = ids(ask(PUNE, limit=5, min_id=above))
    since = ids(ask(PUNE, limit=5, since_id=above))

    assert up == newest[15:20]
    assert since == newest[:5]
    assert ids(ask(PUNE, limit=5, min_id=newest[0])) == []


def test_a_marathi_hashtag_is_a_timeline_too(
    ask: Ask, whole: dict[str, Any], clock: FixedClock
) -> None:
    found = {str(id_) for id_ in ids(ask("/api/v1/timelines/tag/पुणे", limit=40))}
    newest = sorted(visible(whole, "mastodon.pune-mr", clock.now()), key=int)[-40:]
    assert found == set(newest)
    assert len(found) > 10


def test_the_instance_says_what_it_is_or_breaks(ask: Ask, sandbox: Sandbox) -> None:
    for path in ("/api/v1/instance", "/api/v2/instance/"):
        assert ask(path).json()["version"] == "4.5.0"
    sandbox.platform("mastodon").instance_broken()
    for path in ("/api/v1/instance/", "/api/v2/instance/"):
        assert ask(path).status_code == 500
    assert ask(PUNE).status_code == 200


def test_a_known_status_that_is_gone_is_not_found(ask: Ask, sandbox: Sandbox) -> None:
    id_ = sandbox.platform("mastodon").publish("soon gone #Pune")
    assert ask(f"/api/v1/statuses/{id_}").json()["id"] == id_
    sandbox.platform("mastodon").remove(id_)
    assert ask(f"/api/v1/statuses/{id_}").status_code == 404


def test_refusals_look_as_mastodons_do(ask: Ask, sandbox: Sandbox) -> None:
    server = sandbox.platform("mastodon")
    assert ask(PUNE, token="made-up").status_code == 401
    server.login_required()
    refused = ask(PUNE)
    assert refused.status_code == 422
    assert "requires an authenticated user" in refused.json()["error"]
    server.heal()
    server.missing_permission()
    assert "outside the authorized scopes" in ask(PUNE).json()["error"]
    server.heal()
    server.limit()
    limited = ask(PUNE)
    assert limited.status_code == 429
    assert limited.headers["x-ratelimit-remaining"] == "0"
    server.heal()
    with pytest.raises(ValueError, match="no quota"):
        server.quota_spent()
    assert ask("/api/v1/nothing").status_code == 404


def test_the_allowance_of_a_window_counts_down(ask: Ask) -> None:
    left = [int(ask(PUNE).headers["x-ratelimit-remaining"]) for _ in range(3)]
    assert left == [299, 298, 297]
