"""Figures: the commissioner's indicators of a week, as its report froze them."""

from datetime import date, timedelta

from socialcell.clock import IST
from socialcell.i18n import Language
from socialcell.roles import Permission
from socialcell.services.reporting import report_archive
from socialcell.services.reporting.commissioner_figures import (
    commissioner_figures,
    last_week,
)
from socialcell.web.console.area_words import AreaWords
from socialcell.web.console.kpi_lines import (
    KpiWords,
    TargetCount,
    count_targets,
)
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Row, Screen

_LEADING = ("coverage", "asking_share")


def show_figures(request: PageRequest) -> Answer:
    """The indicators of one of the weeks that were counted; the newest unless another
    is chosen."""
    context, lang = request.context, request.lang
    weeks = report_archive.list_weeks(context)
    day_text = request.query.get("week", "")
    week = next((week for week in weeks if str(week.day) == day_text), None)
    chosen = week or next(iter(weeks), None)
    newest = last_week(context)
    newest_day = newest.start.astimezone(IST).date()
    common = {
        "weeks": [(str(own.day), _span(own.day, lang)) for own in weeks],
        "is_unknown_week": bool(day_text) and week is None,
        "uncounted": ""
        if any(own.day == newest_day for own in weeks)
        else _span(newest_day, lang),
        "week": chosen,
    }
    status = 404 if day_text and week is None else 200
    if chosen is None:
        return WebPage("kpis.html", common, status)
    figures = commissioner_figures(context, chosen.end)
    words, place = KpiWords(lang, request.visitor), weeks.index(chosen)
    lines = words.lines(figures.kpis.figures)
    targets = count_targets(figures.kpis)
    return WebPage(
        "kpis.html",
        {
            **common,
            "span": _span(chosen.day, lang),
            "counted_at": figures.counted_at,
            "coverage": AreaWords(lang).coverage(figures.kpis.coverage),
            "lines": lines,
            "leading": [line for line in lines if line.id in _LEADING],
            "missing": words.missing(figures.kpis.missing),
            "targets": targets,
            "title": _title(targets, lang),
            "agreement": words.agreement(figures.kpis),
            "earlier": str(weeks[place + 1].day) if place + 1 < len(weeks) else "",
            "later": str(weeks[place - 1].day) if place else "",
        },
        status,
    )


def _title(targets: TargetCount, lang: Language) -> str:
    """What the week's figures say about the targets, where there are any."""
    _ = lang.gettext
    if not targets.total:
        return _("Indicators of the week")
    return _(
        "Targets: %(met)s of %(all)s met, %(missed)s missed, %(unknown)s not known",
        all=lang.number(targets.total),
        met=lang.number(targets.met),
        missed=lang.number(targets.missed),
        unknown=lang.number(targets.unknown),
    )


def _span(monday: date, lang: Language) -> str:
    return lang.gettext(
        "%(first)s to %(last)s",
        first=lang.month_day(monday),
        last=lang.month_day(monday + timedelta(days=6)),
    )


ROWS: tuple[Row, ...] = (Screen("/figures", Permission.READ, show_figures),)
