"""The data protection officer's report in the browser, for any days."""

from datetime import timedelta

from socialcell.clock import IST, start_of_day
from socialcell.roles import Permission
from socialcell.services.privacy import privacy_report
from socialcell.web.console.privacy import register_words
from socialcell.web.console.privacy.breach_view import breach_view
from socialcell.web.console.typed_moment import day_or_none
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Row, Screen

_DAYS = 30


def show_report(request: PageRequest) -> Answer:
    """The report on whole days; the last 30 where none, or no two in order, are
    named."""
    context, lang = request.context, request.lang
    today = context.clock.now().astimezone(IST).date()
    first = day_or_none(request.query.get("first", "")) or today - timedelta(
        days=_DAYS - 1
    )
    last = day_or_none(request.query.get("last", "")) or today
    is_reversed = last < first
    if is_reversed:
        first, last = today - timedelta(days=_DAYS - 1), today
    report = privacy_report.make_report(
        context, start_of_day(first), start_of_day(last) + timedelta(days=1)
    )
    return WebPage(
        "privacy/report.html",
        {
            "report": report,
            "first": first,
            "last": last,
            "is_reversed": is_reversed,
            "may_erase": request.may(Permission.ERASE),
            "kind": lambda id_: register_words.kind(id_, lang),
            "refusal": lambda id_: register_words.refusal(id_, lang),
            "access": lambda id_: register_words.access(id_, lang),
            "basis": lambda id_: register_words.basis(id_, lang),
            "breaches": [
                breach_view(line, lang, report.as_of) for line in report.breaches
            ],
        },
    )


ROWS: tuple[Row, ...] = (Screen("/privacy/report", Permission.READ_AUDIT, show_report),)
