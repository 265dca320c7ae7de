"""What the sections of the weekly report are made from, and the rows they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from socialcell.i18n import Language
from socialcell.reports.page import Cell, Quotation, Table
from socialcell.reports.phrases import UNKNOWN, Phrases, top
from socialcell.text import one_line

TOPICS = 10
WARDS = 10
LONGEST = 60
"""Characters of a name, a query or a promise that stand in a table."""
SET_ASIDE = "politics"
"""The topic that is counted and not shown."""


@dataclass(frozen=True)
class Pictures:
    """File names of the charts; None where there is nothing to draw."""

    days: str | None = None
    hours: str | None = None
    topics: str | None = None
    wards: str | None = None
    campaign: str | None = None
    clicks: str | None = None


@dataclass(frozen=True)
class Material:
    """The frozen numbers, quotations as of now, chart files, and how to say it.

    `console_url` is where staff look at incidents, None where there is no console.
    """

    numbers: dict[str, Any]
    quotations: Sequence[Quotation]
    pictures: Pictures
    say: Phrases
    console_url: str | None = None

    @property
    def lang(self) -> Language:
        return self.say.lang

    def counted(self, caption: str, head: str, vocabulary: str, key: str) -> Table:
        """A table of one vocabulary: mentions, share of all, comparison."""
        _ = self.lang.gettext
        rows = [
            (
                (self.say.label(vocabulary, one["id"]),),
                self.say.n(one),
                self._share(one),
                self.say.same(one),
            )
            for one in self.numbers[key]
        ]
        heads = (head, _("Mentions"), _("Share"), self.same_head())
        return Table(caption, heads, rows, self.basis())

    def area_rows(self, areas: list[dict[str, Any]], most: int) -> list[Sequence[Cell]]:
        return [
            (
                (self.say.name(one["name"], one["id"]),),
                self.say.n(one),
                self.say.same(one),
            )
            for one in top(areas, most)
        ]

    def basis(self) -> str:
        """What the numbers of this week rest on: the platform-hours covered."""
        coverage = self.numbers["coverage"]
        if not coverage["due"]:
            return self.lang.gettext("Coverage is not known.")
        return self.lang.gettext(
            "Counted over %(covered)s platform-hours.",
            covered=self.say.of(coverage["covered"], coverage["due"]),
        )

    def same_head(self) -> str:
        return self.lang.gettext("Same hours, before → now")

    def cut(self, text: str) -> str:
        """The beginning of a text of others that may be of any length."""
        return one_line(text, LONGEST)

    def number(self, value: int | None) -> str:
        return UNKNOWN if value is None else self.lang.number(value)

    def _share(self, one: dict[str, Any]) -> Cell:
        whole = self.numbers["mentions"]["n"]
        if not whole or one["n"] is None:
            return (UNKNOWN,)
        return (self.lang.percent(one["n"], whole),)
