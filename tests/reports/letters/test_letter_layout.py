"""The sheet of a letter: in a mail program, on a phone, in the dark and on paper."""

import re
from pathlib import Path

import pytest

from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import LetterTable
from tests.reports.browser import (
    CLIPPED,
    OUTSIDE,
    browser,
    prefer_dark,
    printed,
    sides,
    violations,
)
from tests.reports.letters.pages import BARS, CONSOLE, letter_page
from tests.reports.slow_languages import SLOW_CODES

HOSTILE = "<script>alert(1)</script> & “quoted” 'single' \"double\""


def written(folder: Path, language: str = "en") -> str:
    file = folder / f"letter.{language}.html"
    file.write_text(letter_render.html(letter_page(language)), "utf-8")
    return file.as_uri()


def test_a_letter_says_its_judgement_first_and_shows_the_decision_beside_it() -> None:
    words = re.sub(
        r"(?s)<style>.*?</style>|<[^>]+>", " ", letter_render.html(letter_page())
    )
    order = ["Three things", "Weekly letter", "345 posts", "Not known:", "To decide"]
    positions = [words.index(part) for part in order]
    assert positions == sorted(positions)


def test_a_letter_names_no_file_and_keeps_its_rules_for_phone_and_paper() -> None:
    html = letter_render.html(letter_page())
    assert not re.search(r"<(img|link|script|iframe)\b|url\(", html)
    assert html.count("<style>") == 1
    for rule in ("max-width: 620px", "prefers-color-scheme: dark", "@media print"):
        assert rule.replace(" ", "") in html.replace(" ", "")


def test_text_from_people_is_no_markup_anywhere_in_a_letter() -> None:
    page = letter_page(
        subject=HOSTILE,
        preheader=HOSTILE,
        sender=HOSTILE,
        occasion=HOSTILE,
        lead=[(HOSTILE,)],
        unknown=(HOSTILE,),
        closing=[(HOSTILE,)],
    )
    html = letter_render.html(page)
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 8  # title and heading are the subject


def test_plain_text_holds_every_sentence_and_the_addresses() -> None:
    text = letter_render.text(letter_page())
    for part in (
        "Flood at Sinhagad Road: no one is assigned",
        f"Open incident 14 <{CONSOLE}>",
        "Not known: whether everyone was found.",
        "“\u2068आजी रात्रीपासून गच्चीवर आहेत\u2069” X · not confirmed",
        "* A night officer. Who: Commissioner; By: Mon 23",
        "Mon 152; Tue ?; Wed 0; Sat 608",
    ):
        assert part in text


def test_words_are_counted_without_addresses() -> None:
    with_address = letter_page(sections=(), links=())
    lead = [("345 posts on Saturday.",), ("Open incident 14",)]
    without_address = letter_page(sections=(), links=(), lead=lead)
    # subject 8, sender 3, occasion 7, lead 4 and 3, not known 6, closing 5
    assert letter_render.word_count(with_address) == 36
    assert letter_render.word_count(without_address) == 36


def test_a_bar_is_as_high_as_its_count_and_a_day_without_a_count_has_none() -> None:
    assert [BARS.height(bar) for bar in BARS.bars] == [13, 0, 0, 52]
    assert letter_render.html(letter_page()).count('class="none ax"') == 1


def test_a_row_without_a_cell_for_each_heading_is_refused() -> None:
    with pytest.raises(ValueError, match="2 headings and a row of 1 cells"):
        LetterTable("T", ["a", "b"], [[("x",)]])


@pytest.mark.browser
@pytest.mark.parametrize("language", SLOW_CODES)
def test_a_letter_fits_every_width_and_axe_finds_nothing(
    tmp_path: Path, language: str
) -> None:
    address = written(tmp_path, language)
    for width in (320, 360, 768, 1280):
        with browser(width, tmp_path / f"profile-{width}") as driver:
            driver.get(address)
            assert driver.execute_script(OUTSIDE) == []
            assert driver.execute_script(CLIPPED) == []
            assert violations(driver) == []
            prefer_dark(driver)
            assert violations(driver) == []


@pytest.mark.browser
def test_a_letter_is_one_side_of_paper(tmp_path: Path) -> None:
    with browser(768, tmp_path / "profile") as driver:
        driver.get(written(tmp_path))
        assert sides(printed(driver)) == 1
