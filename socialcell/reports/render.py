"""A page as HTML that mail programs and phones show, and as plain text."""

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from socialcell.reports.page import Page


def html(page: Page) -> str:
    """One self-contained HTML document; charts are referred to by file name."""
    made = _environment(autoescape=True).get_template("page.html").render(page=page)
    inliner = css_inline.CSSInliner(keep_style_tags=False, minify_css=True)
    return inliner.inline(made) + "\n"


def text(page: Page) -> str:
    """The same in plain text: every table line by line, charts in words."""
    return _environment(autoescape=False).get_template("page.txt").render(page=page)


def _environment(*, autoescape: bool) -> Environment:
    return Environment(
        loader=PackageLoader("socialcell.reports"),
        autoescape=autoescape,  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
