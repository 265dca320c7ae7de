"""A small city that takes posts, and a workspace that may post there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from socialcell import sandbox
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.connectors import publisher
from socialcell.connectors.publisher import Publisher
from socialcell.sandbox import City, Sandbox
from socialcell.services.context import Context
from socialcell.services.publishing import own_posts, post_drafts
from socialcell.settings.platforms import Publishing
from tests.conftest import MONDAY_MORNING
from tests.operators import acting

CITY = City(seed=11, end=MONDAY_MORNING, days=2)
PICTURE = "https://city.example/closure.jpg"
PLATFORMS = ("x", "facebook", "instagram", "telegram")
PUBLISHING = sandbox.accounts(CITY)


WORDS = "पाणीपुरवठा उद्या पूर्ववत: https://go.city.example/r/k7m2p"
HOUR = timedelta(hours=1)


@dataclass
class Town:
    """The platforms as people read them, and the workspace that posts there."""

    sandbox: Sandbox
    context: Context
    clock: FixedClock

    def publisher(self, platform: str) -> Publisher:
        return publisher.build(platform, self.context.connector_context)

    def stands(self, platform: str) -> list[str]:
        """What the city itself has said there so far, oldest first."""
        served: Any = self.sandbox.platform(platform)
        if platform == "telegram":
            return [one["text"] for one in served.posts.values()]
        if platform == "x":
            own = served.world.timeline(CITY.people.city, self.clock.now())
            return [written(one) for one in reversed(own)]
        own = [one for one in served.visible_posts() if one.author is CITY.people.city]
        return [one.text for one in own]

    def copies(self, platform: str, words: str) -> int:
        return self.stands(platform).count(words)

    def asked(self, platform: str, method: str = "POST") -> int:
        """How many calls of that kind a platform has heard."""
        return sum(
            one.platform == platform and one.request.method == method
            for one in self.sandbox.requests
        )


def planned(town: Town, platform: str = "x", **changes: Any) -> OwnPost:
    """A post that is due in an hour, as a draft."""
    given: dict[str, Any] = {
        "platform": platform,
        "due_at": town.clock.now() + HOUR,
        "language": "mr",
        "text": WORDS,
        "media": PICTURE if platform == "instagram" else None,
    }
    return post_drafts.add_post(
        town.context, post_drafts.PostDraft(**(given | changes))
    )


def written(post: Any) -> str:
    """A post of X with its addresses as they were written."""
    text = post.text
    for link in post.links:
        text = text.replace(link.short, link.page)
    return str(text)


def publishing(context: Context, **given: Any) -> Context:
    """The workspace with these accounts to post on."""
    changed = context.workspace.config.model_copy(
        update={"publishing": Publishing.model_validate(given)}
    )
    return replace(context, workspace=Workspace(context.workspace.folder, changed))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY_MORNING)


@pytest.fixture
def town(context: Context, clock: FixedClock) -> Iterator[Town]:
    """The served city, and the workspace where cell.writer has signed in."""
    with sandbox.serve(CITY, clock, PLATFORMS) as running:
        for name, value in running.secrets.items():
            (context.workspace.folder / "secrets" / name).write_text(value + "\n")
        opened = replace(acting(context, "cell.writer"), base_urls=running.base_urls)
        yield Town(running, publishing(opened, **PUBLISHING), clock)


@pytest.fixture
def approve(town: Town) -> Callable[..., None]:
    """A second person says yes to drafts."""

    def by_another(*posts: OwnPost) -> None:
        lead = acting(town.context, "cell.lead")
        own_posts.approve_posts(lead, [post.id or 0 for post in posts])

    return by_another
