"""YouTube's JSON of a video and of a comment to our Record."""

import re
from collections.abc import Mapping
from typing import Any

from socialcell.connectors.base import Author, Metric, Record, Relation
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


def video(data: Mapping[str, Any], *, via: str) -> Record:
    """One video as a Record. ValueError, TypeError or LookupError when it is none.

    The text is the description; that of a video without one is its title.
    """
    said = data["snippet"]
    title, description = text_at(said, "title"), text_at(said, "description")
    own = text_at(data, "id")
    return Record(
        platform="youtube",
        external_id=own,
        text=description or title,
        title=title,
        raw=data,
        authored_at=moment(said["publishedAt"]),
        url=_WATCH + own,
        author=Author(uid=text_at(said, "channelId"), name=said.get("channelTitle")),
        language=said.get("defaultAudioLanguage") or said.get("defaultLanguage"),
        conversation=own,
        links=web_addresses(description),
        metrics=video_metrics(data.get("statistics")),
        via=via,
    )


def comment(data: Mapping[str, Any], video_id: str | None = None) -> Record:
    """One comment or answer as a Record. ValueError, TypeError or LookupError.

    `video_id` is the thread's, which answers do not always repeat. The author is
    missing where YouTube gives none: the account was closed.
    """
    said = data["snippet"]
    own, text = text_at(data, "id"), text_at(said, "textDisplay")
    on = said.get("videoId") or video_id
    above = said.get("parentId") or on
    written, changed = moment(said["publishedAt"]), moment(said["updatedAt"])
    author = _commenter(said)
    if on and not said.get("videoId"):
        # So that it can be read again by itself.
        data = {**data, "snippet": {**said, "videoId": on}}
    return Record(
        platform="youtube",
        external_id=own,
        text=text,
        raw=data,
        authored_at=written,
        edited_at=changed if changed != written else None,
        kind="comment",
        url=f"{_WATCH}{on}&lc={own}" if on else None,
        author=author,
        conversation=on,
        relations=(Relation("reply", above),) if above else (),
        links=web_addresses(text),
        metrics=comment_metrics(said),
        missing=() if author else ("author",),
        via="comment",
    )


def video_metrics(counts: Any) -> tuple[Metric, ...]:
    """The counts of a video; one that its channel does not show is hidden, not 0."""
    given = counts if isinstance(counts, dict) else {}
    return tuple(
        Metric.told(name, _count(given.get(name)), common, "hidden")
        for name, common in _VIDEO_COUNTS.items()
    )


def comment_metrics(said: Mapping[str, Any]) -> tuple[Metric, ...]:
    """The counts of a comment."""
    return (Metric("likeCount", _count(said.get("likeCount")), "reactions"),)


def _commenter(said: Mapping[str, Any]) -> Author | None:
    channel = said.get("authorChannelId")
    uid = channel.get("value") if isinstance(channel, dict) else None
    if not uid:
        return None
    name = said.get("authorDisplayName") or None
    # A display name with @ is the account's handle.
    handle = name[1:] if isinstance(name, str) and name.startswith("@") else None
    return Author(uid=str(uid), handle=handle, name=name)


def _count(value: Any) -> int | None:
    """Counts of videos are text, those of comments numbers."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value) if len(value) < 19 else None
    return count(value)
