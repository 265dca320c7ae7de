"""What is marked as safety goes out in every mode once a second person agreed."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import IST
from socialcell.config import Workspace
from socialcell.errors import UsageError
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.services.outbox import outbox, outbox_mode, outbox_view
from socialcell.services.planning import content_calendar
from socialcell.services.publishing import notices, own_posts, post_holds, posting
from tests.language.test_public_people import GOOD, write
from tests.operators import acting
from tests.registry_accounts import register_account
from tests.services.publishing.conftest import HOUR, PICTURE, WORDS, Town, planned

pytestmark = pytest.mark.swept_on_postgresql


def warned(town: Town, **changes: Any) -> OwnPost:
    """A notice about life or limb that is due in an hour, as a draft."""
    return planned(town, **({"kind": "notice", "safety": True} | changes))


def due(town: Town) -> list[str]:
    town.clock.advance(HOUR)
    return [one.state for one in posting.publish_due(town.context).outcomes]


def standing(town: Town) -> list[str]:
    """Where the cell's own posts stand, as they are listed."""
    return [one["standing"] for one in content_calendar.list_coming(town.context)]


@pytest.mark.parametrize("before", [True, False])
def test_in_a_crisis_safety_goes_out_and_other_notices_are_held(
    town: Town, approve: Any, before: bool
) -> None:
    safe = warned(town, text="Leave the river bank now")
    other = planned(town, kind="notice", text="The office is shut on Monday")
    if before:
        approve(safe, other)
    outbox_mode.set_mode(town.context, "crisis", "a flood")
    if not before:
        approve(safe, other)

    listed = standing(town)
    done = due(town)

    assert listed == ["approved", "held"]
    assert done == ["posted"]
    assert town.copies("x", "Leave the river bank now") == 1
    assert town.copies("x", "The office is shut on Monday") == 0


def test_safety_too_needs_a_second_person(town: Town) -> None:
    safe = warned(town)
    outbox_mode.set_mode(town.context, "crisis", "a flood")

    with pytest.raises(UsageError, match="a second person approves it"):
        own_posts.approve_posts(town.context, [safe.id or 0])

    assert due(town) == []
    assert town.copies("x", WORDS) == 0


@pytest.mark.parametrize("mode", ["crisis", "mourning", "election"])
def test_without_a_time_safety_leaves_once_it_is_approved_and_all_else_waits(
    town: Town, approve: Any, mode: str
) -> None:
    to = town.sandbox.platform("x").publish("पूल सुरू आहे का?")
    notice = warned(town, text="Leave the river bank now", due_at=None)
    answer = planned(
        town, reply_to=to, safety=True, text="The bridge is shut", due_at=None
    )
    cheerful = planned(town, text="Come to the flower show")
    approve(cheerful)
    outbox_mode.set_mode(town.context, mode, "as it is")
    town.clock.advance(3 * HOUR)  # the phone call took its time
    assert posting.publish_due(town.context).outcomes == []

    approve(notice, answer)
    done = posting.publish_due(town.context)

    assert [one.state for one in done.outcomes] == ["posted", "posted"]
    assert town.copies("x", "Leave the river bank now") == 1
    assert town.copies("x", "The bridge is shut") == 1
    assert town.copies("x", "Come to the flower show") == 0


def test_back_to_normal_what_is_stale_leaves_only_by_its_number(
    town: Town, approve: Any
) -> None:
    stale, fresh = planned(town, text="Tonight"), planned(town, text="On Friday")
    approve(stale)
    outbox_mode.set_mode(town.context, "mourning", "as it is")
    town.clock.advance(4 * HOUR)
    fresh = planned(town, text="On Friday")
    approve(fresh)
    outbox_mode.set_mode(town.context, "normal", "it is over")
    assert posting.publish_due(town.context).outcomes == []

    done = outbox.release(town.context, None)
    posting.publish_due(town.context)

    assert (done.count, len(done.stale)) == (1, 1)
    assert town.copies("x", "On Friday") == 1
    assert town.copies("x", "Tonight") == 0


def test_what_waits_since_yesterday_is_listed_still(town: Town) -> None:
    planned(town, text="Yesterday's draft")
    town.clock.advance(24 * HOUR)

    assert [
        one["text"] for one in content_calendar.list_posts(town.context, None, None)
    ] == ["Yesterday's draft"]
    day = f"{town.clock.now().astimezone(IST):%Y-%m-%d}"
    assert content_calendar.list_posts(town.context, day, None) == []


def test_only_safety_is_entered_without_a_time(town: Town) -> None:
    with pytest.raises(UsageError, match="Say when it is posted"):
        planned(town, due_at=None)


def elections(town: Town) -> None:
    """An election's window of today is entered in config.yaml."""
    workspace = town.context.workspace
    day = town.clock.now().astimezone(IST).date()
    planning = workspace.config.planning.model_copy(update={"elections": ((day, day),)})
    changed = workspace.config.model_copy(update={"planning": planning})
    town.context = replace(town.context, workspace=Workspace(workspace.folder, changed))


@pytest.mark.parametrize("mode", ["normal", "crisis"])
def test_an_election_day_does_not_hold_safety(
    town: Town, approve: Any, mode: str
) -> None:
    elections(town)
    outbox_mode.set_mode(town.context, mode, "as it is")
    approve(warned(town))

    assert due(town) == ["posted"]


@pytest.mark.parametrize(
    ("by", "changes", "said"),
    [
        ("window", {"text": "महापौरांच्या आदेशाने नदीकाठ सोडा"}, "speak of politics"),
        ("switch", {"text": "Leave now, says @Ward.Member."}, "@ward.member"),
        ("window", {"media": PICTURE, "platform": "facebook"}, "its picture"),
        ("switch", {"text": "नदीकाठ सोडा: नमुना उदाहरणेंचे आवाहन"}, "Namuna Udaharane"),
    ],
)
def test_in_an_election_safety_that_may_serve_one_is_held_by_that_rule(
    town: Town, approve: Any, changes: dict[str, Any], said: str, by: str
) -> None:
    register_account(
        town.context,
        "x",
        "@ward.member",
        name="Ward member",
        person_class="public_office",
        evidence="an invented office",
    )
    holders = write(town.context.workspace.folder, GOOD)
    holders.rename(holders.with_name("people.csv"))
    post = warned(town, **changes)
    approve(post)
    assert standing(town) == ["approved"]
    if by == "switch":
        outbox_mode.set_mode(town.context, "election", "as it is")
    else:
        elections(town)
    (ahead,) = content_calendar.list_coming(town.context)
    assert ahead["hold"]["reason"] == "rule"

    assert due(town) == ["held"]

    (listed,) = content_calendar.list_coming(town.context)
    assert (listed["standing"], listed["hold"]["reason"]) == ("held", "rule")
    assert said in listed["hold"]["why"]


def test_only_a_notice_or_an_answer_is_marked_as_safety(town: Town) -> None:
    with pytest.raises(UsageError, match="Only a notice or an answer"):
        warned(town, kind="post")


def test_a_notice_is_marked_afterwards_and_who_marks_it_does_not_approve_it(
    town: Town, engine: Engine
) -> None:
    with db.writing(engine) as session:
        area_store.replace(session, area_table.read_areas())
    now = town.clock.now()
    asked = notices.NoticeRequest(
        template="road_works",
        platforms=("x",),
        at=now + HOUR,
        given={
            "from": [(now + HOUR).isoformat()],
            "to": [(now + 9 * HOUR).isoformat()],
            "reason.en": ["the bridge is under water"],
            "contact": ["020-25501000"],
        },
        languages=("en",),
    )
    notices.create_notice(town.context, asked)
    lead = acting(town.context, "cell.lead")

    (marked,) = notices.create_notice(lead, replace(asked, safety=True)).posts

    assert (marked.safety, marked.made_by) == (True, "cell.lead")
    with pytest.raises(UsageError, match="a second person approves it"):
        own_posts.approve_posts(lead, [marked.id or 0])
    head = acting(town.context, "cell.head")
    own_posts.approve_posts(head, [marked.id or 0])
    assert notices.create_notice(head, replace(asked, safety=True)).posts[0].safety


def test_an_approved_notice_is_not_marked_any_more(town: Town, approve: Any) -> None:
    post = planned(town, kind="notice", key="river")
    approve(post)

    with pytest.raises(UsageError, match="approved without the mark of safety"):
        warned(town, key="river")


def test_the_list_says_held_and_how_it_is_let_go(town: Town, approve: Any) -> None:
    post = planned(town)
    outbox_mode.set_mode(town.context, "crisis", "a flood")
    approve(post)

    (one,) = content_calendar.list_coming(town.context)

    assert (one["state"], one["held"], one["standing"]) == ("approved", True, "held")
    (event,) = content_calendar.events([one])
    assert event.title == "x, mr: held"
    numbers = post_holds.find_held(town.context, [post.id or 0])
    assert numbers == {post.id: one["outgoing"]["id"]}
    release = f"The switch was set to crisis: socialcell outbox release {numbers[1]}"
    (pending,) = content_calendar.list_pending(town.context)
    (message,) = outbox_view.list_messages(town.context, ["held"])
    assert (pending["why_not"], message.answer) == ([release], release)


def test_lists_say_what_holds_each_post(
    town: Town, approve: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from socialcell.commands.publishing.posts import print_posts

    planned(town, text="A draft", due_at=town.clock.now() + 9 * HOUR)
    late = planned(town, text="Too late")
    approve(late)
    town.clock.advance(4 * HOUR)
    posting.publish_due(town.context)
    outbox_mode.set_mode(town.context, "crisis", "a flood")
    approve(planned(town, text="Short"))

    listed = content_calendar.list_coming(town.context)
    print_posts(listed)

    holds = {one["text"]: (one["standing"], one["hold"]["reason"]) for one in listed}
    assert holds == {
        "A draft": ("draft", "approval"),
        "Too late": ("held", "late"),
        "Short": ("held", "mode"),
    }
    by_text = {one["text"]: one for one in listed}
    number = by_text["Short"]["outgoing"]["id"]
    assert by_text["Short"]["hold"]["why"] == (
        f"The switch was set to crisis: socialcell outbox release {number}"
    )
    lines = capsys.readouterr().out.splitlines()
    (line,) = (one for one in lines if "Short" in one)
    assert "held" in line
    assert (
        f"mode: The switch was set to crisis: socialcell outbox release {number}"
        in line
    )
