"""The newest mentions of a list, whether few or many match: the same answer."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, Integer, case, cast, select, text, update
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Annotation, Mention
from socialcell.listening.query.query_language import parse
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.mentions.mention_matching import Matching
from tests.builders import NOON, make_record, store_records

MENTION = db.table(Mention)
MANY = 2200  # above the number from which a list goes back in time


@pytest.mark.parametrize("n", [40, MANY])
def test_the_newest_of_a_word_come_first_and_undated_ones_last(
    engine: Engine, n: int
) -> None:
    store_mentions(engine, n)

    found = ids(engine, MentionFilter(query=parse("camp"), limit=n))

    # Mention k is k minutes old, and every tenth has no time; the odd ones say camp.
    odd = [k for k in range(n) if k % 2]
    assert found[:3] == ["1", "3", "5"]
    assert found == [str(k) for k in odd]
    assert ids(engine, MentionFilter(query=parse("NOT camp"), limit=n))[-1] == "0"


@pytest.mark.parametrize("n", [40, MANY])
def test_a_decision_moves_a_mention_between_topics_in_short_and_long_lists(
    engine: Engine, n: int
) -> None:
    store_mentions(engine, n)
    annotate(engine, n, decided={4: "roads", 6: "water"})

    water = ids(engine, MentionFilter(topic="water", limit=n))
    roads = ids(engine, MentionFilter(topic="roads", limit=n))

    assert water[:4] == ["1", "2", "3", "5"]
    assert "6" in water
    assert len(water) == n - 1
    assert roads == ["4"]


@pytest.mark.parametrize("n", [40, MANY])
def test_the_newest_of_an_urgency_and_a_platform_are_the_same_in_long_lists(
    engine: Engine, n: int
) -> None:
    store_mentions(engine, n)
    make_urgent(engine, every=2)

    # Mention k is k minutes old, and every tenth has no time.
    even = [k for k in range(n) if k % 2 == 0]
    dated, undated = ([k for k in even if bool(k % 10) is is_] for is_ in (True, False))
    expected = [*map(str, dated), *map(str, reversed(undated))]

    assert ids(engine, MentionFilter(urgency="high", limit=n)) == expected
    assert ids(engine, MentionFilter(query=parse("urgency:high"), limit=n)) == expected
    assert (
        ids(engine, MentionFilter(urgency="high", platform="x", limit=3))
        == expected[:3]
    )
    assert ids(engine, MentionFilter(query=parse("camp urgency:high"), limit=n)) == []
    assert ids(engine, MentionFilter(platform="news", limit=n)) == []


def test_a_rare_value_is_found_by_its_index_and_a_common_one_by_time(
    engine: Engine,
) -> None:
    store_mentions(engine, MANY)
    make_urgent(engine, every=500)

    with db.reading(engine) as session:
        if not db.is_sqlite(session):
            pytest.skip("PostgreSQL weighs the ways by what it knows of the table")
        rare = plan(session, MentionFilter(urgency="high", platform="x"))
        common = plan(session, MentionFilter(platform="x"))

    assert "mention_by_urgency" in rare
    assert "mention_by_platform" not in rare + common
    assert "mention_by_time" in common


@pytest.mark.parametrize(
    ("query", "is_narrow"),
    [
        ("urgency:high platform:x", True),
        ("platform:x camp urgency:high", True),
        ("platform:x", False),
        ("platform:x (camp OR urgency:high)", False),
        ("platform:x -urgency:high", False),
    ],
)
def test_where_one_part_holds_few_nothing_is_looked_for_back_in_time(
    engine: Engine, query: str, is_narrow: bool
) -> None:
    store_mentions(engine, MANY)
    make_urgent(engine, every=500)

    with db.reading(engine) as session:
        matching = Matching(session)
        matching.condition(MentionFilter(query=parse(query)))

    assert matching.is_narrow is is_narrow


@pytest.mark.parametrize(("n", "rare"), [(40, 0.0), (MANY, 2.0)])
def test_of_many_it_is_known_how_far_apart_they_are(
    engine: Engine, n: int, rare: float
) -> None:
    store_mentions(engine, n)  # every other one says camp

    with db.reading(engine) as session:
        matching = Matching(session)
        matching.condition(MentionFilter(query=parse("camp")))

        # PostgreSQL weighs a search for words by itself.
        expected = rare if db.is_sqlite(session) else 0.0
        assert matching.rare == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("said", ["camp", '"camp today"', "NOT nothing"])
def test_mentions_that_came_late_have_their_place_in_time(
    engine: Engine, said: str
) -> None:
    # Of 3,000 mentions the even ones came long after they were written.
    ages = [k if k % 2 else 3001 - k for k in range(3000)]
    store_aged(engine, ages, says=lambda k: k % 3 == 0)

    found = ids(engine, MentionFilter(query=parse(said), limit=50))

    third = [k for k in range(3000) if k % 3 == 0]
    assert found == [str(k) for k in sorted(third, key=lambda k: ages[k])][:50]


@pytest.mark.parametrize("until", [None, 2500])
def test_a_word_that_nobody_says_any_more_is_found_further_back(
    engine: Engine, until: int | None
) -> None:
    # Mention k is k minutes old; those older than 1,500 minutes said camp.
    store_aged(engine, range(3000), says=lambda k: k > 1500)
    end = None if until is None else NOON - timedelta(minutes=until)

    found = ids(engine, MentionFilter(query=parse("camp"), until=end, limit=50))

    first = 1501 if until is None else until + 1
    assert found == [str(k) for k in range(first, first + 50)]


def test_a_page_that_is_not_full_is_filled_from_further_back(engine: Engine) -> None:
    store_aged(engine, range(3000), says=lambda k: k > 1500 or k % 100 == 0)

    found = ids(engine, MentionFilter(query=parse("camp"), limit=50))

    recent = range(0, 1501, 100)
    older = range(1501, 1501 + 50 - len(recent))
    assert found == [str(k) for k in (*recent, *older)]


def test_a_list_from_a_time_on_shows_nothing_older(engine: Engine) -> None:
    store_aged(engine, range(1500), says=lambda k: True)
    since = NOON - timedelta(minutes=20)

    found = ids(engine, MentionFilter(query=parse("camp"), since=since, limit=50))

    assert found == [str(k) for k in range(21)]


def plan(session: Session, wanted: MentionFilter) -> str:
    """How SQLite goes about the newest of what is wanted."""
    condition = Matching(session).condition(wanted)
    order = (MENTION.c.authored_at.desc().nulls_last(), MENTION.c.id.desc())
    asked = select(MENTION.c.id).where(condition).order_by(*order).limit(50)
    made = asked.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    steps = session.execute(text(f"EXPLAIN QUERY PLAN {made}"))
    return "\n".join(step.detail for step in steps)


def make_urgent(engine: Engine, every: int) -> None:
    """One mention of so many is urgent, the others are not."""
    c = MENTION.c
    level = case((cast(c.external_id, Integer) % every == 0, "high"), else_="low")
    with db.writing(engine) as session:
        session.execute(update(MENTION).values(urgency=level))


def store_aged(
    engine: Engine, ages: Sequence[int], says: Callable[[int], bool]
) -> None:
    """One mention for each age in minutes, stored in this order."""
    store_records(
        engine,
        *(
            make_record(
                str(k),
                text="camp today" if says(k) else "nothing today",
                raw={"id": str(k)},
                authored_at=NOON - timedelta(minutes=age),
            )
            for k, age in enumerate(ages)
        ),
    )


def store_mentions(engine: Engine, n: int) -> None:
    store_records(
        engine,
        *(
            make_record(
                str(k),
                text="camp today" if k % 2 else "nothing today",
                raw={"id": str(k)},
                authored_at=NOON - timedelta(minutes=k) if k % 10 else None,
            )
            for k in range(n)
        ),
    )


def annotate(engine: Engine, n: int, decided: dict[int, str]) -> None:
    """Everything is suggested to be about water; some of it a person decided."""
    with db.writing(engine) as session:
        by_name = {
            row.external_id: row.id
            for row in mention_queries.mentions(session, MentionFilter(limit=n))
        }
        made = {"kind": "topic", "value": "water", "made_at": NOON}
        made |= {"model": "test", "model_version": "1"}
        rows = [
            {**made, "mention_id": by_name[str(k)], "decided_value": decided.get(k)}
            for k in range(n)
        ]
        db.insert(session, db.table(Annotation), rows)


def ids(engine: Engine, wanted: MentionFilter) -> list[str]:
    with db.reading(engine) as session:
        return [row.external_id for row in mention_queries.mentions(session, wanted)]
