"""Reports as letters: one to each recipient, in the language they read."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from socialcell import db, mail
from socialcell.clock import IST
from socialcell.errors import ConfigError
from socialcell.i18n import language
from socialcell.listening.store.alerts import critical_calls
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.message_catalog import Message
from socialcell.ops import outbox_store
from socialcell.reports.daily import (
    brief_facts,
    brief_letter,
    brief_sentences,
    brief_text,
)
from socialcell.reports.daily.brief_facts import Brief
from socialcell.reports.letters import letter_render
from socialcell.reports.letters.letter_page import LetterPage
from socialcell.reports.weekly import frozen_week
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.letter_sender import letter_sender
from socialcell.services.outbox import outbox
from socialcell.services.reporting import weekly_letters, weekly_report
from socialcell.services.reporting.weekly_report import WeeklyFiles
from socialcell.settings.notifications import RecipientsByLanguage

_BRIEF = "report.daily."  # prefix of the briefs' keys; the end of the span follows
# A brief that leaves so long after its end says what has come since.
_LATE = timedelta(minutes=10)
_LONGEST_BRIEF = timedelta(days=7)


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
    """Write the weekly letter and its report; put the letter into the outbox for all
    who read `lang`, with the report and the workbook attached.

    A recipient gets one letter a week and language, however often this is done. A
    `late` one says so in its subject. UsageError as of the report.
    """
    files = weekly_report.write_weekly(context, as_of=as_of, lang=lang)
    start = datetime.fromisoformat(files.period["from"]).astimezone(IST).date()

    def letter() -> mail.Letter:
        report = self_contained(
            files.html.read_text("utf-8"),
            {path.name: path.read_bytes() for path in files.charts},
        )
        return mail.Letter(
            subject=_subject(files.letter, lang, late=late),
            text=files.letter_text.read_text("utf-8"),
            html=files.letter_html.read_text("utf-8"),
            files={
                files.html.name: (mail.HTML, report.encode()),
                files.workbook.name: (mail.XLSX, files.workbook.read_bytes()),
            },
        )

    readers = context.workspace.config.report.recipients.of(lang)
    key = f"report.weekly.{start.isoformat()}.{lang}"
    return MailedReport(
        files, outbox.put_letter(context, "report", key, lang, readers, letter)
    )


def mail_offices(
    context: Context, as_of: datetime | None = None, *, late: bool = False
) -> int:
    """Put the letters of ward offices and departments that config.yaml names into the
    outbox, each in its language; how many are new.

    A recipient gets one letter an office, week and language. ConfigError for an office
    that no table has.
    """
    weekly_letters.require_known_offices(context)
    rows = context.workspace.config.report.offices
    return sum(
        _mail_office(context, office, lang, recipients, as_of, late=late)
        for (office, lang), recipients in weekly_letters.recipients_by_letter(
            rows
        ).items()
    )


def _mail_office(
    context: Context,
    office: str,
    lang: str,
    recipients: Sequence[str],
    as_of: datetime | None,
    *,
    late: bool,
) -> int:
    now = context.clock.now()
    start = frozen_week.period(as_of or now, now).start.astimezone(IST).date()

    def letter() -> mail.Letter:
        page = weekly_letters.make_office_letter(context, office, lang, as_of).page
        return mail.Letter(
            subject=_subject(page, lang, late=late),
            text=letter_render.text(page),
            html=letter_render.html(page),
        )

    key = f"report.weekly.{start.isoformat()}.{office}.{lang}"
    return outbox.put_letter(context, "report", key, lang, recipients, letter)


def self_contained(html: str, pictures: Mapping[str, bytes]) -> str:
    """A page with its PNGs inside, so that it can be attached as one file."""
    for name, image in pictures.items():
        encoded = base64.b64encode(image).decode("ascii")
        html = html.replace(f'src="{name}"', f'src="data:image/png;base64,{encoded}"')
    return html


def _subject(page: LetterPage, lang: str, *, late: bool) -> str:
    if not late:
        return page.subject
    return language(lang).gettext("Late: %(title)s", title=page.subject)


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
    """The daily brief in one language: for a phone, as a letter, and its facts; and of
    one that was asked for as of now a line that says what came since its end."""

    text: str
    letter: LetterPage
    brief: Brief
    since: str | None = None


def make_daily(
    context: Context,
    lang: str,
    as_of: datetime | None = None,
    *,
    since: datetime | None = None,
) -> DailyReport:
    """The brief of the last span before a moment (default: now); nothing is kept.
    `since`: from when on, where briefs before it were missed."""
    translations, settings = language(lang), context.workspace.config
    now = context.clock.now()
    span = brief_facts.span_of(as_of or now)
    if since is not None:
        span = TimeSpan(since, span.end)
    shown = pseudonyms.load_people(context)
    with db.reading(context.engine) as session:
        brief = brief_facts.collect(
            session,
            span,
            unreached=settings.unreached,
            console_url=settings.alerts.console_url,
        )
    sender = letter_sender(context, lang)
    return DailyReport(
        brief_text.text(brief, shown, translations),
        brief_letter.letter(brief, shown, sender, translations),
        brief,
        None if as_of or span.end == now else _since_line(context, span.end, lang),
    )


def _since_line(context: Context, end: datetime, lang: str) -> str:
    with db.reading(context.engine) as session:
        dangers = critical_calls.ids_since(session, end)
    return brief_sentences.since_line(end, len(dangers), language(lang))


def send_daily(context: Context, lang: str, as_of: datetime | None = None) -> int:
    """Put the brief into the outbox for all who read `lang`; how many letters are new.

    A recipient gets one letter a brief. After briefs that were missed it is of the
    whole time since the last one, of a week at most.
    """
    span = brief_facts.span_of(as_of or context.clock.now())
    key = f"{_BRIEF}{span.end.astimezone(IST).isoformat()}.{lang}"

    def letter() -> mail.Letter:
        since = _last_brief_end(context, lang, span)
        page = make_daily(context, lang, as_of, since=since).letter
        if context.clock.now() - span.end >= _LATE:
            line = _since_line(context, span.end, lang)
            page = replace(page, lead=[(line,), *page.lead], preheader=line)
        return mail.Letter(
            subject=page.subject,
            text=letter_render.text(page),
            html=letter_render.html(page),
        )

    readers = context.workspace.config.report.brief_to.of(lang)
    return outbox.put_letter(context, "brief", key, lang, readers, letter)


def _last_brief_end(context: Context, lang: str, span: TimeSpan) -> datetime | None:
    """The end of the last brief before this one in a language, where others were missed
    since, but at most a week before; None where none was missed, or there was none."""
    before = f"{_BRIEF}{span.end.astimezone(IST).isoformat()}"
    with db.reading(context.engine) as session:
        key = outbox_store.newest_key(session, _BRIEF, before, f".{lang}|")
    if key is None:
        return None
    end = datetime.fromisoformat(key.removeprefix(_BRIEF).partition(".")[0])
    return max(end, span.end - _LONGEST_BRIEF) if end < span.start else None
