"""What the sections of the weekly report are made from, and rows that they share."""

from collections.abc import Sequence
from dataclasses import dataclass

from socialcell.i18n import Language
from socialcell.reports import reader_agreement
from socialcell.reports.compared_figures import AreaFigure, Figure, IdFigure
from socialcell.reports.page import Cell, Chart, Paragraph, Quotation, Table
from socialcell.reports.phrases import UNKNOWN, Phrases, first_with_counts
from socialcell.reports.week_numbers import WeekNumbers
from socialcell.text import one_line

MAX_TOPICS = 10
MAX_WARDS = 10
MAX_CELL_LENGTH = 60
"""Characters of a name, a query or a promise in a cell of a table."""
HIDDEN_TOPIC = "politics"
"""The topic that is counted and not shown."""


@dataclass(frozen=True)
class ChartFiles:
    """File names of the charts whose sections have words for them; None where there is
    nothing to draw."""

    days: str | None = None
    topics: str | None = None
    clicks: str | None = None
    wards: str | None = None


@dataclass(frozen=True)
class SectionPictures:
    """Pictures with their own words; None where there is nothing to draw."""

    ward_map: Chart | None = None
    hours: Chart | None = None
    incident: Chart | None = None
    funnel: Chart | None = None
    campaign: Chart | None = None


@dataclass(frozen=True)
class ReportContext:
    """The frozen numbers, quotations as of now, chart files, phrases of a language.

    `console_url` is where staff look at incidents, None where there is no console.
    """

    numbers: WeekNumbers
    quotations: Sequence[Quotation]
    chart_files: ChartFiles
    phrases: Phrases
    console_url: str | None = None
    pictures: SectionPictures = SectionPictures()

    @property
    def lang(self) -> Language:
        return self.phrases.lang

    def vocabulary_table(
        self,
        caption: str,
        head: str,
        vocabulary: str,
        figures: Sequence[IdFigure],
    ) -> Table:
        """A table of one vocabulary: mentions, share of all, comparison; and the
        corrected share, where the reader of the vocabulary was measured."""
        _ = self.lang.gettext
        corrects = self.corrects(vocabulary)
        rows = [
            (
                (self.phrases.label(vocabulary, figure["id"]),),
                self.phrases.count_cell(figure),
                self._share(figure),
                *([self.corrected_cell(vocabulary, figure["id"])] if corrects else []),
                self.phrases.comparison_cell(figure),
            )
            for figure in figures
        ]
        heads = (
            head,
            _("Mentions"),
            _("Share"),
            *([self.corrected_heading()] if corrects else []),
            self.comparison_heading(),
        )
        return Table(caption, heads, rows, self.basis())

    def corrects(self, task: str) -> bool:
        """Whether shares of a task are corrected: reports that were frozen by earlier
        versions have none."""
        agreement = reader_agreement.agreement_of(self.numbers.get("reader"), task)
        return agreement is not None

    def corrected_heading(self) -> str:
        return self.lang.gettext("Corrected share (interval)")

    def corrected_cell(self, task: str, id_: str) -> Cell:
        share = reader_agreement.share_of(self.numbers.get("reader"), task, id_)
        return (reader_agreement.share_text(self.lang, share) or UNKNOWN,)

    def agreement_paragraphs(self, task: reader_agreement.Task) -> list[Paragraph]:
        """How often the reader is right in a task, and in each language."""
        numbers = self.numbers.get("reader")
        sentence = reader_agreement.agreement_sentence(self.lang, numbers, task)
        agreement = reader_agreement.agreement_of(numbers, task)
        if sentence is None or agreement is None:
            return []
        by_language = self.lang.gettext(
            "Classified correctly, by language: %(languages)s.",
            languages=reader_agreement.agreement_by_language(self.lang, agreement),
        )
        return [Paragraph(f"{sentence} {by_language}")]

    def area_rows(
        self, areas: Sequence[AreaFigure], limit: int
    ) -> list[Sequence[Cell]]:
        return [
            (
                (self.phrases.name(area["name"], area["id"]),),
                self.phrases.count_cell(area),
                self.phrases.comparison_cell(area),
            )
            for area in first_with_counts(areas, limit)
        ]

    def basis(self) -> str:
        """What the numbers of this week rest on: the platform-hours covered."""
        coverage = self.numbers["coverage"]
        if not coverage["due"]:
            return self.lang.gettext("Coverage is not known.")
        return self.lang.gettext(
            "Counted over %(covered)s platform-hours.",
            covered=self.phrases.part_of_whole(coverage["covered"], coverage["due"]),
        )

    def comparison_heading(self) -> str:
        return self.lang.gettext("Same hours, before → now")

    def shorten(self, text: str) -> str:
        """The beginning of somebody else's text, which may be of any length."""
        return one_line(text, MAX_CELL_LENGTH)

    def number(self, count: int | None) -> str:
        return UNKNOWN if count is None else self.lang.number(count)

    def _share(self, figure: Figure) -> Cell:
        total = self.numbers["mentions"]["n"]
        if not total or figure["n"] is None:
            return (UNKNOWN,)
        return (self.lang.percent(figure["n"], total),)
