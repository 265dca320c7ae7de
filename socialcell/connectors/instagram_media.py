"""Instagram's JSON of a medium and of a comment to our Record, and what they count."""

from collections.abc import Mapping
from typing import Any

from socialcell.connectors.base import Author, Metric, Record, Relation
from socialcell.connectors.graph_comments import post_of
from socialcell.connectors.graph_sweep import moment

MEDIA_COUNTS = "like_count,comments_count"
# A hashtag does not say who wrote it; asking for `username` there is refused.
HASHTAG_FIELDS = f"id,caption,media_type,timestamp,permalink,{MEDIA_COUNTS}"
MEDIA_FIELDS = f"{HASHTAG_FIELDS},username"
COMMENT_COUNTS = "like_count"
ANSWER_FIELDS = "id,text,timestamp,username,like_count,parent_id"


def media_record(node: Mapping[str, Any], via: str) -> Record:
    """A medium with its caption. ValueError, TypeError or KeyError when it is none."""
    author = author_of(node)
    return Record(
        platform="instagram",
        external_id=(id_ := post_of(node)),
        text=node.get("caption") or "",
        raw=node,
        authored_at=moment(node["timestamp"]),
        url=node.get("permalink"),
        author=author,
        conversation=id_,
        metrics=media_metrics(node),
        missing=() if author else ("author",),
        via=via,
    )


def comment_records(node: Mapping[str, Any]) -> list[Record]:
    """A comment below a `post`, and the answers that came within it. ValueError, …"""
    answers = (node.get("replies") or {}).get("data") or []
    own = {key: value for key, value in node.items() if key != "replies"}
    found = [comment_record(own)]
    for answer in answers:
        asked = {"parent_id": own["id"], **answer, "post": own["post"]}
        found.append(comment_record(asked))
    return found


def comment_record(node: Mapping[str, Any]) -> Record:
    """One comment or answer. ValueError, TypeError or KeyError when it is none."""
    author, post = author_of(node), post_of(node["post"])
    return Record(
        platform="instagram",
        external_id=post_of(node),
        text=node.get("text") or "",
        raw=node,
        authored_at=moment(node["timestamp"]),
        kind="comment",
        author=author,
        conversation=post,
        relations=(Relation("reply", node.get("parent_id") or post),),
        metrics=comment_metrics(node),
        missing=() if author else ("author",),
        via="comments",
    )


def author_of(node: Mapping[str, Any]) -> Author | None:
    """Who wrote it. Meta gives a stranger's name and no number: the name is both."""
    name = node.get("username")
    if not name:
        return None
    if not isinstance(name, str):
        raise ValueError("a username that is no text")
    return Author(uid=f"@{name}", handle=name)


def media_metrics(node: Mapping[str, Any]) -> tuple[Metric, ...]:
    """What a medium counts. An account may hide its likes: then they are not sent."""
    likes = node.get("like_count")
    state = "observed" if likes is not None else "hidden"
    comments = node.get("comments_count")
    return (
        Metric("like_count", likes, "reactions", state),
        Metric("comments_count", comments, "comments", _seen(comments)),
    )


def comment_metrics(node: Mapping[str, Any]) -> tuple[Metric, ...]:
    likes = node.get("like_count")
    return (Metric("like_count", likes, "reactions", _seen(likes)),)


def _seen(value: Any) -> str:
    return "observed" if value is not None else "absent"
