"""YouTube's JSON of a video and of a comment to our Record."""

import re
from collections.abc import Mapping

from socialcell.connectors.base import Metric, Record, RecordAuthor, RecordRelation
from socialcell.connectors.json_values import count, moment, object_at, text_at
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.json_types import JsonObject, JsonValue
from socialcell.text import web_addresses

_WATCH = "https://www.youtube.com/watch?v="
# YouTube's names, and what they are in common.
_VIDEO_COUNTS = {
    "viewCount": "views",
    "likeCount": "reactions",
    "commentCount": "comments",
}
VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}", re.ASCII)


def video_record(resource: JsonObject, *, via: str) -> Record:
    """One video as a Record. ValueError, TypeError or LookupError when it is none.

    The text is the description; that of a video without one is its title.
    """
    snippet, optional = object_at(resource, "snippet"), OptionalFields()
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
            uid=text_at(snippet, "channelId"),
            name=optional.text("author name", snippet.get("channelTitle")),
        ),
        language=optional.text(
            "language",
            snippet.get("defaultAudioLanguage") or snippet.get("defaultLanguage"),
        ),
        conversation=video_id,
        links=web_addresses(description),
        metrics=video_metrics(resource.get("statistics")),
        via=via,
        fault=optional.fault,
    )


def comment_record(resource: JsonObject, video_id: str | None = None) -> Record:
    """One comment or answer as a Record. ValueError, TypeError or LookupError.

    `video_id` is the thread's, which answers do not always repeat. The author is
    missing where YouTube gives none: the account was closed.
    """
    snippet, optional = object_at(resource, "snippet"), OptionalFields()
    comment_id, text = text_at(resource, "id"), text_at(snippet, "textDisplay")
    own_video = optional.text("conversation", snippet.get("videoId") or None)
    on_video = own_video or video_id
    parent = optional.text("related id", snippet.get("parentId") or None)
    parent_id = parent or on_video
    written, changed = moment(snippet["publishedAt"]), moment(snippet["updatedAt"])
    author = _commenter(snippet, optional)
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
        fault=optional.fault,
    )


def video_metrics(counts: JsonValue) -> tuple[Metric, ...]:
    """The counts of a video; one that its channel does not show is hidden, not 0."""
    statistics = counts if isinstance(counts, Mapping) else {}
    return tuple(
        Metric.from_count(name, _count(statistics.get(name)), common, "hidden")
        for name, common in _VIDEO_COUNTS.items()
    )


def comment_metrics(snippet: JsonObject) -> tuple[Metric, ...]:
    """The counts of a comment."""
    return (Metric("likeCount", _count(snippet.get("likeCount")), "reactions"),)


def _commenter(snippet: JsonObject, optional: OptionalFields) -> RecordAuthor | None:
    channel = snippet.get("authorChannelId")
    uid = channel.get("value") if isinstance(channel, Mapping) else None
    if not uid:
        return None
    name = optional.text("author name", snippet.get("authorDisplayName") or None)
    # A display name with @ is the account's handle.
    handle = name[1:] if name is not None and name.startswith("@") else None
    return RecordAuthor(uid=str(uid), handle=handle, name=name)


def _count(raw_count: JsonValue) -> int | None:
    """Counts of videos are text, those of comments numbers."""
    if isinstance(raw_count, str) and raw_count.isascii() and raw_count.isdigit():
        return int(raw_count) if len(raw_count) < 19 else None
    return count(raw_count)
