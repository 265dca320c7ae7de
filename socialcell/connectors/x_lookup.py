"""X's answer to a lookup of posts by id: figures of those there, and who is gone."""

from collections.abc import Collection, Mapping
from typing import Any

from socialcell.connectors.base import (
    ConnectorError,
    Item,
    Kind,
    Refresh,
    Reject,
    Tombstone,
)
from socialcell.connectors.x_post import metrics_of

# The end of a problem's `type`, and why the post is not shown any more.
_GONE = {
    "resource-not-found": "deleted",
    "not-authorized-for-resource": "hidden",
}


def looked_up(body: Any, asked: Collection[str]) -> list[Item]:
    """One item for each id that was asked for. ConnectorError DRIFT when X passes over
    one: nobody is taken for deleted because an answer is odd."""
    if not isinstance(body, dict):
        raise ConnectorError(Kind.DRIFT, "X's answer to a lookup is no object")
    items: dict[str, Item] = {}
    for post in _listed(body, "data"):
        for id_ in _ids(post):
            if id_ in asked:
                items[id_] = _figures(id_, post)
    for problem in _listed(body, "errors"):
        id_ = str(problem.get("resource_id"))
        why = _GONE.get(str(problem.get("type")).rpartition("/")[2])
        if why and id_ in asked and id_ not in items:
            items[id_] = Tombstone("x", id_, why)
    if missing := [id_ for id_ in asked if id_ not in items]:
        raise ConnectorError(
            Kind.DRIFT,
            f"X was asked for {len(asked)} posts and says nothing of {len(missing)}",
        )
    return [items[id_] for id_ in asked]


def _listed(body: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = body.get(key)
    found = found if isinstance(found, list) else []
    return [item for item in found if isinstance(item, dict)]


def _ids(post: Mapping[str, Any]) -> list[str]:
    """Under which ids a post may be held: an edited one under that of its first."""
    history = post.get("edit_history_tweet_ids") or post.get("edit_history_post_ids")
    first = history[:1] if isinstance(history, list) else []
    return [str(id_) for id_ in (post.get("id"), *first)]


def _figures(id_: str, post: Mapping[str, Any]) -> Item:
    try:
        return Refresh("x", id_, metrics_of(post))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return Reject(raw=post, reason=f"{type(error).__name__}: {error}")
