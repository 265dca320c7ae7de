"""The sources that the tests of every connector ask, and which of them does what."""

import pytest

from tests.connectors.conftest import CITY

FEED = f"rss.{CITY.papers[0].slug}"
SOURCES = [
    "x.mentions",
    "x.search",
    FEED,
    "reddit.new",
    "reddit.search",
    "mastodon.pune",
    "facebook.feed",
    "facebook.comments",
    "facebook.tagged",
    "instagram.media",
    "instagram.comments",
    "instagram.tags",
    "instagram.hashtag",
    "youtube.search",
    "youtube.uploads",
    "youtube.comments",
    "bluesky.pune",
    "google_play.reviews",
]
PLATFORM = {name: name.split(".")[0] for name in SOURCES}
# They read the last hours again, to find what comes late.
OVERLAPPING = (
    *("reddit.new", "reddit.search", "mastodon.pune"),
    *("facebook.feed", "facebook.comments", "facebook.tagged"),
    *("instagram.media", "instagram.comments"),
    *("instagram.tags", "instagram.hashtag"),
    *("youtube.search", "youtube.uploads", "youtube.comments", "bluesky.pune"),
    "google_play.reviews",
)
PAGED = (
    *("x.mentions", "x.search", "reddit.new", "mastodon.pune"),
    *("facebook.feed", "facebook.tagged", "instagram.tags"),
    *("youtube.search", "youtube.uploads", "bluesky.pune", "google_play.reviews"),
)
# They have an allowance that can be spent.
QUOTAS = (
    *("x.mentions", "x.search", "youtube.search", "youtube.comments"),
    "instagram.hashtag",
)
# What they show is gone within a day: a run that breaks off may lose it, and says so.
FLEETING = ("instagram.hashtag",)
every_source = pytest.mark.parametrize("name", SOURCES)
