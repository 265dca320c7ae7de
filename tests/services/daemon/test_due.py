"""When jobs are due: caught up once, never twice, in Pune's time."""

from datetime import UTC, datetime, time, timedelta

import pytest

from socialcell.services.daemon.due import DailySlots, DueSlot, IntervalSlots, due_slots

HOUR = timedelta(hours=1)
NIGHT = DailySlots(time(2, 0))
MONDAY = DailySlots(time(8, 0), "mon")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_an_interval_is_due_when_its_next_multiple_has_come() -> None:
    last = at("2026-11-23T03:00")

    assert due_slots(IntervalSlots(HOUR), last, at("2026-11-23T03:59:59")) == []
    assert due_slots(IntervalSlots(HOUR), last, at("2026-11-23T04:00")) == [
        DueSlot(at("2026-11-23T04:00"))
    ]


def test_after_downtime_one_slot_stands_for_all_that_were_missed() -> None:
    last = at("2026-11-22T03:00")

    assert due_slots(IntervalSlots(HOUR), last, at("2026-11-23T05:30")) == [
        DueSlot(at("2026-11-23T05:00"), 26)
    ]


def test_an_offset_moves_the_slots() -> None:
    every = IntervalSlots(HOUR, timedelta(minutes=7))

    (one,) = due_slots(every, None, at("2026-11-23T03:06"))

    assert one.slot_at == at("2026-11-23T02:07")


def test_times_of_day_are_those_of_pune() -> None:
    # 02:00 in Pune is 20:30 UTC of the day before.
    last = at("2026-11-22T20:30")

    assert due_slots(NIGHT, last, at("2026-11-23T20:29")) == []
    assert due_slots(NIGHT, last, at("2026-11-23T20:30")) == [
        DueSlot(at("2026-11-23T20:30"))
    ]


@pytest.mark.fault("F21")
def test_every_missed_week_is_made_up_for_one_by_one() -> None:
    last = at("2026-11-02T02:30")  # Monday 08:00 in Pune

    assert due_slots(MONDAY, last, at("2026-11-24T12:00"), each=True) == [
        DueSlot(at("2026-11-09T02:30")),
        DueSlot(at("2026-11-16T02:30")),
        DueSlot(at("2026-11-23T02:30")),
    ]


@pytest.mark.fault("F21")
def test_of_a_long_absence_only_the_last_weeks_are_made_up_for() -> None:
    found = due_slots(
        MONDAY, at("2025-01-06T02:30"), at("2026-11-24T12:00"), each=True, most=8
    )

    assert len(found) == 8
    assert found[-1].slot_at == at("2026-11-23T02:30")
    assert found[0].slot_at == at("2026-10-05T02:30")


@pytest.mark.fault("F22")
def test_a_clock_that_went_back_fires_nothing_twice() -> None:
    last = at("2026-11-23T04:00")

    assert due_slots(IntervalSlots(HOUR), last, at("2026-11-23T02:30")) == []
    assert due_slots(NIGHT, at("2026-11-23T20:30"), at("2026-11-23T01:00")) == []


@pytest.mark.fault("F22")
def test_a_clock_that_jumped_ahead_fires_at_once() -> None:
    assert due_slots(NIGHT, at("2026-11-22T20:30"), at("2026-11-23T22:30")) == [
        DueSlot(at("2026-11-23T20:30"))
    ]


def test_a_job_that_never_ran_begins_with_its_newest_slot_unless_that_is_too_old() -> (
    None
):
    now = at("2026-11-25T12:00")

    (first,) = due_slots(MONDAY, None, now)
    assert first.slot_at == at("2026-11-23T02:30")
    assert due_slots(MONDAY, None, now, since=now - timedelta(days=1)) == []


@pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Asia/Kolkata"])
@pytest.mark.fault("F23")
def test_the_machines_zone_changes_nothing(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)

    assert due_slots(MONDAY, at("2026-11-16T02:30"), at("2026-11-23T02:30")) == [
        DueSlot(at("2026-11-23T02:30"))
    ]
