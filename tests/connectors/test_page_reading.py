"""What connectors repeat: pages that come again, the last batch of a run, chunks."""

from datetime import timedelta

import pytest

from socialcell.connectors.base import Batch, ConnectorError, Kind, Reject
from socialcell.connectors.http_sessions import open_session
from socialcell.connectors.page_reading import (
    CoverageWindow,
    PageGuard,
    chunks,
    chunks_with_last,
    lookup_chunks,
    read_or_reject,
    require_readable,
)
from socialcell.http import PoliteAdapter
from tests.conftest import MONDAY_MORNING as NOW

DAY = timedelta(days=1)


def test_a_page_with_one_new_id_is_read_on() -> None:
    guard = PageGuard("Anywhere")
    guard.require_new(["a", "b"])

    guard.require_new(["b", "c"])

    assert guard.new_ids(["a", "c", "d"]) == {"d"}


def test_a_page_that_comes_again_ends_the_run() -> None:
    guard = PageGuard("Anywhere")
    guard.require_new(["a", "b"])

    with pytest.raises(ConnectorError) as caught:
        guard.require_new(["b", "a"])

    assert caught.value.kind is Kind.DRIFT
    assert str(caught.value) == "Anywhere sends the same page again and again"


def test_an_empty_page_is_no_page_that_comes_again() -> None:
    guard = PageGuard("Anywhere")
    guard.require_new([])

    guard.require_new([])


def test_the_first_window_reaches_back_as_far_as_it_is_told() -> None:
    window = CoverageWindow.open(None, NOW, first=28 * DAY, overlap=DAY)

    last = window.closing_batch(Batch([], window.cursor))

    assert window.floor == NOW - 28 * DAY
    assert window.cursor == {"covered": None}
    assert last.covered == (NOW - 28 * DAY, NOW)
    assert last.cursor == {"covered": NOW.isoformat()}


def test_a_later_window_reads_the_overlap_again_and_covers_what_is_new() -> None:
    cursor = {"covered": (NOW - 2 * DAY).isoformat()}
    window = CoverageWindow.open(cursor, NOW, first=28 * DAY, overlap=DAY)

    last = window.closing_batch(Batch([], window.cursor))

    assert window.cursor == cursor
    assert window.floor == NOW - 3 * DAY
    assert last.covered == (NOW - 2 * DAY, NOW)
    assert (last.gap, last.gap_cause) == (None, None)


def test_what_a_platform_no_longer_shows_is_a_gap_with_its_cause() -> None:
    cursor = {"covered": (NOW - 9 * DAY).isoformat()}
    window = CoverageWindow.open(cursor, NOW, first=7 * DAY)

    last = window.closing_batch(
        Batch([], window.cursor), NOW - 7 * DAY, "one week is shown"
    )

    assert last.covered == (NOW - 7 * DAY, NOW)
    assert last.gap == (NOW - 9 * DAY, NOW - 7 * DAY)
    assert last.gap_cause == "one week is shown"


def test_the_first_window_has_no_gap_before_it() -> None:
    window = CoverageWindow.open(None, NOW, first=7 * DAY)

    last = window.closing_batch(Batch([], window.cursor), NOW - DAY, "one day is shown")

    assert last.covered == (NOW - DAY, NOW)
    assert (last.gap, last.gap_cause) == (None, None)


def test_what_is_shown_from_before_the_window_makes_no_gap() -> None:
    cursor = {"covered": (NOW - DAY).isoformat()}
    window = CoverageWindow.open(cursor, NOW, first=7 * DAY)

    last = window.closing_batch(
        Batch([], window.cursor), NOW - 7 * DAY, "one week is shown"
    )

    assert last.covered == (NOW - DAY, NOW)
    assert last.gap is None


def test_chunks_hold_everything_once_and_in_order() -> None:
    assert list(chunks("abcdefg", 3)) == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
    assert list(chunks("", 3)) == []


def test_the_last_chunk_is_known_and_nothing_is_one_empty_chunk() -> None:
    assert list(chunks_with_last("abcd", 2)) == [
        (["a", "b"], False),
        (["c", "d"], True),
    ]
    assert list(chunks_with_last("", 2)) == [([], True)]


def test_a_lookup_stops_between_two_calls() -> None:
    asked: list[list[str]] = []

    for some in lookup_chunks("abcdef", 2, lambda: len(asked) == 2):
        asked.append(some)

    assert asked == [["a", "b"], ["c", "d"]]


def test_an_item_of_unknown_shape_is_a_reject_that_says_why() -> None:
    raw = {"title": "no id"}

    item = read_or_reject(raw, lambda data: data["id"])

    assert item == Reject(raw, "KeyError: 'id'")
    assert read_or_reject({"id": 7}, lambda data: data["id"]) == 7


def test_a_defect_of_ours_is_no_reject() -> None:
    with pytest.raises(ZeroDivisionError):
        read_or_reject({}, lambda _data: 1 // 0)


def test_a_page_of_rejects_alone_is_an_error() -> None:
    rejects = [Reject({}, "odd"), Reject({}, "odd")]

    require_readable([], "nothing is readable")
    require_readable([*rejects, "an item"], "nothing is readable")
    with pytest.raises(ConnectorError, match="nothing is readable") as caught:
        require_readable(rejects, "nothing is readable")

    assert caught.value.kind is Kind.DRIFT


def test_a_session_asks_its_origins_alone_and_takes_nothing_from_the_environment() -> (
    None
):
    bases = {"https://a.example": "http://127.0.0.1:8001"}

    session = open_session(bases.get, "https://a.example", "https://b.example")

    assert session.trust_env is False
    for origin in ("https://a.example", "https://b.example"):
        assert isinstance(session.get_adapter(f"{origin}/path"), PoliteAdapter)
