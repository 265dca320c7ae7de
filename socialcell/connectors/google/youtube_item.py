"""YouTube's JSON of a video and of a comment to our Record."""

import re
from collections.abc import Mapping
from typing import Any

from socialcell.connectors.base import Metric, Record, RecordAuthor, RecordRelation
from socialcell.connectors.json_values import count, moment, text_at
from socialcell.text import web_addresses

_WATCH = "https://www.youtube.com/watch?v="
# YouTube's names, and what they are in common.
_VIDEO_COUNTS = {
    "viewCount": "views",
    "likeCount": "reactions",
    "commentCount": "comments",
}
VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}", re.ASCII)


def video_record(resource: Mapping[str, Any], *, via: str) -> Record:
    """One video as a Record. ValueError, TypeError or LookupError when it is none.

    The text is the description; that of a video without one is its title.
    """
    snippet = resource["snippet"]
    title, description = text_at(snippet, "title"), text_at(snippet, "description")
    video_id = text_at(resource, "id")
    return Record(
        platform="youtube",
        external_id=video_id,
        text=description or title,
        title=title,
        raw=resource,
        authored_at=moment(snippet["publishedAt"]),
        url=_WATCH + video_id,
        author=RecordAuthor(
            uid=text_at(snippet, "channelId"), name=snippet.get("channelTitle")
        ),
        language=snippet.get("defaultAudioLanguage") or snippet.get("defaultLanguage"),
        conversation=video_id,
        links=web_addresses(description),
        metrics=video_metrics(resource.get("statistics")),
        via=via,
    )


def comment_record(resource: Mapping[str, Any], video_id: str | None = None) -> Record:
    """One comment or answer as a Record. ValueError, TypeError or LookupError.

    `video_id` is the thread's, which answers do not always repeat. The author is
    missing where YouTube gives none: the account was closed.
    """
    snippet = resource["snippet"]
    comment_id, text = text_at(resource, "id"), text_at(snippet, "textDisplay")
    on_video = snippet.get("videoId") or video_id
    parent_id = snippet.get("parentId") or on_video
    written, changed = moment(snippet["publishedAt"]), moment(snippet["updatedAt"])
    author = _commenter(snippet)
    if on_video and not snippet.get("videoId"):
        # So that it can be read again by itself.
        resource = {**resource, "snippet": {**snippet, "videoId": on_video}}
    return Record(
        platform="youtube",
        external_id=comment_id,
        text=text,
        raw=resource,
        authored_at=written,
        edited_at=changed if changed != written else None,
        kind="comment",
        url=f"{_WATCH}{on_video}&lc={comment_id}" if on_video else None,
        author=author,
        conversation=on_video,
        relations=(RecordRelation("reply", parent_id),) if parent_id else (),
        links=web_addresses(text),
        metrics=comment_metrics(snippet),
        missing=() if author else ("author",),
        via="comment",
    )


def video_metrics(counts: Any) -> tuple[Metric, ...]:
    """The counts of a video; one that its channel does not show is hidden, not 0."""
    statistics = counts if isinstance(counts, dict) else {}
    return tuple(
        Metric.from_count(name, _count(statistics.get(name)), common, "hidden")
        for name, common in _VIDEO_COUNTS.items()
    )


def comment_metrics(snippet: Mapping[str, Any]) -> tuple[Metric, ...]:
    """The counts of a comment."""
    return (Metric("likeCount", _count(snippet.get("likeCount")), "reactions"),)


def _commenter(snippet: Mapping[str, Any]) -> RecordAuthor | None:
    channel = snippet.get("authorChannelId")
    uid = channel.get("value") if isinstance(channel, dict) else None
    if not uid:
        return None
    name = snippet.get("authorDisplayName") or None
    # A display name with @ is the account's handle.
    handle = name[1:] if isinstance(name, str) and name.startswith("@") else None
    return RecordAuthor(uid=str(uid), handle=handle, name=name)


def _count(raw_count: Any) -> int | None:
    """Counts of videos are text, those of comments numbers."""
    if isinstance(raw_count, str) and raw_count.isascii() and raw_count.isdigit():
        return int(raw_count) if len(raw_count) < 19 else None
    return count(raw_count)
