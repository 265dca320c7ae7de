"""What cannot be posted: refused by the platform, or before it is entered."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.services.context import Context
from socialcell.services.outbox import outbox
from socialcell.services.planning import content_calendar
from socialcell.services.publishing import post_drafts, posting
from tests.services.publishing.conftest import (
    HOUR,
    PICTURE,
    WORDS,
    Town,
    planned,
)
from tests.services.publishing.test_posting import due, row, states

pytestmark = pytest.mark.swept_on_postgresql


def test_what_the_platform_refuses_waits_for_a_person(
    town: Town, engine: Engine, approve: Any
) -> None:
    post = planned(town, "telegram", reply_to="77")
    approve(post)

    done = due(town)

    assert states(done) == ["refused"]
    assert "replied not found" in str(done.outcomes[0].why)
    assert row(engine, post.id).asked_first is None


def test_a_container_that_expired_is_made_again(
    town: Town, engine: Engine, approve: Any
) -> None:
    post = planned(town, "instagram")
    approve(post)
    served = town.sandbox.platform("instagram")
    served.containers.fetch_slowly(1)
    first = due(town)
    town.clock.advance(timedelta(hours=25))
    second = posting.publish_due(town.context)
    stale = outbox.release(town.context, None).stale
    outbox.release(town.context, list(stale))
    third = posting.publish_due(town.context)
    fourth = posting.publish_due(town.context)

    assert states(first) == ["later"]
    assert states(second) == ["held"]  # a day late
    assert (states(third), states(fourth)) == (["later"], ["posted"])
    assert town.copies("instagram", WORDS) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"platform": "youtube"}, "posts on x, facebook"),
        ({"language": "ta"}, "no language 'ta'"),
        ({"text": "  "}, "has words"),
        ({"text": "प" * 281}, "281 of the 280"),
        ({"wards": ["Atlantis"]}, "no area 'Atlantis'"),
        ({"media": PICTURE}, "not sent to X"),
        ({"platform": "instagram"}, "without a picture"),
        ({"platform": "facebook", "media": "http://a.in/b.jpg"}, "https://"),
        ({"platform": "facebook", "media": "file:///etc/passwd"}, "http and https"),
        ({"due_at": datetime(2026, 11, 1, tzinfo=IST)}, "is past"),
    ],
)
def test_a_draft_that_cannot_be_posted_is_refused_at_once(
    town: Town, changes: dict[str, Any], said: str
) -> None:
    given: dict[str, Any] = {
        "platform": "x",
        "due_at": town.clock.now() + HOUR,
        "language": "mr",
        "text": WORDS,
    }

    with pytest.raises(UsageError, match=said):
        post_drafts.add_post(town.context, post_drafts.PostDraft(**(given | changes)))


def test_a_dry_run_keeps_nothing(town: Town, context: Context) -> None:
    draft = post_drafts.PostDraft("x", town.clock.now() + HOUR, "mr", WORDS)

    post_drafts.add_post(town.context, draft, dry_run=True)

    assert content_calendar.list_coming(town.context) == []
