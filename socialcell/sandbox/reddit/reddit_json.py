"""How Reddit writes a submission and a listing in JSON."""

from dataclasses import replace
from datetime import datetime
from html import escape

from socialcell.json_types import JsonObject, JsonValue
from socialcell.sandbox.city import City
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.world.other_platform_posts import base36, text_at

# Constant fields of every submission.
_CONSTANT: dict[str, JsonValue] = {
    "approved_by": None, "archived": False, "author_flair_css_class": None,
    "author_flair_text": None, "banned_by": None, "clicked": False,
    "distinguished": None, "downs": 0, "gilded": 0, "hidden": False,
    "hide_score": False, "likes": None, "link_flair_css_class": None,
    "link_flair_text": None, "locked": False, "media": None, "media_embed": {},
    "mod_reports": [], "num_reports": None, "over_18": False, "quarantine": False,
    "removal_reason": None, "report_reasons": None, "saved": False,
    "secure_media": None, "secure_media_embed": {}, "stickied": False,
    "suggested_sort": None, "user_reports": [], "visited": False,
    "num_crossposts": 0, "spoiler": False, "is_video": False,
}  # fmt: skip


def listing(children: list[JsonObject], after: str | None) -> JsonObject:
    """A page of submissions; `after` names the last of them when there are more."""
    body: JsonObject = {
        "modhash": "",
        "dist": len(children),
        "children": children,
        "after": after,
        "before": None,
    }
    return {"kind": "Listing", "data": body}


def submission_json(
    city: City, post: SandboxPost, moment: datetime, gone: str | None
) -> JsonObject:
    """A submission as of a moment. `gone`: None, or moderator, deleted, author."""
    counts = city.metrics(post, moment)
    body, number = text_at(post, moment), post.id.removeprefix("t3_")
    edited = post.changed is not None and post.changed[0] <= moment
    permalink = f"/r/{post.group}/comments/{number}/demo/"
    address = f"https://www.reddit.com{permalink}"
    created = float(int(post.at.timestamp()))  # whole seconds, as a float
    fields = _CONSTANT | {
        "id": number,
        "name": post.id,
        "title": post.title or "",
        "selftext": body,
        "selftext_html": f'<div class="md"><p>{escape(body)}</p></div>'
        if body
        else None,
        "author": post.author.handle,
        "author_fullname": f"t2_{base36(post.author.key + 36**5)}",
        "subreddit": post.group,
        "subreddit_id": f"t5_{base36(len(post.group or ''))}",
        "domain": f"self.{post.group}",
        "created": created,
        "created_utc": created,
        "edited": float(int(post.changed[0].timestamp()))
        if edited and post.changed
        else False,
        "is_self": not post.links,
        "url": post.links[0].page if post.links else address,
        "permalink": permalink,
        "thumbnail": "self",
        "score": counts.get("score", 1),
        "ups": counts.get("score", 1),
        "upvote_ratio": 0.9,
        "num_comments": counts.get("comments", 0),
        "removed_by_category": None,
    }
    if gone is not None:
        fields |= {"author": "[deleted]"}
        del fields["author_fullname"]
    if gone in ("moderator", "deleted"):
        placeholder = "[removed]" if gone == "moderator" else "[deleted]"
        fields |= {
            "selftext": placeholder,
            "selftext_html": None,
            "removed_by_category": gone,
        }
    return {"kind": "t3", "data": fields}


def submission(post: SandboxPost, title: str, group: str) -> SandboxPost:
    """A plain post with what a submission needs beside its text."""
    return replace(post, title=title, group=group)
