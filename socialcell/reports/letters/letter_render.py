"""A letter as HTML for mail programs, phones and paper, and as plain text."""

import functools
from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from socialcell.reports.letters.letter_page import (
    TALL_SCRIPTS,
    Hyperlink,
    LetterPage,
    Line,
    Span,
    words_of_span,
)

MAX_HTML_BYTES = 60_000
"""Bytes of a letter's HTML: less than the size at which Gmail hides the rest."""


def html(page: LetterPage) -> str:
    """One self-contained HTML document without pictures or other files."""
    import css_inline  # large, and no letter is written by most commands

    document = _html_environment().get_template("letter.html").render(page=page)
    inliner = css_inline.CSSInliner(
        keep_style_tags=False, keep_at_rules=True, minify_css=True
    )
    return inliner.inline(document) + "\n"


def text(page: LetterPage) -> str:
    """The same in plain text: tables line by line, addresses behind their words."""
    return _text(page, _text_span)


def word_count(page: LetterPage) -> int:
    """Words that a reader meets; addresses are not read."""
    return len(_text(page, words_of_span).split())


def _text(page: LetterPage, as_text: Callable[[Span], str]) -> str:
    return _text_environment(as_text).get_template("letter.txt").render(page=page)


def _script_class(code: str | None) -> str:
    """The class that sets the height of lines in a language."""
    return "tall" if code in TALL_SCRIPTS else "low"


def _html_line(line: Line) -> Markup:
    return Markup("").join(map(_html_span, line))


def _html_span(span: Span) -> Markup:
    if isinstance(span, str):
        return escape(span)
    if isinstance(span, Hyperlink):
        if span.url is None:
            return escape(span.text)
        return Markup('<a href="{}" class="riv">{}</a>').format(span.url, span.text)
    return Markup("<b>{}</b>").format(span.text)


def _text_span(span: Span) -> str:
    words = words_of_span(span)
    if isinstance(span, Hyperlink) and span.url is not None:
        return f"{words} <{span.url}>"
    return words


@functools.cache  # it keeps its templates: to compile one takes as long as its page
def _html_environment() -> Environment:
    environment = _environment(autoescape=True)
    environment.filters["line"] = _html_line
    environment.globals["script"] = _script_class
    return environment


@functools.cache
def _text_environment(as_text: Callable[[Span], str]) -> Environment:
    environment = _environment(autoescape=False)
    environment.filters["line"] = lambda line: "".join(map(as_text, line))
    return environment


def _environment(*, autoescape: bool) -> Environment:
    return Environment(
        loader=PackageLoader("socialcell.reports"),
        autoescape=autoescape,  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
