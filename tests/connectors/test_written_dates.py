"""Dates as people write them: by numbers in some order, by names, in any digits."""

from datetime import UTC, date, datetime

import pytest

from socialcell.clock import IST
from socialcell.connectors.files.written_dates import (
    UnclearDate,
    column_order,
    has_clock,
    parse_written,
    plain_digits,
    written_day,
    written_moment,
)

DAY = (2026, 11, 28)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-28", DAY),
        ("28-11-2026", DAY),
        ("28/11/26", DAY),
        ("28.11.2026", DAY),
        ("11/28/2026", DAY),
        ("2026/11/28 21:05:12", (*DAY, 21, 5, 12)),
        ("28/11/2026, 9:05 PM", (*DAY, 21, 5)),
        ("28/11/2026, 9:05\u202fpm", (*DAY, 21, 5)),
        ("28-11-2026 12:30 a.m.", (*DAY, 0, 30)),
        ("28-11-2026 12:30 PM", (*DAY, 12, 30)),
        ("28.11.2026 21.05", (*DAY, 21, 5)),
        ("28-11-2026 10:15 hrs", (*DAY, 10, 15)),
        ("28 Nov 2026", DAY),
        ("28-Nov-26", DAY),
        ("28th November, 2026", DAY),
        ("Nov 28, 2026 9:05 PM", (*DAY, 21, 5)),
        ("Sat, Nov 28, 2026", DAY),
        ("२८-११-२०२६", DAY),
        ("२८ नोव्हेंबर २०२६", DAY),
        ("शनिवार, २८ नोव्हेंबर २०२६ दु. २:३०", (*DAY, 14, 30)),
        ("28 नवंबर 2026 शाम 5:30 बजे", (*DAY, 17, 30)),
        ("28/11/2026 सायं. ५.३०", (*DAY, 17, 30)),
        ("28/11/2026 सकाळी ९ वाजता", (*DAY, 9)),
        ("28/11/2026 रात्री १०:१५", (*DAY, 22, 15)),
        ("28/11/2026 रात्री १२:१५", (*DAY, 0, 15)),
        ("२८ फरवरी २०२६", (2026, 2, 28)),
        ("२८ फ़रवरी २०२६", (2026, 2, 28)),
        ("28 सप्टें. 2026", (2026, 9, 28)),
        ("05/05/2026", (2026, 5, 5)),
    ],
)
def test_a_date_that_can_be_one_day_only_is_read(
    written: str, moment: tuple[int, ...]
) -> None:
    at = parse_written(written).at
    assert (at.year, at.month, at.day, at.hour, at.minute, at.second) == (
        *moment,
        *[0] * (6 - len(moment)),
    )
    assert has_clock(written) is (len(moment) > 3)


def test_a_date_that_may_be_two_days_is_refused_with_both() -> None:
    with pytest.raises(UnclearDate, match=r"3 April 2026 .* or 4 March 2026"):
        parse_written("03/04/2026")


@pytest.mark.parametrize(
    ("order", "day"),
    [
        ("dmy", date(2026, 4, 3)),
        ("mdy", date(2026, 3, 4)),
        ("ymd", date(2003, 4, 26)),
    ],
)
def test_a_stated_order_decides(order: str, day: date) -> None:
    assert written_day("03/04/26", order) == day


def test_a_date_that_is_not_of_the_stated_order_is_refused() -> None:
    with pytest.raises(ValueError, match="not written as mdy"):
        parse_written("28/11/2026", "mdy")


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (["03/04/2026", "25/04/2026"], "dmy"),
        (["०३/०४/२०२६", "२५/०४/२०२६"], "dmy"),
        (["03/04/2026", "04/25/2026"], "mdy"),
        (["03/04/2026", "05/06/2026"], None),
        (["25/04/2026", "04/25/2026"], None),
        (["2026-04-03", "soon", ""], None),
    ],
)
def test_a_column_shows_the_order_of_its_dates(
    column: list[str], order: str | None
) -> None:
    assert column_order(column) == order


@pytest.mark.parametrize(
    "written",
    [
        "soon",
        "",
        "31/31/2026",
        "2026-13-01",
        "28-11-2026 25:00",
        "28/11/2026 x",
        "9:05",
    ],
)
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="not clear"):
        parse_written(written)


def test_a_time_without_an_offset_is_of_the_zone() -> None:
    # 9:05 pm in Pune is 15:35 UTC.
    at = datetime(2026, 11, 28, 15, 35, tzinfo=UTC)
    assert written_moment("28/11/2026 9:05 pm", IST) == at
    assert written_moment("2026-11-28T15:35:00Z", IST) == at
    assert written_moment("28 Nov 2026 21:05 +0530", UTC) == at


def test_digits_of_every_script_are_plain() -> None:
    assert plain_digits("टोकन १२३४५ / 67") == "टोकन 12345 / 67"
