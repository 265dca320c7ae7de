"""Builders of candidates and of creators' entries; all people are invented."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from socialcell.campaigns.creators.candidate import (
    Candidate,
    CandidatePost,
    FollowerCount,
    PostAnswer,
)
from socialcell.text import index_form
from tests.builders import NOON

DAY = timedelta(days=1)


def make_post(
    id_: int = 1, text: str = "Good morning Pune", **changes: Any
) -> CandidatePost:
    """A post of ten days ago that two people engaged with."""
    made: dict[str, Any] = {
        "at": NOON - 10 * DAY,
        "language": "en",
        "form": index_form(text),
        "topics": frozenset(),
        "entities": frozenset(),
        "wards": frozenset(),
        "engaged": 2,
        "views": None,
    }
    return CandidatePost(id=id_, **(made | changes))


def make_posts(*engaged: int | None, **changes: Any) -> tuple[CandidatePost, ...]:
    return tuple(
        make_post(number, engaged=n, **changes) for number, n in enumerate(engaged, 1)
    )


def make_candidate(handle: str = "asha", **changes: Any) -> Candidate:
    """An account of X with 100 followers."""
    made: dict[str, Any] = {
        "platform": "x",
        "name": "Asha Sample",
        "why": ("registered: creator",),
        "authors": (1,),
        "creator": None,
        "figures": (FollowerCount(NOON, 100),),
        "posts": (),
        "answers": (),
    }
    return Candidate(handle=handle, **(made | changes))


def counted(*followers: int, until: datetime = NOON) -> tuple[FollowerCount, ...]:
    """Followers day by day, the last one at `until`."""
    first = until - (len(followers) - 1) * DAY
    return tuple(FollowerCount(first + n * DAY, one) for n, one in enumerate(followers))


def answered(
    posts: Sequence[CandidatePost], *texts: str, first: int = 100
) -> list[PostAnswer]:
    """Answers to the posts in turn, each of somebody else."""
    return [
        PostAnswer(posts[n % len(posts)].id, first + n, index_form(text))
        for n, text in enumerate(texts)
    ]
