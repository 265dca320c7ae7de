"""Facebook's JSON of a post and of a comment to our Record, and what they count."""

from collections.abc import Mapping
from typing import Any

from socialcell.connectors.base import Metric, Record, RecordAuthor, RecordRelation
from socialcell.connectors.meta.meta_values import moment, text_of

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


def post_record(node: Mapping[str, Any], page: str, via: str) -> Record:
    """A post of the page's feed. ValueError, TypeError or KeyError when it is none.

    Facebook does not name the author when that is an ordinary person.
    """
    id_ = text_of(node["id"])
    author = author_of(node)
    return Record(
        platform="facebook",
        external_id=id_,
        text=node.get("message") or node.get("story") or "",
        raw=node,
        authored_at=moment(node["created_time"]),
        url=node.get("permalink_url"),
        author=author,
        conversation=id_,
        links=_links(node),
        metrics=post_metrics(node),
        missing=() if author else ("author",),
        via="own" if author and author.uid == page else via,
    )


def comment_record(node: Mapping[str, Any]) -> Record:
    """A comment below a `post`, or an answer. ValueError, TypeError or KeyError."""
    author, post = author_of(node), text_of(node["post"]["id"])
    parent = node.get("parent") or {}
    return Record(
        platform="facebook",
        external_id=text_of(node["id"]),
        text=node.get("message") or "",
        raw=node,
        authored_at=moment(node["created_time"]),
        kind="comment",
        url=node.get("permalink_url"),
        author=author,
        conversation=post,
        relations=(RecordRelation("reply", parent.get("id") or post),),
        metrics=comment_metrics(node),
        missing=() if author else ("author",),
        via="comments",
    )


def author_of(node: Mapping[str, Any]) -> RecordAuthor | None:
    """The author; None where Facebook withholds it."""
    account = node.get("from")
    if not account:
        return None
    return RecordAuthor(uid=text_of(account["id"]), name=account.get("name"))


def post_metrics(node: Mapping[str, Any]) -> tuple[Metric, ...]:
    """What a post counts. Facebook leaves `shares` out where there is none."""
    shares = node.get("shares") or {}
    return (
        Metric.from_count("reactions", _total(node, "reactions"), "reactions"),
        Metric.from_count("comments", _total(node, "comments"), "comments"),
        Metric.from_count("shares", shares.get("count"), "shares"),
    )


def comment_metrics(node: Mapping[str, Any]) -> tuple[Metric, ...]:
    return (
        Metric.from_count("like_count", node.get("like_count"), "reactions"),
        Metric.from_count("comment_count", node.get("comment_count"), "comments"),
    )


def _total(node: Mapping[str, Any], name: str) -> Any:
    edge = node.get(name) or {}
    return (edge.get("summary") or {}).get("total_count")


def _links(node: Mapping[str, Any]) -> tuple[str, ...]:
    attachments = (node.get("attachments") or {}).get("data") or []
    urls = [attachment.get("unshimmed_url") for attachment in attachments]
    return tuple(
        dict.fromkeys(url for url in urls if url and not url.startswith(_OWN_HOSTS))
    )
