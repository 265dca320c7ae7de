"""How the Graph API writes a medium of Instagram and a comment below it."""

from datetime import datetime

from socialcell.json_types import JsonObject
from socialcell.sandbox.city import City
from socialcell.sandbox.meta.graph_server import stamp
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.world.instagram_world import USERNAME, username
from socialcell.sandbox.world.other_platform_posts import text_at

# What insights count of a medium of the account's own.
METRICS = ("views", "saved", "shares", "reach", "total_interactions")


def media_values(
    city: City, post: SandboxPost, comments: int, moment: datetime
) -> JsonObject:
    """The plain fields of a medium."""
    return {
        "id": post.id,
        "caption": text_at(post, moment),
        "media_type": "IMAGE",
        "media_product_type": "FEED",
        "timestamp": stamp(post.at),
        "username": USERNAME if post.group == "own" else username(post.author),
        "permalink": address(post),
        "like_count": city.metrics(post, moment).get("likes", 0),
        "comments_count": comments,
        "is_comment_enabled": True,
    }


def comment_values(city: City, post: SandboxPost, moment: datetime) -> JsonObject:
    """The plain fields of a comment, or of an answer to one."""
    return {
        "id": post.id,
        "text": text_at(post, moment),
        "timestamp": stamp(post.at),
        "username": username(post.author),
        "like_count": city.metrics(post, moment).get("likes", 0),
        "hidden": False,
        "parent_id": post.reply_to if post.reply_to != post.conversation else None,
    }


def address(post: SandboxPost) -> str:
    """Where a person reads it: a comment at its medium."""
    return f"https://www.instagram.com/p/{_short(int(post.conversation or post.id))}/"


def insight(city: City, post: SandboxPost, metric: str, moment: datetime) -> JsonObject:
    """A figure of a medium over its whole life."""
    counts = city.metrics(post, moment)
    count = counts.get(metric, 7 * counts.get("likes", 0))
    return {
        "name": metric,
        "period": "lifetime",
        "values": [{"value": count}],
        "title": metric,
        "description": "As drawn by the sandbox",
        "id": f"{post.id}/insights/{metric}/lifetime",
    }


def _short(number: int) -> str:
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    text = ""
    while number:
        number, digit = divmod(number, 64)
        text = digits[digit] + text
    return text
