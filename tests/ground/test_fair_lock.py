"""A fair lock goes to whoever waited longest, and to nobody who has given up."""

import threading

from socialcell.db.fair_lock import FairLock
from tests.waiting import until


def wait_in_turn(lock: FairLock, name: int, order: list[int]) -> threading.Thread:
    """A thread that waits for the lock, behind those that do already."""
    before = len(lock._waiting)

    def wait() -> None:
        assert lock.acquire(60)
        order.append(name)
        lock.release()

    thread = threading.Thread(target=wait)
    thread.start()
    until(lambda: len(lock._waiting) > before, "a thread waits")
    return thread


def test_it_goes_to_threads_in_the_order_in_which_they_came() -> None:
    lock, order = FairLock(), list[int]()
    assert lock.acquire(0)
    threads = [wait_in_turn(lock, name, order) for name in range(8)]

    lock.release()
    for thread in threads:
        thread.join()

    assert order == list(range(8))
    assert lock.acquire(0)


def test_who_releases_it_and_asks_at_once_is_behind_who_waits() -> None:
    lock, order = FairLock(), list[int]()
    assert lock.acquire(0)
    thread = wait_in_turn(lock, 1, order)

    lock.release()
    assert lock.acquire(60)
    order.append(2)
    thread.join()

    assert order == [1, 2]


def test_who_gave_up_does_not_get_it() -> None:
    lock = FairLock()
    assert lock.acquire(0)

    assert not lock.acquire(0.01)
    assert not lock.acquire(0)
    assert not lock.pass_on()
    lock.release()

    assert lock.acquire(0)


def test_it_is_passed_on_only_to_somebody() -> None:
    lock, order = FairLock(), list[int]()
    assert lock.acquire(0)
    assert not lock.pass_on()
    thread = wait_in_turn(lock, 1, order)

    assert lock.pass_on()
    thread.join()

    assert order == [1]
    assert lock.acquire(0)
