"""Own posts in the days of an election: refused, or held when it was called later."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell.clock import IST
from socialcell.config import Workspace
from socialcell.errors import UsageError
from socialcell.services.doctor import posting_checks
from socialcell.services.outbox import outbox
from socialcell.services.planning import content_calendar
from socialcell.services.publishing import posting as publishing
from socialcell.services.publishing import posts_file
from tests.services.publishing.conftest import HOUR, WORDS, Town, planned

DAY = timedelta(days=1)


def today(town: Town) -> date:
    return town.clock.now().astimezone(IST).date()


def declare(town: Town, first: date, last: date) -> None:
    """An election's window is entered in config.yaml."""
    workspace = town.context.workspace
    planning = workspace.config.planning.model_copy(
        update={"elections": ((first, last),)}
    )
    changed = workspace.config.model_copy(update={"planning": planning})
    town.context = replace(town.context, workspace=Workspace(workspace.folder, changed))


@pytest.mark.parametrize(("first", "last"), [(0, 0), (-3, 0), (0, 3)])
def test_a_post_for_a_day_of_an_election_is_refused(
    town: Town, first: int, last: int
) -> None:
    day = today(town)
    declare(town, day + first * DAY, day + last * DAY)

    with pytest.raises(UsageError, match=f"{day} is within an election") as refused:
        planned(town)

    assert "planning.elections in config.yaml" in str(refused.value)
    assert content_calendar.list_pending(town.context) == []


@pytest.mark.parametrize(("first", "last"), [(-3, -1), (1, 3)])
def test_a_post_for_the_day_before_or_after_is_not(
    town: Town, first: int, last: int
) -> None:
    declare(town, today(town) + first * DAY, today(town) + last * DAY)

    assert planned(town).state == "draft"


def test_the_day_is_one_of_pune(town: Town) -> None:
    """Half past midnight in Pune is still the day before in UTC."""
    tomorrow = today(town) + DAY
    declare(town, tomorrow, tomorrow)
    midnight = town.clock.now().astimezone(IST).replace(hour=0, minute=30) + DAY

    with pytest.raises(UsageError, match="within an election"):
        planned(town, due_at=midnight)
    planned(town, due_at=midnight - HOUR)


def test_a_row_of_a_file_for_such_a_day_is_named(town: Town, tmp_path: Path) -> None:
    day = today(town) + DAY
    declare(town, day, day)
    file = tmp_path / "plan.csv"
    file.write_text(f"platform,date,time,text\nx,{day},10:00,पाणी\n")

    ((row, why),) = posts_file.import_file(town.context, file).rejects

    assert row == 2
    assert "within an election" in why


def test_a_draft_is_not_approved_once_its_day_is_an_election(
    town: Town, approve: Callable[..., None]
) -> None:
    draft = planned(town)
    declare(town, today(town), today(town))

    (shown,) = content_calendar.list_pending(town.context)
    assert shown["why_not"][1].endswith(
        ": socialcell outbox list, then socialcell outbox release NUMBER"
    )
    with pytest.raises(UsageError, match="within an election"):
        approve(draft)


def test_a_post_approved_before_is_held_until_a_person_releases_it(
    town: Town, approve: Any
) -> None:
    post = planned(town)
    approve(post)
    declare(town, today(town), today(town) + DAY)

    (check,) = posting_checks.held(town.context)
    assert (check.state, f" {post.id}" in check.finding) == ("warning", True)
    assert (check.advice or "").endswith("then socialcell outbox release NUMBER")
    (shown,) = content_calendar.list_pending(town.context)
    release = f": socialcell outbox release {shown['outgoing']['id']}"
    assert "within an election" in shown["why_not"][0]
    assert shown["why_not"][0].endswith(release)
    town.clock.advance(HOUR)
    (held,) = publishing.publish_due(town.context).outcomes
    assert held.state == "held"
    assert "within an election" in (held.why or "")
    assert (held.why or "").endswith(release)
    assert town.copies("x", WORDS) == 0
    (shown,) = content_calendar.list_pending(town.context)
    assert shown["outgoing"]["answer"].endswith(release)
    assert shown["outgoing"]["state"] == "held"
    assert "within an election" in shown["outgoing"]["answer"]

    outbox.release(town.context, None)
    (posted,) = publishing.publish_due(town.context).outcomes
    assert posted.state == "posted"
    assert town.copies("x", WORDS) == 1


def test_answers_go_on_in_an_election_and_notices_wait_for_a_person(
    town: Town, approve: Any
) -> None:
    declare(town, today(town), today(town))
    answer = planned(town, reply_to="1234567890", text="हो, आज संध्याकाळी.")
    notice = planned(town, "telegram", kind="notice")
    approve(answer, notice)
    town.clock.advance(HOUR)

    done = publishing.publish_due(town.context)

    states = {one.post: one.state for one in done.outcomes}
    assert states[notice.id or 0] == "held"
    assert states[answer.id or 0] != "held"


def test_without_elections_the_doctor_has_nothing_to_say(town: Town) -> None:
    assert list(posting_checks.held(town.context)) == []
    declare(town, today(town) + DAY, today(town) + DAY)
    (check,) = posting_checks.held(town.context)
    assert (check.state, check.finding) == ("ok", "none")
