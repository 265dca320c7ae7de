"""A video and a comment as YouTube sends them, as records, and read again later."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from socialcell.connectors.base import (
    ConnectorContext,
    Metric,
    Record,
    RecordAuthor,
    RecordRelation,
)
from socialcell.connectors.google.youtube_connector import YouTube
from socialcell.connectors.google.youtube_item import comment_record, video_record
from socialcell.sandbox import Sandbox
from tests.connectors.pulls import pull, records


def a_video(**said: Any) -> dict[str, Any]:
    snippet = {
        "publishedAt": "2026-11-20T04:00:00Z",
        "channelId": "UCsample",
        "channelTitle": "Asha walks",
        "title": "Water in Kothrud",
        "description": "None since six. Map: https://example.org/map.",
        "defaultAudioLanguage": "mr",
    }
    counts = {"viewCount": "120", "likeCount": "7", "commentCount": "0"}
    return {"id": "abcdefghijk", "snippet": snippet | said, "statistics": counts}


def test_a_video_becomes_a_record() -> None:
    record = video_record(a_video(), via="search")

    assert record.external_id == record.conversation == "abcdefghijk"
    assert record.title == "Water in Kothrud"
    assert record.text.startswith("None since six")
    assert record.authored_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert record.author == RecordAuthor(uid="UCsample", name="Asha walks")
    assert record.links == ("https://example.org/map",)
    assert record.language == "mr"
    assert record.metrics == (
        Metric("viewCount", 120, "views"),
        Metric("likeCount", 7, "reactions"),
        Metric("commentCount", 0, "comments"),
    )
    assert (
        video_record(a_video(description=""), via="search").text == "Water in Kothrud"
    )


def a_comment(**said: Any) -> dict[str, Any]:
    snippet = {
        "videoId": "abcdefghijk",
        "textDisplay": "पाणी नाही",
        "authorDisplayName": "@asha_sample",
        "authorChannelId": {"value": "UCasha"},
        "likeCount": 2,
        "publishedAt": "2026-11-20T04:00:00Z",
        "updatedAt": "2026-11-20T05:00:00Z",
    }
    return {"id": "Ugx1", "snippet": snippet | said}


def test_a_comment_becomes_a_record() -> None:
    record = comment_record(a_comment())

    assert record.kind == "comment"
    assert record.url == "https://www.youtube.com/watch?v=abcdefghijk&lc=Ugx1"
    assert record.author == RecordAuthor(
        uid="UCasha", handle="asha_sample", name="@asha_sample"
    )
    assert record.edited_at == datetime(2026, 11, 20, 5, tzinfo=UTC)
    assert record.relations == (RecordRelation("reply", "abcdefghijk"),)
    assert record.metrics == (Metric("likeCount", 2, "reactions"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": None},
        {"description": 7},
        {"publishedAt": "yesterday"},
        {"publishedAt": "2026-11-20T04:00:00"},
        {"channelId": None},
    ],
)
def test_a_video_without_what_it_needs_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        video_record(a_video(**changes), via="search")


@pytest.mark.parametrize("name", ["youtube.uploads", "youtube.comments"])
def test_what_is_stored_can_be_read_again_by_itself(
    name: str, served: Sandbox, connector_context: ConnectorContext
) -> None:
    found = records(pull(served, name, connector_context))

    assert len(found) > 5
    again = [YouTube.remap(record.raw) for record in found]
    assert [replace(one, via="remap") for one in found] == [
        replace(one, via="remap") for one in again if isinstance(one, Record)
    ]


def test_an_answer_keeps_the_video_that_its_thread_names() -> None:
    data = a_comment(parentId="Ugx1")
    del data["snippet"]["videoId"]

    record = comment_record({**data, "kind": "youtube#comment"}, "abcdefghijk")

    assert record.conversation == "abcdefghijk"
    assert YouTube.remap(record.raw) == record
    with pytest.raises((ValueError, TypeError, LookupError)):
        YouTube.remap({"kind": "youtube#searchResult", "id": {}, "snippet": {}})
