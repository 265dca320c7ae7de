"""Reports and alerts as letters: one to each recipient, in the language they read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from socialcell import db, mail
from socialcell.clock import IST
from socialcell.config import Alerts
from socialcell.i18n import CODES, language
from socialcell.jobs import outgoing, people, report
from socialcell.jobs.context import Context
from socialcell.jobs.report import WeeklyFiles
from socialcell.listening import areas
from socialcell.listening.alert_model import Alert, Incident
from socialcell.listening.store import alerts, questions
from socialcell.listening.store import areas as area_store
from socialcell.reports import brief as daily_brief
from socialcell.reports import incident as incident_report
from socialcell.reports import render
from socialcell.reports.brief import Brief
from socialcell.reports.page import Page

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
    return Mailed(files, outgoing.put(context, "report", key, lang, readers, letter))


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
    span = daily_brief.span_of(as_of or context.clock.now())
    key = f"report.daily.{span.end.astimezone(IST).isoformat()}.{lang}"

    def letter() -> mail.Letter:
        made = daily(context, lang, as_of)
        return mail.Letter(
            subject=f"{made.page.title}: {made.page.subtitle}",
            text=made.text,
            html=render.html(made.page),
        )

    readers = context.workspace.config.report.brief_to.of(lang)
    return outgoing.put(context, "brief", key, lang, readers, letter)


def incidents(context: Context) -> int:
    """Put a letter about each incident that nobody was told of, or that grew worse,
    into the outbox. How many letters are new.

    In the quiet hours only incidents of high severity are told. Told again, an incident
    has the same key and nothing happens.
    """
    config = context.workspace.config.alerts
    quiet = _is_quiet(config, context.clock.now())
    with db.reading(context.engine) as session:
        found = [
            one
            for one in alerts.incidents(session, ("open",), None)
            if one.severity == "high" or not quiet
        ]
    return sum(
        outgoing.put(
            context,
            "alert",
            f"incident.{one.id}.{one.severity}.{lang}",
            lang,
            config.recipients.of(lang),
            partial(_incident, context, one.id or 0, lang),
        )
        for one in found
        for lang in CODES
    )


def _incident(context: Context, incident_id: int, lang: str) -> mail.Letter:
    shown = people.of(context)
    with db.reading(context.engine) as session:
        found = session.get_one(Incident, incident_id)
        own, mentions = _evidence(session, found)
        names = {one.id: areas.names(one) for one in area_store.all_areas(session)}
        page = incident_report.page(found, own, mentions, names, shown, language(lang))
    return mail.Letter(
        subject=page.title, text=render.text(page), html=render.html(page)
    )


def _evidence(
    session: Session, incident: Incident
) -> tuple[Sequence[Alert], list[Row[Any]]]:
    own = alerts.alerts_of(session, incident.id or 0)
    ids = dict.fromkeys(
        id_ for one in reversed(own) for id_ in one.mentions[:_LOOKED_AT]
    )
    rows = [questions.mention(session, id_) for id_ in list(ids)[:_LOOKED_AT]]
    return own, [row for row in rows if row is not None and row.state == "present"]


def _is_quiet(config: Alerts, now: datetime) -> bool:
    if config.quiet is None:
        return False
    begin, end = (time.fromisoformat(one) for one in config.quiet)
    at = now.astimezone(IST).time()
    return begin <= at < end if begin <= end else at >= begin or at < end
