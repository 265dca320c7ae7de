"""What a search will cost is said before it becomes a source."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from socialcell.services.collection.query_estimate import estimate
from socialcell.services.context import Context
from tests.builders import make_record, store_records
from tests.inside import socialcell
from tests.running import answer

pytestmark = pytest.mark.swept_on_postgresql


def search(query: str) -> dict[str, str]:
    return {"kind": "search", "query": query}


@pytest.fixture
def held(engine: Engine) -> None:
    """28 posts of X, 14 of them about water; and one about water elsewhere."""
    said = ["no water in Kothrud", "a dark road in Kothrud"] * 14
    records = [make_record(str(n), text=text) for n, text in enumerate(said)]
    store_records(engine, *records)
    store_records(engine, make_record("m", text="no water", platform="mastodon"))


@pytest.mark.usefixtures("held")
def test_posts_of_four_weeks_are_counted_and_priced_for_thirty_days(
    context: Context,
) -> None:
    found = estimate(context, "x", search("water OR pani"))

    assert found is not None
    assert (found.posts, found.cost_micros, found.currency) == (15, 75_000, "USD")
    assert found.basis == "14 of 28 mentions held from the last 28 days match"


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("water conversation_id:7", "counted here: conversation_id:7"),
        ("water has:links", "There is no field 'has'"),
        ("water @PMCPune", "counted here: @PMCPune"),
    ],
)
def test_a_query_that_is_not_ours_has_no_estimate_and_says_why(
    context: Context, query: str, why: str
) -> None:
    found = estimate(context, "x", search(query))

    assert found is not None
    assert (found.posts, found.cost_micros) == (None, None)
    assert why in found.basis


def test_without_mentions_nothing_is_known_and_not_zero(context: Context) -> None:
    found = estimate(context, "x", search("water"))

    assert found is not None
    assert found.posts is None


def test_what_costs_nothing_has_no_estimate(context: Context) -> None:
    feed = {"url": "https://paper.example/feed"}

    assert estimate(context, "rss", feed) is None
    assert estimate(context, "x", {"kind": "mentions", "user_id": "1"}) is None


@pytest.mark.usefixtures("held")
def test_the_command_says_it_before_it_saves(context: Context) -> None:
    place: Path = context.workspace.folder / "config.yaml"
    settings = place.read_text().replace("{}\n", "")
    now = context.clock.now().isoformat()
    place.write_text(f"{settings}clock: {{fixed: '{now}'}}\n")
    add = ["sources", "add", "x.water", "x", "--set", "kind=search"]
    add += ["--set", "query=water", "--config", str(place), "--json"]

    dry = socialcell(*add, "--dry-run")
    saved = socialcell(*add)

    assert answer(dry)["estimate"] == {
        "posts_in_30_days": 15,
        "cost": {"amount_micros": 75_000, "currency": "USD"},
        "basis": "14 of 28 mentions held from the last 28 days match",
    }
    assert "In 30 days at least 15 posts, 0.0" in dry.stderr
    assert answer(saved)["dry_run"] is False
