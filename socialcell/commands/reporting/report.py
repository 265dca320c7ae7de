"""Commands of the noun `report`: weekly, daily."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import completions, output
from socialcell.commands.options import Config, Json, open_context
from socialcell.commands.progress import progress
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:  # they are much to import
    from socialcell.services.context import Context

app = typer.Typer(
    help="Reports for people: weekly, and a brief twice a day.", no_args_is_help=True
)


@app.command()
def weekly(
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="A day or moment: the last complete week before it. Default: now.",
            metavar="DATE",
        ),
    ] = None,
    lang: Annotated[
        str,
        typer.Option(
            help="The report's language: mr, hi or en.",
            metavar="LANG",
            autocompletion=completions.languages,
        ),
    ] = "en",
    out: Annotated[
        Path | None,
        typer.Option(help="Where to write. Default: reports/ of the workspace."),
    ] = None,
    send: Annotated[
        bool,
        typer.Option("--send", help="Also put it into the outbox, and send it."),
    ] = False,
    ward: Annotated[
        str | None,
        typer.Option(help="Only the letter of a ward office.", metavar="ID"),
    ] = None,
    department: Annotated[
        str | None,
        typer.Option(
            help="Only the letter of a department or another body.", metavar="ID"
        ),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write the weekly letter of one side, and the report behind it: HTML, plain text,
    charts, and a workbook of its tables.

    A week is Monday to Sunday, Indian time. Weeks are compared only over hours that
    both covered. Numbers are frozen when a week is first reported: made again, the
    report is the same, except that a quotation deleted since reads removed, and an
    account that left the registry is not named. Targets are those of strategy.yaml.

    --send mails the letter, with report and workbook attached, to report.recipients of
    that language in config.yaml, one letter a recipient and week. Exit code 78 when
    there is nobody, or no mail.host. --ward and --department write the letter that a
    ward office or an owner of problems gets; the daemon mails those of report.offices.

    Example: socialcell report weekly --as-of 2026-11-23 --lang mr
    """
    from socialcell.errors import UsageError
    from socialcell.listening.day_ranges import day_start
    from socialcell.reports.letters import letter_render
    from socialcell.services.outbox import outbox
    from socialcell.services.reporting import report_mail, weekly_report

    context = open_context(config)
    moment = day_start(as_of, "--as-of", context.clock.now()) if as_of else None
    letters: dict[str, DocumentValue] = {}
    if ward is not None or department is not None:
        if send or (ward is not None and department is not None):
            raise UsageError("reports.one_office_alone")
        _write_office_letter(context, ward, department, lang, moment, out, json=json)
        return
    if send:
        if out is not None:
            raise UsageError("reports.send_or_out")
        report_mail.require_readers(context, "recipients", lang)
        with progress("weekly report"):
            mailed = report_mail.mail_weekly(context, lang, as_of=moment)
        report, delivered = mailed.files, outbox.deliver_due(context)
        letters = {"letters": mailed.letters, "delivered": vars(delivered)}
    else:
        with progress("weekly report"):
            report = weekly_report.write_weekly(
                context, as_of=moment, lang=lang, out=out
            )
    if json:
        output.as_json(
            {
                **letters,
                "period": report.period,
                "html": str(report.html),
                "text": str(report.text),
                "charts": [str(chart) for chart in report.charts],
                "workbook": str(report.workbook),
                "letter": {
                    "subject": report.letter.subject,
                    "html": str(report.letter_html),
                    "text": str(report.letter_text),
                    "words": letter_render.word_count(report.letter),
                },
                "numbers": report.numbers,
            }
        )
        return
    output.say(f"Week: {report.period['from']} to {report.period['to']}")
    output.say(f"Subject: {report.letter.subject}")
    letter_files = (report.letter_html, report.letter_text)
    for path in (
        *letter_files,
        report.html,
        report.text,
        *report.charts,
        report.workbook,
    ):
        output.say(f"Written: {path}")
    if send:
        output.say(f"New letters: {mailed.letters}; sent now: {delivered.sent}")
        if delivered.stopped:
            output.say(delivered.stopped)


def _write_office_letter(
    context: "Context",
    ward: str | None,
    department: str | None,
    lang: str,
    moment: datetime | None,
    out: Path | None,
    *,
    json: bool,
) -> None:
    """Write the letter of a ward office, else of a department, and say where it is."""
    from socialcell.reports.letters import letter_render
    from socialcell.services.reporting import weekly_letters

    office = weekly_letters.require_office(
        context, ward or department or "", is_ward=ward is not None
    )
    letter = weekly_letters.make_office_letter(context, office, lang, moment)
    html, text = weekly_letters.write_office_letter(context, letter, out)
    if json:
        output.as_json(
            {
                "office": office,
                "letter": {
                    "subject": letter.page.subject,
                    "html": str(html),
                    "text": str(text),
                    "words": letter_render.word_count(letter.page),
                },
            }
        )
        return
    output.say(f"Subject: {letter.page.subject}")
    output.say(f"Written: {html}")
    output.say(f"Written: {text}")


@app.command()
def daily(
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="A day or moment: the last brief before it. Default: now.",
            metavar="TIME",
        ),
    ] = None,
    lang: Annotated[
        str,
        typer.Option(
            help="The brief's language: mr, hi or en.",
            metavar="LANG",
            autocompletion=completions.languages,
        ),
    ] = "en",
    text: Annotated[
        bool, typer.Option("--text", help="Only the text for a phone.")
    ] = False,
    send: Annotated[
        bool, typer.Option("--send", help="Also mail it to report.brief_to.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say what came in up to the last brief (08:30 or 18:00), and what needs somebody.

    Its first line says of when it is, and how many dangers to life came since. The
    brief has at most 1,200 characters, to be read on a phone. It is not written to
    disk: it quotes people, who may delete what they said. --send needs mail.host and
    somebody in report.brief_to of that language in config.yaml: exit code 78 without.

    Example: socialcell report daily --lang mr --text
    """
    from socialcell.listening.day_ranges import day_start
    from socialcell.reports.letters import letter_render
    from socialcell.services.outbox import outbox
    from socialcell.services.reporting import report_mail

    context = open_context(config)
    moment = day_start(as_of, "--as-of", context.clock.now()) if as_of else None
    if send:
        report_mail.require_readers(context, "brief_to", lang)
    with progress("daily brief"):
        report = report_mail.make_daily(context, lang, moment)
    sent: dict[str, DocumentValue] = {}
    stopped = None
    if send:
        letters = report_mail.send_daily(context, lang, moment)
        delivered = outbox.deliver_due(context)
        stopped = delivered.stopped
        sent = {"letters": letters, "delivered": vars(delivered)}
    brief = report.brief
    if json:
        output.as_json(
            {
                **sent,
                "period": {"from": brief.span.start, "to": brief.span.end},
                "mentions": brief.total,
                "coverage": {
                    "covered": brief.collection.covered,
                    "due": brief.collection.due,
                },
                "intents": dict(brief.intents),
                "topics": dict(brief.topics),
                "wards": dict(brief.wards),
                "urgent": brief.urgent.total,
                "urgent_messages": brief.urgent.messages,
                "critical": list(brief.critical),
                "asked": brief.asking_total,
                "press": brief.press_total,
                "incidents": [incident.id for incident in brief.incidents],
                "quoted": [
                    danger.post.id for danger in brief.dangers if danger.is_quotable
                ],
                "subject": report.letter.subject,
                "text": report.text,
                "letter": letter_render.text(report.letter),
            }
        )
        return
    if report.since is not None:
        output.say(report.since)
    output.say(report.text)
    if send and not text:
        output.say(f"New letters: {sent['letters']}")
    if stopped:
        output.note(stopped)
