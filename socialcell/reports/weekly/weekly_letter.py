"""The weekly letter: one side of paper that says what happened and what to decide."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from socialcell.i18n import Language
from socialcell.reports.letters import letter_render, printed_size
from socialcell.reports.letters.letter_page import LetterPage, LetterSection
from socialcell.reports.weekly import (
    letter_decisions,
    letter_figures,
    letter_lead,
    letter_sections,
    letter_work,
)
from socialcell.reports.weekly.letter_context import LetterContext
from socialcell.reports.weekly.letter_decisions import Decision

MAX_WORDS = 700
_MAX_CAMPAIGNS = 4
_ROWS = (5, 4, 3, 2, 1)
"""Rows of each table; fewer are tried until the letter keeps its limits."""


def page(context: LetterContext) -> LetterPage:
    """The letter on the whole city: MAX_WORDS, 60 kB, one side of paper."""
    return within_limits(_page(context, rows) for rows in _ROWS)


def within_limits(layouts: Iterable[LetterPage]) -> LetterPage:
    """The first of these pages that keeps the limits.

    Where none does, the last one without its last sections; the decisions, which are
    the first section, stay.
    """
    layout: LetterPage | None = None
    for layout in layouts:
        if _keeps_limits(layout):
            return layout
    if layout is None:
        raise ValueError("There is no page to choose from.")
    while len(layout.sections) > 1 and not _keeps_limits(layout):
        layout = replace(layout, sections=layout.sections[:-1])
    return layout


def _keeps_limits(layout: LetterPage) -> bool:
    """Words, bytes, and one side of paper."""
    if letter_render.word_count(layout) > MAX_WORDS:
        return False
    if not printed_size.fits_one_side(layout):
        return False
    return len(letter_render.html(layout).encode()) <= letter_render.MAX_HTML_BYTES


def occasion(lang: Language, first: date, last: date) -> str:
    """The kind of letter and its week."""
    is_one_month = (first.year, first.month) == (last.year, last.month)
    return lang.gettext(
        "Weekly letter, %(first)s to %(last)s",
        first=lang.number(first.day) if is_one_month else lang.day_of_month(first),
        last=lang.long_day(last),
    )


def preheader(context: LetterContext, count: int) -> str:
    """What a mail program shows beside the subject: how much is to be decided."""
    if not count:
        return context.lang.gettext("Nothing waits for a decision.")
    return context.lang.ngettext(
        "%(n)s decision is needed.", "%(n)s decisions are needed.", count
    )


def _page(context: LetterContext, rows: int) -> LetterPage:
    decisions = letter_decisions.decisions(context)
    return LetterPage(
        language=context.lang.code,
        subject=letter_lead.subject(context),
        preheader=preheader(context, len(decisions)),
        sender=context.sender,
        occasion=occasion(context.lang, *context.days),
        lead=letter_lead.lead(context),
        unknown=letter_lead.unknown(context),
        sections=list(_sections(context, decisions, rows)),
        closing=letter_sections.closing(context),
        links=letter_sections.links(context.lang, context.addresses),
    )


def _sections(
    context: LetterContext, decisions: Sequence[Decision], rows: int
) -> Iterator[LetterSection]:
    yield letter_sections.decision_section(context, decisions, rows)
    for section in (
        letter_figures.number_section(context),
        letter_figures.day_section(context),
    ):
        if section is not None:
            yield section
    yield letter_work.work_section(context, min(rows, _MAX_CAMPAIGNS))
    commitments = [*context.missed_commitments, *context.coming_commitments]
    if commitments:
        yield letter_sections.commitment_section(context, commitments, rows)
