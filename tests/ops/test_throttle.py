"""A throttle lets so many acts of a key through in a stretch of time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.ops.web import throttle
from socialcell.ops.web.throttle import Allowance
from tests.builders import NOON


def take(engine: Engine, key: str = "sign-in asha", at: datetime = NOON) -> Allowance:
    """The third act within a minute is one too many."""
    with db.writing(engine) as session:
        return throttle.take(session, key, 2, 60, at)


def test_what_is_one_too_many_waits_for_the_next_window(engine: Engine) -> None:
    assert take(engine) == Allowance(2, 1, 60)
    assert take(engine, at=NOON + timedelta(seconds=10)) == Allowance(2, 0, 50)
    assert take(engine, at=NOON + timedelta(seconds=20)) == Allowance(2, 0, 40, 40)
    assert take(engine, at=NOON + timedelta(seconds=59)) == Allowance(2, 0, 1, 1)
    assert take(engine, at=NOON + timedelta(seconds=60)) == Allowance(2, 1, 60)


def test_whether_a_key_waits_is_asked_without_counting(engine: Engine) -> None:
    def wait() -> int | None:
        with db.reading(engine) as session:
            return throttle.waits(session, "sign-in asha", 2, 60, NOON)

    assert (wait(), take(engine).wait, wait()) == (None, None, None)
    assert (take(engine).wait, wait(), take(engine).wait) == (None, 60, 60)


def test_each_key_has_a_window_of_its_own(engine: Engine) -> None:
    for _ in range(3):
        take(engine)

    assert take(engine, "sign-in meera").wait is None
    assert take(engine).wait == 60


def test_a_clock_that_was_put_back_opens_a_new_window(engine: Engine) -> None:
    for _ in range(3):
        take(engine)

    assert take(engine, at=NOON - timedelta(hours=2)) == Allowance(2, 1, 60)


def test_what_is_counted_at_once_is_counted_whole(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        allowances = list(pool.map(lambda _: take(engine), range(12)))

    assert sum(allowance.wait is None for allowance in allowances) == 2


def test_windows_that_are_over_are_forgotten(engine: Engine) -> None:
    take(engine, "network 192.0.2.0")
    take(engine, at=NOON + timedelta(hours=23))

    with db.writing(engine) as session:
        assert throttle.forget_old(session, NOON + timedelta(days=1)) == 1
        assert throttle.forget_old(session, NOON + timedelta(days=1)) == 0


def test_no_window_is_longer_than_what_is_kept(engine: Engine) -> None:
    with db.writing(engine) as session, pytest.raises(ValueError, match="at most"):
        throttle.take(session, "key", 1, 2 * 86_400, NOON)
