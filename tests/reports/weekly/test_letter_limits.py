"""A letter of a full week keeps to its words, its size and one side of paper."""

from pathlib import Path

import pytest

from socialcell.i18n import CODES
from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import LetterPage
from socialcell.reports.weekly.weekly_letter import MAX_WORDS
from socialcell.services.reporting import weekly_letters
from tests.reports.browser import (
    CLIPPED,
    OUTSIDE,
    browser,
    prefer_dark,
    printed,
    sides,
    violations,
)
from tests.reports.test_weight import full_week
from tests.reports.weekly import weeks
from tests.reports.weekly.weeks import FRIDAY, SINHAGAD, letter
from tests.reports.world import HOUR, NEXT, World

LONG = "Every drain between Vitthalwadi and Ekta Nagari is cleared before the rain "


def fullest_week(world: World) -> None:
    """Four campaigns, gaps on seven platforms, a flood, twelve commitments."""
    full_week(world)
    weeks.flood(world)
    for number in range(6):
        weeks.commitment(world, FRIDAY + number * HOUR, LONG * 2)
        weeks.commitment(world, NEXT + number * HOUR, LONG * 2)
    weeks.own_post(world, "a", NEXT, state="draft", posted_at=None, made_at=FRIDAY)


def all_letters(world: World) -> dict[str, LetterPage]:
    """The letter and that of a ward office, in each language."""
    pages = {}
    for code in CODES:
        pages[code] = letter(world, code)
        office = weekly_letters.make_office_letter(world.context, SINHAGAD, code)
        pages[f"{code}.office"] = office.page
    return pages


def test_the_letters_of_the_fullest_week_keep_words_and_bytes(world: World) -> None:
    fullest_week(world)
    for name, page in all_letters(world).items():
        words = letter_render.word_count(page)
        size = len(letter_render.html(page).encode())
        assert words <= MAX_WORDS, (name, words)
        assert size <= letter_render.MAX_HTML_BYTES, (name, size)
        assert len(page.sections) >= 5, name


def test_commitments_of_any_length_and_number_do_not_break_the_limits(
    world: World,
) -> None:
    weeks.flood(world)
    for number in range(40):
        weeks.commitment(world, FRIDAY + number * HOUR, "a " * 900)
    page = letter(world)
    assert letter_render.word_count(page) <= MAX_WORDS
    assert page.sections[0].title == "To decide"


@pytest.mark.faults
@pytest.mark.browser
def test_the_letters_of_the_fullest_week_are_one_side_and_fit_a_phone(
    world: World, tmp_path: Path
) -> None:
    fullest_week(world)
    pages = {}
    for name, page in all_letters(world).items():
        pages[name] = tmp_path / f"{name}.html"
        pages[name].write_text(letter_render.html(page), "utf-8")
    with browser(360, tmp_path / "phone") as driver:
        for name, file in pages.items():
            driver.get(file.as_uri())
            assert driver.execute_script(OUTSIDE) == [], name
            assert driver.execute_script(CLIPPED) == [], name
            assert violations(driver) == [], name
            prefer_dark(driver)
            assert violations(driver) == [], name
    with browser(768, tmp_path / "paper") as driver:
        for name, file in pages.items():
            driver.get(file.as_uri())
            assert sides(printed(driver)) == 1, name
