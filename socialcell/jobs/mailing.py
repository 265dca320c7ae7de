"""Reports as letters: one to each recipient, in the language that they read."""

from dataclasses import dataclass
from datetime import datetime

from socialcell import mail
from socialcell.clock import IST
from socialcell.i18n import language
from socialcell.jobs import outgoing, report
from socialcell.jobs.context import Context
from socialcell.jobs.report import WeeklyFiles


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
        subject = said.gettext("Late: {title}").format(title=subject)
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
