"""Commands of the noun `situation`: an incident's notes, claims and reports."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.desk import room_output
from socialcell.commands.options import Config, Json, open_context
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.services.incident_room.after_action import (
        ActionStep,
        ClaimRecord,
        UrgentCase,
    )

app = typer.Typer(
    help="The incident room: notes, claims, situation reports, promised updates.",
    no_args_is_help=True,
)

Incident = Annotated[int, typer.Argument(help="The incident, as alerts list shows.")]
Report = Annotated[int, typer.Argument(help="The number of the situation report.")]
Claim = Annotated[int, typer.Argument(help="The claim, as show lists it.")]
Lang = Annotated[str, typer.Option(help="mr, hi or en.")]


@app.command()
def note(
    incident: Incident,
    text: Annotated[str, typer.Argument(help="What, in a sentence.")],
    kind: Annotated[
        str,
        typer.Option(
            help="decision, done, asked, shelter, road, contact, statement, event or "
            "lesson."
        ),
    ] = "decision",
    config: Config = None,
) -> None:
    """Note what was decided, done or said. A statement keeps the promised update.

    Example: socialcell situation note 14 "Shelter open at the school" --kind shelter
    """
    from socialcell.services.incident_room import room_notes

    room_notes.add_note(open_context(config), incident, kind, text)
    output.say(f"Noted for incident {incident}.")


@app.command()
def claim(
    incident: Incident,
    text: Annotated[str, typer.Argument(help="What is said, in its words.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter a claim that goes round; nobody has confirmed it yet.

    Example: socialcell situation claim 14 "Discharge is 51,000 cusecs"
    """
    from socialcell.services.incident_room import incident_claims

    id_ = incident_claims.add_claim(open_context(config), incident, text)
    if json:
        output.as_json({"claim": id_})
    else:
        output.say(
            f"Claim {id_} is not confirmed. Say who is asked: "
            f"socialcell situation ask {incident} {id_} OFFICE"
        )


@app.command()
def ask(
    incident: Incident,
    claim: Claim,
    who: Annotated[str, typer.Argument(help="The office that was asked.")],
    config: Config = None,
) -> None:
    """Note who was asked about a claim.

    Example: socialcell situation ask 14 3 "Water Resources"
    """
    from socialcell.services.incident_room import incident_claims

    incident_claims.ask(open_context(config), incident, claim, who)
    output.say(f"Noted: {who} was asked about claim {claim}.")


@app.command()
def verdict(
    incident: Incident,
    claim: Claim,
    verdict: Annotated[str, typer.Argument(help="true, false or partly.")],
    source: Annotated[str, typer.Option(help="Who says so.")],
    correction: Annotated[
        str | None, typer.Option(help="What was said in public instead.")
    ] = None,
    config: Config = None,
) -> None:
    """Enter what turned out. What is false is looked for as a rumour. Audited.

    Example: socialcell situation verdict 14 3 false --source "Road Department"
    """
    from socialcell.services.incident_room import incident_claims

    incident_claims.decide(
        open_context(config), incident, claim, verdict, source, correction or ""
    )
    output.say(f"Claim {claim}: {verdict}, says {source}.")


@app.command()
def promise(
    incident: Incident,
    by: Annotated[str, typer.Option(help="Until when, in Pune.", metavar="TIME")],
    config: Config = None,
) -> None:
    """Promise the next update by a time. A report or a statement keeps it.

    Example: socialcell situation promise 14 --by 2026-11-21T09:00
    """
    from socialcell.listening.day_ranges import day_end
    from socialcell.services.incident_room import next_updates

    at = day_end(by, "--by")
    next_updates.promise_update(open_context(config), incident, at)
    output.say(f"The next update is promised by {output.local(at)}.")


@app.command()
def draft(incident: Incident, config: Config = None, json: Json = False) -> None:
    """Make the next situation report of what is known now; edit it, then issue it.

    Example: socialcell situation draft 14
    """
    from socialcell.services.incident_room import situation_reports

    number = situation_reports.draft_report(open_context(config), incident)
    if json:
        output.as_json({"incident": incident, "number": number})
    else:
        output.say(f"Report {number} is drafted. Look: situation show {incident}")


@app.command()
def edit(
    incident: Incident,
    report: Report,
    line: Annotated[int, typer.Argument(help="The line, as show numbers it.")],
    text: Annotated[str, typer.Argument(help="Its new words; empty: without it.")],
    lang: Lang = "en",
    config: Config = None,
) -> None:
    """Write a line of a draft anew, in one language.

    Example: socialcell situation edit 14 3 5 "Two boats are at work." --lang en
    """
    from socialcell.services.incident_room import situation_reports

    context = open_context(config)
    situation_reports.edit_line(context, incident, report, lang, line, text)
    output.say(f"Line {line} of report {report} is written in {lang}.")


@app.command()
def issue(
    incident: Incident,
    report: Report,
    public: Annotated[
        bool, typer.Option("--public", help="Also for the status page.")
    ] = False,
    config: Config = None,
) -> None:
    """Freeze a report. It keeps the promise, unless it names that as next. Audited.

    Example: socialcell situation issue 14 3 --public
    """
    from socialcell.services.incident_room import situation_reports

    situation_reports.issue_report(
        open_context(config), incident, report, public=public
    )
    output.say(f"Report {report} of incident {incident} is issued.")


@app.command()
def show(
    incident: Incident, lang: Lang = "en", config: Config = None, json: Json = False
) -> None:
    """Show an incident's room: reports, claims, notes, promises, held posts.

    Example: socialcell situation show 14 --lang mr
    """
    from socialcell.i18n import language
    from socialcell.services.incident_room import room_overview

    room = room_overview.show_room(open_context(config), incident, lang)
    if json:
        output.as_json(asdict(room))
        return
    room_output.print_room(room, language(lang))


@app.command()
def text(
    incident: Incident,
    report: Report,
    lang: Lang = "en",
    out: Annotated[
        Path | None, typer.Option(help="A file; standard output if none.")
    ] = None,
    config: Config = None,
) -> None:
    """Write a situation report as plain text, the same each time.

    Example: socialcell situation text 14 3 --lang mr --out report-3.txt
    """
    from socialcell.services.incident_room import room_overview

    _write(
        out, room_overview.text_of_report(open_context(config), incident, report, lang)
    )


@app.command()
def status(
    incident: Incident,
    lang: Lang = "en",
    out: Annotated[
        Path | None, typer.Option(help="A file; standard output if none.")
    ] = None,
    config: Config = None,
) -> None:
    """Write what the public page says: no counts of posts, nothing unconfirmed.

    Example: socialcell situation status 14 --lang mr
    """
    from socialcell.services.incident_room import room_overview

    _write(out, room_overview.status_of(open_context(config), incident, lang))


@app.command("look-back")
def look_back(incident: Incident, config: Config = None, json: Json = False) -> None:
    """Show when an incident was seen, told and acted upon; promises, claims, lessons.

    Example: socialcell situation look-back 14
    """
    from socialcell.services.incident_room import after_action

    table = after_action.look_back(open_context(config), incident)
    if json:
        output.as_json(asdict(table))
        return
    columns = ("step", "at", "min after the first post")
    output.table(columns, [_step_row(step) for step in table.steps])
    _say_past_claims(table.claims)
    _say_urgent_cases(table.cases)
    if table.updates_due:
        output.say(
            f"Promised updates that were due: {table.updates_due}, kept in time: "
            f"{table.updates_kept}"
        )
    for lesson in table.lessons:
        output.say(f"Lesson: {lesson}")


def _step_row(step: "ActionStep") -> tuple[CellContent, ...]:
    at = None if step.at is None else output.local(step.at)
    return step.step.replace("_", " "), at, step.minutes


def _say_past_claims(claims: "Sequence[ClaimRecord]") -> None:
    if not claims:
        return
    output.say()
    columns = ("claim", "verdict", "asked", "decided", "corrected (min)")
    rows = [(c.text, c.verdict, c.asked, c.decided, c.corrected) for c in claims]
    output.table(columns, rows)


def _say_urgent_cases(cases: "Sequence[UrgentCase]") -> None:
    if not cases:
        return
    output.say()
    rows = [(case.number, case.state, case.answered) for case in cases]
    output.table(("case", "state", "answered (min)"), rows)


def _write(out: Path | None, text: str) -> None:
    if out is None:
        output.say(text.rstrip("\n"))
    else:
        output.write_file(out, [text])
        output.note(f"Written: {out}")
