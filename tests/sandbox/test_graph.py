"""The sandbox's Graph API as a plain client meets it: fields, tokens, errors, pages."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from socialcell.clock import FixedClock
from socialcell.sandbox import Sandbox, visible
from socialcell.sandbox.meta.graph_fields import Field, parse
from socialcell.sandbox.world.facebook_world import PAGE_ID
from socialcell.sandbox.world.instagram_world import ACCOUNT_ID, HASHTAG_ID

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(sandbox: Sandbox) -> Iterator[Ask]:
    with requests.Session() as session:
        session.trust_env = False

        def asked(platform: str, path: str, **query: Any) -> dict[str, Any]:
            token = query.pop("token", sandbox.secrets["meta_token"])
            answer = session.get(
                f"{sandbox.base_urls[platform]}/v26.0/{path}",
                params=query,
                headers={"Authorization": f"Bearer {token}"},
                timeout=60,
            )
            said: dict[str, Any] = answer.json()
            return said

        yield asked


@pytest.fixture
def page(sandbox: Sandbox) -> str:
    return str(sandbox.platform("facebook").page_token)


def code(said: dict[str, Any]) -> tuple[int, int | None]:
    return said["error"]["code"], said["error"].get("error_subcode")


def test_fields_may_have_arguments_and_fields_within() -> None:
    assert parse("id,comments.filter(stream).limit(2){id,from{name}}") == (
        Field("id"),
        Field(
            "comments",
            {"filter": "stream", "limit": "2"},
            (Field("id"), Field("from", {}, (Field("name"),))),
        ),
    )


@pytest.mark.parametrize("text", ["id,", "id{", "id{}", "a.b", "id}", "{id}", "Id"])
def test_fields_of_no_form_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Syntax error"):
        parse(text)


def test_only_what_is_asked_for_is_answered_and_the_unknown_is_refused(
    ask: Ask, page: str
) -> None:
    said = ask("facebook", f"{PAGE_ID}/feed", fields="message", limit=1, token=page)
    assert set(said["data"][0]) == {"id", "message"}

    odd = ask("facebook", f"{PAGE_ID}/feed", fields="likes_count", token=page)
    assert code(odd) == (100, None)
    assert "nonexisting field (likes_count)" in odd["error"]["message"]


def test_the_feed_is_open_to_the_page_alone(ask: Ask, page: str) -> None:
    assert code(ask("facebook", f"{PAGE_ID}/feed")) == (190, None)
    assert code(ask("facebook", f"{PAGE_ID}/feed", token="EAAstranger")) == (190, None)
    assert ask("facebook", PAGE_ID, fields="access_token")["access_token"] == page
    assert code(ask("facebook", "999_9", token=page)) == (100, 33)


def test_who_wrote_is_told_of_the_page_and_below_it_only(
    ask: Ask, page: str, sandbox: Sandbox
) -> None:
    groups = {
        post.id: post.group for post in sandbox.platform("facebook").visible_posts()
    }
    fields = "from,comments.filter(stream).limit(50){from}"
    said = ask("facebook", f"{PAGE_ID}/feed", fields=fields, limit=100, token=page)

    for node in said["data"]:
        assert ("from" in node) == (groups[node["id"]] == "own")
        for comment in node.get("comments", {"data": []})["data"]:
            assert comment["from"]["id"].isdecimal()


def test_a_feed_is_paged_newest_first_to_its_end(
    ask: Ask, page: str, sandbox: Sandbox, whole: dict[str, Any], clock: FixedClock
) -> None:
    said = ask("facebook", f"{PAGE_ID}/feed", limit=20, token=page)
    nodes = said["data"]
    while "next" in said["paging"]:
        assert "access_token=" in said["paging"]["next"]  # as the real one
        after = said["paging"]["cursors"]["after"]
        said = ask("facebook", f"{PAGE_ID}/feed", limit=20, after=after, token=page)
        nodes += said["data"]

    times = [node["created_time"] for node in nodes]
    assert times == sorted(times, reverse=True)
    ids = [node["id"] for node in nodes]
    assert len(ids) == len(set(ids))
    assert set(ids) >= visible(whole, "facebook.feed", clock.now())


def test_a_retired_metric_spoils_the_whole_call(
    ask: Ask, page: str, sandbox: Sandbox
) -> None:
    sandbox.platform("facebook").retire("page_follows")
    asked = {"period": "day", "token": page}

    alone = ask("facebook", f"{PAGE_ID}/insights", metric="page_media_view", **asked)
    both = "page_media_view,page_follows"
    together = ask("facebook", f"{PAGE_ID}/insights", metric=both, **asked)

    assert alone["data"][0]["name"] == "page_media_view"
    assert code(together) == (100, None)


def test_a_hashtag_has_no_names_and_one_after(ask: Ask) -> None:
    path, user = f"{HASHTAG_ID}/recent_media", ACCOUNT_ID
    assert code(ask("instagram", path)) == (100, None)  # without the user
    named = ask("instagram", path, user_id=user, fields="id,username")
    first = ask("instagram", path, user_id=user, fields="id", limit=2)
    after = first["paging"]["cursors"]["after"]
    second = ask("instagram", path, user_id=user, fields="id", limit=2, after=after)

    assert code(named) == (100, None)
    assert "next" not in first["paging"]
    assert second["paging"]["cursors"]["after"] == after
    assert [n["id"] for n in first["data"]] != [n["id"] for n in second["data"]]


def test_the_headers_say_what_is_used(sandbox: Sandbox) -> None:
    sandbox.platform("facebook").use_up(61, minutes=3)
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(
            f"{sandbox.base_urls['facebook']}/v26.0/{PAGE_ID}",
            headers={"Authorization": f"Bearer {sandbox.secrets['meta_token']}"},
            timeout=60,
        )

    header = answer.headers["x-business-use-case-usage"]
    assert '"call_count": 61' in header
    assert '"estimated_time_to_regain_access": 3' in header
    assert answer.headers["facebook-api-version"] == "v26.0"
