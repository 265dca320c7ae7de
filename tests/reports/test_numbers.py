"""The week's numbers, worked out by hand on a few mentions."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import update

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.listening.model import Mention
from socialcell.listening.store.mentions import tags
from socialcell.reports.weekly import frozen_week
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, NEXT, World

DAY = timedelta(days=1)


def numbers(world: World) -> dict[str, Any]:
    week = frozen_week.period(MADE, MADE)
    return frozen_week.numbers_of_week(world.engine, week, MADE)


def by_id(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {row["id"]: row["n"] for row in rows if row["n"]}


@pytest.mark.fault("F24")
def test_a_week_runs_from_monday_to_monday_in_indian_time(world: World) -> None:
    world.covered()
    world.mention(MONDAY)  # the first moment is in
    world.mention(NEXT - timedelta(milliseconds=1))  # the last one too
    world.mention(NEXT)  # the end is not
    world.mention(MONDAY - timedelta(milliseconds=1))  # nor what came before
    found = numbers(world)
    assert found["period"] == {
        "from": "2026-11-16T00:00:00+05:30",
        "to": "2026-11-23T00:00:00+05:30",
    }
    assert found["mentions"] == {
        "n": 2,
        "unit": "mentions",
        "coverage": {"covered": 168, "due": 168},
        "same_hours": {"hours": 168, "now": 2, "before": 1},
    }
    assert [day["n"] for day in found["days"]] == [1, 0, 0, 0, 0, 0, 1]
    assert (found["hours"][0], found["hours"][167]) == (1, 1)


@pytest.mark.parametrize(
    ("as_of", "first"),
    [
        (datetime(2026, 11, 23, tzinfo=IST), "2026-11-16"),
        (datetime(2026, 11, 22, 23, 59, tzinfo=IST), "2026-11-09"),
        (datetime(2026, 11, 17, tzinfo=IST), "2026-11-09"),
    ],
)
@pytest.mark.fault("F24")
def test_as_of_is_the_last_complete_week_before(as_of: datetime, first: str) -> None:
    week = frozen_week.period(as_of, MADE)
    assert week.start.astimezone(IST).isoformat() == f"{first}T00:00:00+05:30"
    assert week.end - week.start == 7 * DAY


def test_a_week_that_is_not_over_is_refused() -> None:
    with pytest.raises(UsageError, match="2026-11-30 is not over yet"):
        frozen_week.period(datetime(2026, 11, 30, tzinfo=IST), MADE)


def test_weeks_are_compared_only_over_hours_that_both_covered(world: World) -> None:
    # This week lost Tuesday 06:00 to 08:00; the week before began on Tuesday 07:00.
    world.covered(MONDAY, MONDAY + DAY + 6 * HOUR)
    world.covered(MONDAY + DAY + 8 * HOUR, NEXT)
    world.covered(BEFORE + DAY + 7 * HOUR, MONDAY)
    for at in (0, 24 + 5, 24 + 9, 24 + 9, 100):  # hours of this week
        world.mention(MONDAY + at * HOUR)
    for at in (24 + 7, 24 + 9, 100):  # hours of the week before
        world.mention(BEFORE + at * HOUR)
    found = numbers(world)
    # Both: 168 hours less those before Tuesday 08:00 (32) = 136. In them this week has
    # 9, 9 and 100; the week before 9 and 100 (its 7 o'clock has no counterpart).
    assert found["mentions"] == {
        "n": 5,
        "unit": "mentions",
        "coverage": {"covered": 166, "due": 168},
        "same_hours": {"hours": 136, "now": 3, "before": 2},
    }
    assert found["coverage"]["platforms"] == [
        {
            "id": "x",
            "due": 168,
            "covered": 166,
            "covered_before": 137,
            "common": 136,
            "missing": [
                {
                    "from": "2026-11-17T06:00:00+05:30",
                    "to": "2026-11-17T08:00:00+05:30",
                    "hours": 2,
                    "causes": {"city": "not_run"},
                }
            ],
        }
    ]
    monday, tuesday = found["days"][:2]
    assert (monday["n"], monday["same_hours"]) == (1, None)
    assert tuesday["same_hours"] == {"hours": 16, "now": 2, "before": 1}


def test_each_platform_is_compared_over_its_own_hours(world: World) -> None:
    world.covered()
    world.covered(MONDAY, NEXT, source="paper", connector="rss")
    world.mention(MONDAY)
    world.mention(BEFORE)
    world.mention(MONDAY, platform="news")
    world.mention(BEFORE, platform="news")  # known, but that week was not covered
    found = numbers(world)
    assert found["mentions"]["n"] == 2
    assert found["mentions"]["coverage"] == {"covered": 336, "due": 336}
    assert found["mentions"]["same_hours"] == {"hours": 168, "now": 1, "before": 1}
    news, x = sorted(found["platforms"], key=lambda one: one["id"])
    assert (news["n"], news["same_hours"]) == (1, None)
    assert x["same_hours"] == {"hours": 168, "now": 1, "before": 1}


def test_an_hour_counts_only_when_every_source_covered_it(world: World) -> None:
    world.covered()
    world.covered(BEFORE, MONDAY + 10 * HOUR, source="another")
    found = numbers(world)
    assert found["mentions"]["coverage"] == {"covered": 10, "due": 168}


def test_an_hour_that_one_platform_lacks_is_never_zero(world: World) -> None:
    world.covered()
    world.covered(BEFORE, MONDAY + 2 * HOUR, source="paper", connector="rss")
    world.mention(MONDAY + 3 * HOUR)
    found = numbers(world)
    assert found["hours"][:5] == [0, 0, None, 1, None]
    assert found["whole_hours"][:5] == [True, True, False, False, False]


def test_no_data_is_not_zero(world: World) -> None:
    world.covered(MONDAY + DAY, NEXT)  # Monday was not read
    found = numbers(world)
    assert [day["n"] for day in found["days"]] == [None, 0, 0, 0, 0, 0, 0]
    assert found["hours"][23:25] == [None, 0]
    assert found["mentions"]["n"] == 0
    assert found["mentions"]["same_hours"] is None


def test_a_week_without_any_pull_is_no_data_and_is_not_frozen(world: World) -> None:
    world.source()
    assert numbers(world)["mentions"]["n"] is None
    world.covered()
    assert numbers(world)["mentions"]["n"] == 0


def test_imported_mentions_count_although_nothing_is_watched(world: World) -> None:
    world.mention(MONDAY, platform="youtube")
    found = numbers(world)
    assert found["mentions"]["n"] == 1
    assert found["mentions"]["coverage"] == {"covered": 0, "due": 0}
    assert found["coverage"]["not_watched"] == ["youtube"]


def test_posts_without_a_time_stay_out_and_are_counted_apart(world: World) -> None:
    world.covered()
    world.mention(None)
    found = numbers(world)
    assert (found["mentions"]["n"], found["undated"]) == (0, 1)


def test_deleted_mentions_are_not_counted(world: World) -> None:
    world.covered()
    world.delete(world.mention())
    assert numbers(world)["mentions"]["n"] == 0


def test_kinds_are_counted_apart(world: World) -> None:
    world.covered()
    kothrud, sinhagad = "ward:kothrud-bavdhan", "ward:sinhagad-road"
    first = world.mention(
        topics=("roads", "water"), wards=(kothrud,), unsure=("sentiment",)
    )
    world.mention(
        topics=("water",),
        wards=(sinhagad,),
        entities=("place:khadakwasla", "place:khadakwasla"),
        intent="help",
        urgency="critical",
        language="mr",
    )
    world.mention(topics=("water",), intent="information", sentiment="neutral")
    world.mention(intent="praise", sentiment="positive", repost_of=first)
    world.mention(BEFORE, topics=("water",))
    found = numbers(world)
    assert by_id(found["topics"]) == {"water": 3, "roads": 1}
    water = found["topics"][0]
    assert water["asking"]["n"] == 2
    assert water["asking"]["same_hours"] == {"hours": 168, "now": 2, "before": 1}
    assert water["sentiment"] == {"negative": 2, "neutral": 1, "positive": 0}
    assert by_id(found["wards"]) == {kothrud: 1, sinhagad: 1}
    assert len(found["wards"]) == 15, "every ward office is there, also at 0"
    assert by_id(found["villages"]) == {"place:khadakwasla": 1}
    assert found["unplaced"] == 2
    assert by_id(found["intents"]) == {
        "complaint": 1,
        "help": 1,
        "information": 1,
        "praise": 1,
    }
    assert by_id(found["languages"]) == {"en": 3, "mr": 1}
    negative = next(one for one in found["sentiments"] if one["id"] == "negative")
    assert (negative["n"], negative["unsure"]) == (2, 1)
    assert found["reposts"]["n"] == 1
    assert by_id(found["urgent"]["topics"]) == {"water": 1}
    assert by_id(found["urgent"]["wards"]) == {sinhagad: 1}
    owners = {one["topic"]: one["owners"][0]["id"] for one in found["owners"]}
    assert owners == {"water": "dept:water", "roads": "dept:roads"}


def test_what_a_person_decided_counts_instead_of_the_suggestion(world: World) -> None:
    world.covered()
    id_ = world.mention(topics=("roads",))
    with db.writing(world.engine) as session:
        tags.decide(session, id_, "topic", "water", "operator", MADE)
    assert by_id(numbers(world)["topics"]) == {"water": 1}


def test_the_busiest_hour_is_the_first_of_the_largest(world: World) -> None:
    world.covered()
    for at in (5, 5, 9, 9, 7):
        world.mention(MONDAY + at * HOUR)
    assert numbers(world)["peak"] == {
        "at": "2026-11-16T05:00:00+05:30",
        "n": 2,
        "unit": "mentions",
    }


def test_engagement_is_what_was_gained_in_the_week(world: World) -> None:
    world.covered()
    old = world.mention(BEFORE)  # 10 before, 25 at the end: 15
    world.observed(old, BEFORE + HOUR, 10)
    world.observed(old, MONDAY + HOUR, 20)
    world.observed(old, NEXT - HOUR, 25)
    world.observed(old, NEXT + HOUR, 99)
    new = world.mention(MONDAY)  # born in the week, so from nothing to 7: 7
    world.observed(new, MONDAY + HOUR, 4)
    world.observed(new, MONDAY + DAY, 7)
    late = world.mention(BEFORE)  # first seen at 50, later 58: 8
    world.observed(late, MONDAY + HOUR, 50)
    world.observed(late, MONDAY + DAY, 58)
    unseen = world.mention(MONDAY)
    world.observed(unseen, MONDAY + HOUR, None)
    assert numbers(world)["engagement"] == [
        {
            "platform": "x",
            "metric": "reactions",
            "gained": 30,
            "unit": "reactions",
            "posts": 3,
        }
    ]


def test_unread_mentions_are_said_to_be_unread(world: World) -> None:
    world.covered()
    world.mention(read=False)
    found = numbers(world)
    assert (found["mentions"]["n"], found["unread"], found["intents"]) == (1, 1, [])


def test_numbers_are_frozen_when_first_made(world: World) -> None:
    world.covered()
    world.mention()
    first = numbers(world)
    world.mention()
    with db.writing(world.engine) as session:
        session.execute(update(Mention).values(sentiment="positive"))
    assert numbers(world) == first


def test_quotations_are_drawn_by_lot_and_not_twice_from_one_person(
    world: World,
) -> None:
    world.covered()
    world.registered("office_handle")
    posts = [world.mention(topics=("water",)) for _ in range(4)]
    world.mention(topics=("water",), author="office")
    world.mention(topics=("water",), repost_of=posts[0])
    world.mention(topics=("water",), intent="spam")
    world.mention(topics=("water",), text="too short")
    world.mention(topics=("politics",))
    for _ in range(3):
        world.mention(topics=("roads",), author="busy")
    drawn = numbers(world)["quotations"]
    assert [(one["topic"], one["drawn_from"]) for one in drawn] == [
        ("water", 4),
        ("roads", 3),
    ]
    # The lot: the smallest SHA-256 of week, topic, platform and id.
    lot = "2026-11-15T18:30:00+00:00:water:x:post-"
    ids = sorted(range(1, 5), key=lambda n: sha256(f"{lot}{n}".encode()).hexdigest())
    assert drawn[0]["external_id"] == f"post-{ids[0]}"
