"""The ledger: windows where the platform has them, money, forecasts."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import Bucket, ConnectorError, Kind
from socialcell.services.collection import allowance_usage
from socialcell.services.collection.allowance_ledger import Ledger, window
from socialcell.services.context import Context
from tests.builders import make_batch, make_source

READ = Bucket("posts", "month", price_micros=5_000)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def book(ledger: Ledger, **cost: int) -> None:
    with db.writing(ledger.engine) as session:
        ledger.book(session, make_batch(cost=cost))


@pytest.mark.parametrize(
    ("bucket", "moment", "start", "end"),
    [
        # Pacific days begin at 08:00 UTC in winter, and last 23 hours once a year.
        (
            Bucket("u", "day", "America/Los_Angeles"),
            "2026-11-23T03:30",
            "2026-11-22T08:00",
            "2026-11-23T08:00",
        ),
        (
            Bucket("u", "day", "America/Los_Angeles"),
            "2026-03-08T12:00",
            "2026-03-08T08:00",
            "2026-03-09T07:00",
        ),
        (
            Bucket("u", "month", "Asia/Kolkata"),
            "2026-12-31T19:00",
            "2026-12-31T18:30",
            "2027-01-31T18:30",
        ),
        (
            Bucket("u", "hour"),
            "2026-11-23T03:59",
            "2026-11-23T03:00",
            "2026-11-23T04:00",
        ),
        (
            Bucket("u", "minute"),
            "2026-11-23T03:59:30",
            "2026-11-23T03:59",
            "2026-11-23T04:00",
        ),
    ],
)
def test_a_window_begins_where_the_platform_says(
    bucket: Bucket, moment: str, start: str, end: str
) -> None:
    assert window(bucket, at(moment)) == (at(start), at(end))


def test_no_call_is_made_that_the_months_money_does_not_cover(
    context: Context, engine: Engine
) -> None:
    # A dollar buys two hundred posts.
    ledger = Ledger(engine, context.clock, "x", {"posts": READ}, 1_000_000)
    ledger.take("posts", 200)
    book(ledger, posts=101)

    with pytest.raises(ConnectorError) as caught:
        ledger.take("posts", 100)

    assert caught.value.kind is Kind.QUOTA
    assert "0.51 USD of this month's 1.00 USD for x are spent" in str(caught.value)
    assert caught.value.until == at("2026-12-01T00:00")
    ledger.take("posts", 99)


def test_a_new_window_begins_with_nothing_used(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    bucket = Bucket("searches", "day", "America/Los_Angeles", cap=2)
    ledger = Ledger(engine, clock, "youtube", {"searches": bucket})
    clock.set(at("2026-11-23T07:59"))
    book(ledger, searches=2)
    with pytest.raises(ConnectorError, match="2 of this day's 2 searches"):
        ledger.take("searches")

    clock.advance(timedelta(minutes=1))

    ledger.take("searches", 2)


def test_what_is_spent_and_will_be_is_told(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    make_source(engine)
    clock.set(at("2026-11-16T00:00"))  # half of November is over
    ledger = Ledger(engine, clock, "x", {"posts": READ})
    book(ledger, posts=3_000)
    config = context.workspace.config
    config.budget.spend_per_month["x"] = 20.0

    told = allowance_usage.spending(context)

    posts = next(one for one in told.allowances if one.bucket == "posts")
    assert (posts.used, posts.forecast) == (3_000, 6_000)
    (bill,) = told.money
    assert (bill.spent, bill.forecast, bill.cap) == (15_000_000, 30_000_000, 20_000_000)
    assert list(told.overruns) == [
        "x: 15.00 of 20.00 USD are spent this month, 30.00 at this pace"
    ]


def test_a_window_that_has_only_begun_says_nothing_of_its_end(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    make_source(engine)
    clock.set(at("2026-11-03T00:00"))
    book(Ledger(engine, clock, "x", {"posts": READ}), posts=10)

    (posts,) = allowance_usage.spending(context).allowances

    assert (posts.used, posts.forecast) == (10, None)
