"""Reports and alerts as letters: one to each recipient, in the language they read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from socialcell import db, mail
from socialcell.clock import IST
from socialcell.config import Alerts
from socialcell.i18n import language
from socialcell.jobs import outgoing, people, report
from socialcell.jobs.context import Context
from socialcell.jobs.report import WeeklyFiles
from socialcell.listening.alert_model import Alert, Incident
from socialcell.listening.people import People
from socialcell.listening.store import alerts, questions
from socialcell.reports import brief as daily_brief
from socialcell.reports import incident as incident_report
from socialcell.reports import render
from socialcell.reports.brief import Brief
from socialcell.reports.page import Page

_MOST = 1000
_LOOKED_AT = 20


@dataclass(frozen=True)
class Mailed:
    """The report's files, and how many letters are new in the outbox."""

    files: WeeklyFiles
    letters: int


def weekly(
    context: Context,
    lang: str,
    as_of: datetime | None = None,
    *,
    late: bool = False,
) -> Mailed:
    """Write the weekly report and put it into the outbox for all who read `lang`.

    A recipient gets one letter a week and language, however often this is done. A
    `late` one says so in its subject. UsageError as of the report.
    """
    files = report.weekly(context, as_of=as_of, lang=lang)
    recipients = context.workspace.config.report.recipients.get(lang, ())  # type: ignore[call-overload]
    if not recipients:
        return Mailed(files, 0)
    start = datetime.fromisoformat(files.period["from"]).astimezone(IST).date()
    said = language(lang)
    subject = files.title
    if late:
        subject = said.gettext("Late: %(title)s", title=subject)
    letter = mail.Letter(
        key=f"report.weekly.{start.isoformat()}.{lang}",
        subject=subject,
        text=files.text.read_text("utf-8"),
        html=files.html.read_text("utf-8"),
        pictures={path.name: path.read_bytes() for path in files.charts},
        files={files.workbook.name: (mail.XLSX, files.workbook.read_bytes())},
    )
    new = sum(
        outgoing.put(context, "report", letter, recipient, lang)
        for recipient in dict.fromkeys(recipients)
    )
    return Mailed(files, new)


@dataclass(frozen=True)
class Daily:
    """The daily brief in one language: for a phone, as a page, and its facts."""

    text: str
    page: Page
    brief: Brief


def daily(context: Context, lang: str, as_of: datetime | None = None) -> Daily:
    """The brief of the last span before a moment (default: now); nothing is kept."""
    said = language(lang)
    span = daily_brief.span_of(as_of or context.clock.now())
    shown = people.of(context)
    with db.reading(context.engine) as session:
        found = daily_brief.collect(session, span)
    return Daily(
        daily_brief.text(found, shown, said),
        daily_brief.page(found, shown, said),
        found,
    )


def send_daily(context: Context, lang: str, as_of: datetime | None = None) -> int:
    """Put the brief into the outbox for all who read `lang`; how many letters are new.

    A recipient gets one letter a brief. Its plain text is the one for a phone.
    """
    recipients = context.workspace.config.report.brief_to.get(lang, ())  # type: ignore[call-overload]
    if not recipients:
        return 0
    made = daily(context, lang, as_of)
    end = made.brief.span.end.astimezone(IST)
    letter = mail.Letter(
        key=f"report.daily.{end.isoformat()}.{lang}",
        subject=f"{made.page.title}: {made.page.subtitle}",
        text=made.text,
        html=render.html(made.page),
    )
    return sum(
        outgoing.put(context, "brief", letter, recipient, lang)
        for recipient in dict.fromkeys(recipients)
    )


def incidents(context: Context) -> int:
    """Put a letter about each incident that nobody was told of, or that grew worse,
    into the outbox. How many letters are new.

    In the quiet hours only incidents of high severity are told. Told again, an incident
    has the same key and nothing happens.
    """
    config = context.workspace.config.alerts
    now = context.clock.now()
    people_, new = people.of(context), 0
    with db.reading(context.engine) as session:
        found = [
            one
            for one in alerts.incidents(session, ("open",), _MOST)
            if one.severity == "high" or not _is_quiet(config, now)
        ]
        told = [(one, *_evidence(session, one)) for one in found]
        for incident, own, mentions in told:
            for lang, recipients in config.recipients.items():
                letter = _letter(incident, own, mentions, people_, lang)
                for recipient in dict.fromkeys(recipients):
                    new += outgoing.put(context, "alert", letter, recipient, lang)
    return new


def _evidence(
    session: Session, incident: Incident
) -> tuple[Sequence[Alert], list[Row[Any]]]:
    own = alerts.alerts_of(session, incident.id or 0)
    ids = dict.fromkeys(
        id_ for one in reversed(own) for id_ in one.mentions[:_LOOKED_AT]
    )
    rows = [questions.mention(session, id_) for id_ in list(ids)[:_LOOKED_AT]]
    return own, [row for row in rows if row is not None and row.state == "present"]


def _letter(
    incident: Incident,
    own: Sequence[Alert],
    mentions: Sequence[Row[Any]],
    shown: People,
    lang: str,
) -> mail.Letter:
    page = incident_report.page(incident, own, mentions, shown, language(lang))
    return mail.Letter(
        key=f"incident.{incident.id}.{incident.severity}.{lang}",
        subject=page.title,
        text=render.text(page),
        html=render.html(page),
    )


def _is_quiet(config: Alerts, now: datetime) -> bool:
    if config.quiet is None:
        return False
    begin, end = (time.fromisoformat(one) for one in config.quiet)
    at = now.astimezone(IST).time()
    return begin <= at < end if begin <= end else at >= begin or at < end
