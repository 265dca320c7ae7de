"""Figures: the days of an outcome behind an indicator of a week, by ward office."""

from collections import defaultdict
from datetime import date, timedelta

from socialcell.errors import UsageError
from socialcell.reports.phrases import Phrases
from socialcell.roles import Permission
from socialcell.services.mentions import place_names
from socialcell.services.outcomes import outcome_records
from socialcell.services.outcomes.daily_figures import DayRange
from socialcell.services.outcomes.outcome_records import OutcomeRow
from socialcell.web.console.typed_moment import day_or_none
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Row, Screen

_OFFICE = "ward:"
_MOST_DAYS = 31


def show_outcome(request: PageRequest) -> Answer:
    """The figure of each ward office on each day, and what is not known."""
    context, lang = request.context, request.lang
    outcome, days = request.query.get("outcome", ""), _days(request)
    try:
        document = outcome_records.outcome_document(context, days, outcome, daily=True)
    except UsageError:
        raise NotFound from None
    offices: dict[str, dict[date, OutcomeRow]] = defaultdict(dict)
    for row in document["rows"]:
        if row["area"].startswith(_OFFICE):
            offices[row["area"]][row["day"]] = row
    names = place_names.load_names(context)
    span = (days.until - days.since).days + 1
    return WebPage(
        "kpi_outcome.html",
        {
            "name": Phrases(lang).outcome(outcome),
            "days": [days.since + timedelta(days=n) for n in range(span)],
            "offices": [
                (names[area][lang.code] if area in names else area, own)
                for area, own in sorted(offices.items())
            ],
            "span": lang.gettext(
                "%(first)s to %(last)s",
                first=lang.month_day(days.since),
                last=lang.month_day(days.until),
            ),
            "week": str(days.since),
        },
    )


def _days(request: PageRequest) -> DayRange:
    """The days of the address, a month at most. NotFound: they are none."""
    since, until = (
        day_or_none(request.query.get(name, "")) for name in ("since", "until")
    )
    if since is None or until is None or not 0 <= (until - since).days < _MOST_DAYS:
        raise NotFound
    return DayRange(since, until)


ROWS: tuple[Row, ...] = (Screen("/figures/outcomes", Permission.READ, show_outcome),)
