"""Posts of people who speak of a problem, as each platform holds them."""

from datetime import datetime
from random import Random

from socialcell.sandbox.post import Labels, Person, SandboxPost
from socialcell.sandbox.problems.problem import CityProblem
from socialcell.sandbox.world import facebook_world
from socialcell.sandbox.world.graph_people import rising_number
from socialcell.sandbox.world.message_world import mid, wamid
from socialcell.sandbox.world.people import CITY_HANDLE

_EPOCH = 1_288_834_974_657  # milliseconds: the epoch of X's ids
_TAGGED = 0.85  # of reports on X name the city's account, the others a hashtag
PIN_LABELS = Labels("en", False, "information", "other", "neutral", "low", None)


def first(
    platform: str,
    author: Person,
    text: str,
    labels: Labels,
    at: datetime,
    rng: Random,
    above: SandboxPost | None = None,
) -> SandboxPost:
    """A report: a message, a post on X, on Facebook a comment below `above` or, without
    it, a post on the city's page."""
    low = rng.randrange(100)
    if platform == "x":
        tagged = rng.random() < _TAGGED
        text = f"@{CITY_HANDLE} {text}" if tagged else f"{text} #PunePMC"
        return _post("x", _snowflake(at, rng), author, text, labels, at)
    if platform == "facebook" and above is not None:
        id_ = f"{above.id.split('_')[1]}_{rising_number(at, low)}"
        return _post(
            "facebook",
            id_,
            author,
            text,
            labels,
            at,
            group="comment",
            conversation=above.id,
            reply_to=above.id,
        )
    if platform == "facebook":
        id_ = facebook_world.post_id(facebook_world.PAGE_ID, at, low)
        return _post("facebook", id_, author, text, labels, at, group="visitor")
    id_ = _message_id(platform, at, low)
    return _post(platform, id_, author, text, labels, at, group="text")


def follow_up(
    earlier: SandboxPost, text: str, labels: Labels, at: datetime, rng: Random
) -> SandboxPost:
    """What the author of a post writes on: a message, or a reply in its thread."""
    low = rng.randrange(100)
    if earlier.platform == "x":
        text = f"@{CITY_HANDLE} {text}"
        thread = {"conversation": earlier.conversation, "reply_to": earlier.id}
        id_ = _snowflake(at, rng)
        return _post("x", id_, earlier.author, text, labels, at, **thread)
    if earlier.platform == "facebook":
        number = earlier.conversation.split("_")[1]
        id_ = f"{number}_{rising_number(at, low)}"
        thread = {"conversation": earlier.conversation, "reply_to": earlier.id}
        return _post(
            "facebook", id_, earlier.author, text, labels, at, group="comment", **thread
        )
    id_ = _message_id(earlier.platform, at, low)
    return _post(earlier.platform, id_, earlier.author, text, labels, at, group="text")


def pin(
    problem: CityProblem, author: Person, at: datetime, rng: Random, near: float
) -> SandboxPost:
    """A message of WhatsApp that shares the point of a problem, at most `near` degrees
    away from it either way."""
    longitude = problem.point[0] + rng.uniform(-near, near)
    latitude = problem.point[1] + rng.uniform(-near, near)
    point = (problem.place.name, round(longitude, 6), round(latitude, 6))
    id_ = wamid(at, rng.randrange(100))
    return SandboxPost(
        "whatsapp",
        id_,
        at,
        author,
        "",
        PIN_LABELS,
        conversation=id_,
        versions=(id_,),
        group="location",
        point=point,
    )


def _post(
    platform: str,
    id_: str,
    author: Person,
    text: str,
    labels: Labels,
    at: datetime,
    *,
    group: str | None = None,
    conversation: str | None = None,
    reply_to: str | None = None,
) -> SandboxPost:
    return SandboxPost(
        platform,
        id_,
        at,
        author,
        text,
        labels,
        conversation=conversation or id_,
        reply_to=reply_to,
        versions=(id_,),
        group=group,
        growth=_GROWTH.get((platform, group), {}),
    )


# Names of counts by platform and group: nobody but the city answers a report here.
_GROWTH: dict[tuple[str, str | None], dict[str, tuple[int, int]]] = {
    ("x", None): dict.fromkeys(
        ("reply", "quote", "retweet", "like", "bookmark", "impression"), (0, 3600)
    ),
    ("facebook", "visitor"): {"reactions": (0, 3600), "shares": (0, 3600)},
    ("facebook", "comment"): {"likes": (0, 3600)},
}


def _message_id(platform: str, at: datetime, low: int) -> str:
    return (wamid if platform == "whatsapp" else mid)(at, low)


def _snowflake(at: datetime, rng: Random) -> str:
    milliseconds = round(at.timestamp() * 1000) - _EPOCH
    return str((milliseconds << 22) | rng.randrange(1 << 22))
