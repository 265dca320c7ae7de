"""Bluesky's JSON of a post to our Record."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from socialcell.connectors.base import Author, Metric, Record, Relation
from socialcell.connectors.json_values import count, moment, text_at

_COUNTS = {
    "likeCount": "reactions",
    "replyCount": "comments",
    "repostCount": "shares",
    "quoteCount": None,
    "bookmarkCount": "saves",
}
_LINK = "app.bsky.richtext.facet#link"


def to_record(view: Mapping[str, Any]) -> Record:
    """One post as a Record. ValueError, TypeError or LookupError when it is none.

    A count that is no number, an author without a handle or a post without `indexedAt`
    is odd, and not enough to lose the post.
    """
    said, uri = view["record"], text_at(view, "uri")
    author = _author(view["author"])
    above = _uris(said, "reply")
    return Record(
        platform="bluesky",
        external_id=uri,
        text=text_at(said, "text"),
        raw=view,
        authored_at=_written(said, view),
        url=f"https://bsky.app/profile/{author.uid}/post/{uri.rsplit('/', 1)[1]}",
        author=author,
        language=next(iter(said.get("langs") or ()), None),
        conversation=above.get("root") or uri,
        relations=tuple(_relations(said, above)),
        links=tuple(dict.fromkeys(_links(said))),
        metrics=metrics(view),
    )


def metrics(view: Mapping[str, Any]) -> tuple[Metric, ...]:
    """The counts of a post; one that is missing or no number is not observed."""
    return tuple(
        Metric.told(name, count(view.get(name)), common)
        for name, common in _COUNTS.items()
    )


def _written(said: Mapping[str, Any], view: Mapping[str, Any]) -> datetime:
    """When it was written, which the author's own device says: never after the moment
    at which Bluesky first saw it."""
    written, seen = moment(said["createdAt"]), view.get("indexedAt")
    try:
        return min(written, moment(seen)) if seen else written
    except (ValueError, TypeError):
        return written


def _author(data: Mapping[str, Any]) -> Author:
    status = data.get("verification") or {}
    return Author(
        uid=text_at(data, "did"),
        handle=data.get("handle") or None,
        name=data.get("displayName") or None,
        verified="verified" if status.get("verifiedStatus") == "valid" else None,
    )


def _relations(said: Mapping[str, Any], above: Mapping[str, str]) -> Iterator[Relation]:
    if "parent" in above:
        yield Relation("reply", above["parent"])
    quoted = (said.get("embed") or {}).get("record") or {}
    # A quotation with pictures holds the reference one level deeper.
    uri = quoted.get("uri") or (quoted.get("record") or {}).get("uri")
    if isinstance(uri, str) and uri:
        yield Relation("quote", uri)


def _uris(said: Mapping[str, Any], key: str) -> dict[str, str]:
    given = said.get(key) or {}
    return {
        name: given[name]["uri"]
        for name in ("root", "parent")
        if isinstance((given.get(name) or {}).get("uri"), str)
    }


def _links(said: Mapping[str, Any]) -> Iterator[str]:
    """Addresses in full: the text shows them cut."""
    for facet in said.get("facets") or ():
        for feature in facet.get("features") or ():
            uri = feature.get("uri")
            if feature.get("$type") == _LINK and isinstance(uri, str):
                yield uri
    card = ((said.get("embed") or {}).get("external") or {}).get("uri")
    if isinstance(card, str):
        yield card
