"""Bluesky's JSON of a post to our Record."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from socialcell.connectors.base import Metric, Record, RecordAuthor, RecordRelation
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
    content, uri = view["record"], text_at(view, "uri")
    author = _author(view["author"])
    reply_uris = _uris(content, "reply")
    return Record(
        platform="bluesky",
        external_id=uri,
        text=text_at(content, "text"),
        raw=view,
        authored_at=_written_at(content, view),
        url=f"https://bsky.app/profile/{author.uid}/post/{uri.rsplit('/', 1)[1]}",
        author=author,
        language=next(iter(content.get("langs") or ()), None),
        conversation=reply_uris.get("root") or uri,
        relations=tuple(_relations(content, reply_uris)),
        links=tuple(dict.fromkeys(_links(content))),
        metrics=metrics(view),
    )


def metrics(view: Mapping[str, Any]) -> tuple[Metric, ...]:
    """The counts of a post; one that is missing or no number is not observed."""
    return tuple(
        Metric.from_count(name, count(view.get(name)), common)
        for name, common in _COUNTS.items()
    )


def _written_at(content: Mapping[str, Any], view: Mapping[str, Any]) -> datetime:
    """When it was written by the author's device, and at most the moment at which
    Bluesky indexed it."""
    written, indexed_at = moment(content["createdAt"]), view.get("indexedAt")
    try:
        return min(written, moment(indexed_at)) if indexed_at else written
    except (ValueError, TypeError):
        return written


def _author(profile: Mapping[str, Any]) -> RecordAuthor:
    status = profile.get("verification") or {}
    return RecordAuthor(
        uid=text_at(profile, "did"),
        handle=profile.get("handle") or None,
        name=profile.get("displayName") or None,
        verified="verified" if status.get("verifiedStatus") == "valid" else None,
    )


def _relations(
    content: Mapping[str, Any], reply_uris: Mapping[str, str]
) -> Iterator[RecordRelation]:
    if "parent" in reply_uris:
        yield RecordRelation("reply", reply_uris["parent"])
    quotation = (content.get("embed") or {}).get("record") or {}
    # A quotation with pictures holds the reference one level deeper.
    uri = quotation.get("uri") or (quotation.get("record") or {}).get("uri")
    if isinstance(uri, str) and uri:
        yield RecordRelation("quote", uri)


def _uris(content: Mapping[str, Any], key: str) -> dict[str, str]:
    references = content.get(key) or {}
    return {
        name: references[name]["uri"]
        for name in ("root", "parent")
        if isinstance((references.get(name) or {}).get("uri"), str)
    }


def _links(content: Mapping[str, Any]) -> Iterator[str]:
    """Addresses in full: the text shows them cut."""
    for facet in content.get("facets") or ():
        for feature in facet.get("features") or ():
            uri = feature.get("uri")
            if feature.get("$type") == _LINK and isinstance(uri, str):
                yield uri
    card = ((content.get("embed") or {}).get("external") or {}).get("uri")
    if isinstance(card, str):
        yield card
