"""A notice marked as safety goes out in a crisis once a second person agreed."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.campaigns.own_posts_model import OwnPost
from socialcell.clock import IST
from socialcell.config import Workspace
from socialcell.errors import UsageError
from socialcell.jobs import notices, outgoing, own_calendar, posts, publishing
from socialcell.listening import areas
from socialcell.listening.store import areas as area_store
from tests.publishing.conftest import HOUR, WORDS, Town, planned

pytestmark = pytest.mark.swept_on_postgresql


def warned(town: Town, **changes: Any) -> OwnPost:
    """A notice about life or limb that is due in an hour, as a draft."""
    return planned(town, **({"kind": "notice", "safety": True} | changes))


def due(town: Town) -> list[str]:
    town.clock.advance(HOUR)
    return [one.state for one in publishing.publish(town.context).outcomes]


def standing(town: Town) -> list[str]:
    """Where the cell's own posts stand, as they are listed."""
    return [one["standing"] for one in own_calendar.coming(town.context)]


@pytest.mark.parametrize("before", [True, False])
def test_in_a_crisis_safety_goes_out_and_other_notices_are_held(
    town: Town, approve: Any, before: bool
) -> None:
    safe = warned(town, text="Leave the river bank now")
    other = planned(town, kind="notice", text="The office is shut on Monday")
    if before:
        approve(safe, other)
    outgoing.set_mode(town.context, "crisis", "a flood")
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
    outgoing.set_mode(town.context, "crisis", "a flood")

    with pytest.raises(UsageError, match="a second person approves it"):
        posts.approve(town.context, [safe.id or 0])

    assert due(town) == []
    assert town.copies("x", WORDS) == 0


@pytest.mark.parametrize("mode", ["mourning", "election"])
def test_outside_a_crisis_the_switch_holds_safety_as_any_notice(
    town: Town, approve: Any, mode: str
) -> None:
    approve(warned(town))
    outgoing.set_mode(town.context, mode, "as it is")

    assert due(town) == []
    assert standing(town) == ["held"]


@pytest.mark.parametrize(
    ("mode", "states"), [("normal", ["held"]), ("crisis", ["posted"])]
)
def test_an_election_day_holds_safety_but_not_in_a_crisis(
    town: Town, approve: Any, mode: str, states: list[str]
) -> None:
    workspace = town.context.workspace
    day = town.clock.now().astimezone(IST).date()
    planning = workspace.config.planning.model_copy(update={"elections": ((day, day),)})
    changed = workspace.config.model_copy(update={"planning": planning})
    town.context = replace(town.context, workspace=Workspace(workspace.folder, changed))
    outgoing.set_mode(town.context, mode, "as it is")
    approve(warned(town))

    assert due(town) == states


def test_only_a_notice_is_marked_as_safety(town: Town) -> None:
    for changes in ({"kind": "post"}, {"reply_to": "1"}):
        with pytest.raises(UsageError, match="Only a notice is marked as safety"):
            warned(town, **changes)


def test_a_notice_is_marked_afterwards_and_who_marks_it_does_not_approve_it(
    town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing(engine) as session:
        area_store.replace(session, areas.read_areas())
    now = town.clock.now()
    asked = notices.Asked(
        template="road_works",
        platforms=("x",),
        at=now + HOUR,
        start=now + HOUR,
        end=now + 9 * HOUR,
        reason={"en": "the bridge is under water"},
        contact="020-25501000",
        languages=("en",),
    )
    notices.make(town.context, asked)
    monkeypatch.setenv("SOCIALCELL_ACTOR", "cell.lead")

    (marked,) = notices.make(town.context, replace(asked, safety=True)).posts

    assert (marked.safety, marked.made_by) == (True, "cell.lead")
    with pytest.raises(UsageError, match="a second person approves it"):
        posts.approve(town.context, [marked.id or 0])
    monkeypatch.setenv("SOCIALCELL_ACTOR", "cell.head")
    posts.approve(town.context, [marked.id or 0])
    assert notices.make(town.context, replace(asked, safety=True)).posts[0].safety


def test_an_approved_notice_is_not_marked_any_more(town: Town, approve: Any) -> None:
    post = planned(town, kind="notice", key="river")
    approve(post)

    with pytest.raises(UsageError, match="approved without the mark of safety"):
        warned(town, key="river")


def test_the_list_says_held_and_how_it_is_let_go(town: Town, approve: Any) -> None:
    post = planned(town)
    outgoing.set_mode(town.context, "crisis", "a flood")
    approve(post)

    (one,) = own_calendar.coming(town.context)

    assert (one["state"], one["held"], one["standing"]) == ("approved", True, "held")
    (event,) = own_calendar.events([one])
    assert event.title == "x, mr: held"
    numbers = posts.find_held(town.context, [post.id or 0])
    assert numbers == {post.id: one["outgoing"]["id"]}


def test_the_command_lists_held_posts_as_held(
    town: Town, approve: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from socialcell.commands.posts import show

    outgoing.set_mode(town.context, "crisis", "a flood")
    approve(planned(town, text="Short"))

    show(own_calendar.coming(town.context))

    shown = " ".join(capsys.readouterr().out.split())
    assert "held" in shown
