"""The switch: what speaks in public is held, listed, and released by a person."""

import pytest
from sqlalchemy import Engine

from socialcell import db, mail
from socialcell.errors import UsageError
from socialcell.ops import audit
from socialcell.ops import outbox_store as store
from socialcell.services.context import Context
from socialcell.services.outbox import outbox, outbox_mode
from tests.running import inside


def put(context: Context, kind: str, key: str) -> int:
    letter = mail.Letter(f"About {key}", "text", "<p>text</p>")
    readers = ("reader@city.example",)
    return outbox.put_letter(context, kind, key, "en", readers, lambda: letter)


def states(engine: Engine) -> dict[str, str]:
    with db.reading(engine) as session:
        return {one.subject: one.state for one in store.list_messages(session)}


@pytest.mark.parametrize("mode", ["crisis", "mourning", "election"])
def test_what_speaks_in_public_is_held_and_what_we_tell_ourselves_goes_on(
    context: Context, engine: Engine, mode: str
) -> None:
    put(context, "post", "a parade")
    put(context, "report", "the week")

    held = outbox_mode.set_mode(context, mode, "the river rises")
    put(context, "outreach", "a creator")
    put(context, "alert", "the river")

    assert held == 1
    assert outbox_mode.current_mode(context) == mode
    assert states(engine) == {
        "About a parade": "held",
        "About the week": "pending",
        "About a creator": "held",
        "About the river": "pending",
    }


def test_back_to_normal_nothing_leaves_that_nobody_released(
    context: Context, engine: Engine
) -> None:
    outbox_mode.set_mode(context, "mourning", "a former mayor died")
    put(context, "post", "a parade")
    put(context, "post", "a water cut")

    outbox_mode.set_mode(context, "normal", "the days of mourning are over")
    assert set(states(engine).values()) == {"held"}
    with db.reading(engine) as session:
        id_ = next(
            one.id
            for one in store.list_messages(session)
            if one.subject == "About a water cut"
        )
    assert outbox.release(context, [id_ or 0]).count == 1

    assert states(engine) == {"About a parade": "held", "About a water cut": "pending"}
    assert outbox.release(context, None).count == 1


def test_a_turn_of_the_switch_says_what_is_still_held_from_before(
    context: Context,
) -> None:
    def turn(mode: str) -> str:
        place = ("--config", context.workspace.folder / "config.yaml")
        return inside(*place, "outbox", "mode", mode, "--reason", "as it is")

    put(context, "post", "a parade")
    put(context, "post", "a water cut")

    assert turn("mourning") == "Mode: mourning. Held back now: 2.\n"
    assert turn("normal") == (
        "Mode: normal. Held back now: 0.\n"
        "Still held from before: 2. See them: socialcell outbox list --state held. "
        "Let one go: socialcell outbox release NUMBER\n"
    )


def test_turning_the_switch_stands_in_the_audit_log_with_its_reason(
    context: Context, engine: Engine
) -> None:
    outbox_mode.set_mode(context, "election", "the code of conduct is in force")

    with db.reading(engine) as session:
        (row,) = audit.entries(session, 9)
        assert audit.verify(session).ok
    assert (row.action, row.object) == ("outgoing.mode", "election")
    assert row.detail["reason"] == "the code of conduct is in force"


def test_a_switch_without_a_reason_or_of_another_name_is_refused(
    context: Context,
) -> None:
    with pytest.raises(UsageError, match="--reason"):
        outbox_mode.set_mode(context, "crisis", "  ")
    with pytest.raises(UsageError, match="There are: normal, crisis"):
        outbox_mode.set_mode(context, "panic", "why not")
    assert outbox_mode.current_mode(context) == "normal"


def test_one_that_is_not_held_cannot_be_released(
    context: Context, engine: Engine
) -> None:
    put(context, "report", "the week")

    with pytest.raises(UsageError, match="1 of these is not held"):
        outbox.release(context, [1])


def test_the_same_thing_is_put_in_once(context: Context) -> None:
    assert put(context, "report", "the week") == 1
    assert put(context, "report", "the week") == 0
