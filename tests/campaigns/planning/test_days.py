"""Days on which a city keeps quiet."""

from datetime import date

import pytest

from socialcell.campaigns.planning.calendar_problem import ClosedDays, span
from socialcell.campaigns.planning.quiet_days import closed_days, special_days
from socialcell.errors import UsageError

FIRST, LAST = date(2026, 11, 30), date(2026, 12, 27)
DAYS = span(FIRST, LAST)


def kinds(closed: list[ClosedDays]) -> dict[str, set[date]]:
    found: dict[str, set[date]] = {}
    for one in closed:
        found.setdefault(one.rule.kind, set()).update(one.days)
    return found


def test_holidays_of_the_state_are_special_days_in_three_languages() -> None:
    found = {one.day: one for one in special_days(FIRST, LAST)}

    assert found[date(2026, 12, 25)].name_en == "Christmas"
    assert found[date(2026, 12, 25)].name_mr == "ख्रिसमस"


def test_the_citys_own_days_come_every_year() -> None:
    own = special_days(date(2026, 1, 1), date(2028, 12, 31))

    assert [one.day.year for one in own if one.name_en == "Mahaparinirvan Din"] == [
        2026,
        2027,
        2028,
    ]


def test_the_palkhis_halt_in_pune_on_days_that_nobody_announced_yet() -> None:
    june = span(date(2027, 6, 27), date(2027, 7, 1))
    name = "Palkhi processions halt in Pune (unverified)"

    closed = {one.rule.about for one in closed_days(june)}

    assert closed == {f"2027-06-28 {name}", f"2027-06-29 {name}"}
    assert closed_days(june, open_on=[date(2027, 6, 28), date(2027, 6, 29)]) == []


def test_a_workspace_adds_quiet_days_of_its_own() -> None:
    own = (date(2026, 12, 26), date(2027, 1, 2), "Marathon")
    closed = closed_days(DAYS, own=[own], open_on=[date(2026, 12, 25)])

    about = [one.rule.about for one in closed if "Marathon" in one.rule.about]
    assert about == ["2026-12-26 Marathon", "2026-12-27 Marathon"]


def test_every_special_day_has_a_source_and_three_names() -> None:
    for one in special_days(date(2026, 1, 1), date(2026, 12, 31)):
        assert all([one.name_en, one.name_mr, one.name_hi, one.source]), one


def test_special_days_are_closed_unless_they_are_opened() -> None:
    closed = closed_days(DAYS, open_on=[date(2026, 12, 25)])

    assert kinds(closed)["festival"] == {date(2026, 12, 6)}


def test_an_election_is_never_opened() -> None:
    window = (date(2026, 12, 20), date(2027, 1, 15))
    closed = closed_days(DAYS, open_on=DAYS, elections=[window])

    assert kinds(closed) == {"election": set(span(date(2026, 12, 20), LAST))}


def test_the_switch_closes_every_day_when_nobody_says_when_the_election_ends() -> None:
    assert kinds(closed_days(DAYS, switch="election"))["election"] == set(DAYS)


def test_an_election_that_has_begun_tells_its_end_to_the_switch() -> None:
    window = (date(2026, 11, 20), date(2026, 12, 4))
    closed = closed_days(DAYS, elections=[window], switch="election")

    assert kinds(closed)["election"] == set(span(FIRST, date(2026, 12, 4)))


def test_blackouts_outside_of_the_plan_close_nothing() -> None:
    closed = closed_days(DAYS, blackout=[date(2026, 12, 1), date(2027, 3, 1)])

    assert kinds(closed)["blackout"] == {date(2026, 12, 1)}


def test_an_election_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UsageError, match="before it begins"):
        closed_days(DAYS, elections=[(LAST, FIRST)])
