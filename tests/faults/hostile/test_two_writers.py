"""Two processes store the same thing at once: the second one finds it there."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from socialcell import db
from socialcell.campaigns.outcomes.store import facts
from socialcell.connectors.facts import SearchFact
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.store.pages import pages
from socialcell.ops import store
from tests.builders import NOON, make_record, make_source


def second_while_first_is_open(
    engine: Engine, write: Callable[[Any], Any]
) -> tuple[Any, Any]:
    """What two transactions came to that write the same: the second one begins before
    the first commits."""
    results: dict[str, Any] = {}

    def second() -> None:
        try:
            with db.writing(engine) as session:
                results["second"] = write(session)
        except Exception as error:  # noqa: BLE001 - compared by the test
            results["second"] = error

    thread = threading.Thread(target=second)
    with db.writing(engine) as session:
        results["first"] = write(session)
        session.flush()
        thread.start()
        # Time for the second one to look before the first one commits.
        thread.join(0.3)
    thread.join()
    return results["first"], results["second"]


def test_a_mention_that_another_process_stored_first_is_unchanged(
    engine: Engine,
) -> None:
    source = make_source(engine)

    def write(session: Any) -> pages.PageCounts:
        run = store.start_run(session, source, "import", "tests", NOON)
        arrival = pages.Arrival(source.id or 0, run.id or 0, NOON)
        return pages.store_records(session, [make_record("1")], arrival, set())

    first, second = second_while_first_is_open(engine, write)

    assert (first.stored, first.unchanged) == (1, 0)
    assert (second.stored, second.unchanged) == (0, 1)


def test_a_figure_that_another_process_stored_first_is_unchanged(
    engine: Engine,
) -> None:
    clicks = SearchFact(
        site="sc-domain:city.example",
        dimension="date",
        key="",
        day=date(2026, 11, 20),
        clicks=5,
        impressions=50,
        position=3.0,
    )

    first, second = second_while_first_is_open(
        engine, lambda session: facts.store_facts(session, [clicks], NOON)
    )

    assert (first.stored, second.stored, second.unchanged) == (1, 0, 1)


def test_what_two_processes_cost_adds_up(engine: Engine) -> None:
    window = (NOON, NOON.replace(hour=12))

    second_while_first_is_open(
        engine,
        lambda session: store.add_usage(session, "x", "posts", window, 4, 100),
    )

    with db.reading(engine) as session:
        used = store.usage(session, "x", "posts", NOON)
    assert used is not None
    assert used.used == 8


def test_a_name_that_another_process_took_first_is_refused_in_words(
    engine: Engine,
) -> None:
    _, second = second_while_first_is_open(
        engine, lambda session: store.add_source(session, "x.city", "x", {}, NOON)
    )

    assert isinstance(second, UsageError)
    assert "There is a source 'x.city' already" in str(second)


def test_a_row_that_is_there_already_is_told_without_a_traceback(
    engine: Engine,
) -> None:
    make_source(engine, "x.city")
    twice = text(
        "INSERT INTO source (name, connector, settings, version, enabled, state,"
        " failures, created_at, changed_at) SELECT name, connector, settings, version,"
        " enabled, state, failures, created_at, changed_at FROM source"
    )

    with (
        pytest.raises(SocialcellError, match="Another process wrote"),
        db.writing(engine) as session,
    ):
        session.execute(twice)


def test_no_error_of_the_database_shows_what_was_written(engine: Engine) -> None:
    with pytest.raises(DatabaseError) as caught, db.writing(engine) as session:
        session.execute(
            text("INSERT INTO source (name, connector) VALUES (:name, :connector)"),
            {"name": "asha.kale@mail.example", "connector": "x"},
        )

    assert "asha" not in str(caught.value)
