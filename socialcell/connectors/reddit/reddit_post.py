"""Reddit's JSON of a submission to our Record."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from socialcell.connectors.base import (
    ConnectorError,
    Item,
    Kind,
    Metric,
    Record,
    RecordAuthor,
    RecordRelation,
    Refresh,
    Tombstone,
)
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.json_types import JsonObject, JsonValue, as_text

_GONE = ("[deleted]", "[removed]")
_OWN_HOSTS = ("https://www.reddit.com/", "https://reddit.com/", "https://i.redd.it/")
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+")


def to_record(submission: JsonObject, *, via: str) -> Record:
    """One submission as a Record. ValueError, TypeError or KeyError when it is none.

    The text is the body; that of a submission without one is its title. `uid` is the
    account's full name, or the user name where Reddit does not give it.
    """
    name, title = (
        _required_text(submission, "name"),
        _required_text(submission, "title"),
    )
    body = _required_text(submission, "selftext")
    optional = OptionalFields()
    author = _author(submission, optional)
    return Record(
        platform="reddit",
        external_id=name,
        text=body or title,
        title=title,
        raw=submission,
        authored_at=moment(submission["created_utc"]),
        edited_at=moment(submission["edited"]) if submission.get("edited") else None,
        url="https://www.reddit.com" + _required_text(submission, "permalink"),
        author=author,
        conversation=name,
        relations=_relations(submission, optional),
        links=_links(submission, body),
        metrics=_metrics(submission, optional),
        missing=() if author else ("author",),
        via=via,
        fault=optional.fault,
    )


def tombstone(submission: JsonObject) -> Tombstone | None:
    """What is left of a submission that its author deleted or somebody took down."""
    by = submission.get("removed_by_category")
    if not by and submission.get("selftext") not in _GONE:
        return None
    deleted = by == "deleted" or (not by and submission.get("selftext") == "[deleted]")
    name = as_text(submission["name"])
    return Tombstone("reddit", name, "deleted" if deleted else "removed")


def lookup_items(children: Sequence[JsonValue], names: Sequence[str]) -> list[Item]:
    """One item for each submission that was asked for by its name.

    ConnectorError DRIFT for things without a name: nobody is taken for deleted because
    an answer is odd.
    """
    shown: dict[str, JsonObject] = {}
    for child in children:
        submission = child.get("data") if isinstance(child, Mapping) else None
        name = submission.get("name") if isinstance(submission, Mapping) else None
        if not isinstance(submission, Mapping) or not isinstance(name, str):
            raise ConnectorError(Kind.DRIFT, "reddit.nameless_submission")
        shown[name] = submission
    return [
        tombstone(shown[name])
        or Refresh("reddit", name, _metrics(shown[name], OptionalFields()))
        if name in shown
        else Tombstone("reddit", name, "deleted")
        for name in names
    ]


def _required_text(submission: JsonObject, key: str) -> str:
    text = submission[key]
    if not isinstance(text, str):
        raise ValueError(f"a submission whose {key!r} is no text")
    return text


def moment(seconds: JsonValue) -> datetime:
    """A time in seconds since 1970. ValueError, OverflowError when it is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise ValueError(f"{seconds!r} is no time")
    return datetime.fromtimestamp(seconds, UTC)


def _author(submission: JsonObject, optional: OptionalFields) -> RecordAuthor | None:
    name = optional.text("author handle", submission.get("author") or None)
    if not name or name in _GONE:
        return None
    uid = optional.text("author id", submission.get("author_fullname") or None)
    return RecordAuthor(uid=uid or name, handle=name)


def _relations(
    submission: JsonObject, optional: OptionalFields
) -> tuple[RecordRelation, ...]:
    parent = optional.text("related id", submission.get("crosspost_parent") or None)
    return (RecordRelation("repost", parent),) if parent else ()


def _links(submission: JsonObject, body: str) -> tuple[str, ...]:
    urls = [] if submission.get("is_self") else [as_text(submission.get("url") or "")]
    urls += [address.rstrip(".,;:!?") for address in _ADDRESS.findall(body)]
    return tuple(
        dict.fromkeys(url for url in urls if url and not url.startswith(_OWN_HOSTS))
    )


def _metrics(submission: JsonObject, optional: OptionalFields) -> tuple[Metric, ...]:
    hidden = bool(submission.get("hide_score"))
    score, comments, crossposts = (
        optional.count(
            name, None if hidden and name == "score" else submission.get(name)
        )
        for name in ("score", "num_comments", "num_crossposts")
    )
    return (
        Metric("score", score, "reactions", "hidden" if hidden else "observed"),
        Metric("num_comments", comments, "comments"),
        Metric("num_crossposts", crossposts, "shares"),
    )
