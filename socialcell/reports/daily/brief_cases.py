"""What a brief says of cases: what became of them in its span, and what is overdue."""

from collections.abc import Iterator

from socialcell.i18n import Language
from socialcell.reports.daily.brief_facts import Brief, BriefCases


def case_lines(brief: Brief, lang: Language) -> Iterator[str]:
    """Cases of the span, and what is overdue, in one line; what is none is left out."""
    if brief.cases and (sentences := " ".join(_case_sentences(brief.cases, lang))):
        yield sentences


def _case_sentences(cases: BriefCases, lang: Language) -> Iterator[str]:
    if cases.opened:
        yield lang.ngettext(
            "%(n)s case was opened.", "%(n)s cases were opened.", cases.opened
        )
    if cases.answered:
        yield lang.ngettext(
            "%(n)s case was answered for the first time.",
            "%(n)s cases were answered for the first time.",
            cases.answered,
        )
    if cases.confirmed:
        yield lang.ngettext(
            "%(n)s case was confirmed solved.",
            "%(n)s cases were confirmed solved.",
            cases.confirmed,
        )
    if not cases.overdue:
        return
    if cases.overdue == cases.open:
        yield lang.ngettext(
            "%(n)s case is open, and it is overdue.",
            "%(n)s cases are open, and all of them are overdue.",
            cases.overdue,
        )
    else:
        yield lang.ngettext(
            "Of %(working)s open cases, %(n)s is overdue.",
            "Of %(working)s open cases, %(n)s are overdue.",
            cases.overdue,
            working=lang.number(cases.open),
        )
    if cases.overdue_p0:
        yield lang.ngettext(
            "%(n)s of the overdue cases is P0.",
            "%(n)s of the overdue cases are P0.",
            cases.overdue_p0,
        )
