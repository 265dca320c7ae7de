"""A page as HTML that mail programs and phones show, and as plain text."""

import functools
import re
import unicodedata
from dataclasses import replace

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from socialcell import palette
from socialcell.i18n import language
from socialcell.reports.page import Page, Paragraph, Table, Terms

MAX_WORD_LENGTH = 18
"""Characters of a word that still fits into a table's column on a phone."""
PIECE_LENGTH = 8
_JOINERS = "\u094d\u200c\u200d"  # virama, and the joiners that follow it


MAX_HTML_BYTES = 88_000
"""Bytes of a letter's HTML. Gmail shows 102,000 and hides the rest."""
_CLASS = re.compile(r'(<[a-z0-9]+\b[^<>]*?) class="[a-z ]+"')


def html(page: Page) -> str:
    """One self-contained HTML document; charts are referred to by file name.

    Where it would be longer than MAX_HTML_BYTES, tables and terms with a `detail` are
    left to the workbook, one after the other, the highest first, with a line in place.
    """
    document = _document(page)
    for block in _blocks_by_detail(page):
        if len(document.encode()) <= MAX_HTML_BYTES:
            break
        page = _without(page, block)
        document = _document(page)
    return document


def _document(page: Page) -> str:
    document = _environment(autoescape=True).get_template("page.html").render(page=page)
    inliner = css_inline.CSSInliner(keep_style_tags=False, minify_css=True)
    return _CLASS.sub(r"\1", inliner.inline(document)) + "\n"


def _blocks_by_detail(page: Page) -> list[Table | Terms]:
    """Blocks that may be left to the workbook, in the order in which they are."""
    blocks = [entry for section in page.sections for entry in section.blocks]
    detail_blocks = [
        block for block in blocks if isinstance(block, Table | Terms) and block.detail
    ]
    return sorted(detail_blocks, key=lambda entry: -entry.detail)


def _without(page: Page, omitted: Table | Terms) -> Page:
    sections = [
        replace(
            section,
            blocks=[
                _reference(omitted, section.title, page.language)
                if block is omitted
                else block
                for block in section.blocks
            ],
        )
        for section in page.sections
    ]
    return replace(page, sections=sections)


def _reference(block: Table | Terms, title: str, code: str) -> Paragraph:
    name = block.caption if isinstance(block, Table) else title
    _ = language(code).gettext
    return Paragraph(_("In the attached workbook: %(name)s.", name=name))


def text(page: Page) -> str:
    """The same in plain text: every table line by line, charts in words."""
    return _environment(autoescape=False).get_template("page.txt").render(page=page)


def sheet(template: str, sheet: object) -> str:
    """A sheet that is opened in a browser and printed: HTML with a style of its own.

    `sheet` has the texts that the template names; all are escaped but SVG as Markup.
    """
    return (
        _environment(autoescape=True)
        .get_template(template)
        .render(sheet=sheet, colour=palette)
    )


def breakable(text: str) -> Markup:
    """Escaped text whose overlong words may break, so that a table fits on a phone.

    No break stands before a character that combines with the letter before it.
    """
    return Markup("").join(
        Markup("<wbr>").join(_pieces(word))
        if len(word) > MAX_WORD_LENGTH
        else escape(word)
        for word in re.split(r"(\s+)", text)
    )


def _pieces(word: str) -> list[str]:
    pieces = [""]
    for sign in word:
        joins = unicodedata.category(sign)[0] == "M" or sign in _JOINERS
        if (
            len(pieces[-1]) >= PIECE_LENGTH
            and not joins
            and pieces[-1][-1] not in _JOINERS
        ):
            pieces.append("")
        pieces[-1] += sign
    return pieces


@functools.cache  # it keeps its templates: to compile one takes as long as its page
def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("socialcell.reports"),
        autoescape=autoescape,  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["breakable"] = breakable
    return environment
