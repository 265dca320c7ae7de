"""X's answer to a lookup of posts by id: what they are now, and who is gone."""

import re
from collections.abc import Collection, Mapping

from socialcell.connectors.base import (
    UNREADABLE,
    ConnectorError,
    Item,
    Kind,
    Record,
    Refresh,
    Reject,
    Tombstone,
    Undecided,
)
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.connectors.x.x_post import (
    history_of,
    metrics_of,
    originals_of,
    repost_of,
    to_record,
)
from socialcell.json_types import JsonObject, JsonValue

# The end of a problem's `type`, and why the post is not shown any more.
_GONE = {
    "resource-not-found": "deleted",
    "not-authorized-for-resource": "hidden",
}
_NO_ANSWER = "X says nothing of it"
_UNNAMED_PROBLEM = "a problem without a name"
_NAME = re.compile(r"[\w-]{1,60}", re.ASCII)


def lookup_items(body: JsonValue, ids: Collection[str]) -> list[Item]:
    """One item for each requested id: an odd answer is not a deletion.

    An id without a known answer is Undecided. ConnectorError DRIFT when there is none
    for any id.
    """
    items = partial_lookup_items(body, ids)
    silent = [i for i in items if isinstance(i, Undecided) and i.reason == _NO_ANSWER]
    if items and len(silent) == len(items):
        raise ConnectorError(Kind.DRIFT, "x.lookup_without_answers", n=len(ids))
    return items


def partial_lookup_items(body: JsonValue, ids: Collection[str]) -> list[Item]:
    """The same as `lookup_items`, without the error when no id has an answer."""
    if not isinstance(body, dict):
        raise ConnectorError(Kind.DRIFT, "x.lookup_no_object")
    items: dict[str, Item] = {}
    originals = originals_of(body)
    for post in _object_list(body, "data"):
        for id_ in _ids(post):
            if id_ in ids:
                items[id_] = _refresh(id_, post, originals)
    for problem in _object_list(body, "errors"):
        id_ = str(problem.get("resource_id"))
        if id_ in ids and id_ not in items:
            kind = str(problem.get("type")).rpartition("/")[2]
            why = _GONE.get(kind)
            items[id_] = (
                Tombstone("x", id_, why)
                if why
                else Undecided(
                    "x", id_, kind if _NAME.fullmatch(kind) else _UNNAMED_PROBLEM
                )
            )
    return [items.get(id_) or Undecided("x", id_, _NO_ANSWER) for id_ in ids]


def newer_versions(body: JsonValue, ids: Collection[str]) -> dict[str, str]:
    """Of edited posts among the requested: id → id of the newest version, where the
    answer has another one. A version's figures stop once it is edited."""
    newer: dict[str, str] = {}
    for post in _object_list(body if isinstance(body, dict) else {}, "data"):
        newest = (history_of(post) or [str(post.get("id"))])[-1]
        if newest != post.get("id"):
            newer.update((id_, newest) for id_ in _ids(post) if id_ in ids)
    return newer


def _object_list(body: JsonObject, key: str) -> list[JsonObject]:
    members = body.get(key)
    if not isinstance(members, list):
        return []
    return [member for member in members if isinstance(member, dict)]


def _ids(post: JsonObject) -> list[str]:
    """The ids under which a post may be stored: an edited one has that of its first."""
    return [str(id_) for id_ in (post.get("id"), *history_of(post)[:1])]


def _refresh(id_: str, post: JsonObject, originals: Mapping[str, JsonObject]) -> Item:
    optional = OptionalFields()
    try:
        metrics = metrics_of(post, optional)
    except UNREADABLE as error:
        return Reject.unreadable(post, error)
    if optional.fault is not None:
        return Reject(post, optional.fault)
    return Refresh("x", id_, metrics, _record(post, originals))


def _record(post: JsonObject, originals: Mapping[str, JsonObject]) -> Record | None:
    """The post as it is now; None for one that has no text that can be read, and for a
    repost without its original, whose text may be shorter than the stored one."""
    try:
        original = repost_of(post)
        if original is not None and original not in originals:
            return None
        return to_record(post, {}, originals, via="lookup")
    except UNREADABLE:
        return None
