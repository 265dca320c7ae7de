"""What is due is posted once, behind approval and the switch, and within the budget."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.errors import UsageError
from socialcell.ops import audit, integrity, outbox_store
from socialcell.ops.model import AuditEntry, Usage
from socialcell.services.collection.allowance_usage import spending
from socialcell.services.outbox import outbox, outbox_mode
from socialcell.services.planning import content_calendar
from socialcell.services.publishing import own_posts, posting, published_posts
from socialcell.services.publishing.posting import SETTLING_TIME, PublishRun
from tests.services.publishing.conftest import (
    HOUR,
    PLATFORMS,
    WORDS,
    Town,
    planned,
)
from tests.services.publishing.conftest import publishing as with_accounts

pytestmark = pytest.mark.swept_on_postgresql

FINDING = ("x", "facebook", "instagram")


def due(town: Town) -> PublishRun:
    """An hour later, what is due is posted."""
    town.clock.advance(HOUR)
    return posting.publish_due(town.context)


def row(engine: Engine, id_: int | None) -> OwnPost:
    with db.reading(engine) as session:
        found = session.get_one(OwnPost, id_)
        session.expunge(found)
    return found


def states(done: PublishRun) -> list[str]:
    return [one.state for one in done.outcomes]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_approved_post_goes_out_when_its_time_comes_and_once(
    town: Town, engine: Engine, approve: Any, platform: str
) -> None:
    post = planned(town, platform)
    approve(post)

    early = posting.publish_due(town.context)
    done = due(town)
    again = posting.publish_due(town.context)

    assert (states(early), states(done), states(again)) == ([], ["posted"], [])
    assert town.copies(platform, WORDS) == 1
    held = row(engine, post.id)
    assert (held.state, held.posted_at) == ("posted", town.clock.now())
    assert held.external_id
    with db.reading(engine) as session:
        assert list(integrity.outbox(session)) == []
        assert audit.verify(session).ok
        actions = list(
            session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq))
        )
    assert actions == ["post.add", "post.approve", "post.publish"]


def test_what_nobody_approved_does_not_go_out_and_says_why(town: Town) -> None:
    planned(town)

    done = due(town)

    assert states(done) == []
    assert town.copies("x", WORDS) == 0
    (shown,) = content_calendar.list_pending(town.context)
    assert "not approved" in shown["why_not"][0]


@pytest.mark.parametrize("mode", ["crisis", "mourning", "election"])
def test_the_switch_holds_a_post_until_a_person_releases_it(
    town: Town, approve: Any, mode: str
) -> None:
    before, after = planned(town), planned(town, "facebook")
    approve(before)
    outbox_mode.set_mode(town.context, mode, "a flood")
    approve(after)

    held = due(town)
    whys = [one["why_not"][0] for one in content_calendar.list_pending(town.context)]
    outbox.release(town.context, None)
    done = posting.publish_due(town.context)

    assert states(held) == []
    assert len(whys) == 2
    assert states(done) == ["posted", "posted"]


def test_an_answer_to_a_citizen_goes_on_in_a_crisis(town: Town, approve: Any) -> None:
    to = town.sandbox.platform("x").publish("पाणी कधी येणार?")
    post = planned(town, reply_to=to)
    approve(post)
    outbox_mode.set_mode(town.context, "crisis", "a flood")

    done = due(town)

    assert states(done) == ["posted"]


def test_a_post_under_way_when_the_switch_was_turned_is_held_afterwards(
    town: Town, engine: Engine, approve: Any
) -> None:
    post = planned(town)
    approve(post)
    town.sandbox.platform("x").server_error()
    lost = due(town)  # waits to be looked for
    with db.writing(engine) as session:
        session.execute(
            outbox_store.OUT.update().values(state="sending")
        )  # as a process leaves it that dies now
    outbox_mode.set_mode(town.context, "mourning", "a day of mourning")
    outbox.recover_unsent(town.context)

    town.clock.advance(SETTLING_TIME)
    done = posting.publish_due(town.context)

    assert states(lost) == ["later"]
    assert states(done) == ["held"]
    assert "mourning" in str(done.outcomes[0].why)
    assert town.copies("x", WORDS) == 0


def test_a_post_whose_time_has_long_passed_waits_for_a_person(
    town: Town, approve: Any
) -> None:
    post = planned(town)
    approve(post)
    town.clock.advance(2 * HOUR)  # with an hour to go it is an hour late
    town.clock.advance(timedelta(hours=1, seconds=1))

    done = posting.publish_due(town.context)
    every = outbox.release(town.context, None)
    not_named = posting.publish_due(town.context)
    outbox.release(town.context, list(every.stale))
    released = posting.publish_due(town.context)

    assert states(done) == ["held"]
    assert (every.count, len(every.stale), states(not_named)) == (0, 1, [])
    assert "time passed" in str(done.outcomes[0].why)
    assert states(released) == ["posted"]


def test_notices_go_first_then_answers_then_the_rest(
    town: Town, engine: Engine, approve: Any
) -> None:
    to = town.sandbox.platform("x").publish("पाणी कधी येणार?")
    plain = planned(town, text="एक")
    answer = planned(town, text="दोन", reply_to=to)
    notice = planned(town, text="तीन", kind="notice", due_at=town.clock.now() + HOUR)
    approve(plain, answer, notice)

    done = due(town)

    assert [one.post for one in done.outcomes] == [notice.id, answer.id, plain.id]


@pytest.mark.parametrize("platform", FINDING)
@pytest.mark.parametrize("fault", ["lose_answer", "drop_connection", "server_error"])
def test_a_lost_answer_is_looked_for_before_anything_is_sent_again(
    town: Town, engine: Engine, approve: Any, platform: str, fault: str
) -> None:
    post = planned(town, platform)
    approve(post)
    getattr(town.sandbox.platform(platform), fault)()
    if platform == "instagram" and fault == "lose_answer":
        # The first thing that is written there is the container, which nobody sees.
        town.sandbox.platform(platform).lose_answer(times=2)

    first = due(town)
    seen: list[list[str]] = []
    for _ in range(4):
        town.clock.advance(SETTLING_TIME + timedelta(minutes=5))
        seen.append(states(posting.publish_due(town.context)))

    assert states(first) == ["later"]
    assert seen.count(["posted"]) == 1
    assert town.copies(platform, WORDS) == 1
    held = row(engine, post.id)
    assert held.external_id
    assert held.asked_first is None


def test_what_may_show_yet_is_not_asked_for_too_early(town: Town, approve: Any) -> None:
    post = planned(town)
    approve(post)
    town.sandbox.platform("x").lose_answer()
    due(town)
    asked = len(town.sandbox.requests)

    town.clock.advance(SETTLING_TIME - timedelta(seconds=1))
    early = posting.publish_due(town.context)
    calls = len(town.sandbox.requests) - asked
    town.clock.advance(timedelta(seconds=1))
    found = posting.publish_due(town.context)

    assert (states(early), calls) == ([], 0)
    assert states(found) == ["posted"]
    assert town.asked("x") == 1


def test_a_post_of_the_same_words_that_is_known_is_not_taken_for_a_lost_one(
    town: Town, engine: Engine, approve: Any
) -> None:
    minute = timedelta(minutes=1)
    first = planned(town, "facebook")
    second = planned(town, "facebook", due_at=town.clock.now() + HOUR + minute)
    approve(first, second)
    due(town)
    town.clock.advance(minute)
    town.sandbox.platform("facebook").lose_answer()

    posting.publish_due(town.context)
    town.clock.advance(SETTLING_TIME)
    posting.publish_due(town.context)

    assert town.copies("facebook", WORDS) == 2
    ids = [row(engine, one.id).external_id for one in (first, second)]
    assert None not in ids
    assert ids[0] != ids[1]


def test_a_process_that_died_is_followed_by_one_that_waits_before_it_looks(
    town: Town, engine: Engine, approve: Any
) -> None:
    post = planned(town)
    approve(post)
    town.clock.advance(HOUR)
    with db.writing(engine) as session:  # as it is after the mark was made
        session.execute(outbox_store.OUT.update().values(state="sending"))
        held = session.get_one(OwnPost, post.id)
        held.asked_first = held.asked_last = town.clock.now()

    outbox.recover_unsent(town.context)
    at_once = posting.publish_due(town.context)
    calls = len(town.sandbox.requests)
    town.clock.advance(SETTLING_TIME)
    done = posting.publish_due(town.context)

    assert (states(at_once), calls) == (["later"], 0)
    assert states(done) == ["posted"]


@pytest.mark.parametrize("fault", ["lose_answer", "drop_connection", "server_error"])
def test_where_the_platform_cannot_tell_a_person_decides(
    town: Town, approve: Any, fault: str
) -> None:
    post = planned(town, "telegram")
    approve(post)
    getattr(town.sandbox.platform("telegram"), fault)()
    done = due(town)
    for _ in range(3):
        town.clock.advance(HOUR)
        outbox.release(town.context, None)  # nobody who releases all sends it twice
        assert set(states(posting.publish_due(town.context))) <= {"unsure"}

    assert states(done) == ["unsure"]
    assert "--again" in str(done.outcomes[0].why)
    there = town.copies("telegram", WORDS)
    assert there == (1 if fault == "lose_answer" else 0)
    if there:
        published_posts.confirm_post(town.context, post.id or 0, "1")
    else:
        published_posts.repost(town.context, post.id or 0)
    posting.publish_due(town.context)
    assert town.copies("telegram", WORDS) == 1


def test_what_is_not_in_doubt_is_neither_confirmed_nor_sent_again(
    town: Town, approve: Any
) -> None:
    post = planned(town, "telegram")
    approve(post)

    with pytest.raises(UsageError, match="not in doubt"):
        published_posts.confirm_post(town.context, post.id or 0, None)
    with pytest.raises(UsageError, match="not in doubt"):
        published_posts.repost(town.context, post.id or 0)


def test_what_may_be_posted_cannot_be_withdrawn(town: Town, approve: Any) -> None:
    post = planned(town, "telegram")
    approve(post)
    town.sandbox.platform("telegram").lose_answer()
    due(town)

    with pytest.raises(UsageError, match="Nobody knows"):
        own_posts.withdraw_post(town.context, post.id or 0, "wrong hour")


def test_a_post_that_was_approved_in_between_is_not_sent_back_as_a_draft(
    town: Town, engine: Engine, approve: Any
) -> None:
    post, draft = planned(town), planned(town, "facebook")
    approve(post)

    with pytest.raises(UsageError, match="no draft"):
        own_posts.return_draft(town.context, post.id or 0, "name the ward")
    own_posts.return_draft(town.context, draft.id or 0, "name the ward")
    done = due(town)

    assert states(done) == ["posted"]
    assert row(engine, draft.id).state == "withdrawn"


def test_a_withdrawn_post_does_not_go_out(
    town: Town, engine: Engine, approve: Any
) -> None:
    post, draft = planned(town), planned(town, "facebook")
    approve(post)
    own_posts.withdraw_post(town.context, post.id or 0, "wrong hour")
    own_posts.withdraw_post(town.context, draft.id or 0, "wrong day")

    done = due(town)

    assert states(done) == []
    assert row(engine, post.id).state == "withdrawn"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_post_is_taken_back(
    town: Town, engine: Engine, approve: Any, platform: str
) -> None:
    post = planned(town, platform)
    approve(post)
    due(town)
    town.clock.advance(timedelta(minutes=1))

    published_posts.delete_post(town.context, post.id or 0, "wrong ward", dry_run=True)
    stood = town.copies(platform, WORDS)
    published_posts.delete_post(town.context, post.id or 0, "wrong ward")

    assert (stood, town.copies(platform, WORDS)) == (1, 0)
    assert row(engine, post.id).state == "deleted"
    with pytest.raises(UsageError, match="nothing that could be taken back"):
        published_posts.delete_post(town.context, post.id or 0, "wrong ward")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_that_asks_us_to_wait_is_asked_no_more_and_later_takes_it(
    town: Town, approve: Any, platform: str
) -> None:
    first, second = planned(town, platform), planned(town, platform, text="दुसरे")
    approve(first, second)
    town.sandbox.platform(platform).limit()

    done = due(town)
    asked = len(town.sandbox.requests)
    town.clock.advance(HOUR)
    later = posting.publish_due(town.context)

    assert states(done) == ["later"]  # the other was not tried
    assert platform in done.stopped
    assert asked == 1
    assert states(later) == ["posted", "posted"]
    assert town.copies(platform, WORDS) == 1


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("fault", ["expire_token", "missing_permission"])
def test_keys_that_are_refused_leave_the_post_to_be_sent_when_they_are_mended(
    town: Town, engine: Engine, approve: Any, platform: str, fault: str
) -> None:
    post = planned(town, platform)
    approve(post)
    getattr(town.sandbox.platform(platform), fault)()

    done = due(town)
    mark = row(engine, post.id).asked_first
    town.sandbox.platform(platform).heal()
    town.clock.advance(timedelta(minutes=15))
    later = posting.publish_due(town.context)

    assert states(done) == ["later"]
    assert done.needs_a_person
    assert mark is None  # nothing was asked: nothing has to be looked for
    assert states(later) == ["posted"]
    assert town.copies(platform, WORDS) == 1


def test_money_that_is_spent_holds_a_post_rather_than_sending_it_next_month(
    town: Town, engine: Engine, approve: Any
) -> None:
    budget = town.context.workspace.config.budget.model_copy(
        update={"spend_per_month": {"x": 0.2}}
    )
    object.__setattr__(town.context.workspace.config, "budget", budget)
    first, second = planned(town), planned(town, text="दुसरे https://a.in")
    approve(first, second)

    done = due(town)

    assert states(done) == ["posted", "refused"]
    assert "0.20 USD of this month's 0.20 USD" in str(done.outcomes[1].why)
    with db.reading(engine) as session:
        (used,) = session.scalars(select(Usage)).all()
    assert (used.bucket, used.used, used.micros) == ("writes_with_link", 1, 200_000)


def test_what_posting_costs_stands_among_what_platforms_cost(
    town: Town, approve: Any
) -> None:
    post = planned(town)
    approve(post)
    due(town)

    told = spending(town.context)

    used = {(one.platform, one.bucket): one.used for one in told.allowances}
    assert used["x", "writes_with_link"] == 1
    assert used["x", "writes"] == 0
    assert [(one.platform, one.spent) for one in told.money] == [("x", 200_000)]


def test_nothing_goes_out_where_nothing_is_set_up(town: Town, approve: Any) -> None:
    post = planned(town)
    approve(post)
    closed = with_accounts(town.context)
    town.clock.advance(HOUR)

    done = posting.publish_due(closed)

    assert states(done) == ["later"]
    assert "publishing.x is not set" in done.stopped["x"]
    assert town.asked("x") == 0
    whys = content_calendar.list_pending(closed)[0]["why_not"]
    assert "publishing.x is not set in config.yaml." in whys
