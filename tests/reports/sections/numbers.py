"""Frozen numbers of a week that are written by hand, and the words of a section."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, cast

from socialcell.i18n import language
from socialcell.reports.page import Block, Section
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections.report_context import ChartFiles, ReportContext
from socialcell.reports.week_numbers import WeekNumbers

PHRASES = Phrases(language("en"))


def context(
    numbers: dict[str, Any], charts: ChartFiles | None = None, **given: Any
) -> ReportContext:
    """The context of the sections that need these numbers alone; 300 of 336 hours."""
    coverage = {"due": 336, "covered": 300, "platforms": [], "not_watched": []}
    week = cast(WeekNumbers, {"coverage": coverage, **numbers})
    quotations = given.get("quotations", ())
    return ReportContext(week, quotations, charts or ChartFiles(), PHRASES)


def figure(n: int | None, before: int | None = None, **others: Any) -> dict[str, Any]:
    """A count of the week beside the same hours of the week before."""
    same = None if before is None else {"before": before, "now": n, "hours": 300}
    return {
        "n": n,
        "coverage": {"covered": 300, "due": 336},
        "same_hours": same,
        **others,
    }


def words(section: Section | Sequence[Block]) -> list[str]:
    """Every text of a section, or of blocks of it, by itself."""
    return list(_texts(section))


def _texts(part: Any) -> list[str]:
    if isinstance(part, str):
        return [part]
    if is_dataclass(part):
        names = [field.name for field in fields(part) if field.name != "kind"]
        part = [getattr(part, name) for name in names]
    if isinstance(part, list | tuple):
        return [text for entry in part for text in _texts(entry)]
    return []
