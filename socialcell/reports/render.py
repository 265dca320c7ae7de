"""A page as HTML that mail programs and phones show, and as plain text."""

import re
import unicodedata

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from socialcell.reports.page import Page

LONGEST_WORD = 18
"""Characters of a word that still fits into a table's column on a phone."""
PIECE = 8
_JOINERS = "\u094d\u200c\u200d"  # virama, and the joiners that follow it


def html(page: Page) -> str:
    """One self-contained HTML document; charts are referred to by file name."""
    made = _environment(autoescape=True).get_template("page.html").render(page=page)
    inliner = css_inline.CSSInliner(keep_style_tags=False, minify_css=True)
    return inliner.inline(made) + "\n"


def text(page: Page) -> str:
    """The same in plain text: every table line by line, charts in words."""
    return _environment(autoescape=False).get_template("page.txt").render(page=page)


def breakable(text: str) -> Markup:
    """Escaped text whose overlong words may break, so that a table fits on a phone.

    A break stands before no sign that combines with the letter before it.
    """
    return Markup("").join(
        Markup("<wbr>").join(_pieces(word))
        if len(word) > LONGEST_WORD
        else escape(word)
        for word in re.split(r"(\s+)", text)
    )


def _pieces(word: str) -> list[str]:
    pieces = [""]
    for sign in word:
        joins = unicodedata.category(sign)[0] == "M" or sign in _JOINERS
        if len(pieces[-1]) >= PIECE and not joins and pieces[-1][-1] not in _JOINERS:
            pieces.append("")
        pieces[-1] += sign
    return pieces


def _environment(*, autoescape: bool) -> Environment:
    made = Environment(
        loader=PackageLoader("socialcell.reports"),
        autoescape=autoescape,  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["breakable"] = breakable
    return made
