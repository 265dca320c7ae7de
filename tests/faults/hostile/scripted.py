"""Platforms that answer what a test tells them to, on real sockets."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from socialcell.connectors.mastodon.mastodon_connector import id_at
from socialcell.sandbox.server import Request, ServerResponse, serve_http
from socialcell.services.context import Context
from tests.builders import NOON

FEED = "https://paper.example"
SETTINGS: dict[str, dict[str, Any]] = {
    "x": {"kind": "search", "query": "pune"},
    "rss": {"url": f"{FEED}/feed"},
    "reddit": {"kind": "new", "subreddit": "pune_demo"},
    "mastodon": {"hashtag": "pune"},
}
ORIGINS = {
    "x": ("https://api.x.com",),
    "rss": (FEED,),
    "reddit": ("https://oauth.reddit.com", "https://www.reddit.com"),
    "mastodon": ("https://mastodon.social",),
}
SECRETS = ("x_bearer", "reddit_client_id", "reddit_client_secret", "mastodon_token")
TOKEN = {
    "access_token": "scripted",
    "token_type": "bearer",
    "expires_in": 3600,
    "scope": "*",
}
EMPTY = {
    "x": {"meta": {"result_count": 0}},
    "reddit": {"kind": "Listing", "data": {"children": [], "after": None}},
    "mastodon": [],
}


@dataclass
class Scripted:
    """Answers `answers` in turn, then as a platform that has nothing more to show."""

    name: str
    answers: list[ServerResponse] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    token: ServerResponse = field(default_factory=lambda: ServerResponse(200, TOKEN))

    def answer(self, request: Request) -> ServerResponse:
        if request.path == "/api/v1/access_token":
            return self.token
        self.asked.append(request)
        if self.answers:
            return self.answers.pop(0)
        if self.name == "rss":
            return ServerResponse(304)
        return ServerResponse(200, EMPTY[self.name])


@contextlib.contextmanager
def scripted(name: str, context: Context) -> Iterator[tuple[Scripted, Context]]:
    """A scripted platform, and the context that leads its connector there."""
    for secret in SECRETS:
        (context.workspace.folder / "secrets" / secret).write_text("scripted\n")
    platform = Scripted(name)
    with serve_http(platform, []) as base:
        urls = dict.fromkeys(ORIGINS[name], base)
        yield platform, Context(context.workspace, context.engine, context.clock, urls)


# A valid page of each platform, as recorded answers look; people are invented. --------


def x_post(number: int, **other: Any) -> dict[str, Any]:
    id_ = str((int(id_at(NOON)) >> 16) - 1_288_834_974_657 << 22 | number)
    return {
        "id": id_,
        "text": f"कोथरूडमध्ये पाणी नाही {number}",
        "author_id": "900000001",
        "created_at": "2026-11-23T06:30:00.000Z",
        "lang": "mr",
        "conversation_id": id_,
        "edit_history_tweet_ids": [id_],
        "public_metrics": {"like_count": 3, "retweet_count": 1},
        "entities": {"urls": [{"expanded_url": "https://city.example/a", "start": 1}]},
        "referenced_tweets": [{"type": "replied_to", "id": "1990000000000000000"}],
        **other,
    }


def x_page(*posts: dict[str, Any], **meta: Any) -> dict[str, Any]:
    """Posts, newest first, with their author."""
    return {
        "data": list(posts),
        "includes": {
            "users": [
                {
                    "id": "900000001",
                    "username": "asha_sample",
                    "name": "Asha Sample",
                    "verified_type": "none",
                    "public_metrics": {"followers_count": 120, "tweet_count": 40},
                }
            ]
        },
        "meta": {
            "newest_id": posts[0]["id"],
            "oldest_id": posts[-1]["id"],
            "result_count": len(posts),
            **meta,
        },
    }


def submission(number: int, **other: Any) -> dict[str, Any]:
    data = {
        "name": f"t3_demo{number}",
        "title": "No water in Kothrud",
        "selftext": "Since morning, see https://city.example/water",
        "author": "asha_sample",
        "author_fullname": "t2_asha",
        "created_utc": NOON.timestamp(),
        "edited": False,
        "permalink": f"/r/pune_demo/comments/demo{number}/no_water/",
        "url": "https://city.example/a",
        "is_self": False,
        "hide_score": False,
        "score": 4,
        "num_comments": 2,
        "num_crossposts": 0,
        "crosspost_parent": None,
        **other,
    }
    return {"kind": "t3", "data": data}


def listing(*things: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": list(things), "after": after}}


def status(number: int, **other: Any) -> dict[str, Any]:
    return {
        "id": str(int(id_at(NOON)) + number),
        "created_at": "2026-11-23T06:30:00.000Z",
        "edited_at": None,
        "in_reply_to_id": None,
        "spoiler_text": "",
        "visibility": "public",
        "language": "mr",
        "uri": "https://mastodon.social/users/asha/statuses/1",
        "url": "https://mastodon.social/@asha_sample/1",
        "content": "<p>पाणी नाही https://city.example/water</p>",
        "replies_count": 0,
        "reblogs_count": 1,
        "favourites_count": 2,
        "account": {
            "id": "5",
            "acct": "asha_sample",
            "display_name": "Asha Sample",
            "followers_count": 12,
            "statuses_count": 40,
        },
        "tags": [{"name": "pune", "url": "https://mastodon.social/tags/pune"}],
        "mentions": [],
        "media_attachments": [],
        "emojis": [],
        **other,
    }


def feed(*items: str) -> str:
    """RSS 2.0 with these items, each the markup inside <item>."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>A paper</title><link>{FEED}</link>{inside}</channel></rss>"
    )


def article(number: int, title: str = "पाणी नाही", text: str = "कोथरूड") -> str:
    """The markup of one item; title and text are put in as they are."""
    return (
        f"<title>{title}</title><description>{text}</description>"
        f"<guid>{FEED}/{number}</guid><link>{FEED}/{number}?utm_source=feed</link>"
        "<pubDate>Mon, 23 Nov 2026 06:30:00 GMT</pubDate>"
    )
