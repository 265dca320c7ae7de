"""Ways of messages run side by side, and each is heard to its end."""

import threading
from collections.abc import Callable

import pytest

from socialcell.services.parallel_ways import Way, WayRunner, run_ways


def way(*tasks: Callable[[], str]) -> Way[str, list[str]]:
    """Does its tasks one after the other; their results."""
    results: list[str] = []
    for task in tasks:
        results.append((yield task))
    return results


def fail() -> str:
    raise ValueError("out of order")


def test_a_way_that_hangs_delays_no_other() -> None:
    called = threading.Event()

    def hang() -> str:
        return "in time" if called.wait(60) else "nobody else was served"

    def call() -> str:
        called.set()
        return "called"

    assert run_ways([way(hang), way(lambda: "sent", call)]) == [
        ["in time"],
        ["sent", "called"],
    ]


@pytest.mark.parametrize("others", [0, 2])
def test_what_a_way_claims_and_settles_is_work_of_the_calling_thread(
    others: int,
) -> None:
    threads: list[int] = []

    def note() -> Way[str, list[str]]:
        threads.append(threading.get_ident())
        yield lambda: "sent"
        threads.append(threading.get_ident())
        return []

    run_ways([note(), *(way(lambda: "sent") for _ in range(others))])

    assert threads == [threading.get_ident()] * 2


def test_each_way_has_a_thread_of_its_own_until_it_ends() -> None:
    # The sweeps of kills count the calls of each thread.
    def name() -> str:
        return threading.current_thread().name

    first, second = run_ways([way(name, name), way(name, name)])

    assert len({*first}) == len({*second}) == 1
    assert first != second


def test_a_way_with_an_error_stops_no_other_and_the_error_is_raised() -> None:
    sent: list[str] = []

    def send() -> str:
        sent.append("sent")
        return "sent"

    with pytest.raises(ValueError, match="out of order"):
        run_ways([way(fail), way(send, send, send)])

    assert sent == ["sent"] * 3


def test_nothing_to_send_is_no_work() -> None:
    assert run_ways([]) == []


def test_a_way_that_hangs_is_left_at_work_and_gone_on_with_in_a_later_run() -> None:
    called = threading.Event()
    runner: WayRunner[str, list[str]] = WayRunner(patience=0)

    def hang() -> str:
        assert called.wait(60)
        return "in time"

    def count() -> str:
        raise AssertionError("it is still at work")

    assert runner.run({"phone": way(hang, lambda: "again")}) == []
    assert not runner.is_answered
    assert runner.run({"phone": way(count)}) == []

    called.set()
    assert runner.finish() == [["in time", "again"]]
    assert runner.finish() == []


def test_a_way_that_was_left_at_work_says_when_it_can_go_on() -> None:
    called = threading.Event()
    runner: WayRunner[str, list[str]] = WayRunner(patience=0)

    def hang() -> str:
        assert called.wait(60)
        return "late"

    runner.run({"phone": way(hang)})
    assert not runner.is_answered
    called.set()
    while not runner.is_answered:
        threading.Event().wait(0.001)

    assert runner.run({}) == [["late"]]
    assert not runner.is_answered


def test_an_interruption_waits_for_what_was_left_at_work_and_closes_it() -> None:
    called = threading.Event()
    runner: WayRunner[str, list[str]] = WayRunner(patience=0)
    events: list[str] = []

    def hang() -> str:
        assert called.wait(60)
        events.append("answered")
        return "late"

    def left() -> Way[str, list[str]]:
        try:
            yield hang
        finally:
            events.append("closed")
        return []

    def interrupt() -> Way[str, list[str]]:
        called.set()
        raise KeyboardInterrupt
        yield

    runner.run({"phone": left()})
    with pytest.raises(KeyboardInterrupt):
        runner.run({"room": interrupt()})

    assert events == ["answered", "closed"]
    assert runner.finish() == []
