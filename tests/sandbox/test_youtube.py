"""The sandbox's YouTube beside Google's own description of it, and its quota."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from socialcell.clock import FixedClock
from socialcell.sandbox import Sandbox, visible
from socialcell.sandbox.google.youtube_server import QUERY
from tests.sandbox.google_schema import strange

Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(sandbox: Sandbox) -> Iterator[Ask]:
    base = sandbox.base_urls["youtube"] + "/youtube/v3/"
    key = sandbox.secrets["youtube_key"]
    with requests.Session() as session:
        session.trust_env = False

        def asked(path: str, key: str = key, **query: Any) -> requests.Response:
            headers = {"X-Goog-Api-Key": key}
            return session.get(base + path, params=query, headers=headers, timeout=60)

        yield asked


def own(sandbox: Sandbox) -> str:
    row = next(s for s in sandbox.sources if s["name"] == "youtube.uploads")
    return str(row["channel_id"])


def every_answer(ask: Ask, sandbox: Sandbox) -> Iterator[tuple[str, dict[str, Any]]]:
    channel = own(sandbox)
    search = {"part": "snippet", "q": QUERY, "type": "video", "maxResults": 50}
    yield "SearchListResponse", (found := ask("search", **search).json())
    ids = [item["id"]["videoId"] for item in found["items"]]
    asked = {"part": "snippet,statistics", "id": ",".join(ids)}
    yield "VideoListResponse", ask("videos", **asked).json()
    stats = ask("videos:batchGetStats", part="id,statistics", id=ids)
    yield "BatchGetStatsResponse", stats.json()
    of = ask("channels", part="contentDetails", id=channel).json()
    yield "ChannelListResponse", of
    uploads = of["items"][0]["contentDetails"]["relatedPlaylists"]["uploads"]
    listed = ask("playlistItems", part="contentDetails", playlistId=uploads)
    yield "PlaylistItemListResponse", listed.json()
    threads = ask(
        "commentThreads",
        part="snippet,replies",
        allThreadsRelatedToChannelId=channel,
        maxResults=100,
    ).json()
    yield "CommentThreadListResponse", threads
    above = next(t["id"] for t in threads["items"] if "replies" in t)
    yield "CommentListResponse", ask("comments", part="snippet", parentId=above).json()


def test_every_field_is_one_that_google_describes(ask: Ask, sandbox: Sandbox) -> None:
    for schema, answer in every_answer(ask, sandbox):
        assert list(strange("youtube.v3", schema, answer)) == [], schema
        assert answer["items"], schema


def test_the_description_finds_what_is_wrong() -> None:
    wrong = {"items": [{"statistics": {"viewCount": 7}, "colour": "red"}]}
    assert list(strange("youtube.v3", "VideoListResponse", wrong)) == [
        "items[0].statistics.viewCount: int, not string",
        "items[0].colour: no such field in Video",
    ]


def test_search_pages_down_to_all_that_the_world_says_is_there(
    ask: Ask, sandbox: Sandbox, whole: dict[str, Any], clock: FixedClock
) -> None:
    found: list[str] = []
    token = None
    while True:
        page = ask("search", q=QUERY, maxResults=50, pageToken=token).json()
        found += [item["id"]["videoId"] for item in page["items"]]
        token = page.get("nextPageToken")
        if token is None:
            break

    assert set(found) == visible(whole, "youtube.search", clock.now())
    assert len(found) == len(set(found)) > 60


def test_a_list_of_threads_shows_five_answers_and_counts_all(
    ask: Ask, sandbox: Sandbox
) -> None:
    youtube = sandbox.platform("youtube")
    video = youtube.publish("a busy video")
    top = youtube.comment("first!", on=video)
    for n in range(7):
        youtube.comment(f"no, {n}", to=top)

    (thread,) = ask("commentThreads", part="snippet", videoId=video).json()["items"]

    assert thread["snippet"]["totalReplyCount"] == 7
    assert len(thread["replies"]["comments"]) == 5
    assert len(ask("comments", parentId=top, maxResults=100).json()["items"]) == 7


def test_the_hundred_and_first_search_of_a_pacific_day_is_refused_and_nothing_else(
    ask: Ask, sandbox: Sandbox, clock: FixedClock
) -> None:
    for _ in range(100):
        assert ask("search", q="pune").status_code == 200

    refused = ask("search", q="pune")

    assert refused.status_code == 403
    assert refused.json()["error"]["errors"][0]["reason"] == "quotaExceeded"
    assert ask("videos", chart="mostPopular").status_code == 200
    # 09:00 in Pune is 19:30 of the day before in California.
    clock.advance(timedelta(hours=4))
    assert ask("search", q="pune").status_code == 403
    clock.advance(timedelta(hours=1))
    assert ask("search", q="pune").status_code == 200


def test_refusals_look_as_googles_do(ask: Ask, sandbox: Sandbox) -> None:
    bad = ask("search", key="made-up", q="pune")
    assert bad.status_code == 400
    assert bad.json()["error"]["details"][0]["reason"] == "API_KEY_INVALID"
    youtube = sandbox.platform("youtube")
    youtube.limit()
    limited = ask("search", q="pune").json()["error"]
    assert limited["errors"][0]["reason"] == "rateLimitExceeded"
    youtube.heal()
    assert ask("playlistItems", playlistId="UUnobody").status_code == 404
    assert "items" not in ask("channels", id="UCnobody").json()
    assert ask("nothing").status_code == 404
