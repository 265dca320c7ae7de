"""Reddit's JSON of a submission to our Record."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from socialcell.connectors.base import (
    Author,
    ConnectorError,
    Item,
    Kind,
    Metric,
    Record,
    Refresh,
    Relation,
    Tombstone,
)

_GONE = ("[deleted]", "[removed]")
_OWN = ("https://www.reddit.com/", "https://reddit.com/", "https://i.redd.it/")
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+")


def to_record(data: Mapping[str, Any], *, via: str) -> Record:
    """One submission as a Record. ValueError, TypeError or KeyError when it is none.

    The text is the body; that of a submission without one is its title. `uid` is the
    account's full name, or the user name where Reddit does not give it.
    """
    name, title = _word(data, "name"), _word(data, "title")
    body = _word(data, "selftext")
    author = _author(data)
    return Record(
        platform="reddit",
        external_id=name,
        text=body or title,
        title=title,
        raw=data,
        authored_at=moment(data["created_utc"]),
        edited_at=moment(data["edited"]) if data.get("edited") else None,
        url="https://www.reddit.com" + _word(data, "permalink"),
        author=author,
        conversation=name,
        relations=_relations(data),
        links=_links(data, body),
        metrics=_metrics(data),
        missing=() if author else ("author",),
        via=via,
    )


def tombstone(data: Mapping[str, Any]) -> Tombstone | None:
    """What is left of a submission that its author deleted or somebody took down."""
    by = data.get("removed_by_category")
    if not by and data.get("selftext") not in _GONE:
        return None
    deleted = by == "deleted" or (not by and data.get("selftext") == "[deleted]")
    return Tombstone("reddit", data["name"], "deleted" if deleted else "removed")


def looked_up(things: Sequence[Any], asked: Sequence[str]) -> list[Item]:
    """One item for each submission that was asked for by its name.

    ConnectorError DRIFT for things without a name: nobody is taken for deleted because
    an answer is odd.
    """
    shown: dict[str, Mapping[str, Any]] = {}
    for thing in things:
        data = thing.get("data") if isinstance(thing, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("name"), str):
            raise ConnectorError(Kind.DRIFT, "Reddit names a thing without a name")
        shown[data["name"]] = data
    return [
        tombstone(shown[name]) or Refresh("reddit", name, _metrics(shown[name]))
        if name in shown
        else Tombstone("reddit", name, "deleted")
        for name in asked
    ]


def _word(data: Mapping[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str):
        raise ValueError(f"a submission whose {key!r} is no text")
    return value


def moment(value: Any) -> datetime:
    """A time in seconds since 1970. ValueError, OverflowError when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{value!r} is no time")
    return datetime.fromtimestamp(value, UTC)


def _author(data: Mapping[str, Any]) -> Author | None:
    name = data.get("author")
    if not name or name in _GONE:
        return None
    return Author(uid=data.get("author_fullname") or name, handle=name)


def _relations(data: Mapping[str, Any]) -> tuple[Relation, ...]:
    parent = data.get("crosspost_parent")
    return (Relation("repost", parent),) if parent else ()


def _links(data: Mapping[str, Any], body: str) -> tuple[str, ...]:
    found = [] if data.get("is_self") else [data.get("url")]
    found += [address.rstrip(".,;:!?") for address in _ADDRESS.findall(body)]
    return tuple(
        dict.fromkeys(url for url in found if url and not url.startswith(_OWN))
    )


def _metrics(data: Mapping[str, Any]) -> tuple[Metric, ...]:
    hidden = bool(data.get("hide_score"))
    score = Metric(
        "score",
        None if hidden else data.get("score"),
        "reactions",
        "hidden" if hidden else "observed",
    )
    return (
        score,
        Metric("num_comments", data.get("num_comments"), "comments"),
        Metric("num_crossposts", data.get("num_crossposts"), "shares"),
    )
