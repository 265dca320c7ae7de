"""How X writes a post, an account and a place in JSON: only the requested fields."""

import hashlib
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta

from socialcell.json_types import JsonObject, JsonValue
from socialcell.sandbox.city import City
from socialcell.sandbox.post import Person, SandboxPost
from socialcell.sandbox.world.people import CITY_HANDLE
from socialcell.sandbox.x import x_text


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TWEET_FIELDS = _names(
    "article attachments author_id card_uri community_id context_annotations "
    "conversation_id created_at display_text_range edit_controls "
    "edit_history_tweet_ids entities geo id in_reply_to_user_id lang media_metadata "
    "note_tweet possibly_sensitive public_metrics referenced_tweets reply_settings "
    "source suggested_source_links text withheld"
)
USER_FIELDS = _names(
    "affiliation connection_status created_at description entities id is_identity_verified "
    "location most_recent_tweet_id name parody pinned_tweet_id profile_banner_url "
    "profile_image_url protected public_metrics receives_your_dm subscription "
    "subscription_type url username verified verified_followers_count verified_type "
    "withheld"
)
PLACE_FIELDS = _names(
    "contained_within country country_code full_name geo id name place_type"
)
_EPOCH = 1_288_834_974_657
# The platform guesses romanised text badly, and not always the same way.
_GUESS = {
    "en": ("en",),
    "mr": ("mr", "mr", "mr", "mr", "hi"),
    "hi": ("hi", "hi", "hi", "mr"),
    "mr-Latn": ("in", "hi", "et", "tl", "und", "en"),
    "hi-Latn": ("hi", "hi", "in", "tl", "en"),
}


def stamp(moment: datetime) -> str:
    """2026-11-23T03:30:00.000Z, as X writes moments: whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def user_id(person: Person) -> str:
    milliseconds = int(person.joined.timestamp() * 1000) - _EPOCH
    return str((milliseconds << 22) | person.key)


def place_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def language(post: SandboxPost) -> str:
    """The platform's own guess: often wrong for romanised text, the same each time."""
    guesses = _GUESS[post.labels.language]
    return guesses[zlib.crc32(post.id.encode()) % len(guesses)]


def tweet(
    city: City, post: SandboxPost, moment: datetime, fields: set[str]
) -> JsonObject:
    """A post with `fields` (and the three that always come) as of a moment."""
    text = x_text.display_text(post)
    builders: dict[str, Callable[[], JsonValue]] = {
        "author_id": lambda: user_id(post.author),
        "conversation_id": lambda: post.conversation,
        "created_at": lambda: stamp(post.at),
        "edit_controls": lambda: _edit_controls(post, moment),
        "entities": lambda: x_text.entities(city, post, text, user_id),
        "geo": lambda: _geo(post),
        "in_reply_to_user_id": lambda: _addressee(city, post),
        "lang": lambda: language(post),
        "note_tweet": lambda: _note(city, post),
        "possibly_sensitive": lambda: False,
        "public_metrics": lambda: _metrics(city, post, moment),
        "referenced_tweets": lambda: _references(post),
        "reply_settings": lambda: "everyone",
        "source": lambda: "Twitter for Android",
        "withheld": lambda: post.withheld,
    }
    whole: dict[str, JsonValue] = {
        "id": post.id,
        "text": text,
        "edit_history_tweet_ids": history(city, post, moment),
    }
    for name in sorted(fields & builders.keys()):
        value = builders[name]()
        if value is not None:  # X leaves out what a post does not have
            whole[name] = value
    return whole


def user(city: City, person: Person, moment: datetime, fields: set[str]) -> JsonObject:
    """An account with `fields` (and id, name, username) as of a moment."""
    whole: dict[str, JsonValue] = {
        "id": user_id(person),
        "name": person.name,
        "username": person.handle,
    }
    optional: dict[str, JsonValue] = {
        "created_at": stamp(person.joined),
        "description": person.bio,
        "location": person.location or None,
        "profile_image_url": f"https://pbs.twimg.com/profile_images/{user_id(person)}/sandbox_normal.jpg",
        "protected": False,
        "public_metrics": {
            "followers_count": city.followers(person, moment),
            "following_count": person.following,
            "tweet_count": person.posts,
            "listed_count": person.base // 250,
        },
        "url": "",
        "verified": person.verified != "none",
        "verified_type": person.verified,
    }
    for name in sorted(fields & optional.keys()):
        if optional[name] is not None:
            whole[name] = optional[name]
    return whole


def place(post: SandboxPost, fields: set[str]) -> JsonObject:
    """The place of a post with a map point, with `fields` and id and full_name."""
    if post.point is None:
        raise ValueError(f"post {post.id} has no place")
    name, longitude, latitude = post.point
    box = [longitude - 0.01, latitude - 0.01, longitude + 0.01, latitude + 0.01]
    optional: dict[str, JsonValue] = {
        "country": "India",
        "country_code": "IN",
        "geo": {
            "type": "Feature",
            "bbox": [round(side, 5) for side in box],
            "properties": {},
        },
        "name": name,
        "place_type": "neighborhood",
    }
    whole: dict[str, JsonValue] = {"id": place_id(name), "full_name": f"{name}, Pune"}
    return whole | {key: optional[key] for key in sorted(fields & optional.keys())}


def history(city: City, post: SandboxPost, moment: datetime) -> list[str]:
    """The ids of all versions of a post that exist at a moment, oldest first."""
    ids = list(post.versions)
    newer = post.replaced_by
    if newer is not None and city.by_id["x", newer].at <= moment:
        ids.append(newer)
    return ids


def mentions_city(text: str) -> bool:
    return CITY_HANDLE.lower() in x_text.handles(text)


def _metrics(city: City, post: SandboxPost, moment: datetime) -> dict[str, int]:
    if post.replaced_by is not None:  # a version's figures stop when it is edited
        moment = min(moment, city.by_id["x", post.replaced_by].at)
    original = city.by_id.get(("x", post.reposts)) if post.reposts else None
    counts = city.metrics(original or post, moment)
    if original is not None:  # a repost shows the original's reposts and nothing else
        counts = dict.fromkeys(counts, 0) | {"retweet": counts["retweet"]}
    return {f"{name}_count": count for name, count in counts.items()}


def _references(post: SandboxPost) -> list[dict[str, str]] | None:
    pairs = (
        ("retweeted", post.reposts),
        ("quoted", post.quotes),
        ("replied_to", post.reply_to),
    )
    references = [{"type": kind, "id": id_} for kind, id_ in pairs if id_ is not None]
    return references or None


def _addressee(city: City, post: SandboxPost) -> str | None:
    if post.reply_to is None:
        return None
    return user_id(city.by_id["x", post.reply_to].author)


def _geo(post: SandboxPost) -> JsonObject | None:
    if post.point is None:
        return None
    name, longitude, latitude = post.point
    point: JsonObject = {"type": "Point", "coordinates": [longitude, latitude]}
    return {"place_id": place_id(name), "coordinates": point}


def _edit_controls(post: SandboxPost, moment: datetime) -> JsonObject:
    until = post.at + timedelta(hours=1)
    return {
        "edits_remaining": 6 - len(post.versions),
        "is_edit_eligible": post.reply_to is None and moment < until,
        "editable_until": stamp(until),
    }


def _note(city: City, post: SandboxPost) -> JsonObject | None:
    """The whole of a long post, with the places in it."""
    if not x_text.is_note(post):
        return None
    text = x_text.escape_text(post.text)
    entities = x_text.entities(city, post, text, user_id)
    return {"text": text} | ({"entities": entities} if entities else {})
