"""Bars in rows and columns of days: lengths, intervals, and what is not known."""

import pytest

from socialcell.i18n import language
from socialcell.reports.svg.day_columns import DayColumn, Limit, day_columns
from socialcell.reports.svg.interval_bars import share_dot, value_bar
from tests.reports.svg.drawings import Element, parsed, texts

ENGLISH = language("en")
HATCH = "url(#hatch)"


def rectangles(drawing: Element, class_: str) -> list[dict[str, float]]:
    return [
        {key: float(part.get(key, 0)) for key in ("x", "y", "width", "height")}
        for part in drawing.iter("rect")
        if part.get("class") == class_
    ]


def hatched(drawing: Element) -> int:
    return sum(part.get("fill") == HATCH for part in drawing.iter("rect"))


def test_a_share_is_a_dot_in_its_band_before_the_goal() -> None:
    drawing = parsed(share_dot(0.5, (0.25, 0.75), 0.9))
    (dot,) = drawing.iter("circle")
    assert float(dot.get("cx", 0)) == 4 + 212 / 2
    (band,) = rectangles(drawing, "fb")
    assert (band["x"], band["width"]) == (4 + 53, 106)
    (goal,) = (path for path in drawing.iter("path") if path.get("stroke-dasharray"))
    assert (goal.get("d") or "").startswith("M194.8 ")
    assert hatched(drawing) == 0


def test_a_share_that_is_not_known_is_hatch_without_a_dot() -> None:
    drawing = parsed(share_dot(None, None, 0.9))
    assert hatched(drawing) == 1
    assert list(drawing.iter("circle")) == []
    assert hatched(parsed(value_bar(None, 10))) == 1


def test_a_bar_is_as_long_as_its_value() -> None:
    (bar,) = rectangles(parsed(value_bar(3, 12)), "f1")
    assert bar["width"] == 30
    assert rectangles(parsed(value_bar(0, 12)), "f1")[0]["width"] == 0


def test_a_bar_has_its_interval_as_a_whisker_and_its_goal_dashed() -> None:
    drawing = parsed(value_bar(3, 12, (2, 5), 6))
    (band,) = rectangles(drawing, "fb")
    assert (band["x"], band["width"]) == (20, 30)
    whisker, goal = (path.get("d") for path in drawing.iter("path"))
    assert whisker == "M20 10H50M20 6v8M50 6v8"
    assert goal == "M60 1V19"


def test_columns_stand_on_zero_below_round_numbers() -> None:
    days = [DayColumn(f"d{n}", f"day {n}", n) for n in (0, 50, 100)]
    chart = day_columns(days, "Mentions a day", ENGLISH)
    drawing = parsed(chart.wide)
    half, whole = rectangles(drawing, "f1")
    assert whole["height"] == pytest.approx(2 * half["height"], abs=0.2)
    assert whole["y"] + whole["height"] == pytest.approx(240 - 30, abs=0.1)
    assert texts(drawing)[:5] == ["0", "25", "50", "75", "100"]
    (svg,) = drawing
    assert svg.get("aria-label") == "Mentions a day: day 0 0; day 50 50; day 100 100"


def test_a_day_that_is_not_known_is_hatch_over_the_full_height() -> None:
    days = [DayColumn("Mon", "Monday", None), DayColumn("Tue", "Tuesday", 8)]
    for markup in (*_both(days),):
        drawing = parsed(markup)
        assert hatched(drawing) == 1
        assert len(rectangles(drawing, "f1")) == 1
        assert "?" in texts(drawing)
        (svg,) = drawing
        assert "Monday not known; Tuesday 8" in (svg.get("aria-label") or "")


def test_a_day_that_was_not_collected_whole_is_at_least_its_count() -> None:
    days = [DayColumn("Mon", "Monday", 5, is_whole=False), DayColumn("Tue", "Tue", 8)]
    drawing = parsed(day_columns(days, "Mentions", ENGLISH).wide)
    assert (hatched(drawing), len(rectangles(drawing, "f1"))) == (1, 2)
    assert "≥5" in texts(drawing)
    (svg,) = drawing
    assert "Monday at least 5" in (svg.get("aria-label") or "")


def test_the_days_before_and_a_limit_are_lines() -> None:
    days = [DayColumn("Mon", "Monday", 5, before=9, link="/mentions?q=x&y")]
    drawing = parsed(
        day_columns(days, "Mentions", ENGLISH, Limit(12, "Usual: 12")).wide
    )
    lines = [path for path in drawing.iter("path") if path.get("class") == "sk"]
    assert len(lines) == 2
    assert "Usual: 12" in texts(drawing)
    (link,) = drawing.iter("a")
    assert (link.get("href"), link.get("aria-label")) == (
        "/mentions?q=x&y",
        "Monday 5, before that 9",
    )


def test_of_many_days_some_are_labelled() -> None:
    days = [DayColumn(f"{n} Nov", f"{n} November", n) for n in range(1, 31)]
    wide, narrow = _both(days)
    wide_labels = [text for text in texts(parsed(wide)) if "Nov" in text]
    narrow_labels = [text for text in texts(parsed(narrow)) if "Nov" in text]
    assert len(narrow_labels) < len(wide_labels) < 30
    assert len(narrow_labels) >= 3


def test_days_without_any_mention_are_zero() -> None:
    days = [DayColumn("Mon", "Monday", 0)]
    drawing = parsed(day_columns(days, "Mentions", language("mr")).wide)
    assert rectangles(drawing, "f1") == []
    assert hatched(drawing) == 0
    assert "०" in texts(drawing)


def _both(days: list[DayColumn]) -> tuple[str, str]:
    chart = day_columns(days, "Mentions", ENGLISH)
    return chart.wide, chart.narrow
