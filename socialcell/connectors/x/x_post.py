"""X's JSON of a post to our Record; the API and the file importers share it.

Both of X's dialects are read (tweet and post names), since a rename is under way.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from socialcell.connectors.base import (
    Metric,
    Record,
    RecordAuthor,
    RecordRelation,
    Withholding,
)
from socialcell.connectors.json_values import optional_object, optional_objects
from socialcell.connectors.optional_fields import OptionalFields
from socialcell.json_types import (
    JsonObject,
    JsonValue,
    as_list,
    as_object,
    as_objects,
    as_text,
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
    post: JsonObject,
    users: Mapping[str, JsonObject],
    originals: Mapping[str, JsonObject] | None = None,
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
    optional = OptionalFields()
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
        author=_author(str(author_id), user, optional) if author_id else None,
        language=optional.text("language", post.get("lang")),
        conversation=optional.text("conversation", post.get("conversation_id")),
        relations=_relations(post),
        links=_links(post, original),
        metrics=metrics_of(post, optional),
        missing=tuple(missing + ([] if author_id else ["author"])),
        withheld=_withholding(post) or (_withholding(original) if original else None),
        via=via,
        fault=optional.fault,
    )


def originals_of(answer: JsonObject) -> dict[str, JsonObject]:
    """The posts in an answer's `includes`, by id; oddly shaped ones are passed over."""
    includes = answer.get("includes")
    if not isinstance(includes, dict):
        return {}
    return _posts_by_id(includes.get("tweets") or includes.get("posts"))


def history_of(post: JsonObject) -> list[str]:
    """Ids of a post's versions, the first one first; empty where X does not say."""
    history = post.get("edit_history_tweet_ids") or post.get("edit_history_post_ids")
    return [str(id_) for id_ in history] if isinstance(history, list) else []


def repost_of(post: JsonObject) -> str | None:
    """The id of the post that this one repeats."""
    for reference in _references(post):
        if _relation_kind(reference) == "repost":
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


def metrics_of(post: JsonObject, optional: OptionalFields) -> tuple[Metric, ...]:
    """A post's figures in either of X's dialects, without those it does not give."""
    figures = optional_object(post, "public_metrics")
    return tuple(
        Metric(name, count, common)
        for name, common in _METRICS.items()
        if (count := optional.count(name, figures.get(name))) is not None
    )


def _original(
    post: JsonObject, originals: Mapping[str, JsonObject]
) -> JsonObject | None:
    """The post that this one repeats: from `originals`, from `includes` of its own (a
    raw item of ours), or from within the reference (a flattened file)."""
    id_ = repost_of(post)
    if id_ is None:
        return None
    for posts in (originals, originals_of(post), _posts_by_id(_references(post))):
        if id_ in posts:
            return posts[id_]
    return None


def _posts_by_id(posts: JsonValue) -> dict[str, JsonObject]:
    if not isinstance(posts, list):
        return {}
    return {
        id_: post
        for post in posts
        if isinstance(post, dict)
        and isinstance(id_ := post.get("id"), str)
        and isinstance(post.get("text"), str)
    }


def _with_original(post: JsonObject, original: JsonObject | None) -> JsonObject:
    if original is None or any(
        original is reference for reference in _references(post)
    ):
        return post
    return {**post, "includes": {"tweets": [original]}}


def _repost_text(post: JsonObject, original: JsonObject | None) -> str:
    if original is None:
        return _full_text(post)
    head = _REPOSTED.match(_text(post, "text"))
    return (head[0] if head else "") + _full_text(original)


def _full_text(post: JsonObject) -> str:
    note = _note(post)
    return unescape_text(_text(note, "text") if note else _text(post, "text"))


def _note(post: JsonObject) -> JsonObject:
    """The whole of a long post, whose `text` is only its beginning; {} of others."""
    return as_object(post.get("note_tweet") or post.get("note_post") or {})


def _text(part: JsonObject, key: str) -> str:
    text = part.get(key)
    if not isinstance(text, str):
        raise ValueError(f"a post without {key!r}")
    return text


def _moment(text: JsonValue) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(as_text(text))
    if moment.tzinfo is None:
        raise ValueError(f"created_at {text!r} has no time zone")
    return moment.astimezone(UTC)


def _author(uid: str, user: JsonObject, optional: OptionalFields) -> RecordAuthor:
    figures = optional_object(user, "public_metrics")
    kind = optional.text("author verified", user.get("verified_type") or None)
    return RecordAuthor(
        uid=uid,
        handle=optional.text("author handle", user.get("username")),
        name=optional.text("author name", user.get("name")),
        verified=kind if kind != "none" else None,
        followers=optional.count("followers", figures.get("followers_count")),
        posts=optional.count(
            "posts", figures.get("tweet_count", figures.get("post_count"))
        ),
    )


def _references(post: JsonObject) -> list[JsonObject]:
    references = post.get("referenced_tweets") or post.get("referenced_posts")
    return as_objects(references or [])


def _relations(post: JsonObject) -> tuple[RecordRelation, ...]:
    return tuple(
        RecordRelation(_relation_kind(reference), str(reference["id"]))
        for reference in _references(post)
    )


def _relation_kind(reference: JsonObject) -> str:
    if reference["type"] is None:
        raise ValueError("relation is null, text is needed")
    kind = as_text(reference["type"])
    return _RELATIONS.get(kind, kind)


def _links(post: JsonObject, original: JsonObject | None) -> tuple[str, ...]:
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


def _addresses(post: JsonObject) -> Iterator[str]:
    for part in (_note(post), post):
        for entity in optional_objects(optional_object(part, "entities"), "urls"):
            if url := entity.get("unwound_url") or entity.get("expanded_url"):
                yield as_text(url)


def _withholding(post: JsonObject) -> Withholding | None:
    """Where X does not show a post. ValueError when it is of another shape."""
    if post.get("withheld") is None:
        return None
    withholding = as_object(post["withheld"])
    codes = as_list(withholding.get("country_codes") or [_EVERYWHERE])
    countries = [code for code in codes if isinstance(code, str) and len(code) == 2]
    scope = withholding.get("scope")
    if len(countries) < len(codes) or not (scope is None or isinstance(scope, str)):
        raise ValueError("withheld has another form than X gives it")
    return Withholding(
        tuple(dict.fromkeys(countries)), scope, bool(withholding.get("copyright"))
    )
