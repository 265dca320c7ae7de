"""A post in the city's name whose process is killed anywhere: it stands there once."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import yaml
from sqlalchemy import Engine

from socialcell import config, db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import FixedClock
from socialcell.ops import integrity
from socialcell.ops import outbox_store as store
from socialcell.services.context import Context
from socialcell.services.publishing import posting, published_posts
from tests import strace
from tests.services.publishing.conftest import (
    HOUR,
    PLATFORMS,
    PUBLISHING,
    WORDS,
    Town,
    approve,
    clock,
    planned,
    town,
)
from tests.services.publishing.test_crashes import taken_away

__all__ = ["approve", "clock", "town"]


def configured(folder: Path, town: Town) -> Path:
    place = folder / "config.yaml"
    settings = yaml.safe_load(place.read_text()) or {}
    settings |= {
        "clock": {"fixed": town.clock.now().isoformat()},
        "publishing": PUBLISHING,
        "sandbox": {"base_urls": town.sandbox.base_urls},
    }
    place.write_text(yaml.safe_dump(settings))
    return place


@strace.needed
@pytest.mark.faults
@pytest.mark.fault("F18", "F02")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("most", [6, pytest.param(12, marks=pytest.mark.long)])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_killed_at_any_write_or_word_a_post_stands_there_once(
    town: Town,
    folder: Path,
    engine: Engine,
    approve: Callable[..., None],
    tmp_path: Path,
    database_kind: str,
    platform: str,
    most: int,
    tried: Callable[..., None],
) -> None:
    first = planned(town, platform)
    approve(first)
    town.clock.advance(HOUR)
    place = configured(folder, town)
    run = ("posts", "publish", "--config", place)
    calls = ["sendto"] if database_kind == "postgresql" else [*strace.FILES, "sendto"]
    every = strace.points(calls, tmp_path / "trace", *run)
    assert town.copies(platform, WORDS) == 1
    points = Random(7).sample(every, min(most, len(every)))
    doubts = 0

    for call, n in points:
        taken_away(town, platform)
        post = planned(town, platform)
        approve(post)
        town.clock.advance(HOUR)
        configured(folder, town)
        strace.killed_at(call, n, *run)

        # Without a daemon the claim of the dead process has to run out first.
        for _ in range(4):
            town.clock.advance(store.CLAIMED)
            doubts += resumed(place, engine, town, platform)

        assert town.copies(platform, WORDS) == 1, (call, n)
        with db.reading(engine) as session:
            assert session.get_one(OwnPost, post.id).state == "posted", (call, n)
            assert list(integrity.outbox(session)) == []
    said = f"Of {len(every)} writes and words of a post on {platform} {len(points)}"
    tried(len(points), f"{said} were tried; a person had to look {doubts} times")


def resumed(place: Path, engine: Engine, town: Town, platform: str) -> int:
    """The same workspace later; how often a person had to look."""
    context = Context(config.load(place), engine, FixedClock(town.clock.now()))
    looked = 0
    for one in posting.publish_due(context).outcomes:
        if one.state != "unsure":
            continue
        looked += 1
        if town.copies(platform, WORDS):
            published_posts.confirm_post(context, one.post, None)
        else:
            published_posts.repost(context, one.post)
    return looked
