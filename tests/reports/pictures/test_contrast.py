"""Pictures are seen by everybody: contrast, grey prints, sizes, places of texts.

All of it is measured on what was drawn, in each language and width.
"""

from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from socialcell import palette
from socialcell.i18n import language
from socialcell.reports.pictures.canvas import (
    DECORATION,
    NARROW,
    SERIES,
    SMALLEST,
    WIDE,
)
from tests.reports.pictures.artists import (
    DrawnText,
    colours_below,
    marks,
    pixels,
    texts,
)
from tests.reports.pictures.samples import NAMES, pictures
from tests.reports.slow_languages import SLOW_CODES

TEXT, GRAPHIC = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
GREY = 9.0  # difference in L* that a grey print keeps apart

# Of the scope of the module, so that all tests of a picture follow one another.
pytestmark = pytest.mark.parametrize("code", SLOW_CODES, scope="module")
each_picture = pytest.mark.parametrize("name", NAMES, scope="module")
each_width = pytest.mark.parametrize("width", [NARROW, WIDE], scope="module")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def figure(place: Path, name: str, code: str, width: float) -> Figure:
    """The picture of this name in a language and a width."""
    return pictures(place)[name](language(code), width).figure


@pytest.fixture(scope="module")
def drawn_texts(figure: Figure) -> list[DrawnText]:
    return texts(figure)


@each_picture
@each_width
def test_every_text_stands_out_from_what_is_below_it(
    figure: Figure, drawn_texts: list[DrawnText]
) -> None:
    image = pixels(figure)
    for text in drawn_texts:
        # A dashed line may cross a text; nine tenths of its ground must be clear.
        clear = sum(
            share
            for colour, share in colours_below(image, text.box).items()
            if palette.contrast(text.colour, colour) >= TEXT
        )
        assert clear >= 0.9, (text.words, clear)


@each_picture
@each_width
def test_every_mark_stands_out_from_paper_or_bears_its_number(
    figure: Figure, drawn_texts: list[DrawnText]
) -> None:
    boxes = [text.box for text in drawn_texts]
    for mark in marks(figure):
        if mark.label == DECORATION:
            continue
        colours = [colour for colour in (mark.fill, mark.edge) if colour]
        if any(palette.contrast(c, palette.PAPER) >= GRAPHIC for c in colours):
            continue
        area = mark.artist.get_window_extent()
        assert any(
            area.x0 <= (left + right) / 2 <= area.x1
            and area.y0 <= (low + high) / 2 <= area.y1
            for left, low, right, high in boxes
        ), (mark.label, colours)


@each_picture
@each_width
def test_series_differ_in_a_grey_print_or_by_their_mark(figure: Figure) -> None:
    kinds = {
        (mark.label, mark.fill or mark.edge, mark.marker)
        for mark in marks(figure)
        if mark.label.startswith(SERIES)
    }
    assert kinds
    for (label, colour, marker), (other, other_colour, other_marker) in combinations(
        kinds, 2
    ):
        if label == other:
            continue
        apart = abs(palette.lightness(colour) - palette.lightness(other_colour))
        assert apart >= GREY or marker != other_marker, (label, other, apart)


@each_picture
@each_width
def test_no_text_is_small_cut_or_overlaps_another(
    figure: Figure, drawn_texts: list[DrawnText]
) -> None:
    sheet = figure.bbox
    for text in drawn_texts:
        left, low, right, high = text.box
        assert text.size >= SMALLEST, text
        assert min(left, low) >= 0, text
        assert max(right - sheet.x1, high - sheet.y1) <= 0.5, text
    for text, other in combinations(drawn_texts, 2):
        across = min(text.box[2], other.box[2]) - max(text.box[0], other.box[0])
        down = min(text.box[3], other.box[3]) - max(text.box[1], other.box[1])
        # The boxes of lines below each other touch where letters do not.
        assert across <= 1 or down <= 4, (text.words, other.words)


@each_picture
@pytest.mark.parametrize("width", [WIDE], scope="module")
def test_only_colours_of_the_palette_are_drawn(
    figure: Figure, drawn_texts: list[DrawnText]
) -> None:
    used = {colour for mark in marks(figure) for colour in (mark.fill, mark.edge)}
    used |= {text.colour for text in drawn_texts}
    assert used - {None} <= set(palette.ALL)
