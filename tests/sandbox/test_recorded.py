"""The sandbox's answers beside recorded ones, field by field."""

import json
import zlib
from collections.abc import Iterator
from typing import Any

import tweepy
import yaml

from socialcell.sandbox import Sandbox
from socialcell.sandbox.x.x_json import PLACE_FIELDS, TWEET_FIELDS, USER_FIELDS
from tests.shared import shared

# What the platform added after the recordings were made.
NEW = {
    "edit_controls", "edit_history_tweet_ids", "public_metrics.bookmark_count",
    "public_metrics.impression_count", "verified_type",
}  # fmt: skip
# Once a text, today a number.
RETYPED = {"edit_controls.edits_remaining"}
EXPANSIONS = [
    "author_id", "geo.place_id", "referenced_tweets.id",
    "referenced_tweets.id.author_id", "in_reply_to_user_id",
    "entities.mentions.username",
]  # fmt: skip


def recorded(name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The body and the header names of a recorded exchange."""
    text = shared("data", "real", "x-recorded", name).read_text()
    response = yaml.safe_load(text)["interactions"][0]["response"]
    # The recordings were flushed, not finished: gzip would miss the end marker.
    body = zlib.decompressobj(31).decompress(response["body"]["string"])
    return json.loads(body), response["headers"]


def shapes(value: Any, path: str = "") -> Iterator[tuple[str, type]]:
    """Every path of an answer with the type found there; lists are looked into."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from shapes(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from shapes(inner, f"{path}[]")
    else:
        yield path, type(value)


def real_answers() -> Iterator[dict[str, Any]]:
    for name in ("two_tweets", "edited", "quoted_edit", "geo_tweets", "brexit"):
        path = shared("data", "real", "x", f"{name}.jsonl")
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines)


def parts(answers: Iterator[dict[str, Any]]) -> dict[str, set[tuple[str, type]]]:
    found: dict[str, set[tuple[str, type]]] = {}
    for answer in answers:
        data = answer.get("data", [])
        posts = data if isinstance(data, list) else [data]
        includes = answer.get("includes", {})
        for kind, items in (
            ("post", posts + includes.get("tweets", [])),
            ("user", includes.get("users", [])),
            ("place", includes.get("places", [])),
        ):
            for item in items:
                found.setdefault(kind, set()).update(shapes(item))
    return found


def ours(sandbox: Sandbox, client: tweepy.Client) -> Iterator[dict[str, Any]]:
    query = next(s["query"] for s in sandbox.sources if s["name"] == "x.search")
    token = None
    while True:
        page = client.search_recent_tweets(
            query,
            max_results=100,
            next_token=token,
            tweet_fields=sorted(TWEET_FIELDS),
            user_fields=sorted(USER_FIELDS),
            place_fields=sorted(PLACE_FIELDS),
            expansions=EXPANSIONS,
        ).json()
        yield page
        token = page["meta"].get("next_token")
        if token is None:
            return


def test_every_field_of_ours_is_a_field_of_theirs_with_the_same_type(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    real, made = parts(real_answers()), parts(ours(sandbox, client))
    for kind in ("post", "user", "place"):
        strange = {
            (path, type_)
            for path, type_ in made[kind] - real[kind]
            if not (type_ is int and (path, float) in real[kind])
            and path.split("[")[0] not in NEW
            and path.split(".")[0] not in NEW
            and path not in RETYPED
        }
        assert strange == set(), kind


def test_what_listening_needs_of_theirs_is_in_ours(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    real, made = parts(real_answers()), parts(ours(sandbox, client))
    left_out = (
        "attachments", "context_annotations", "entities.annotations",
        "entities.description", "entities.url.", "pinned_tweet_id", "withheld",
    )  # fmt: skip
    # Pages behind an address: the sandbox looks none of them up.
    unwound = ("description", "images", "status", "title", "unwound_url", "media_key")
    wanted = {
        path
        for kind in ("post", "user", "place")
        for path, _ in real[kind]
        if not path.startswith(left_out)
        and not path.startswith(tuple(f"entities.urls[].{name}" for name in unwound))
    }
    assert wanted - {path for kind in made.values() for path, _ in kind} == set()


def test_a_bare_search_and_bare_mentions_have_the_recorded_shape(
    sandbox: Sandbox, client: tweepy.Client
) -> None:
    account = next(s["user_id"] for s in sandbox.sources if s["name"] == "x.mentions")
    for name, answer in (
        ("test_client_search_recent_tweets.yaml", client.search_recent_tweets("pune")),
        ("test_client_get_users_mentions.yaml", client.get_users_mentions(account)),
    ):
        body, headers = recorded(name)
        mine = answer.json()
        assert set(mine) == set(body)
        assert set(shapes(mine)) == set(shapes(body))
        assert mine["meta"]["result_count"] == body["meta"]["result_count"] == 10
        for header in (h for h in headers if h.startswith("x-rate-limit")):
            assert header in answer.headers
        kind = headers["content-type"][0].split(";")[0]
        assert answer.headers["content-type"].startswith(kind)
