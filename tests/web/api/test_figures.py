"""Figures by the API: counts of what a query finds, with coverage."""

from datetime import timedelta
from typing import Any

import pytest

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.ops import store
from socialcell.services.context import Context
from socialcell.web.api.figure_answers import FiguresAnswer
from tests.web.api.api_client import ApiClient
from tests.web.api.conftest import AUNDH, KOTHRUD, WATER, Client

pytestmark = pytest.mark.swept_on_postgresql


def figures(client: ApiClient, query: str = "") -> dict[str, Any]:
    answer = client.get(f"figures?{query}")
    assert answer.status_code == 200, answer.text
    FiguresAnswer.model_validate(answer.json())
    document: dict[str, Any] = answer.json()
    return document


def counts(document: dict[str, Any]) -> dict[str, int | None]:
    """value → count, of those that are counted or not known."""
    return {row["id"]: row["n"] for row in document["figures"] if row["n"] != 0}


def cover(context: Context, hours: int) -> None:
    """The source of the mentions read its last hours whole."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        source = store.find_source(session, "x.mentions")
        assert source is not None
        span = (now - timedelta(hours=hours), now)
        store.add_coverage(session, source.id or 0, span, state="covered")


def test_days_are_counted_with_the_hours_that_were_collected(
    city: Context, make_client: Client
) -> None:
    cover(city, 15)

    document = figures(make_client())

    # Nine o'clock on Monday: the hours of a day are those that are over.
    assert document["from"] == "2026-11-16T09:00:00+05:30"
    assert document["to"] == "2026-11-23T09:00:00+05:30"
    assert document["total"] == {"n": 15, "coverage": {"covered": 15, "due": 168}}
    assert document["figures"][-2:] == [
        {"id": "2026-11-22", "n": 6, "coverage": {"covered": 6, "due": 24}},
        {"id": "2026-11-23", "n": 9, "coverage": {"covered": 9, "due": 9}},
    ]


def test_what_was_not_collected_is_null_and_not_nothing(
    city: Context, make_client: Client
) -> None:
    client = make_client()

    assert counts(figures(client)) == {
        **dict.fromkeys(f"2026-11-{day}" for day in range(16, 22)),
        "2026-11-22": 6,
        "2026-11-23": 9,
    }
    nothing = figures(client, "since=2026-11-17&until=2026-11-18&by=topic")
    assert nothing["total"]["n"] is None
    assert nothing["without"] is None
    cover(city, 24 * 7)
    collected = figures(client, "since=2026-11-17&until=2026-11-18&by=topic")
    assert (collected["total"]["n"], collected["without"]) == (0, 0)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("platform", {"x": 15}),
        ("topic", {"water": 10, "roads": 5}),
        ("owner", {WATER: 10, "dept:roads": 5}),
        ("sentiment", {"negative": 15}),
        ("intent", {"complaint": 15}),
        ("urgency", {"normal": 14, "high": 1}),
        ("language", {"en": 15}),
    ],
)
def test_mentions_are_counted_by(
    make_client: Client, by: str, expected: dict[str, int]
) -> None:
    document = figures(make_client(), f"by={by}")

    assert counts(document) == expected
    assert document["without"] == 0


def test_wards_without_a_mention_are_listed_as_not_known_or_nothing(
    city: Context, make_client: Client
) -> None:
    client = make_client()
    unknown = counts(figures(client, "by=ward"))
    assert (unknown.pop(KOTHRUD), unknown.pop(AUNDH)) == (11, 5)
    assert set(unknown.values()) == {None}
    assert len(unknown) == 13

    cover(city, 24 * 7)
    assert counts(figures(client, "by=ward")) == {KOTHRUD: 11, AUNDH: 5}


def test_what_a_query_finds_is_counted_with_what_it_has_none_of(
    make_client: Client,
) -> None:
    client = make_client()

    assert counts(figures(client, "by=ward&q=topic:roads")) | {AUNDH: 5} == (
        counts(figures(client, "by=ward&q=topic:roads"))
    )
    document = figures(client, f"by=topic&ward={KOTHRUD}&q=NOT topic:water")
    assert counts(document) == {"roads": 1}
    assert figures(client, "by=topic&q=NOT topic:roads")["total"]["n"] == 10


@pytest.mark.parametrize(
    ("place", "by", "expected"),
    [
        (KOTHRUD, "topic", {"water": 10, "roads": 1}),
        (KOTHRUD, "ward", {KOTHRUD: 11}),
        (KOTHRUD, "owner", {WATER: 10, "dept:roads": 1}),
        (AUNDH, "topic", {"roads": 5}),
        (AUNDH, "ward", {AUNDH: 5}),
        (AUNDH, "platform", {"x": 5}),
        (WATER, "owner", {WATER: 10}),
        (WATER, "topic", {"water": 10}),
    ],
)
def test_a_token_of_a_place_counts_that_place_alone(
    make_client: Client, place: str, by: str, expected: dict[str, int]
) -> None:
    document = figures(make_client(place=place), f"by={by}")

    assert document["place"] == place
    assert counts(document) == expected


def test_hours_are_whole_and_over(make_client: Client, clock: FixedClock) -> None:
    clock.advance(timedelta(minutes=59))
    client = make_client()

    open_end = figures(client, "since=2026-11-23&until=2026-11-30")
    assert open_end["to"] == "2026-11-23T09:00:00+05:30"
    wider = figures(client, "since=2026-11-23T07:40&until=2026-11-23T08:10")
    assert wider["from"] == "2026-11-23T07:00:00+05:30"
    assert wider["to"] == "2026-11-23T09:00:00+05:30"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("by=colour", "by"),
        ("since=2026-11-24", "until"),
        ("since=2026-11-20&until=2026-11-19", "until"),
        ("since=2026-08-01", "since"),
        ("since=1900-01-01&until=2200-12-31", "since"),
        ("limit=5", "limit"),
        ("cursor=_1", "cursor"),
    ],
)
def test_what_cannot_be_counted_is_named(
    make_client: Client, query: str, field: str
) -> None:
    answer = make_client().get(f"figures?{query}")

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
