"""One holder at a time; who sleeps past the lease cannot write any more."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from socialcell import db
from socialcell.errors import AlreadyRunning
from socialcell.ops import leases, store
from socialcell.ops.leases import TTL
from tests.builders import NOON


def names(engine: Engine) -> list[str]:
    with db.reading(engine) as session:
        return [source.name for source in store.sources(session)]


def add(session: Session, name: str) -> None:
    store.add_source(session, name, "rss", {"url": "https://a.example"}, NOON)


def test_only_one_holds_it_and_the_token_grows_with_the_owner(engine: Engine) -> None:
    first = leases.acquire(engine, "daemon", "a", NOON)

    assert first is not None
    assert first.token == 1
    assert leases.acquire(engine, "daemon", "b", NOON + TTL) is None
    after = NOON + TTL + timedelta(seconds=1)
    second = leases.acquire(engine, "daemon", "b", after)
    assert second is not None
    assert second.token == 2
    assert leases.acquire(engine, "daemon", "a", after) is None


def test_renewing_keeps_it_and_its_token(engine: Engine) -> None:
    leases.acquire(engine, "daemon", "a", NOON)

    again = leases.acquire(engine, "daemon", "a", NOON + TTL)

    assert again is not None
    assert again.token == 1
    late = NOON + TTL + timedelta(seconds=20)
    assert leases.acquire(engine, "daemon", "b", late) is None


def test_a_lease_that_was_let_go_is_taken_at_once(engine: Engine) -> None:
    held = leases.acquire(engine, "daemon", "a", NOON)
    assert held is not None

    leases.release(engine, held, NOON)

    taken = leases.acquire(engine, "daemon", "b", NOON)
    assert taken is not None
    assert taken.token == 2


def test_a_lease_that_was_let_go_is_taken_by_a_clock_that_was_set_back(
    engine: Engine,
) -> None:
    held = leases.acquire(engine, "daemon", "a", NOON)
    assert held is not None
    two_hours_before = NOON - timedelta(hours=2)
    assert leases.acquire(engine, "daemon", "b", two_hours_before) is None

    leases.release(engine, held, NOON)

    taken = leases.acquire(engine, "daemon", "b", two_hours_before)
    assert taken is not None
    assert taken.token == 2


def test_the_lease_of_a_process_known_to_be_dead_is_taken_at_once(
    engine: Engine,
) -> None:
    leases.acquire(engine, "daemon", "host_1:/srv:71:aa", NOON)

    assert leases.acquire(engine, "daemon", "x", NOON, dead="hostX1:/srv:") is None
    taken = leases.acquire(engine, "daemon", "x", NOON, dead="host_1:/srv:")

    assert taken is not None
    assert taken.token == 2


@pytest.mark.fault("F17")
def test_the_holder_writes_and_one_that_slept_past_its_lease_does_not(
    engine: Engine,
) -> None:
    slow = leases.acquire(engine, "daemon", "a", NOON)
    assert slow is not None
    fenced = leases.fenced(engine, slow)
    with db.writing(fenced) as session:
        add(session, "before")
    leases.acquire(engine, "daemon", "b", NOON + 2 * TTL)

    with (
        pytest.raises(AlreadyRunning, match="went to another process"),
        db.writing(fenced) as session,
    ):
        add(session, "after")

    assert names(engine) == ["before"]
