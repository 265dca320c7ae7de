"""Bluesky's JSON of a post to our Record."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from socialcell.connectors.base import Metric, Record, RecordAuthor, RecordRelation
from socialcell.connectors.json_values import (
    count,
    moment,
    object_at,
    optional_object,
    optional_objects,
    text_at,
)
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.json_types import JsonObject, JsonValue

_COUNTS = {
    "likeCount": "reactions",
    "replyCount": "comments",
    "repostCount": "shares",
    "quoteCount": None,
    "bookmarkCount": "saves",
}
_LINK = "app.bsky.richtext.facet#link"


def to_record(view: JsonObject) -> Record:
    """One post as a Record. ValueError, TypeError or LookupError when it is none.

    A count that is no number, an author without a handle or a post without `indexedAt`
    is odd, and not enough to lose the post.
    """
    content, uri = object_at(view, "record"), text_at(view, "uri")
    optional = OptionalFields()
    author = _author(object_at(view, "author"), optional)
    reply_uris = _uris(content, "reply")
    return Record(
        platform="bluesky",
        external_id=uri,
        text=text_at(content, "text"),
        raw=view,
        authored_at=_written_at(content, view),
        url=f"https://bsky.app/profile/{author.uid}/post/{uri.rsplit('/', 1)[1]}",
        author=author,
        language=optional.text("language", _first(content.get("langs") or None)),
        conversation=reply_uris.get("root") or uri,
        relations=tuple(_relations(content, reply_uris)),
        links=tuple(dict.fromkeys(_links(content))),
        metrics=metrics(view),
        fault=optional.fault,
    )


def metrics(view: JsonObject) -> tuple[Metric, ...]:
    """The counts of a post; one that is missing or no number is not observed."""
    return tuple(
        Metric.from_count(name, count(view.get(name)), common)
        for name, common in _COUNTS.items()
    )


def _written_at(content: JsonObject, view: JsonObject) -> datetime:
    """When it was written by the author's device, and at most the moment at which
    Bluesky indexed it."""
    written, indexed_at = moment(content["createdAt"]), view.get("indexedAt")
    try:
        return min(written, moment(indexed_at)) if indexed_at else written
    except (ValueError, TypeError):
        return written


def _author(profile: JsonObject, optional: OptionalFields) -> RecordAuthor:
    status = optional_object(profile, "verification")
    return RecordAuthor(
        uid=text_at(profile, "did"),
        handle=optional.text("author handle", profile.get("handle") or None),
        name=optional.text("author name", profile.get("displayName") or None),
        verified="verified" if status.get("verifiedStatus") == "valid" else None,
    )


def _relations(
    content: JsonObject, reply_uris: Mapping[str, str]
) -> Iterator[RecordRelation]:
    if "parent" in reply_uris:
        yield RecordRelation("reply", reply_uris["parent"])
    quotation = optional_object(optional_object(content, "embed"), "record")
    # A quotation with pictures holds the reference one level deeper.
    uri = quotation.get("uri") or optional_object(quotation, "record").get("uri")
    if isinstance(uri, str) and uri:
        yield RecordRelation("quote", uri)


def _uris(content: JsonObject, key: str) -> dict[str, str]:
    references = optional_object(content, key)
    return {
        name: uri
        for name in ("root", "parent")
        if isinstance(uri := optional_object(references, name).get("uri"), str)
    }


def _links(content: JsonObject) -> Iterator[str]:
    """Addresses in full: the text shows them cut."""
    for facet in optional_objects(content, "facets"):
        for feature in optional_objects(facet, "features"):
            uri = feature.get("uri")
            if feature.get("$type") == _LINK and isinstance(uri, str):
                yield uri
    card = optional_object(optional_object(content, "embed"), "external").get("uri")
    if isinstance(card, str):
        yield card


def _first(languages: JsonValue) -> JsonValue:
    return next(iter(languages), None) if isinstance(languages, list) else languages
