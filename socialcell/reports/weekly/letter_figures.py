"""The figures of a weekly letter: up to three numbers, and the days as bars."""

from collections.abc import Sequence
from datetime import date

from socialcell.causal.wilson import wilson_interval
from socialcell.clock import IST
from socialcell.language.analysis import ASKING
from socialcell.reports import reader_agreement
from socialcell.reports.compared_figures import Figure
from socialcell.reports.kpis import kpi_labels
from socialcell.reports.letters.letter_page import (
    DayBar,
    DayBars,
    KeyFigure,
    KeyFigures,
    LetterSection,
)
from socialcell.reports.phrases import SMALLEST_BASE
from socialcell.reports.sections.quote_sampling import URGENT
from socialcell.reports.weekly.letter_context import LetterContext

MAX_FIGURES = 3
_STANDS_OUT = 0.3
"""The share of the week's mentions from which on a day is named in the heading."""


def number_section(context: LetterContext) -> LetterSection | None:
    """Up to three numbers that have a value, beside last week over the same hours."""
    return figure_section(
        context,
        [_asking(context), _urgent(context), _activated(context), _kept(context)],
    )


def figure_section(
    context: LetterContext, figures: Sequence[KeyFigure | None]
) -> LetterSection | None:
    """The first of these figures that have a value; None where none has."""
    valued = [figure for figure in figures if figure is not None]
    if not valued:
        return None
    title = context.lang.gettext("Numbers, beside last week over the same hours")
    return LetterSection(title, [KeyFigures(valued[:MAX_FIGURES])])


def count_figure(
    context: LetterContext, figure: Figure, label: str, *, is_alarming: bool = False
) -> KeyFigure | None:
    """A count beside that of the same hours of last week; None where not known."""
    if figure["n"] is None:
        return None
    return KeyFigure(
        context.lang.number(figure["n"]),
        label,
        _comparison(context, figure),
        is_alarming=is_alarming,
    )


def _comparison(context: LetterContext, figure: Figure) -> str:
    """Last week 58, now 62: over the same hours."""
    _, number = context.lang.gettext, context.lang.number
    same = figure["same_hours"]
    if same is None:
        return _("not comparable with last week")
    if same["now"] == figure["n"]:
        return _("last week %(before)s", before=number(same["before"]))
    return _(
        "same hours: last week %(before)s, now %(now)s",
        before=number(same["before"]),
        now=number(same["now"]),
    )


def _urgent(context: LetterContext) -> KeyFigure | None:
    """Urgent mentions; alarming where any of them speaks of danger to life."""
    counts = _urgent_counts(context)
    if counts is None:
        return None
    critical, figure = counts
    label = context.lang.gettext(
        "urgent mentions, of these danger to life: %(n)s",
        n=context.lang.number(critical),
    )
    return count_figure(context, figure, label, is_alarming=critical > 0)


def day_section(context: LetterContext) -> LetterSection | None:
    """Mentions by day as bars; an unknown day is hatched."""
    numbers, lang = context.numbers, context.lang
    total = numbers["mentions"]["n"]
    if not total:
        return None
    bars = [
        DayBar(
            lang.weekday(date.fromisoformat(day["date"])),
            day["n"],
            "?" if day["n"] is None else lang.number(day["n"]),
            is_alarming=_has_danger(context, day["date"]),
        )
        for day in numbers["days"]
    ]
    label = lang.gettext("Mentions by day")
    return LetterSection(
        _day_title(context, total), [DayBars(label, bars, source_note(context))]
    )


def source_note(context: LetterContext) -> str:
    """The source, and how much of the week was collected."""
    lang, coverage = context.lang, context.numbers["coverage"]
    count = len(coverage["platforms"])
    if not count:
        return lang.gettext("Source: imported files; what they lack is not known.")
    if coverage["covered"] == coverage["due"]:
        return lang.ngettext(
            "Source: %(n)s platform, collected without gaps.",
            "Source: %(n)s platforms, all collected without gaps.",
            count,
        )
    return lang.ngettext(
        "Source: %(n)s platform; %(share)s of its hours were collected.",
        "Source: %(n)s platforms; %(share)s of their hours were collected.",
        count,
        share=lang.percent(coverage["covered"], coverage["due"]),
    )


def _asking(context: LetterContext) -> KeyFigure | None:
    """The share of mentions that ask for something, with its interval of 95 %."""
    lang, _ = context.lang, context.lang.gettext
    total = context.numbers["mentions"]["n"]
    count = sum(
        row["n"] or 0 for row in context.numbers["intents"] if row["id"] in ASKING
    )
    label = _("of mentions expect an answer")
    if not total or total < SMALLEST_BASE:
        return None
    if (corrected := _corrected_asking(context, label)) is not None:
        return corrected
    low, high = (
        lang.percent(round(bound * 1000), 1000)
        for bound in wilson_interval(count, total)
    )
    interval = _("%(low)s to %(high)s", low=low, high=high)
    shown = lang.percent(count, total)
    return KeyFigure(shown, label, _asking_comparison(context, interval, shown))


def _asking_comparison(context: LetterContext, interval: str, shown: str) -> str:
    """The interval, and the share of last week: over the same hours, which are said
    where this week's share over them is another than that of the whole week."""
    lang, measure = context.lang, context.measure("asking_share")
    if measure is None or measure["before"] is None:
        return interval
    now, before = (
        kpi_labels.figure_text(lang, "asking_share", share)
        for share in (measure["now"], measure["before"])
    )
    if now == shown:
        return lang.gettext(
            "%(interval)s; last week %(before)s", interval=interval, before=before
        )
    return lang.gettext(
        "%(interval)s; same hours: last week %(before)s, now %(now)s",
        interval=interval,
        before=before,
        now=now,
    )


def _corrected_asking(context: LetterContext, label: str) -> KeyFigure | None:
    """The share that asks, corrected for what the reader confuses; None where its
    mistakes were not measured."""
    lang, _ = context.lang, context.lang.gettext
    share = reader_agreement.share_of(context.numbers.get("reader"), "asking", "asking")
    if share is None or share["share"] is None:
        return None
    low, high = (
        lang.percent(round((bound or 0) * 1000), 1000)
        for bound in (share["low"], share["high"])
    )
    interval = _("%(low)s to %(high)s", low=low, high=high)
    # Of all mentions of the week, as the corrected share is; not of the same hours.
    read = lang.percent(share["n"], share["of"])
    classified = lang.gettext(
        "%(interval)s; as classified %(now)s", interval=interval, now=read
    )
    shown = lang.percent(round(share["share"] * 1000), 1000)
    return KeyFigure(shown, label, _asking_comparison(context, classified, read))


def _urgent_counts(context: LetterContext) -> tuple[int, Figure] | None:
    """Critical mentions, and the figure of all urgent ones."""
    levels = [row for row in context.numbers["urgencies"] if row["id"] in URGENT]
    if not levels:
        return None
    critical = sum(row["n"] or 0 for row in levels if row["id"] == "critical")
    pairs = [row["same_hours"] for row in levels]
    compared = [pair for pair in pairs if pair is not None]
    return critical, {
        "n": sum(row["n"] or 0 for row in levels),
        "unit": "mentions",
        "coverage": levels[0]["coverage"],
        "same_hours": {
            "hours": compared[0]["hours"],
            "now": sum(pair["now"] for pair in compared),
            "before": sum(pair["before"] for pair in compared),
        }
        if compared
        else None,
    }


def _activated(context: LetterContext) -> KeyFigure | None:
    """People who began to use the app."""
    lang = context.lang
    return _measured(
        context, "activated", lang.gettext("people began to use the app (PMC Care)")
    )


def _kept(context: LetterContext) -> KeyFigure | None:
    return _measured(
        context, "promises_kept", context.lang.gettext("of commitments due were kept")
    )


def _measured(context: LetterContext, id_: str, label: str) -> KeyFigure | None:
    lang, measure = context.lang, context.measure(id_)
    if measure is None or measure["now"] is None:
        return None
    before = measure["before"]
    return KeyFigure(
        kpi_labels.figure_text(lang, id_, measure["now"]),
        label,
        lang.gettext("not comparable with last week")
        if before is None
        else lang.gettext(
            "last week %(before)s", before=kpi_labels.figure_text(lang, id_, before)
        ),
    )


def _has_danger(context: LetterContext, day: str) -> bool:
    """Whether the main incident, with danger to life, began on a day."""
    facts = context.main
    if facts is None or not facts.details.critical:
        return False
    return facts.began_at.astimezone(IST).date().isoformat() == day


def _day_title(context: LetterContext, total: int) -> str:
    lang = context.lang
    days = [day for day in context.numbers["days"] if day["n"]]
    largest = max(days, key=lambda day: day["n"] or 0)
    if (largest["n"] or 0) < _STANDS_OUT * total:
        return lang.gettext("Mentions by day: no day stands out")
    return lang.gettext(
        "%(day)s stands out: %(n)s of %(all)s mentions",
        day=lang.short_day(date.fromisoformat(largest["date"])),
        n=lang.number(largest["n"] or 0),
        all=lang.number(total),
    )
