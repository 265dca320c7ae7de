"""What the report counts around mentions is the same on SQLite and PostgreSQL."""

from datetime import date, timedelta

from socialcell.reports.weekly import frozen_week
from socialcell.services.context import Context
from tests.reports.around import (
    SUNDAY,
    activated,
    ad,
    alert,
    incident,
    notified,
    promise,
    removed,
    searched,
)
from tests.reports.world import BEFORE, HOUR, MADE, MONDAY, NEXT, World

WEEK = timedelta(days=7)


def test_a_week_comes_to_the_same_figures_on_both(context: Context) -> None:
    world = World(context)
    world.covered(MONDAY - 4 * WEEK, NEXT)
    world.registered("paper_handle")
    for week, n in ((0, 9), (1, 2), (2, 6), (3, 4)):
        for _ in range(n):
            world.mention(MONDAY - week * WEEK, topics=("water",))
    post = world.mention(MONDAY, author="paper", language="mr", sentiment="neutral")
    world.observed(post, MONDAY + HOUR, 40)
    made = incident(world, acked_at=MONDAY + 6 * HOUR, acked_by="asha")
    alert(world, made, mentions=[post])
    alert(world, made, "account", mentions=[post])
    notified(world, made, MONDAY + 6 * HOUR)
    promise(world, MONDAY, BEFORE)
    removed(world, MONDAY + HOUR, HOUR)
    for day in (SUNDAY, SUNDAY - WEEK):
        ad(world, day)
        searched(world, day, 20, position=1.5)
        searched(world, day, 4, "पाणी")
        activated(world, day, 7)

    found = frozen_week.numbers_of_week(
        context.engine, frozen_week.period(MADE, MADE), MADE
    )

    assert found["incidents"][0]["first_post_at"] == MONDAY.isoformat()
    (account,) = found["voices"]["accounts"]
    assert (account["n"], account["gained"]) == (1, {"reactions": 40})
    assert found["voices"]["joined"]["others"] == 0
    (network,) = found["ads"]
    assert network["campaigns"][0]["cost_micros"] == 200_000_000
    (site,) = found["search"]["sites"]
    assert site["now"] == {
        "clicks": 20,
        "impressions": 200,
        "position": 1.5,
        "days": 1,
    }
    assert (site["unnamed_clicks"], site["moving"]) == (16, 0)
    assert found["search"]["queries"][0]["position"] == 2.0
    figures = {one["id"]: (one["now"], one["before"]) for one in found["measures"]}
    expected = {
        "coverage": (1.0, 1.0),
        # Nine of water, the paper's own, and the one that was removed since.
        "asking": (11, 2),
        "anger": (9, 2),
        "alerted": (360.0, None),
        "acknowledged": (60.0, None),
        "activated": (7, 7),
        "promises_kept": (1.0, None),
        "marathi_first": (1.0, None),
        "deleted_in_time": (1.0, None),
    }
    assert {name: figures[name] for name in expected} == expected
    assert date.fromisoformat(network["moving_from"]) == MONDAY.date()
