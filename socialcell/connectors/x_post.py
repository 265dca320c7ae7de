"""X's JSON of a post to our Record; the API and the file importers share it.

Both of X's dialects are read (tweet and post names), since a rename is under way.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from socialcell.connectors.base import Author, Metric, Record, Relation

_METRICS = {  # X's name → the common name; quotes have none of their own
    "retweet_count": "shares",
    "repost_count": "shares",
    "reply_count": "comments",
    "like_count": "reactions",
    "quote_count": None,
    "bookmark_count": "saves",
    "impression_count": "views",
}
_RELATIONS = {
    "replied_to": "reply",
    "quoted": "quote",
    "retweeted": "repost",
    "reposted": "repost",
}
_SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
_FIRST_SNOWFLAKE = 1 << 40  # older ids counted up and hold no time
_OWN_HOSTS = ("https://twitter.com/", "https://x.com/", "https://mobile.twitter.com/")


def to_record(
    post: Mapping[str, Any], users: Mapping[str, Mapping[str, Any]], *, via: str
) -> Record:
    """One post of API v2 as a Record. ValueError or TypeError when it is none.

    `users` maps ids to the user objects of `includes`. An edited post keeps the id of
    its first version; its text is the newest version's.
    """
    post_id = _text(post, "id")
    history = post.get("edit_history_tweet_ids") or post.get("edit_history_post_ids")
    first = str(history[0]) if history else post_id
    edited = first != post_id
    created = _moment(post.get("created_at"))
    author_id = post.get("author_id")
    user = users.get(str(author_id), {}) if author_id else {}
    missing = [] if created else ["created_at"]
    return Record(
        platform="x",
        external_id=first,
        text=_full_text(post),
        raw=post,
        authored_at=(snowflake_time(first) or created) if edited else created,
        edited_at=created if edited else None,
        url=f"https://x.com/i/web/status/{post_id}",
        author=_author(str(author_id), user) if author_id else None,
        language=post.get("lang"),
        conversation=post.get("conversation_id"),
        relations=_relations(post),
        links=_links(post),
        metrics=metrics_of(post),
        missing=tuple(missing + ([] if author_id else ["author"])),
        via=via,
    )


def snowflake_time(post_id: str) -> datetime | None:
    """When an id was made, to the millisecond; None for ids of before 2011."""
    number = int(post_id)
    if number < _FIRST_SNOWFLAKE:
        return None
    return datetime.fromtimestamp(((number >> 22) + _SNOWFLAKE_EPOCH_MS) / 1000, UTC)


def _full_text(post: Mapping[str, Any]) -> str:
    note = post.get("note_tweet") or post.get("note_post") or {}
    return _text(note, "text") if note else _text(post, "text")


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    if not isinstance(value, str):
        raise ValueError(f"a post without {key!r}")
    return value


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"created_at {value!r} has no time zone")
    return moment.astimezone(UTC)


def _author(uid: str, user: Mapping[str, Any]) -> Author:
    figures = user.get("public_metrics") or {}
    kind = user.get("verified_type")
    return Author(
        uid=uid,
        handle=user.get("username"),
        name=user.get("name"),
        verified=kind if kind and kind != "none" else None,
        followers=figures.get("followers_count"),
        posts=figures.get("tweet_count", figures.get("post_count")),
    )


def _relations(post: Mapping[str, Any]) -> tuple[Relation, ...]:
    referenced = post.get("referenced_tweets") or post.get("referenced_posts") or []
    return tuple(
        Relation(_RELATIONS.get(item["type"], item["type"]), str(item["id"]))
        for item in referenced
    )


def _links(post: Mapping[str, Any]) -> tuple[str, ...]:
    urls = (post.get("entities") or {}).get("urls") or []
    found = [item.get("unwound_url") or item.get("expanded_url") for item in urls]
    # A link to another post is a relation, and one to its own picture is no link.
    return tuple(
        dict.fromkeys(url for url in found if url and not url.startswith(_OWN_HOSTS))
    )


def metrics_of(post: Mapping[str, Any]) -> tuple[Metric, ...]:
    """A post's figures in either of X's dialects, without those it does not give."""
    figures = post.get("public_metrics") or {}
    return tuple(
        Metric(name, figures[name], common)
        for name, common in _METRICS.items()
        if figures.get(name) is not None
    )
