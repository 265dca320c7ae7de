"""Calendars of tags: within every rule, as good as the best of all, the same again."""

import re
import signal
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialcell.campaigns.planning.calendar import (
    NoCalendar,
    find_relaxations,
    solve_calendar,
)
from socialcell.campaigns.planning.calendar_problem import (
    Asset,
    BookedTag,
    CalendarProblem,
    CalendarRule,
    CampaignSpeaker,
    Caps,
    ClosedDays,
    Pair,
)
from tests.campaigns.planning import brute_force as brute
from tests.campaigns.planning.brute_force import days

START = date(2026, 11, 30)
FREE = Caps(creator_day=9, creator_week=9, creator_month=9, city_day=9, apart=0)


@st.composite
def problems(draw: st.DrawFn) -> CalendarProblem:
    """Two assets, two creators, three days: 2,401 calendars at most."""
    few = days(3)
    number = st.integers

    def window() -> tuple[date, date]:
        first = draw(number(0, 1))
        return few[first], few[draw(number(first, 2))]

    assets = []
    for name in ("a", "b"):
        first, last = window()
        least = draw(st.sampled_from([0, 0, 0, 1, 2]))
        assets.append(Asset(name, first, last, least, draw(number(max(least, 1), 2))))
    speakers = tuple(
        CampaignSpeaker(name, float(draw(number(0, 500))), 0.5, frozenset(wards))
        for name, wards in (("x", ["w1"]), ("y", draw(st.sampled_from([[], ["w1"]]))))
    )
    pairs = {
        (asset, who): Pair(
            draw(st.sampled_from([("mr",), ("en",), ("en", "mr")])), draw(number(1, 4))
        )
        for asset in ("a", "b")
        for who in ("x", "y")
        if draw(st.booleans()) or (asset, who) == ("a", "x")
    }
    closed = tuple(
        ClosedDays(CalendarRule("blackout", str(day)), frozenset({day}), who)
        for day in few
        if draw(number(0, 5)) == 0
        for who in [draw(st.sampled_from([None, frozenset({"x"})]))]
    )
    booked = tuple(
        BookedTag(who, START + timedelta(days=draw(number(-3, 3))), draw(st.booleans()))
        for who in ("x", "y")
        if draw(number(0, 3)) == 0
    )
    caps = Caps(
        creator_day=draw(number(1, 2)),
        creator_week=draw(number(1, 3)),
        creator_month=draw(number(1, 3)),
        city_day=draw(number(1, 3)),
        city_week=draw(st.sampled_from([None, 2, 3])),
        apart=draw(number(0, 3)),
    )
    return CalendarProblem(
        days=few,
        assets=tuple(assets),
        speakers=speakers,
        pairs=pairs,
        caps=caps,
        budget=draw(st.sampled_from([None, 5, 8])),
        shares=draw(st.sampled_from([{}, {"mr": 50}, {"en": 40, "mr": 30}])),
        wards=draw(st.sampled_from([{}, {}, {"w1": 1}, {"w1": 2}])),
        closed=closed,
        booked=booked,
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(problems())
def test_a_calendar_is_as_good_as_the_best_of_all_calendars(
    problem: CalendarProblem,
) -> None:
    best = brute.best(problem)
    if best is None:
        with pytest.raises(NoCalendar):
            solve_calendar(problem)
        return
    found = solve_calendar(problem)
    assert brute.broken(problem, found.tags) == []
    assert found.reach == pytest.approx(brute.reach(problem, found.tags))
    # The search may stop within two in a thousand of its bound.
    assert found.reach >= 0.998 * best - 0.1
    assert found.bound >= best - 1e-6


def simple(**changes: object) -> CalendarProblem:
    """One asset, two creators of whom x reaches more, ten days, no caps."""
    made = CalendarProblem(
        days=days(10),
        assets=(Asset("a", START, START + timedelta(days=9)),),
        speakers=(CampaignSpeaker("x", 1000.0, 0.5), CampaignSpeaker("y", 400.0, 0.5)),
        pairs={("a", "x"): Pair(("mr",), 7), ("a", "y"): Pair(("en", "mr"), 2)},
        caps=FREE,
    )
    return replace(made, **changes)


def test_tags_are_spread_over_the_days() -> None:
    found = solve_calendar(simple())

    assert len(found.tags) == len({tag.day for tag in found.tags}) == 2
    assert found.reach == pytest.approx(700)
    assert found.proved


def test_ctrl_c_is_still_heard_after_a_calendar_was_solved() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        solve_calendar(simple())
        assert signal.SIGINT in caught_by_the_system()
    finally:
        signal.signal(signal.SIGINT, before)


def caught_by_the_system() -> set[int]:
    """The signals for which this process has a handler, whatever Python thinks."""
    status = Path("/proc/self/status").read_text()
    (mask,) = re.findall(r"^SigCgt:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return {n for n in range(1, 65) if int(mask, 16) >> (n - 1) & 1}


def test_nobody_says_the_same_in_two_languages() -> None:
    # The other asset has no open day, so only a second tag for the first would add.
    other = Asset("b", START, START)
    closed = (ClosedDays(CalendarRule("blackout", "b"), frozenset({START})),)
    pairs = {(asset, "y"): Pair(("en", "mr"), 2) for asset in ("a", "b")}
    problem = simple(pairs=pairs, closed=closed)
    found = solve_calendar(replace(problem, assets=(*problem.assets, other)))

    assert [tag.asset for tag in found.tags] == ["a"]


@pytest.mark.parametrize(
    ("caps", "tags"),
    [
        (replace(FREE, creator_week=1), 2),
        (replace(FREE, creator_month=1), 1),
        (replace(FREE, city_week=1), 2),
        (replace(FREE, apart=4), 3),
    ],
)
def test_caps_hold_in_any_span_of_days(caps: Caps, tags: int) -> None:
    """One creator, four assets, ten days: a week leaves room for two, seven apart."""
    problem = simple(
        assets=tuple(Asset(name, START, days(10)[-1]) for name in "abcd"),
        pairs={(name, "x"): Pair(("mr",), 1) for name in "abcd"},
        caps=caps,
    )

    found = solve_calendar(problem)

    assert len(found.tags) == tags
    assert brute.broken(problem, found.tags) == []


def test_a_week_begins_on_any_day() -> None:
    """From one of the first three days to the sixth it is less than a week."""
    early, late = Asset("a", START, days(3)[-1]), Asset("b", days(6)[-1], days(6)[-1])
    pairs = {(name, "x"): Pair(("mr",), 1) for name in "ab"}
    problem = simple(
        assets=(early, late), pairs=pairs, caps=replace(FREE, creator_week=1)
    )

    assert len(solve_calendar(problem).tags) == 1


def test_the_budget_decides_who_speaks() -> None:
    assert [tag.creator for tag in solve_calendar(simple(budget=8)).tags] == ["x"]
    assert [tag.creator for tag in solve_calendar(simple(budget=6)).tags] == ["y"]


def test_what_the_money_could_buy_in_parts_bounds_the_reach() -> None:
    # y for 2, and five sevenths of x: 200 + 500 * 5 / 7.
    assert solve_calendar(simple(budget=7)).bound <= 200 + 500 * 5 / 7 + 1e-6


def test_the_same_problem_gives_the_same_calendar() -> None:
    many = tuple(Asset(f"a{n}", days(10)[n % 3], days(10)[9 - n % 2]) for n in range(6))
    who = tuple(CampaignSpeaker(f"c{n}", 100.0 * (n + 1), 0.3) for n in range(5))
    pairs = {
        (asset.id, one.id): Pair(("en", "mr"), 1 + n % 3)
        for n, asset in enumerate(many)
        for one in who
    }
    problem = CalendarProblem(days(10), many, who, pairs, budget=15, shares={"mr": 30})

    assert solve_calendar(problem) == solve_calendar(problem)


@pytest.mark.parametrize(
    ("changes", "rule", "by"),
    [
        ({"budget": 1, "wards": {"w": 0}}, CalendarRule("budget"), 1),
        (
            {
                "closed": (
                    ClosedDays(CalendarRule("election", "e"), frozenset(days(10))),
                )
            },
            CalendarRule("election", "e"),
            1,
        ),
        (
            {"caps": replace(FREE, city_day=1), "days": days(1)},
            CalendarRule("city_day"),
            1,
        ),
        ({"shares": {"hi": 10}}, CalendarRule("language", "hi"), 10),
        ({"wards": {"w": 2}}, CalendarRule("ward", "w"), 2),
    ],
)
def test_a_rule_that_stands_against_a_calendar_is_named(
    changes: dict[str, object], rule: CalendarRule, by: int
) -> None:
    least = 2 if rule.kind == "city_day" else 1
    asset = Asset("a", START, changes.get("days", days(10))[-1], least=least)

    problem = simple(assets=(asset,), **changes)

    with pytest.raises(NoCalendar):
        solve_calendar(problem)
    assert ((rule, by),) in [way.by for way in find_relaxations(problem)]


def test_an_election_is_named_last() -> None:
    closed = (ClosedDays(CalendarRule("election", "e"), frozenset(days(10)[1:])),)
    asset = Asset("a", START, START + timedelta(days=9), least=2)

    problem = simple(assets=(asset,), closed=closed, caps=replace(FREE, city_day=1))
    found = find_relaxations(problem)

    ways = [[rule.kind for rule, _ in way.by] for way in found]
    assert ways[-1] == ["election"]
    assert sorted(ways[:-1]) == [["asset_least"], ["city_day"]]


def test_two_rules_are_named_together_when_neither_helps_alone() -> None:
    asset = Asset("a", START, START + timedelta(days=9), least=1)
    closed = (ClosedDays(CalendarRule("blackout", "b"), frozenset(days(10))),)

    ways = find_relaxations(simple(assets=(asset,), closed=closed, wards={"w": 1}))

    # Nobody is at home in w, so that need stands in every way.
    assert ways
    assert all(
        (CalendarRule("ward", "w"), 1) in way.by and len(way.by) == 2 for way in ways
    )


@pytest.mark.parametrize(
    ("many", "creators"),
    [(12, 10), pytest.param(60, 40, marks=pytest.mark.faults)],
)
def test_a_month_of_many_assets_and_creators_is_planned(
    many: int, creators: int
) -> None:
    """As good as 0.95 of its bound; the effort is bounded in steps of the solver."""
    draw = Random(3)
    month = days(28)
    windows = [
        (month[draw.randint(0, 10)], month[draw.randint(14, 27)]) for _ in range(5)
    ]
    assets = tuple(
        Asset(f"a{n:02}", *windows[draw.randrange(5)], least=1) for n in range(many)
    )
    speakers = tuple(
        CampaignSpeaker(
            f"c{n:02}", 500 * draw.paretovariate(1.2), 0.3, frozenset({f"w{n % 5}"})
        )
        for n in range(creators)
    )
    spoken = [tuple(draw.sample(("en", "hi", "mr"), 2)) for _ in speakers]
    pairs = {
        (asset.id, one.id): Pair(tuple(sorted(spoken[n])), round(one.gain**0.8))
        for asset in assets
        for n, one in enumerate(speakers)
    }
    problem = CalendarProblem(
        days=month,
        assets=assets,
        speakers=speakers,
        pairs=pairs,
        budget=round(2.4 * sum(pairs["a00", one.id].cost for one in speakers)),
        shares={"en": 10, "hi": 20, "mr": 40},
        wards={f"w{n}": 2 for n in range(5)},
        closed=(
            ClosedDays(CalendarRule("festival", "f"), frozenset(draw.sample(month, 4))),
        ),
    )

    found = solve_calendar(problem)

    assert brute.broken(problem, found.tags) == []
    assert found.reach >= 0.95 * found.bound
