"""The process dies at every write and at every call, and starts again: posted once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import Engine, event

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.ops import integrity
from socialcell.services.outbox import outbox
from socialcell.services.publishing import posting, published_posts
from tests.services.publishing.conftest import (
    CITY,
    HOUR,
    PLATFORMS,
    WORDS,
    Town,
    planned,
    written,
)

pytestmark = pytest.mark.swept_on_postgresql

STARTS = 6  # of the process after it died


class Died(BaseException):
    """As a kill: nobody catches it."""


class Line:
    """Counts what a run does to the world, and dies at the n-th of it.

    A point is a commit that does not happen, one that just happened, a call that does
    not leave, or one whose answer is never read.
    """

    def __init__(self, dies_at: int | None = None) -> None:
        self.dies_at, self.points = dies_at, 0

    def step(self, *_: Any) -> None:
        self.points += 1
        if self.points == self.dies_at:
            raise Died

    @contextmanager
    def watched(self, engine: Engine, patch: pytest.MonkeyPatch) -> Iterator[None]:
        send = requests.adapters.HTTPAdapter.send

        def sending(adapter: Any, *args: Any, **more: Any) -> Any:
            self.step()
            answer = send(adapter, *args, **more)
            self.step()
            return answer

        # What only reads does not count.
        def commits(connection: Any) -> None:
            if not connection.get_execution_options().get("socialcell_reads"):
                self.step()

        event.listen(engine, "commit", commits)
        try:
            with patch.context() as patched:
                patched.setattr(requests.adapters.HTTPAdapter, "send", sending)
                yield
        finally:
            event.remove(engine, "commit", commits)


def state(engine: Engine, id_: int | None) -> tuple[str, bool]:
    with db.reading(engine) as session:
        post = session.get_one(OwnPost, id_)
        return post.state, post.asked_first is not None


def started_again(town: Town) -> None:
    """The daemon starts as often as it takes; what a person decides, they decide by
    what they see there."""
    for _ in range(STARTS):
        outbox.recover_unsent(town.context)
        done = posting.publish_due(town.context)
        for one in done.outcomes:
            if one.state == "unsure":
                there = town.copies(one.platform, WORDS) > 0
                if there:
                    published_posts.confirm_post(town.context, one.post, None)
                else:
                    published_posts.repost(town.context, one.post)
        town.clock.advance(posting.SETTLING_TIME + timedelta(minutes=6))


def length_of_the_line(town: Town, engine: Engine, patch: pytest.MonkeyPatch) -> int:
    line = Line()
    with line.watched(engine, patch):
        posting.publish_due(town.context)
    return line.points


@pytest.mark.parametrize("fault", [None, "lose_answer", "drop_connection", "limit"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_killed_at_any_write_or_call_a_post_is_there_once(
    town: Town,
    engine: Engine,
    approve: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    fault: str | None,
) -> None:
    served = town.sandbox.platform(platform)
    first = planned(town, platform)
    approve(first)
    town.clock.advance(HOUR)
    points = length_of_the_line(town, engine, monkeypatch)
    assert town.copies(platform, WORDS) == 1
    # The mark, the settling, the claim; the call and its answer.
    assert points >= 6

    for dies_at in range(1, points + 1):
        for _ in range(town.copies(platform, WORDS)):
            taken_away(town, platform)
        post = planned(town, platform)
        approve(post)
        town.clock.advance(HOUR)
        if fault is not None:
            getattr(served, fault)()
        line = Line(dies_at)
        with line.watched(engine, monkeypatch):
            try:
                posting.publish_due(town.context)
            except Died:
                engine.dispose()  # as the system closes what a dead process held
            else:
                assert line.points < dies_at  # the fault made the line shorter

        started_again(town)

        served.heal()
        assert town.copies(platform, WORDS) == 1, (dies_at, state(engine, post.id))
        assert state(engine, post.id) == ("posted", False), dies_at
    with db.reading(engine) as session:
        assert list(integrity.outbox(session)) == []


def taken_away(town: Town, platform: str) -> None:
    """People read nothing of it any more, so that the next round can be counted."""
    served: Any = town.sandbox.platform(platform)
    if platform == "telegram":
        served.posts.clear()
        return
    if platform == "x":
        for one in served.world.timeline(CITY.people.city, town.clock.now()):
            if written(one) == WORDS:
                served.remove(one.id)
        return
    for one in list(served.visible_posts()):
        if one.text == WORDS:
            served.remove(one.id)
