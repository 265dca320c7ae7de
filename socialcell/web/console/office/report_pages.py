"""Reports: the weeks that were counted, letters as they read, files, who got them."""

from datetime import date

from socialcell.clock import IST
from socialcell.i18n import CODES, Language
from socialcell.mail import HTML, XLSX
from socialcell.reports.daily import brief_times
from socialcell.roles import Permission
from socialcell.services.outbox import unsubscriptions
from socialcell.services.reporting import report_archive, report_mail, weekly_report
from socialcell.services.reporting.report_archive import ReportedPeriod
from socialcell.web.console.office import outbox_words
from socialcell.web.pages.answers import Answer, Download, RedirectTo, WebPage
from socialcell.web.pages.forms import NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_WEEK = "/reports/weekly/{key}"
_MAKE = Permission.TRIAGE


def show_reports(request: PageRequest) -> Answer:
    """Weeks with frozen numbers, the briefs of today, and who stopped which letter."""
    context, lang = request.context, request.lang
    today = context.clock.now().astimezone(IST).date()
    stopped = unsubscriptions.count_by_letter(context)
    settings = context.workspace.config.report
    readers = {"report": settings.recipients, "brief": settings.brief_to}
    return WebPage(
        "reports.html",
        {
            "weeks": report_archive.list_weeks(context),
            "briefs": report_archive.daily_deliveries(context, today),
            "times": _times(lang),
            "state": lambda state: outbox_words.message_state(state, lang),
            "letters": [
                (
                    outbox_words.message_kind(letter, lang),
                    sum(len(readers[letter].of(code)) for code in CODES),
                    stopped.get(letter, 0),
                )
                for letter in readers
            ],
        },
    )


def _times(lang: Language) -> str:
    """When briefs are sent: 08:30 and 18:00."""
    first, second = (lang.digits(at.strftime("%H:%M")) for at in brief_times.TIMES)
    return lang.gettext("%(first)s and %(second)s", first=first, second=second)


def show_week(request: PageRequest) -> Answer:
    """The letter of a week, its files in this language, and its deliveries."""
    context, lang, week = request.context, request.lang, _week(request)
    return WebPage(
        "report_week.html",
        {
            "week": week,
            "letter": report_archive.weekly_letter_of(context, week, lang.code),
            "has_files": all(
                report_archive.report_file(context, week.day, lang.code, ending)
                for ending in ("html", "xlsx")
            ),
            "deliveries": report_archive.weekly_deliveries(context, week.day),
            "state": lambda state: outbox_words.message_state(state, lang),
            "may_make": request.may(_MAKE),
        },
    )


def _week(request: PageRequest) -> ReportedPeriod:
    """The week of the path. NotFound: its numbers are not frozen, or it is no day."""
    try:
        day = date.fromisoformat(str(request.params["key"]))
    except ValueError:
        raise NotFound from None
    week = report_archive.find_week(request.context, day)
    if week is None:
        raise NotFound
    return week


def act_make(request: PageRequest, _form: NoFields) -> Answer:
    """Write the files of a week in this language from its frozen numbers."""
    week = _week(request)
    weekly_report.write_weekly(request.context, as_of=week.end, lang=request.lang.code)
    notice = request.lang.gettext("The files are written.")
    return RedirectTo(f"/reports/weekly/{week.day}", notice)


def get_report(request: PageRequest) -> Answer:
    """The report of a week as one file."""
    week = _week(request)
    file = report_archive.report_file(
        request.context, week.day, request.lang.code, "html"
    )
    if file is None:
        raise NotFound
    return Download(file.name, HTML, [report_archive.whole_report(file)])


def get_workbook(request: PageRequest) -> Answer:
    """The workbook of a week."""
    week = _week(request)
    file = report_archive.report_file(
        request.context, week.day, request.lang.code, "xlsx"
    )
    if file is None:
        raise NotFound
    return Download(file.name, XLSX, [file.read_bytes()])


def show_brief(request: PageRequest) -> Answer:
    """The brief of the span that ended last, and what came since."""
    report = report_mail.make_daily(request.context, request.lang.code)
    return WebPage("report_brief.html", {"report": report, "letter": report.letter})


ROWS: tuple[Row, ...] = (
    Screen("/reports", Permission.READ, show_reports),
    Screen("/reports/brief", Permission.READ, show_brief),
    Screen(_WEEK, Permission.READ, show_week),
    Screen(f"{_WEEK}/report", Permission.READ, get_report),
    Screen(f"{_WEEK}/workbook", Permission.READ, get_workbook),
    Action(f"{_WEEK}/files", _MAKE, NoFields, act_make, show_week),
)
