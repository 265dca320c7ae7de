"""Figures: the cases behind one indicator of a week."""

from datetime import timedelta

from socialcell.reports.kpis import kpi_labels
from socialcell.roles import Permission
from socialcell.services.desk.figure_cases import case_rows
from socialcell.web.console.desk.desk_words import load_desk_words
from socialcell.web.console.typed_moment import day_or_none
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Row, Screen


def show_cases(request: PageRequest) -> Answer:
    """The cases, as they stand now, that a measure counted or rests on."""
    context, lang = request.context, request.lang
    measure = request.query.get("measure", "")
    monday = day_or_none(request.query.get("week", ""))
    if monday is None:
        raise NotFound
    found = case_rows(context, measure, monday, request.places)
    if found is None:
        raise NotFound
    name, definition = kpi_labels.kpi_names(lang)[measure]
    sunday = monday + timedelta(days=6)
    return WebPage(
        "kpi_cases.html",
        {
            "name": name,
            "definition": definition,
            "week": str(monday),
            "span": lang.gettext(
                "%(first)s to %(last)s",
                first=lang.month_day(monday),
                last=lang.month_day(sunday),
            ),
            "rows": found.rows,
            "others": found.others,
            "w": load_desk_words(context, lang),
        },
    )


ROWS: tuple[Row, ...] = (
    Screen("/figures/cases", Permission.READ, show_cases, is_scoped=True),
)
