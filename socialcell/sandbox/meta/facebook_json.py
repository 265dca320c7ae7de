"""How the Graph API writes a post of a page, a comment below it, and their figures."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from socialcell.json_types import JsonObject, JsonValue
from socialcell.sandbox.city import City
from socialcell.sandbox.meta.graph_server import stamp
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.world.app_world import PACIFIC
from socialcell.sandbox.world.facebook_world import PAGE_ID, user_id
from socialcell.sandbox.world.other_platform_posts import text_at

PAGE_NAME = "Pune City Demo"
# The metrics of a page's insights; the last one is split by kind of reaction.
METRICS = (
    "page_media_view",
    "page_total_media_view_unique",
    "page_follows",
    "page_daily_follows_unique",
    "page_post_engagements",
    "page_views_total",
    "page_actions_post_reactions_total",
)
_REACTIONS = ("like", "love", "angry")


def post_values(city: City, post: SandboxPost, moment: datetime) -> JsonObject:
    """The plain fields of a post. `from` is left out where a person wrote it."""
    counts = city.metrics(post, moment)
    own = post.group == "own"
    number = post.id.split("_")[1]
    page = [link.page for link in post.links]
    shares = counts.get("shares", 0)
    return {
        "id": post.id,
        "created_time": stamp(post.at),
        "updated_time": stamp(_last_change(post, moment)),
        "message": text_at(post, moment),
        "story": None,
        "from": {"id": PAGE_ID, "name": PAGE_NAME} if own else None,
        "permalink_url": address(post),
        "is_published": True,
        "status_type": "mobile_status_update",
        "parent_id": None,
        "attachments": {"data": [_attachment(url) for url in page]} if page else None,
        "shares": {"count": shares} if shares else None,
        "promotable_id": f"{PAGE_ID}_{number}",
    }


def comment_values(city: City, post: SandboxPost, moment: datetime) -> JsonObject:
    """The plain fields of a comment; a page sees who commented on its posts."""
    return {
        "id": post.id,
        "created_time": stamp(post.at),
        "message": text_at(post, moment),
        "from": {"id": PAGE_ID, "name": PAGE_NAME}
        if post.author is city.people.city
        else {"id": user_id(post.author), "name": post.author.name},
        "permalink_url": address(post),
        "parent": {"id": post.reply_to} if post.reply_to != post.conversation else None,
        "like_count": city.metrics(post, moment).get("likes", 0),
        "can_hide": True,
        "is_hidden": False,
    }


def address(post: SandboxPost) -> str:
    """Where a person reads it."""
    if post.group == "comment":
        top, number = post.conversation.split("_")[1], post.id.split("_")[-1]
        return f"https://www.facebook.com/{PAGE_ID}/posts/{top}?comment_id={number}"
    owner, number = post.id.split("_")
    return f"https://www.facebook.com/{owner}/posts/{number}"


def views(city: City, post: SandboxPost, moment: datetime) -> int:
    """The views of a post: 20 times its reactions, and three."""
    return 20 * city.metrics(post, moment).get("reactions", 0) + 3


def figure(city: City, metric: str, day: date) -> int | dict[str, int]:
    """A metric of the page's insights on a day, drawn once."""
    rng = Random(f"{city.seed}:facebook:{metric}:{day}")
    if metric == "page_follows":
        return 40_000 + 7 * (day - city.start.date()).days
    if metric == "page_actions_post_reactions_total":
        return {name: rng.randint(0, 200) for name in _REACTIONS}
    return rng.randint(50, 5000)


def insight(city: City, metric: str, since: datetime, until: datetime) -> JsonObject:
    """A metric's days that ended in (since, until], with their ends in Pacific time."""
    values = [
        {"value": figure(city, metric, day), "end_time": stamp(end)}
        for day, end in _days(city.start, until)
        if since < end <= until
    ]
    return {
        "name": metric,
        "period": "day",
        "values": values,
        "title": metric.replace("_", " ").title(),
        "description": "Daily: as drawn by the sandbox",
        "id": f"{PAGE_ID}/insights/{metric}/day",
    }


def lifetime(metric: str, node: str, count: int) -> JsonObject:
    return {
        "name": metric,
        "period": "lifetime",
        "values": [{"value": count}],
        "title": metric,
        "description": "Lifetime: as drawn by the sandbox",
        "id": f"{node}/insights/{metric}/lifetime",
    }


def summary(total: int, rows: Sequence[JsonValue] = ()) -> JsonObject:
    return {
        "data": list(rows),
        "summary": {"total_count": total, "can_comment": True},
    }


def _days(start: datetime, until: datetime) -> list[tuple[date, datetime]]:
    first, last = start.astimezone(PACIFIC).date(), until.astimezone(PACIFIC).date()
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    return [
        (day, datetime.combine(day + timedelta(1), time(), PACIFIC)) for day in days
    ]


def _last_change(post: SandboxPost, moment: datetime) -> datetime:
    """When a post was last changed, as of a moment."""
    if post.changed is not None and post.changed[0] <= moment:
        return post.changed[0]
    return post.at


def _attachment(url: str) -> JsonObject:
    return {"type": "share", "unshimmed_url": url, "title": "Read on"}
