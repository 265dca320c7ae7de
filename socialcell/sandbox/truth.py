"""The truth of a city: every item, its labels, and where and when it is visible."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NotRequired, TypedDict, TypeVar

from socialcell.clock import as_utc
from socialcell.json_types import JsonObject
from socialcell.sandbox.city import City
from socialcell.sandbox.clicks.audience import Audience
from socialcell.sandbox.platforms import PLATFORMS
from socialcell.sandbox.post import SandboxPost
from socialcell.sandbox.problems.problem_world import ProblemTruth
from socialcell.sandbox.world import engagement as growth
from socialcell.sandbox.world.app_world import OUTREACH, AppWorld
from socialcell.sandbox.world.campaign_world import CampaignTruth, CampaignWorld
from socialcell.sandbox.world.creator_world import CreatorsTruth, CreatorWorld
from socialcell.sandbox.world.people import CITY_HANDLE, Paper
from socialcell.sandbox.world.press import lacks_date, lacks_guid
from socialcell.sandbox.world.story import CLOSED, FALSE_TOKEN, FIGURES, FLOODED, LEAK
from socialcell.sandbox.x import x_json
from socialcell.sandbox.x.x_platform import SEARCH_QUERY

_V = TypeVar("_V")

RULES = {
    **{name: rule for row in PLATFORMS.values() for name, rule in row.rules.items()},
    "standing": "visible_from <= moment, and moment < visible_to unless that is null",
    "engagement": "final * t // (t + half) with t whole seconds since `at`, plus one "
    "for each moment in `answers` that has come",
    "followers": "base + growth_per_day * t // 86400, t whole seconds since `start`",
}
# How many of the newest a source shows, and how far back; the others show all.
REACH = {name: n for row in PLATFORMS.values() for name, n in row.reach.items()}
OLDEST = {name: age for row in PLATFORMS.values() for name, age in row.oldest.items()}


class ArticleTruth(TypedDict, total=False):
    """Whether a paper's feed gives an article a date, and a guid."""

    dated: bool
    guid: bool


class PostTruth(ArticleTruth):
    """One published version of a post or article. Moments are ISO 8601, UTC."""

    platform: str
    id: str
    at: str
    visible_from: str
    visible_to: str | None
    removed_at: str | None
    sources: list[str]
    supersedes: list[str]
    superseded_by: str | None
    author: str
    author_kind: str
    followers: dict[str, int]
    title: str | None
    text: str
    changed: dict[str, str] | None
    url: str
    reply_to: str | None
    quotes: str | None
    reposts: str | None
    repeats: str | None
    story: str | None
    language: str
    mixed: bool
    intent: str
    topic: str
    sentiment: str
    urgency: str
    places: list[str]
    owner: str | None
    engagement: dict[str, list[int]]  # final count, seconds until half of it
    answers: dict[str, list[str]]


class CrisisTruth(TypedDict):
    """The flood: when it starts, the river's figures, the places, the old video's id."""

    start: str
    figures: dict[str, str]
    places: list[str]
    old_video: str


class ClosureTruth(TypedDict):
    """The water closure: its day, its places, and the place of a leak elsewhere."""

    day: str
    places: list[str]
    leak: str


class FalseClosureTruth(TypedDict):
    """The complaint that was closed falsely: when it was made, and its token."""

    start: str
    token: str


class StoriesTruth(TypedDict):
    """The stories of a city; None where its days are too few for one."""

    crisis: CrisisTruth
    closure: ClosureTruth | None
    false_closure: FalseClosureTruth | None


class LinkedCampaignTruth(CampaignTruth):
    """A campaign, and the requests and installs of its tracked links."""

    links: JsonObject


class CityTruth(TypedDict):
    """The document truth.json."""

    seed: int
    start: str
    end: str
    days: int
    account: dict[str, str]
    search_query: str
    rules: dict[str, str]
    stories: StoriesTruth
    campaigns: list[LinkedCampaignTruth]
    creators: CreatorsTruth
    items: list[PostTruth]
    problems: NotRequired[list[ProblemTruth]]  # only of a city that has them


def truth(city: City) -> CityTruth:
    """Everything that is true of a city, ready for JSON. Moments are ISO 8601, UTC.

    `items` has one entry a published version: an edited post on X is two entries,
    the newer of which names the older in `supersedes`.
    """
    whole: CityTruth = {
        "seed": city.seed,
        "start": _iso(city.start),
        "end": _iso(city.end),
        "days": city.days,
        "account": {"handle": CITY_HANDLE, "id": x_json.user_id(city.people.city)},
        "search_query": SEARCH_QUERY,
        "rules": RULES,
        "stories": _stories(city),
        "campaigns": [_campaign(city)],
        "creators": CreatorWorld(city.seed, city.end).truth(),
        "items": [_post_truth(city, post) for post in (*city.posts, *city.elsewhere)],
    }
    if city.problems is not None:
        whole["problems"] = city.problems.truth()
    return whole


def write_truth(city: City, path: Path) -> CityTruth:
    """Write truth.json; returns what it holds. OSError when it cannot be written."""
    whole = truth(city)
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return whole


def visible(whole: CityTruth, source: str, moment: datetime) -> set[str]:
    """The native ids that one source would show, paged to its end, at a moment."""
    now = _iso(moment)
    records = [
        record
        for record in whole["items"]
        if source in record["sources"] and _is_visible(record, now)
    ]
    if (age := _of_source(OLDEST, source)) is not None:
        oldest = _iso(moment - age)
        records = [record for record in records if record["at"] >= oldest]
    reach = _of_source(REACH, source)
    return {record["id"] for record in records[-reach if reach else 0 :]}


def collected(whole: CityTruth, source: str, moments: Iterable[datetime]) -> set[str]:
    """The native ids that a source has shown at one of the moments at least."""
    ids: set[str] = set()
    for moment in moments:
        ids |= visible(whole, source, moment)
    return ids


def mentions(whole: CityTruth, ids: Iterable[str]) -> set[str]:
    """Ids with edited posts folded: of the versions given, only the newest is counted."""
    visible_ids = set(ids)
    older = {
        old
        for record in whole["items"]
        if record["id"] in visible_ids
        for old in record["supersedes"]
    }
    return visible_ids - older


def metrics(record: PostTruth, moment: datetime) -> dict[str, int]:
    """Engagement of a post of the truth at a moment, under X's names less `_count`."""
    now = _iso(moment)
    seconds = int(
        (as_utc(moment) - datetime.fromisoformat(record["at"])).total_seconds()
    )
    return {
        name: growth.count_after(final, half, seconds)
        + sum(at <= now for at in record["answers"].get(name, ()))
        for name, (final, half) in record["engagement"].items()
    }


def _post_truth(city: City, post: SandboxPost) -> PostTruth:
    labels = post.labels
    return {
        "platform": post.platform,
        "id": post.id,
        "at": _iso(post.at),
        "visible_from": _iso(post.at),
        "visible_to": _iso(post.ends) if post.ends else None,
        "removed_at": _iso(post.removed) if post.removed else None,
        "sources": PLATFORMS[post.platform].shows(city, post),
        "supersedes": list(post.versions[:-1]),
        "superseded_by": post.replaced_by,
        "author": post.author.handle,
        "author_kind": post.author.kind,
        "followers": {"base": post.author.base, "growth_per_day": post.author.growth},
        "title": post.title,
        "text": post.text,
        "changed": _changed(post),
        "url": PLATFORMS[post.platform].address(post),
        "reply_to": post.reply_to,
        "quotes": post.quotes,
        "reposts": post.reposts,
        "repeats": post.repeats,
        "story": post.story,
        "language": labels.language,
        "mixed": labels.mixed,
        "intent": labels.intent,
        "topic": labels.topic,
        "sentiment": labels.sentiment,
        "urgency": labels.urgency,
        "places": list(labels.places),
        "owner": labels.owner,
        "engagement": {name: list(pair) for name, pair in post.growth.items()},
        "answers": {
            name: [_iso(at) for at in times]
            for name, times in city.answers(post).items()
        },
        **_feed_facts(city, post),
    }


def _campaign(city: City) -> LinkedCampaignTruth:
    world = CampaignWorld(city.seed, city.end)
    outreach_link = next(
        outreach for outreach in OUTREACH if outreach.token == world.campaign.name
    )
    return {
        **world.truth(AppWorld(city.seed, city.start, city.end), outreach_link),
        "links": Audience(city.seed, city.start, city.end).truth(),
    }


def _of_source(table: Mapping[str, _V], source: str) -> _V | None:
    """The row of a source, else of its platform: the part before the dot."""
    return table.get(source, table.get(source.split(".")[0]))


def _feed_facts(city: City, post: SandboxPost) -> ArticleTruth:
    if post.feed is None:
        return {}
    paper: Paper = next(p for p in city.papers if p.slug == post.feed)
    page = post.links[0].page
    return {"dated": not lacks_date(paper, page), "guid": not lacks_guid(paper, page)}


def _stories(city: City) -> StoriesTruth:
    closure, false = city.closure_day, city.false_closure_start
    return {
        "crisis": {
            "start": _iso(city.crisis_start),
            "figures": FIGURES,
            "places": list(FLOODED),
            "old_video": city.background[0].id,
        },
        "closure": {"day": closure.isoformat(), "places": list(CLOSED), "leak": LEAK}
        if closure
        else None,
        "false_closure": {"start": _iso(false), "token": FALSE_TOKEN}
        if false
        else None,
    }


def _changed(post: SandboxPost) -> dict[str, str] | None:
    if post.changed is None:
        return None
    return {"at": _iso(post.changed[0]), "text": post.changed[1]}


def _is_visible(record: PostTruth, now: str) -> bool:
    ends = record["visible_to"]
    return record["visible_from"] <= now and (ends is None or now < ends)


def _iso(moment: datetime) -> str:
    """One width for all, so that text compares as time does."""
    return as_utc(moment).isoformat(timespec="milliseconds")
