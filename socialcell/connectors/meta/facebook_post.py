"""Facebook's JSON of a post and of a comment to our Record, and what they count."""

from socialcell.connectors.base import Metric, Record, RecordAuthor, RecordRelation
from socialcell.connectors.json_values import (
    object_at,
    optional_object,
    optional_objects,
)
from socialcell.connectors.meta.meta_values import moment, text_of
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.json_types import JsonObject, JsonValue, as_object, as_text

# Comments are counted with the answers to them, as people see it.
POST_COUNTS = (
    "shares,reactions.limit(0).summary(total_count),"
    "comments.filter(stream).limit(0).summary(total_count)"
)
POST_FIELDS = (
    "id,created_time,message,story,from,permalink_url,"
    f"attachments{{unshimmed_url}},{POST_COUNTS}"
)
COMMENT_COUNTS = "like_count,comment_count"
COMMENT_FIELDS = (
    f"id,created_time,message,from,permalink_url,parent{{id}},{COMMENT_COUNTS}"
)
_OWN_HOSTS = ("https://www.facebook.com/", "https://fb.watch/", "https://fb.me/")


def post_record(node: JsonObject, page: str, via: str) -> Record:
    """A post of the page's feed. ValueError, TypeError or KeyError when it is none.

    Facebook does not name the author when that is an ordinary person.
    """
    optional = OptionalFields()
    id_ = text_of(node["id"])
    author = author_of(node, optional)
    return Record(
        platform="facebook",
        external_id=id_,
        text=optional.text("text", node.get("message") or node.get("story") or "")
        or "",
        raw=node,
        authored_at=moment(node["created_time"]),
        url=optional.text("url", node.get("permalink_url")),
        author=author,
        conversation=id_,
        links=_links(node),
        metrics=post_metrics(node, optional),
        missing=() if author else ("author",),
        via="own" if author and author.uid == page else via,
        fault=optional.fault,
    )


def comment_record(node: JsonObject) -> Record:
    """A comment below a `post`, or an answer. ValueError, TypeError or KeyError."""
    optional = OptionalFields()
    author = author_of(node, optional)
    post = text_of(object_at(node, "post")["id"])
    parent = optional.text(
        "related id", optional_object(node, "parent").get("id") or post
    )
    return Record(
        platform="facebook",
        external_id=text_of(node["id"]),
        text=optional.text("text", node.get("message") or "") or "",
        raw=node,
        authored_at=moment(node["created_time"]),
        kind="comment",
        url=optional.text("url", node.get("permalink_url")),
        author=author,
        conversation=post,
        relations=(RecordRelation("reply", parent or post),),
        metrics=comment_metrics(node, optional),
        missing=() if author else ("author",),
        via="comments",
        fault=optional.fault,
    )


def author_of(node: JsonObject, optional: OptionalFields) -> RecordAuthor | None:
    """The author; None where Facebook withholds it."""
    if not node.get("from"):
        return None
    account = as_object(node["from"])
    name = optional.text("author name", account.get("name"))
    return RecordAuthor(uid=text_of(account["id"]), name=name)


def post_metrics(node: JsonObject, optional: OptionalFields) -> tuple[Metric, ...]:
    """What a post counts. Facebook leaves `shares` out where there is none."""
    totals = {
        "reactions": _total(node, "reactions"),
        "comments": _total(node, "comments"),
        "shares": optional_object(node, "shares").get("count"),
    }
    return tuple(
        Metric.from_count(name, optional.count(name, total), name)
        for name, total in totals.items()
    )


def comment_metrics(node: JsonObject, optional: OptionalFields) -> tuple[Metric, ...]:
    return tuple(
        Metric.from_count(name, optional.count(name, node.get(name)), common)
        for name, common in (("like_count", "reactions"), ("comment_count", "comments"))
    )


def _total(node: JsonObject, name: str) -> JsonValue:
    return optional_object(optional_object(node, name), "summary").get("total_count")


def _links(node: JsonObject) -> tuple[str, ...]:
    attachments = optional_objects(optional_object(node, "attachments"), "data")
    urls = [
        as_text(attachment.get("unshimmed_url") or "") for attachment in attachments
    ]
    return tuple(
        dict.fromkeys(url for url in urls if url and not url.startswith(_OWN_HOSTS))
    )
