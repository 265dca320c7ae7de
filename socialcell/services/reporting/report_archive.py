"""Reports that were made: their weeks, letters, files, and who got them when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from socialcell import db
from socialcell.clock import IST
from socialcell.i18n import language
from socialcell.ops import frozen, outbox_store
from socialcell.reports.letters.letter_page import LetterPage
from socialcell.reports.weekly import weekly_letter
from socialcell.services.context import Context
from socialcell.services.reporting import report_mail, weekly_letters
from socialcell.services.reporting.reported_week import reported_week


@dataclass(frozen=True)
class ReportedPeriod:
    """A week whose numbers are frozen. `day` is its Monday in Pune; `made_at`: when
    they were counted."""

    day: date
    end: datetime
    made_at: datetime


@dataclass(frozen=True)
class LetterDelivery:
    """A letter to one recipient: its state, and when it left or ended."""

    recipient: str
    subject: str
    state: str
    made_at: datetime
    ended_at: datetime | None


def list_weeks(context: Context) -> list[ReportedPeriod]:
    """Weeks with frozen numbers, the newest first."""
    with db.reading(context.engine) as session:
        return [
            ReportedPeriod(start.astimezone(IST).date(), end, made_at)
            for start, end, made_at in frozen.periods(session, "weekly")
        ]


def find_week(context: Context, day: date) -> ReportedPeriod | None:
    """The week that begins on a day; None: its numbers are not frozen."""
    return next((week for week in list_weeks(context) if week.day == day), None)


def weekly_letter_of(context: Context, week: ReportedPeriod, lang: str) -> LetterPage:
    """The letter of a week from its frozen numbers, as it is made now; nothing is
    written."""
    _span, numbers = reported_week(context, week.end)
    return weekly_letter.page(
        weekly_letters.letter_context(context, numbers, language(lang))
    )


def report_file(context: Context, day: date, lang: str, ending: str) -> Path | None:
    """The report of a week (html) or its workbook (xlsx); None: not written yet."""
    path = context.workspace.reports / f"weekly-{day.isoformat()}.{lang}.{ending}"
    return path if path.is_file() else None


def whole_report(file: Path) -> bytes:
    """The report's page with its pictures inside."""
    stem = file.name.removesuffix("html")
    pictures = {
        path.name: path.read_bytes() for path in file.parent.glob(f"{stem}*.png")
    }
    return report_mail.self_contained(file.read_text("utf-8"), pictures).encode()


def weekly_deliveries(context: Context, day: date) -> Sequence[LetterDelivery]:
    """Letters of a week, those of offices too, in the order in which they were made."""
    return [*_deliveries(context, f"report.weekly.{day.isoformat()}.")]


def daily_deliveries(context: Context, day: date) -> Sequence[LetterDelivery]:
    """Briefs of a day in Pune."""
    return [*_deliveries(context, f"report.daily.{day.isoformat()}T")]


def _deliveries(context: Context, prefix: str) -> Iterator[LetterDelivery]:
    with db.reading(context.engine) as session:
        for row in outbox_store.messages_with_prefix(session, prefix):
            yield LetterDelivery(
                row.recipient, row.subject, row.state, row.made_at, row.ended_at
            )
