"""How high a letter is on paper, estimated from its words: one side is the limit.

Chromium prints it at 703 pixels of width (A4 less 12 mm on each side, 96 to the inch).
The estimate is within three in a hundred of what is printed.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from math import ceil

from socialcell.reports.letters.letter_page import (
    MAX_BAR_HEIGHT,
    TALL_SCRIPTS,
    BulletList,
    DayBars,
    Entries,
    KeyFigures,
    LetterBlock,
    LetterPage,
    LetterTable,
    Line,
    Lines,
    plain_text,
)

SIDE_HEIGHT = 1_018
"""Pixels that a letter may take: a side of A4 less its margins has 1,031."""
_WIDTH = 703
_LATIN, _DEVANAGARI = 0.53, 0.64  # widths of a letter, in its font's size
_BOLD = 1.07
_BODY, _SMALL, _TITLE = 13.3, 12.5, 20.0  # font sizes on paper
# Widths of the columns of a table, by their number.
_COLUMNS = {2: (0.62, 0.3), 3: (0.46, 0.26, 0.2)}


def fits_one_side(page: LetterPage) -> bool:
    return _printed_height(page) <= SIDE_HEIGHT


def _printed_height(page: LetterPage) -> float:
    """Pixels from the top of the letter to its end, as estimated."""
    ruler = _Ruler(page.language)
    height = 11 + ruler.lines([page.sender, page.occasion], _SMALL) + 8
    height += ruler.text(page.subject, _TITLE, is_bold=True) + 2
    height += sum(ruler.paragraph(line, _BODY) for line in page.lead)
    if page.unknown is not None:
        height += 6 + 18 + ruler.text(plain_text(page.unknown), _BODY, _WIDTH - 32)
    for section in page.sections:
        height += 6 + ruler.text(section.title, 16, is_bold=True) + 2
        height += sum(_block_height(ruler, block) for block in section.blocks)
    height += 6 + sum(ruler.paragraph(line, _SMALL) for line in page.closing)
    links = "    ".join(link.text for link in page.links)
    return height + (ruler.text(links, _SMALL) + 2 if links else 0)


class _Ruler:
    """Heights of text in a language on paper."""

    def __init__(self, language: str) -> None:
        self._line_height = 1.4 if language in TALL_SCRIPTS else 1.28

    def text(
        self, text: str, size: float, width: float = _WIDTH, *, is_bold: bool = False
    ) -> float:
        """Pixels of a text that is broken into lines of a width."""
        advance = sum(map(_advance, text)) * size * (_BOLD if is_bold else 1)
        # A word that no longer fits leaves a part of its line empty.
        return max(1, ceil(advance / (width * 0.96))) * size * self._line_height

    def lines(self, texts: Iterable[str], size: float) -> float:
        return sum(self.text(text, size) for text in texts)

    def paragraph(self, line: Line, size: float) -> float:
        return self.text(plain_text(line), size) + 2


def _advance(character: str) -> float:
    """The width of a character, in its font's size; signs that join have none."""
    if unicodedata.category(character)[0] in ("M", "C"):
        return 0.2 if unicodedata.category(character) == "Mc" else 0.0
    if "\u0900" <= character <= "\u097f":
        return _DEVANAGARI
    return 0.28 if character in " .,:;|" else _LATIN


def _block_height(ruler: _Ruler, block: LetterBlock) -> float:
    match block:
        case Lines():
            size = _SMALL if block.quiet else _BODY
            return sum(ruler.paragraph(line, size) for line in block.lines)
        case BulletList():
            texts = map(plain_text, block.lines)
            return sum(ruler.text(text, _BODY, _WIDTH - 18) for text in texts) + 2
        case LetterTable():
            head = ruler.text("", _SMALL) + 5
            return head + sum(_row_height(ruler, row) for row in block.rows)
        case KeyFigures():
            return _figures_height(ruler, block)
        case DayBars():
            axis = 2 * 12 * 1.4 + 3
            return MAX_BAR_HEIGHT + axis + ruler.text(block.note, _SMALL) + 2
        case Entries():
            return sum(
                ruler.lines(
                    [
                        entry.title,
                        plain_text(entry.about),
                        *(
                            [f"{entry.quote.text} {plain_text(entry.quote.source)}"]
                            if entry.quote
                            else []
                        ),
                    ],
                    _BODY,
                )
                + 14
                for entry in block.entries
            )


def _row_height(ruler: _Ruler, row: Sequence[Line]) -> float:
    shares = _COLUMNS.get(len(row), [0.9 / len(row)] * len(row))
    return 5 + max(
        ruler.text(plain_text(cell), _BODY, _WIDTH * share, is_bold=number == 0)
        for number, (cell, share) in enumerate(zip(row, shares, strict=True))
    )


def _figures_height(ruler: _Ruler, block: KeyFigures) -> float:
    width = _WIDTH / max(len(block.figures), 1) - 14
    return 34 + max(
        (
            ruler.text(figure.label, _BODY, width)
            + ruler.text(figure.comparison, _SMALL, width)
            for figure in block.figures
        ),
        default=0,
    )
