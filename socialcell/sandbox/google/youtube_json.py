"""How YouTube writes videos, comments and lists in JSON."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from socialcell.json_types import JsonObject, JsonValue
from socialcell.sandbox.city import City
from socialcell.sandbox.post import Person, SandboxPost
from socialcell.sandbox.world.other_platform_posts import text_at
from socialcell.sandbox.world.youtube_world import channel_id, uploads_id

_SHOWN = 5  # answers below a comment in a list of threads
_CUT = 120  # characters of a description in search
_SPOKEN = {"mr-Latn": "mr", "hi-Latn": "hi"}


@dataclass(frozen=True, slots=True)
class CommentOptions:
    """How comments are written as of `now`.

    `plain`: as text and not as HTML; `nameless`: ids of comments by closed accounts.
    """

    city: City
    now: datetime
    plain: bool
    nameless: frozenset[str]


def listing(
    kind: str,
    items: Sequence[JsonValue],
    total: int,
    token: str | None,
    **more: JsonValue,
) -> dict[str, JsonValue]:
    """A page; `token` leads to the next one."""
    page: dict[str, JsonValue] = {
        "kind": f"youtube#{kind}",
        "etag": _etag(kind, str(items)),
    }
    if token is not None:
        page["nextPageToken"] = token
    page |= more
    page["pageInfo"] = {"totalResults": total, "resultsPerPage": len(items)}
    return page | {"items": list(items)}


def search_result(post: SandboxPost) -> JsonObject:
    """A video as an item of a search: texts are cut, counts are left out."""
    snippet = _video_snippet(post, post.text[:_CUT])
    fields = ("publishedAt", "channelId", "title", "description", "thumbnails")
    return {
        "kind": "youtube#searchResult",
        "etag": _etag("found", post.id),
        "id": {"kind": "youtube#video", "videoId": post.id},
        "snippet": {name: snippet[name] for name in fields}
        | {
            "channelTitle": snippet["channelTitle"],
            "liveBroadcastContent": "none",
        },
    }


def playlist_item(post: SandboxPost) -> JsonObject:
    """A video as an item of a channel's uploads."""
    return {
        "kind": "youtube#playlistItem",
        "etag": _etag("listed", post.id),
        "id": "VVU" + hashlib.sha256(post.id.encode()).hexdigest()[:45],
        "contentDetails": {"videoId": post.id, "videoPublishedAt": stamp(post.at)},
    }


def channel(id_: str) -> JsonObject:
    return {
        "kind": "youtube#channel",
        "etag": _etag("channel", id_),
        "id": id_,
        "contentDetails": {
            "relatedPlaylists": {"likes": "", "uploads": uploads_id(id_)}
        },
    }


def video(
    post: SandboxPost,
    parts: Sequence[str],
    counts: Mapping[str, int | None],
    now: datetime,
) -> JsonObject:
    """A video with the requested parts. A count that is None is hidden."""
    resource: dict[str, JsonValue] = {
        "kind": "youtube#video",
        "etag": _etag("video", post.id),
        "id": post.id,
    }
    if "snippet" in parts:
        text = text_at(post, now)
        snippet = _video_snippet(post, text)
        language = post.labels.language
        resource["snippet"] = snippet | {
            "categoryId": "25",
            "liveBroadcastContent": "none",
            "localized": {"title": snippet["title"], "description": text},
            "defaultAudioLanguage": _SPOKEN.get(language, language),
        }
    if "statistics" in parts:
        resource["statistics"] = statistics(counts) | {"favoriteCount": "0"}
    return resource


def statistics(counts: Mapping[str, int | None]) -> dict[str, str]:
    """Counts are texts; hidden ones are left out."""
    names = {"views": "viewCount", "likes": "likeCount", "comments": "commentCount"}
    return {
        name: str(counts[own]) for own, name in names.items() if counts[own] is not None
    }


def stat(post: SandboxPost, counts: Mapping[str, int | None]) -> JsonObject:
    """A video as batchGetStats gives it."""
    return {
        "kind": "youtube#videoStat",
        "etag": _etag("stat", post.id),
        "id": post.id,
        "statistics": statistics(counts),
    }


def thread(
    top: SandboxPost,
    answers: Sequence[SandboxPost],
    owner: str,
    options: CommentOptions,
) -> JsonObject:
    """A comment with some of the answers below it."""
    resource: dict[str, JsonValue] = {
        "kind": "youtube#commentThread",
        "etag": _etag("thread", top.id),
        "id": top.id,
        "snippet": {
            "channelId": owner,
            "videoId": top.conversation,
            "topLevelComment": comment(top, owner, options),
            "canReply": False,
            "totalReplyCount": len(answers),
            "isPublic": True,
        },
    }
    if answers:
        shown = [comment(answer, owner, options) for answer in answers[:_SHOWN]]
        resource["replies"] = {"comments": shown}
    return resource


def comment(post: SandboxPost, owner: str, options: CommentOptions) -> JsonObject:
    """One comment on a video of the channel `owner`."""
    now = options.now
    text = text_at(post, now)
    edited = post.changed is not None and post.changed[0] <= now
    snippet: dict[str, JsonValue] = {
        "channelId": owner,
        "videoId": post.conversation,
        "textDisplay": text if options.plain else escape(text).replace("\n", "<br>"),
        "textOriginal": text,
        "canRate": False,
        "viewerRating": "none",
        "likeCount": options.city.metrics(post, now).get("likes", 0),
        "publishedAt": stamp(post.at),
        "updatedAt": stamp(post.changed[0] if edited and post.changed else post.at),
        **_commenter(post, post.id in options.nameless),
    }
    if "." in post.id:
        snippet["parentId"] = post.reply_to
    return {
        "kind": "youtube#comment",
        "etag": _etag("comment", post.id),
        "id": post.id,
        "snippet": snippet,
    }


def stamp(moment: datetime) -> str:
    """2026-11-23T03:30:00Z: YouTube writes whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _commenter(post: SandboxPost, nameless: bool) -> JsonObject:
    if nameless:
        return {
            "authorDisplayName": "",
            "authorProfileImageUrl": "",
            "authorChannelUrl": "",
        }
    person, channel = post.author, channel_id(post.author)
    return {
        "authorDisplayName": f"@{person.handle}",
        "authorProfileImageUrl": f"https://pictures.example/{person.key}.jpg",
        "authorChannelUrl": f"http://www.youtube.com/@{person.handle}",
        "authorChannelId": {"value": channel},
    }


def _video_snippet(post: SandboxPost, text: str) -> dict[str, JsonValue]:
    picture = {"url": f"https://pictures.example/{post.id}.jpg"}
    return {
        "publishedAt": stamp(post.at),
        "channelId": channel_id(post.author),
        "title": post.title or "",
        "description": text,
        "thumbnails": {"default": picture | {"width": 120, "height": 90}},
        "channelTitle": _title(post.author),
    }


def _title(person: Person) -> str:
    return person.name


def _etag(*what: str) -> str:
    return hashlib.sha256(" ".join(what).encode()).hexdigest()[:27]
