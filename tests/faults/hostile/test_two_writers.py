"""Two processes store the same thing at once: the second one finds it there."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.outcomes.store import facts
from socialcell.campaigns.planning import store as plan_store
from socialcell.campaigns.planning.model import Plan
from socialcell.config import Workspace
from socialcell.connectors.facts import SearchFact
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.store.pages import pages
from socialcell.ops import delivery_receipts, store
from socialcell.ops.webhook_model import SentMessage
from socialcell.services.alerts import alert_rules
from socialcell.services.collection import source_lock
from socialcell.services.context import Context
from socialcell.services.links import tracked_links
from tests.builders import NOON, make_record, make_source
from tests.campaigns.links.link_requests import given

pytestmark = pytest.mark.fault("F40")


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


def test_a_cursor_that_another_import_kept_first_is_moved_on(engine: Engine) -> None:
    source = make_source(engine)

    _, second = second_while_first_is_open(
        engine,
        lambda session: store.save_cursor(
            session, source.id or 0, 1, {"row": 500}, NOON
        ),
    )

    assert second is None
    with db.reading(engine) as session:
        cursor = store.cursor(session, source.id or 0)
    assert cursor is not None
    assert cursor.state == {"row": 500}


def test_a_link_that_another_process_made_first_is_that_link(context: Context) -> None:
    first, second = second_while_first_is_open(
        context.engine,
        lambda session: tracked_links.make_link(context, session, given()).outcome,
    )

    assert (first, second) == ("stored", "unchanged")


def test_a_message_that_another_process_reported_first_is_booked_once(
    engine: Engine,
) -> None:
    source = make_source(engine)
    report = delivery_receipts.StatusReport("m1", "sent", NOON, "utility", True)

    first, second = second_while_first_is_open(
        engine,
        lambda session: delivery_receipts.apply_report(
            session, source.id or 0, report, NOON
        ),
    )

    assert [correction.n for correction in first] == [1]
    assert second == ()


def test_a_message_that_was_reported_before_it_was_accepted_stays_so(
    engine: Engine,
) -> None:
    source = make_source(engine)
    report = delivery_receipts.StatusReport("m1", "sent", NOON, "utility", True)
    with db.writing(engine) as session:
        delivery_receipts.apply_report(session, source.id or 0, report, NOON)

    with db.writing(engine) as session:
        delivery_receipts.record_accepted(
            session, source.id or 0, "m1", "utility", NOON
        )

    with db.reading(engine) as session:
        message = session.get_one(SentMessage, (source.id, "m1"))
    assert message.status == "sent"


def test_two_versions_of_a_plan_that_are_made_at_once_have_two_numbers(
    engine: Engine,
) -> None:
    def write(session: Session) -> int:
        parts = ("brief", "settings", "choice", "calendar", "power", "warnings")
        plan = Plan(
            campaign="lakes",
            made_by="cell.writer",
            made_at=NOON,
            **{part: {} for part in parts},
        )
        return plan_store.add(session, plan, []).version

    assert second_while_first_is_open(engine, write) == (1, 2)


def test_two_rules_of_one_name_are_refused_in_words(context: Context) -> None:
    results: list[object] = []

    def add() -> None:
        try:
            results.append(
                alert_rules.add_rule(
                    context, "floods", "flood baner", threshold=5, minutes=60
                )
            )
        except Exception as error:  # noqa: BLE001 - compared below
            results.append(error)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    refusals = [one for one in results if isinstance(one, Exception)]
    assert len(refusals) == 3
    assert all("There is a rule" in str(one) for one in refusals), refusals


def test_a_source_that_another_machine_reads_is_not_read_here(
    context: Context, tmp_path: Path
) -> None:
    """Another workspace folder, as on another machine: its files lock nothing here."""
    source = make_source(context.engine)
    other = replace(context, workspace=Workspace(tmp_path, context.workspace.config))

    with (
        source_lock.lock_source(other, source.id or 0) as first,
        source_lock.lock_source(context, source.id or 0) as second,
    ):
        assert first
        assert second is db.is_sqlite(context.engine)
    with source_lock.lock_source(context, source.id or 0) as again:
        assert again


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
