"""Tags that the cell posts itself go out with their plan's approval, and not before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.services.context import Context
from socialcell.services.planning import content_calendar
from socialcell.services.publishing import posting
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning import worlds
from tests.operators import acting
from tests.services.publishing.conftest import PUBLISHING, Town
from tests.services.publishing.conftest import publishing as with_accounts

NAME = agreed.NAME


@pytest.fixture
def planned(town: Town, folder: Path) -> Callable[..., Town]:
    """A town whose cell thanks a creator on X, on a day of the plan."""

    def plan(**asset: Any) -> Town:
        given = {"posted_by": "cell", "format": "post", "channels": ["x"], **asset}
        accounts = "x:dev_sample;instagram:dev_sample"
        worlds.fill(town.context, dev={"accounts": accounts})
        said = {"asset": given, "creators": ["dev"]}
        made = agreed.planned(acting(town.context, "lead"), folder, **said)
        opened = with_accounts(made, **PUBLISHING)
        return replace(town, context=replace(opened, base_urls=town.context.base_urls))

    return plan


def scheduled(town: Town) -> str:
    """The tag's words, once its plan is approved and its creator agreed."""
    agreed.approve(town.context)
    agreed.come_to(town.context, 1, "scheduled")
    (tag,) = agreed.tags(town.context)
    return str(tag.text)


def to_its_time(town: Town) -> None:
    (tag,) = agreed.tags(town.context)
    town.clock.set(datetime.fromisoformat(f"{tag.day}T{tag.at}").replace(tzinfo=IST))


def states(context: Context) -> list[str]:
    return [one.state for one in agreed.steps(context)]


def test_a_scheduled_tag_of_an_approved_plan_is_posted_once_at_its_time(
    planned: Callable[..., Town],
) -> None:
    town = planned()
    words = scheduled(town)
    early = posting.publish_due(town.context)
    to_its_time(town)

    done = posting.publish_due(town.context)
    again = posting.publish_due(town.context)

    assert (early.outcomes, again.outcomes) == ([], [])
    assert [one.state for one in done.outcomes] == ["posted"]
    assert town.copies("x", words) == 1
    assert states(town.context)[-1] == "posted"
    step = agreed.steps(town.context)[-1]
    assert step.evidence == done.outcomes[0].why
    with db.reading(town.context.engine) as session:
        (post,) = session.scalars(select(OwnPost)).all()
        assert (post.made_by, post.decided_by) == ("lead", "meera")


def test_what_is_not_approved_or_not_scheduled_stays_and_says_why(
    planned: Callable[..., Town],
) -> None:
    town = planned()
    to_its_time(town)

    done = posting.publish_due(town.context)

    (refused,) = done.not_allowed
    assert "is not approved" in refused.why_not[0]
    assert "only what is scheduled goes out" in refused.why_not[1]
    assert town.asked("x") == 0
    (shown,) = content_calendar.list_pending(town.context, NAME)
    assert set(refused.why_not) <= set(shown["why_not"])


def test_a_plan_that_was_changed_after_its_approval_posts_nothing(
    planned: Callable[..., Town],
) -> None:
    town = planned()
    scheduled(town)
    agreed.change(town.context, agreed.PlanTag, text="other words")
    to_its_time(town)

    done = posting.publish_due(town.context)

    assert "changed since meera approved it" in done.not_allowed[0].why_not[0]
    assert town.asked("x") == 0


@pytest.mark.parametrize(
    ("asset", "said"),
    [
        ({"format": "reel"}, "A reel is posted by a person"),
        ({"channels": ["instagram"]}, "without a picture"),
        ({"words": {"mr": "प" * 270}}, "of 280 signs"),
    ],
)
def test_what_cannot_be_sent_from_here_is_left_to_a_person(
    planned: Callable[..., Town], asset: dict[str, Any], said: str
) -> None:
    town = planned(**asset)
    to_its_time(town)

    done = posting.publish_due(town.context)

    assert any(said in why for why in done.not_allowed[0].why_not)
    assert town.asked("x") == 0


def test_a_tag_whose_day_has_passed_is_not_posted_afterwards(
    planned: Callable[..., Town],
) -> None:
    town = planned()
    words = scheduled(town)
    to_its_time(town)
    town.clock.advance(posting._late_hours(town.context) * 1.01)

    done = posting.publish_due(town.context)

    assert (done.outcomes, done.not_allowed) == ([], [])
    assert town.copies("x", words) == 0


def test_another_campaign_is_left_alone(planned: Callable[..., Town]) -> None:
    town = planned()
    words = scheduled(town)
    to_its_time(town)

    posting.publish_due(town.context, campaign="other26")

    assert town.copies("x", words) == 0
