"""Reddit's JSON of a submission to our Record."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

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

_GONE = ("[deleted]", "[removed]")
_OWN_HOSTS = ("https://www.reddit.com/", "https://reddit.com/", "https://i.redd.it/")
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+")


def to_record(submission: Mapping[str, Any], *, via: str) -> Record:
    """One submission as a Record. ValueError, TypeError or KeyError when it is none.

    The text is the body; that of a submission without one is its title. `uid` is the
    account's full name, or the user name where Reddit does not give it.
    """
    name, title = (
        _required_text(submission, "name"),
        _required_text(submission, "title"),
    )
    body = _required_text(submission, "selftext")
    author = _author(submission)
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
        relations=_relations(submission),
        links=_links(submission, body),
        metrics=_metrics(submission),
        missing=() if author else ("author",),
        via=via,
    )


def tombstone(submission: Mapping[str, Any]) -> Tombstone | None:
    """What is left of a submission that its author deleted or somebody took down."""
    by = submission.get("removed_by_category")
    if not by and submission.get("selftext") not in _GONE:
        return None
    deleted = by == "deleted" or (not by and submission.get("selftext") == "[deleted]")
    return Tombstone("reddit", submission["name"], "deleted" if deleted else "removed")


def lookup_items(children: Sequence[Any], names: Sequence[str]) -> list[Item]:
    """One item for each submission that was asked for by its name.

    ConnectorError DRIFT for things without a name: nobody is taken for deleted because
    an answer is odd.
    """
    shown: dict[str, Mapping[str, Any]] = {}
    for child in children:
        submission = child.get("data") if isinstance(child, dict) else None
        if not isinstance(submission, dict) or not isinstance(
            submission.get("name"), str
        ):
            raise ConnectorError(Kind.DRIFT, "Reddit names a thing without a name")
        shown[submission["name"]] = submission
    return [
        tombstone(shown[name]) or Refresh("reddit", name, _metrics(shown[name]))
        if name in shown
        else Tombstone("reddit", name, "deleted")
        for name in names
    ]


def _required_text(submission: Mapping[str, Any], key: str) -> str:
    text = submission[key]
    if not isinstance(text, str):
        raise ValueError(f"a submission whose {key!r} is no text")
    return text


def moment(seconds: Any) -> datetime:
    """A time in seconds since 1970. ValueError, OverflowError when it is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise ValueError(f"{seconds!r} is no time")
    return datetime.fromtimestamp(seconds, UTC)


def _author(submission: Mapping[str, Any]) -> RecordAuthor | None:
    name = submission.get("author")
    if not name or name in _GONE:
        return None
    return RecordAuthor(uid=submission.get("author_fullname") or name, handle=name)


def _relations(submission: Mapping[str, Any]) -> tuple[RecordRelation, ...]:
    parent = submission.get("crosspost_parent")
    return (RecordRelation("repost", parent),) if parent else ()


def _links(submission: Mapping[str, Any], body: str) -> tuple[str, ...]:
    urls = [] if submission.get("is_self") else [submission.get("url")]
    urls += [address.rstrip(".,;:!?") for address in _ADDRESS.findall(body)]
    return tuple(
        dict.fromkeys(url for url in urls if url and not url.startswith(_OWN_HOSTS))
    )


def _metrics(submission: Mapping[str, Any]) -> tuple[Metric, ...]:
    hidden = bool(submission.get("hide_score"))
    score = Metric(
        "score",
        None if hidden else submission.get("score"),
        "reactions",
        "hidden" if hidden else "observed",
    )
    return (
        score,
        Metric("num_comments", submission.get("num_comments"), "comments"),
        Metric("num_crossposts", submission.get("num_crossposts"), "shares"),
    )
