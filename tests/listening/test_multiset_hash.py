"""The hash behind a digest: any order, each line as often, and the same memory."""

import tracemalloc
from collections.abc import Iterator

import pytest

from socialcell.listening.store.multiset_hash import multiset_hash

LINES = [f"line {n}" for n in range(1_500)]


def test_the_order_of_lines_does_not_count() -> None:
    assert multiset_hash(LINES) == multiset_hash(reversed(LINES))


@pytest.mark.parametrize(
    "lines",
    [LINES[1:], [*LINES, LINES[0]], [*LINES[1:], "another"]],
    ids=["one less", "one twice", "another"],
)
def test_other_lines_have_another_hash(lines: list[str]) -> None:
    assert multiset_hash(lines) != multiset_hash(LINES)


def test_a_line_so_often_that_its_sums_are_zero_counts() -> None:
    assert multiset_hash(["a line"] * 65_536) != multiset_hash([])


@pytest.mark.fault("F43")
def test_ten_times_as_many_lines_take_no_more_memory() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        multiset_hash(lines(count))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1_000)  # what is imported and cached at first
    assert peak(50_000) < peak(5_000) * 1.2


def lines(count: int) -> Iterator[str]:
    return (f"a line of a table, of some length, {n}" for n in range(count))
