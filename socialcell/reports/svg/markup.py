"""Elements of SVG as safe markup: whatever is put in is escaped, unless it is markup.

Colours are classes of the page's style sheet, sizes are attributes: the pages' policy
allows no style of an element.
"""

import re
import unicodedata
from collections.abc import Iterable

from markupsafe import Markup, escape

HATCH_ID = "hatch"
"""The pattern of what is not known, which every page has (templates/icons.html)."""
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*\Z")
# Mean widths of a letter as parts of its size, in the fonts of the style sheet.
_LATIN, _DEVANAGARI, _STRONG = 0.56, 0.68, 1.06


def element(
    tag: str, *children: Markup | str, **attributes: str | float | None
) -> Markup:
    """An element: `class_` is class, `text_anchor` is text-anchor; None is left out."""
    parts = [
        Markup(' {}="{}"').format(_attribute_name(name), _attribute_text(content))
        for name, content in attributes.items()
        if content is not None
    ]
    opening = Markup("").join(parts)
    if not _NAME.match(tag):
        raise ValueError(f"{tag!r} is no name of an element")
    if not children:
        return Markup("<{}{}/>").format(Markup(tag), opening)  # noqa: S704
    inner = Markup("").join(map(escape, children))
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), opening, inner)  # noqa: S704


def join(parts: Iterable[Markup]) -> Markup:
    """Elements one after another."""
    return Markup("").join(parts)


def number(size: float) -> str:
    """A size in pixels, to a tenth."""
    text = f"{size:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def hatch_fill() -> str:
    """The fill of what is not known."""
    return f"url(#{HATCH_ID})"


def text_width(words: str, size: float, *, strong: bool = False) -> float:
    """About how wide a line of text is on a screen, in pixels."""
    width = 0.0
    for sign in words:
        if unicodedata.category(sign) in ("Mn", "Cf"):
            continue  # it stands on the letter before
        width += _DEVANAGARI if "\u0900" <= sign <= "\u097f" else _LATIN
    return width * size * (_STRONG if strong else 1.0)


def _attribute_name(name: str) -> str:
    plain = name.rstrip("_").replace("_", "-")
    if not _NAME.match(plain):
        raise ValueError(f"{name!r} is no name of an attribute")
    return plain


def _attribute_text(content: str | float) -> str:
    return content if isinstance(content, str) else number(content)
