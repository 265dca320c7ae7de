"""Instagram's JSON of a medium and of a comment to our Record, and what they count."""

from socialcell.connectors.base import Metric, Record, RecordAuthor, RecordRelation
from socialcell.connectors.json_values import (
    object_at,
    optional_object,
    optional_objects,
)
from socialcell.connectors.meta.meta_values import moment, text_of
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.json_types import JsonObject, JsonValue

MEDIA_COUNTS = "like_count,comments_count"
# A hashtag does not say who wrote it; asking for `username` there is refused.
HASHTAG_FIELDS = f"id,caption,media_type,timestamp,permalink,{MEDIA_COUNTS}"
MEDIA_FIELDS = f"{HASHTAG_FIELDS},username"
COMMENT_COUNTS = "like_count"
ANSWER_FIELDS = "id,text,timestamp,username,like_count,parent_id"


def media_record(node: JsonObject, via: str) -> Record:
    """A medium with its caption. ValueError, TypeError or KeyError when it is none."""
    optional = OptionalFields()
    author, id_ = author_of(node), text_of(node["id"])
    return Record(
        platform="instagram",
        external_id=id_,
        text=optional.text("text", node.get("caption") or "") or "",
        raw=node,
        authored_at=moment(node["timestamp"]),
        url=optional.text("url", node.get("permalink")),
        author=author,
        conversation=id_,
        metrics=media_metrics(node, optional),
        missing=() if author else ("author",),
        via=via,
        fault=optional.fault,
    )


def comment_records(node: JsonObject) -> list[Record]:
    """A comment below a `post`, and the answers that came within it. ValueError, …"""
    answers = optional_objects(optional_object(node, "replies"), "data")
    own: dict[str, JsonValue] = {
        key: value for key, value in node.items() if key != "replies"
    }
    records = [comment_record(own)]
    for answer in answers:
        reply = {"parent_id": own["id"], **answer, "post": own["post"]}
        records.append(comment_record(reply))
    return records


def comment_record(node: JsonObject) -> Record:
    """One comment or answer. ValueError, TypeError or KeyError when it is none."""
    optional = OptionalFields()
    author, post = author_of(node), text_of(object_at(node, "post")["id"])
    parent = optional.text("related id", node.get("parent_id") or post)
    return Record(
        platform="instagram",
        external_id=text_of(node["id"]),
        text=optional.text("text", node.get("text") or "") or "",
        raw=node,
        authored_at=moment(node["timestamp"]),
        kind="comment",
        author=author,
        conversation=post,
        relations=(RecordRelation("reply", parent or post),),
        metrics=comment_metrics(node, optional),
        missing=() if author else ("author",),
        via="comments",
        fault=optional.fault,
    )


def author_of(node: JsonObject) -> RecordAuthor | None:
    """Who wrote it. Meta gives other people's names without ids: the name is both."""
    name = node.get("username")
    if not name:
        return None
    if not isinstance(name, str):
        raise ValueError("a username that is no text")
    return RecordAuthor(uid=f"@{name}", handle=name)


def media_metrics(node: JsonObject, optional: OptionalFields) -> tuple[Metric, ...]:
    """What a medium counts. An account may hide its likes: then they are not sent."""
    likes = optional.count("like_count", node.get("like_count"))
    comments = optional.count("comments_count", node.get("comments_count"))
    return (
        Metric.from_count("like_count", likes, "reactions", "hidden"),
        Metric.from_count("comments_count", comments, "comments"),
    )


def comment_metrics(node: JsonObject, optional: OptionalFields) -> tuple[Metric, ...]:
    likes = optional.count("like_count", node.get("like_count"))
    return (Metric.from_count("like_count", likes, "reactions"),)
