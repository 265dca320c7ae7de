"""Optional fields of another type: their record is rejected alone, with the reason."""

from collections.abc import Callable
from typing import Any

import pytest

from socialcell.connectors.base import Record, Refresh, Reject
from socialcell.connectors.bluesky.bluesky_connector import Bluesky
from socialcell.connectors.checked_records import storable_item
from socialcell.connectors.google.google_play import GooglePlay
from socialcell.connectors.google.youtube_item import comment_record, video_record
from socialcell.connectors.mastodon.mastodon_connector import Mastodon
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.connectors.page_reading import require_readable
from socialcell.connectors.reddit.reddit_connector import Reddit
from socialcell.connectors.reddit.reddit_post import lookup_items
from tests.connectors.test_bluesky import a_view
from tests.connectors.test_google_play import a_review
from tests.connectors.test_mastodon import status
from tests.connectors.test_reddit import submission
from tests.connectors.test_youtube_item import a_comment, a_video

MISTYPED = [
    (Mastodon.remap, status(language=5), "language is a number, text is needed"),
    (Mastodon.remap, status(url=["a"]), "url is a list, text is needed"),
    (
        Mastodon.remap,
        status(account={"id": "7", "display_name": {"no": "name"}}),
        "author name is an object, text is needed",
    ),
    (
        Mastodon.remap,
        status(account={"id": "7", "followers_count": "5"}),
        "followers is text, a whole number is needed",
    ),
    (
        Mastodon.remap,
        status(reblogs_count=True),
        "reblogs_count is true or false, a whole number is needed",
    ),
    (
        Bluesky.remap,
        a_view(author={"did": "did:plc:asha", "handle": 7}),
        "author handle is a number, text is needed",
    ),
    (Bluesky.remap, a_view({"langs": [1]}), "language is a number, text is needed"),
    (Reddit.remap, submission(author=7), "author handle is a number, text is needed"),
    (
        Reddit.remap,
        submission(author_fullname=["t2_77"]),
        "author id is a list, text is needed",
    ),
    (
        Reddit.remap,
        submission(crosspost_parent={"name": "t3_a"}),
        "related id is an object, text is needed",
    ),
    (
        Reddit.remap,
        submission(num_comments="3"),
        "num_comments is text, a whole number is needed",
    ),
    (
        GooglePlay.remap,
        a_review(reviewerLanguage=["en"]),
        "language is a list, text is needed",
    ),
    (
        lambda raw: video_record(raw, via="search"),
        a_video(channelTitle=7),
        "author name is a number, text is needed",
    ),
    (
        comment_record,
        a_comment(videoId=7),
        "conversation is a number, text is needed",
    ),
    (
        comment_record,
        a_comment(authorDisplayName=["@asha"]),
        "author name is a list, text is needed",
    ),
]


@pytest.mark.parametrize(("read", "raw", "reason"), MISTYPED)
def test_a_record_with_an_optional_field_of_another_type_is_rejected_alone(
    read: Callable[[Any], Any], raw: dict[str, Any], reason: str
) -> None:
    record = read(raw)

    assert isinstance(record, Record)
    # A page of nothing but such records is readable: none of it is lost.
    require_readable([record], "no record of the page is readable")
    reject = storable_item(record)
    assert isinstance(reject, Reject)
    assert reject.reason == reason
    assert reject.raw == record.raw


@pytest.mark.parametrize(
    "read", [Mastodon.remap, Bluesky.remap, Reddit.remap, GooglePlay.remap]
)
@pytest.mark.parametrize("raw", [None, 7, "a text", ["a list"]])
def test_what_is_no_object_is_a_type_error(
    read: Callable[[Any], Any], raw: Any
) -> None:
    with pytest.raises(TypeError, match="an object is needed"):
        read(raw)


def test_figures_of_another_type_are_not_observed_when_they_are_read_again() -> None:
    child = {"kind": "t3", "data": submission(score="12", num_comments=4)}

    (refresh,) = lookup_items([child], ["t3_abc"])

    assert isinstance(refresh, Refresh)
    counts = {metric.name: metric.value for metric in refresh.metrics}
    assert counts == {"score": None, "num_comments": 4, "num_crossposts": 0}


def test_the_first_field_of_another_type_is_the_fault() -> None:
    optional = OptionalFields()

    assert optional.text("url", "https://example.org/") == "https://example.org/"
    assert optional.text("title", None) is None
    assert optional.count("followers", 0) == 0
    assert optional.fault is None

    assert optional.count("posts", 1.5) is None
    assert optional.text("author name", False) is None
    assert optional.fault == "posts is a number, a whole number is needed"
