"""A finished picture: title, what is drawn, source, and the same numbers in words."""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from socialcell import palette
from socialcell.i18n import Language
from socialcell.reports.page import Table
from socialcell.reports.pictures.canvas import (
    DECORATION,
    SMALLEST,
    STRONG,
    Canvas,
    style,
)

_SHARPNESS = 144  # dots an inch of a PNG: two for each CSS pixel
_MARGIN = 8
_PAGE_FONTS = (
    "'Noto Sans', 'Noto Sans Devanagari', 'Segoe UI', Roboto, 'Nirmala UI', Mangal, "
    "sans-serif"
)
_FONT_FAMILY = re.compile(r"font-family: [^;\"]*")
_NAMED_GROUP = re.compile(r'<g id="[^"]*">')
_OPENING = re.compile(r"<svg\b[^>]*>", re.DOTALL)
_POINTS = re.compile(r'(width|height)="([\d.]+)pt"')


@dataclass(frozen=True)
class Caption:
    """The words around a drawing: `title` says the finding, `drawn` what is drawn,
    `source` where it comes from and what is missing."""

    title: str
    drawn: str
    source: str


@dataclass(frozen=True)
class PictureCoverage:
    """How completely the hours of a picture were collected.

    `missing` are platforms by name with the hours that they lack, out of `hours`.
    """

    platforms: int
    hours: int
    missing: Mapping[str, int] = field(default_factory=dict)

    def sentence(self, lang: Language) -> str:
        """The source of counted mentions, with the hours that are missing."""
        _ = lang.gettext
        source = lang.ngettext(
            "Source: public posts and messages to the city on %(n)s platform.",
            "Source: public posts and messages to the city on %(n)s platforms.",
            self.platforms,
        )
        if not self.missing:
            return " ".join((source, _("No hour is missing.")))
        gaps = ", ".join(
            f"{name} {lang.number(hours)}" for name, hours in self.missing.items()
        )
        return (
            source
            + " "
            + _(
                "Hours missing out of %(hours)s: %(gaps)s.",
                hours=lang.number(self.hours),
                gaps=gaps,
            )
        )


@dataclass(frozen=True)
class Picture:
    """A drawing with its words. `alt` holds its numbers in one or two sentences,
    `table` all of them."""

    figure: Figure
    caption: Caption
    alt: str
    table: Table

    @property
    def words(self) -> str:
        """What stands in place of the picture where it is not seen."""
        return f"{self.caption.title}. {self.alt}"

    def png(self) -> bytes:
        """As PNG, two dots for each CSS pixel; the same picture has the same bytes."""
        texts = [text for text in self.figure.findobj(Text) if _lacks_weight(text)]
        for text in texts:
            text.set_fontweight(400)
            text.set_path_effects(
                [withStroke(linewidth=0.55, foreground=text.get_color())]
            )
        page = io.BytesIO()
        try:
            with style():
                self.figure.savefig(
                    page, format="png", dpi=_SHARPNESS, metadata={"Software": None}
                )
        finally:
            for text in texts:
                text.set_fontweight(STRONG)
                text.set_path_effects([])
        return page.getvalue()

    def svg(self) -> bytes:
        """As SVG for a page: texts stay texts, and a screen reader reads `alt`."""
        page = io.BytesIO()
        with style():
            self.figure.savefig(
                page, format="svg", metadata={"Date": None, "Creator": None}
            )
        return self._accessible(page.getvalue().decode()).encode()

    def inline_svg(self) -> str:
        """The SVG's element alone, to stand in a page of HTML."""
        svg = self.svg().decode()
        return svg[svg.index("<svg") :]

    def _accessible(self, svg: str) -> str:
        svg = _FONT_FAMILY.sub(f"font-family: {_PAGE_FONTS}", svg)
        svg = svg.replace(f"font-weight: {STRONG}", "font-weight: 600")
        svg = _NAMED_GROUP.sub("<g>", svg)
        opening = _OPENING.search(svg)
        if opening is None:
            raise ValueError("matplotlib wrote an SVG without its element")
        sized = _POINTS.sub(r'\1="\2"', opening[0])
        label = quoteattr(self.words)
        words = (
            f'{sized[:-1]} role="img" aria-label={label}>\n'
            f" <title>{escape(self.caption.title)}</title>\n"
            f" <desc>{escape(self.alt)}</desc>"
        )
        return svg[: opening.start()] + words + svg[opening.end() :]


def framed(
    width: float, caption: Caption, draw: Callable[[Canvas, float], float]
) -> Figure:
    """The figure of a drawing between its words; `draw` is given the sheet and the y
    at which it begins, and returns the y below itself."""
    with style():
        canvas = Canvas(width)
        inner = width - 2 * _MARGIN
        y = canvas.paragraph(
            (_MARGIN, _MARGIN), caption.title, inner, size=17, strong=True
        )
        y = canvas.paragraph(
            (_MARGIN, y + 2), caption.drawn, inner, colour=palette.INK2
        )
        y = draw(canvas, y + 12) + 12
        canvas.line(
            [(_MARGIN, y), (width - _MARGIN, y)], colour=palette.LINE, role=DECORATION
        )
        y = canvas.paragraph(
            (_MARGIN, y + 6),
            caption.source,
            inner,
            size=SMALLEST,
            colour=palette.INK2,
        )
        return canvas.finish(y + _MARGIN)


def _lacks_weight(text: Text) -> bool:
    """A strong text in Devanagari: its font has one weight, so that a PNG draws it with
    a thin outline."""
    return text.get_fontweight() == STRONG and any(
        "\u0900" <= sign <= "\u097f" for sign in text.get_text()
    )
