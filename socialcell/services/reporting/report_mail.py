"""Reports as letters: one to each recipient, in the language they read."""

from dataclasses import dataclass
from datetime import datetime

from socialcell import db, mail
from socialcell.clock import IST
from socialcell.errors import ConfigError
from socialcell.i18n import language
from socialcell.message_catalog import Message
from socialcell.reports import render
from socialcell.reports.daily import brief as daily_brief
from socialcell.reports.daily.brief import Brief
from socialcell.reports.page import Page
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.outbox import outbox
from socialcell.services.reporting import weekly_report
from socialcell.services.reporting.weekly_report import WeeklyFiles
from socialcell.settings.notifications import RecipientsByLanguage


@dataclass(frozen=True)
class MailedReport:
    """The report's files, and how many letters are new in the outbox."""

    files: WeeklyFiles
    letters: int


def mail_weekly(
    context: Context,
    lang: str,
    as_of: datetime | None = None,
    *,
    late: bool = False,
) -> MailedReport:
    """Write the weekly report and put it into the outbox for all who read `lang`.

    A recipient gets one letter a week and language, however often this is done. A
    `late` one says so in its subject. UsageError as of the report.
    """
    files = weekly_report.write_weekly(context, as_of=as_of, lang=lang)
    start = datetime.fromisoformat(files.period["from"]).astimezone(IST).date()
    subject = files.title
    if late:
        subject = language(lang).gettext("Late: %(title)s", title=subject)

    def letter() -> mail.Letter:
        return mail.Letter(
            subject=subject,
            text=files.text.read_text("utf-8"),
            html=files.html.read_text("utf-8"),
            pictures={path.name: path.read_bytes() for path in files.charts},
            files={files.workbook.name: (mail.XLSX, files.workbook.read_bytes())},
        )

    readers = context.workspace.config.report.recipients.of(lang)
    key = f"report.weekly.{start.isoformat()}.{lang}"
    return MailedReport(
        files, outbox.put_letter(context, "report", key, lang, readers, letter)
    )


def require_readers(context: Context, setting: str, lang: str) -> None:
    """ConfigError when a letter that a person asks to send now could not be sent:
    config.yaml names no mail server, or nobody who reads `lang` in report.`setting`."""
    settings = context.workspace.config
    readers: RecipientsByLanguage = getattr(settings.report, setting)
    where = context.workspace.folder / "config.yaml"
    lacking: list[Message] = []
    if settings.mail.host is None:
        lacking.append(Message("reports.no_mail_server"))
    if not readers.of(language(lang).code):
        names = {"setting": f"report.{setting}.{lang}"}
        lacking.append(Message("reports.no_readers", names))
    if lacking:
        raise ConfigError("reports.not_sent", reasons=lacking, path=where)


@dataclass(frozen=True)
class DailyReport:
    """The daily brief in one language: for a phone, as a page, and its facts."""

    text: str
    page: Page
    brief: Brief


def make_daily(
    context: Context, lang: str, as_of: datetime | None = None
) -> DailyReport:
    """The brief of the last span before a moment (default: now); nothing is kept."""
    translations = language(lang)
    span = daily_brief.span_of(as_of or context.clock.now())
    shown = pseudonyms.load_people(context)
    with db.reading(context.engine) as session:
        brief = daily_brief.collect(
            session, span, names_nobody=context.workspace.config.alerts.names_nobody
        )
    return DailyReport(
        daily_brief.text(brief, shown, translations),
        daily_brief.page(brief, shown, translations),
        brief,
    )


def send_daily(context: Context, lang: str, as_of: datetime | None = None) -> int:
    """Put the brief into the outbox for all who read `lang`; how many letters are new.

    A recipient gets one letter a brief. Its plain text is the one for a phone.
    """
    span = daily_brief.span_of(as_of or context.clock.now())
    key = f"report.daily.{span.end.astimezone(IST).isoformat()}.{lang}"

    def letter() -> mail.Letter:
        report = make_daily(context, lang, as_of)
        return mail.Letter(
            subject=f"{report.page.title}: {report.page.subtitle}",
            text=report.text,
            html=render.html(report.page),
        )

    readers = context.workspace.config.report.brief_to.of(lang)
    return outbox.put_letter(context, "brief", key, lang, readers, letter)
