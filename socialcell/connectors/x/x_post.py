"""X's JSON of a post to our Record; the API and the file importers share it.

Both of X's dialects are read (tweet and post names), since a rename is under way.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from socialcell.connectors.base import (
    Metric,
    Record,
    RecordAuthor,
    RecordRelation,
    Withholding,
)

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
_ESCAPES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ESCAPE = re.compile("|".join(_ESCAPES))
_REPOSTED = re.compile(r"RT @\w{1,15}: ")
_EVERYWHERE = "XX"  # X's own code


def to_record(
    post: Mapping[str, Any],
    users: Mapping[str, Mapping[str, Any]],
    originals: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    via: str,
) -> Record:
    """One post of API v2 as a Record. ValueError or TypeError when it is none.

    `users` maps ids to the user objects of `includes`, `originals` to its posts. An
    edited post keeps the id of its first version; its text is the newest version's.
    X cuts the text of a repost at 140 characters: where its original is at hand, the
    whole text is taken from there, and `raw` keeps the original under `includes`.
    """
    post_id = _text(post, "id")
    first, *_ = history_of(post) or [post_id]
    edited = first != post_id
    created = _moment(post.get("created_at"))
    author_id = post.get("author_id")
    user = users.get(str(author_id), {}) if author_id else {}
    missing = [] if created else ["created_at"]
    original = _original(post, originals or {})
    return Record(
        platform="x",
        external_id=first,
        text=_repost_text(post, original),
        raw=_with_original(post, original),
        authored_at=(snowflake_time(first) or created) if edited else created,
        edited_at=created if edited else None,
        url=f"https://x.com/i/web/status/{post_id}",
        author=_author(str(author_id), user) if author_id else None,
        language=post.get("lang"),
        conversation=post.get("conversation_id"),
        relations=_relations(post),
        links=_links(post, original),
        metrics=metrics_of(post),
        missing=tuple(missing + ([] if author_id else ["author"])),
        withheld=_withholding(post) or (_withholding(original) if original else None),
        via=via,
    )


def originals_of(answer: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The posts in an answer's `includes`, by id; oddly shaped ones are passed over."""
    includes = answer.get("includes")
    if not isinstance(includes, dict):
        return {}
    return _posts_by_id(includes.get("tweets") or includes.get("posts"))


def history_of(post: Mapping[str, Any]) -> list[str]:
    """Ids of a post's versions, the first one first; empty where X does not say."""
    history = post.get("edit_history_tweet_ids") or post.get("edit_history_post_ids")
    return [str(id_) for id_ in history] if isinstance(history, list) else []


def repost_of(post: Mapping[str, Any]) -> str | None:
    """The id of the post that this one repeats."""
    for reference in _references(post):
        if _RELATIONS.get(reference["type"]) == "repost":
            return str(reference["id"])
    return None


def snowflake_time(post_id: str) -> datetime | None:
    """When an id was made, to the millisecond; None for ids of before 2011."""
    number = int(post_id)
    if number < _FIRST_SNOWFLAKE:
        return None
    return datetime.fromtimestamp(((number >> 22) + _SNOWFLAKE_EPOCH_MS) / 1000, UTC)


def unescape_text(text: str) -> str:
    """A text as its author wrote it: X escapes &, < and > in it, and nothing else.

    Positions in X's entities count in the escaped text.
    """
    return _ESCAPE.sub(lambda match: _ESCAPES[match[0]], text)


def metrics_of(post: Mapping[str, Any]) -> tuple[Metric, ...]:
    """A post's figures in either of X's dialects, without those it does not give."""
    figures = post.get("public_metrics") or {}
    return tuple(
        Metric(name, figures[name], common)
        for name, common in _METRICS.items()
        if figures.get(name) is not None
    )


def _original(
    post: Mapping[str, Any], originals: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """The post that this one repeats: from `originals`, from `includes` of its own (a
    raw item of ours), or from within the reference (a flattened file)."""
    id_ = repost_of(post)
    if id_ is None:
        return None
    for posts in (originals, originals_of(post), _posts_by_id(_references(post))):
        if id_ in posts:
            return posts[id_]
    return None


def _posts_by_id(posts: Any) -> dict[str, Mapping[str, Any]]:
    if not isinstance(posts, list):
        return {}
    return {
        post["id"]: post
        for post in posts
        if isinstance(post, dict)
        and isinstance(post.get("id"), str)
        and isinstance(post.get("text"), str)
    }


def _with_original(
    post: Mapping[str, Any], original: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    if original is None or any(
        original is reference for reference in _references(post)
    ):
        return post
    return {**post, "includes": {"tweets": [original]}}


def _repost_text(post: Mapping[str, Any], original: Mapping[str, Any] | None) -> str:
    if original is None:
        return _full_text(post)
    head = _REPOSTED.match(_text(post, "text"))
    return (head[0] if head else "") + _full_text(original)


def _full_text(post: Mapping[str, Any]) -> str:
    note = _note(post)
    return unescape_text(_text(note, "text") if note else _text(post, "text"))


def _note(post: Mapping[str, Any]) -> Mapping[str, Any]:
    """The whole of a long post, whose `text` is only its beginning; {} of others."""
    return post.get("note_tweet") or post.get("note_post") or {}


def _text(part: Mapping[str, Any], key: str) -> str:
    text = part.get(key)
    if not isinstance(text, str):
        raise ValueError(f"a post without {key!r}")
    return text


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"created_at {text!r} has no time zone")
    return moment.astimezone(UTC)


def _author(uid: str, user: Mapping[str, Any]) -> RecordAuthor:
    figures = user.get("public_metrics") or {}
    kind = user.get("verified_type")
    return RecordAuthor(
        uid=uid,
        handle=user.get("username"),
        name=user.get("name"),
        verified=kind if kind and kind != "none" else None,
        followers=figures.get("followers_count"),
        posts=figures.get("tweet_count", figures.get("post_count")),
    )


def _references(post: Mapping[str, Any]) -> list[Any]:
    return post.get("referenced_tweets") or post.get("referenced_posts") or []


def _relations(post: Mapping[str, Any]) -> tuple[RecordRelation, ...]:
    return tuple(
        RecordRelation(
            _RELATIONS.get(reference["type"], reference["type"]), str(reference["id"])
        )
        for reference in _references(post)
    )


def _links(
    post: Mapping[str, Any], original: Mapping[str, Any] | None
) -> tuple[str, ...]:
    """The targets of a post's addresses; a long post has them beside its whole text."""
    # A link to another post is a relation, and one to its own picture is no link.
    return tuple(
        dict.fromkeys(
            url
            for part in (post, original)
            if part is not None
            for url in _addresses(part)
            if not url.startswith(_OWN_HOSTS)
        )
    )


def _addresses(post: Mapping[str, Any]) -> Iterator[str]:
    for part in (_note(post), post):
        for entity in (part.get("entities") or {}).get("urls") or []:
            if url := entity.get("unwound_url") or entity.get("expanded_url"):
                yield url


def _withholding(post: Mapping[str, Any]) -> Withholding | None:
    """Where X does not show a post. ValueError when it is of another shape."""
    withholding = post.get("withheld")
    if withholding is None:
        return None
    countries = withholding.get("country_codes") or [_EVERYWHERE]
    scope = withholding.get("scope")
    if not (
        isinstance(countries, list)
        and all(isinstance(code, str) and len(code) == 2 for code in countries)
        and (scope is None or isinstance(scope, str))
    ):
        raise ValueError("withheld has another form than X gives it")
    return Withholding(
        tuple(dict.fromkeys(countries)), scope, bool(withholding.get("copyright"))
    )
