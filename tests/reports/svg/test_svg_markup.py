"""Markup of drawings: safe whatever is put in, with attributes and classes only."""

from importlib import resources

import pytest
from markupsafe import Markup

from socialcell.reports.svg.markup import (
    HATCH_ID,
    element,
    hatch_fill,
    number,
    text_width,
)
from tests.reports.svg.drawings import parsed

POISON = "\"><script>alert('x')</script>&amp;"


def test_texts_and_attributes_are_escaped() -> None:
    markup = element("text", POISON, aria_label=POISON, href=POISON)
    (text,) = parsed(markup)
    assert (text.text, text.attrib) == (
        POISON,
        {"aria-label": POISON, "href": POISON},
    )


def test_what_is_markup_already_is_not_escaped_again() -> None:
    markup = element("a", element("title", "A & B"))
    assert markup == Markup("<a><title>A &amp; B</title></a>")


def test_names_of_attributes_are_written_as_svg_has_them() -> None:
    markup = element("path", class_="m1", text_anchor="end", viewBox="0 0 1 1", x=None)
    assert markup == '<path class="m1" text-anchor="end" viewBox="0 0 1 1"/>'


@pytest.mark.parametrize("name", ["on click", 'x"', "", "1x"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        element("path", **{name: "x"})
    with pytest.raises(ValueError, match="is no name"):
        element(f"{name} ")


@pytest.mark.parametrize(
    ("size", "text"),
    [(3, "3"), (2.04, "2"), (2.06, "2.1"), (-0.01, "0"), (-1.5, "-1.5")],
)
def test_sizes_are_written_to_a_tenth(size: float, text: str) -> None:
    assert number(size) == text


def test_marks_above_a_letter_take_no_width() -> None:
    assert text_width("कक", 10) == text_width("कंकू", 10)
    assert text_width("ab", 10, strong=True) > text_width("ab", 10)


def test_the_hatch_is_that_of_the_pages() -> None:
    icons = resources.files("socialcell.web.pages") / "templates" / "icons.html"
    assert f'<pattern id="{HATCH_ID}"' in icons.read_text("utf-8")
    assert hatch_fill() == f"url(#{HATCH_ID})"
