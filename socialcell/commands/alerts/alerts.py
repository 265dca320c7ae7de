"""Commands of the noun `alerts`: incidents, and what raises them."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import completions, output
from socialcell.commands.alerts import alert_rules, commitments, rumours
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, DryRun, Json, Limit, open_context
from socialcell.commands.renamed import old_command, old_group
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from socialcell.listening.alerts.burst_detector import ScoredPoint
    from socialcell.services.alerts.incident_documents import (
        IncidentDocument,
        WorstAlertFields,
    )
    from socialcell.services.alerts.incident_lines import IncidentLine

app = typer.Typer(
    help="Alerts: incidents, what was planned, and a trial on a file.",
    no_args_is_help=True,
)
old_group(app, "alerts promises", "commitments", commitments.app)
app.add_typer(alert_rules.app, name="rules")
app.add_typer(rumours.app, name="rumours")
_SHOWN = 5  # mentions of a phrase; --json has all


@app.command(cls=ListCommand)
def backtest(
    file: Annotated[
        Path,
        typer.Argument(help="CSV or XLSX timestamp,value; - reads standard input."),
    ],
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Alert at this score; without it, as the daemon does."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Score a series of counts as if it came in live, and list the alerts.

    Each point is scored from the points before it: 0.5 stands for a chance of one in a
    hundred, 0.66, at which the daemon alerts, for one in 8,000. More is usual on the
    days of Ganeshotsav and Diwali.

    Example: socialcell alerts backtest mentions.csv --json
    """
    from socialcell.listening.alerts.burst_detector import ALERT_AT, score_series
    from socialcell.listening.alerts.festivals import CityFestivals
    from socialcell.listening.alerts.series_file import read_series

    limit = ALERT_AT if threshold is None else threshold
    scored = score_series(read_series(file), CityFestivals(), limit)
    alerts = [point for point in scored if point.score >= limit]
    if json:
        output.as_json(_document(scored, alerts))
        return
    output.note(f"{len(scored)} points, {len(alerts)} alerts at {limit:g} or more")
    output.table(
        ("at", "observed", "expected", "score"),
        [tuple(_alert(point).values()) for point in alerts],
    )


def _document(
    scored: "list[ScoredPoint]", alerts: "list[ScoredPoint]"
) -> dict[str, DocumentValue]:
    return {
        "points": len(scored),
        "alerts": [_alert(point) for point in alerts],
        "scores": [{"at": point.at, "score": point.score} for point in scored],
    }


def _alert(point: "ScoredPoint") -> dict[str, datetime | float | None]:
    expected = None if point.expected is None else round(point.expected, 3)
    return {
        "at": point.at,
        "observed": point.observed,
        "expected": expected,
        "score": point.score,
    }


@app.command("list", cls=ListCommand)
def list_(
    all: Annotated[
        bool, typer.Option("--all", help="Also those that are over.")
    ] = False,
    limit: Limit = 50,
    config: Config = None,
    json: Json = False,
) -> None:
    """List the newest incidents: what stood out, since when, and its worst alert.

    Example: socialcell alerts list
    """
    from socialcell.clock import IST
    from socialcell.i18n import language
    from socialcell.services.alerts import incident_documents, incident_lines

    context = open_context(config)
    states = () if all else ("open", "acked")
    rows, total = incident_documents.list_incidents(context, states, limit, texts=json)
    if json:
        output.as_json({"incidents": rows, "total": total})
        return
    if not rows:
        output.say("No incident." if all else "No incident is open.")
        return
    numbers = [row["id"] or 0 for row in rows]
    lines = incident_lines.list_numbered(context, language("en"), numbers)
    lines_by_id = {line.id: line for line in lines}
    output.table(
        (
            "id",
            "since",
            "ended",
            "what",
            "severity",
            "state",
            "mentions",
            "normally",
            "now",
            "notified",
        ),
        [
            (
                row["id"],
                f"{row['opened_at'].astimezone(IST):%Y-%m-%d %H:%M}",
                _end_time(row),
                lines_by_id[row["id"] or 0].title,
                row["severity"],
                _state(lines_by_id[row["id"] or 0]),
                _count_with_unit(row["worst"]),
                row["worst"]["expected"],
                row["numbers"] and row["numbers"]["mentions"],
                _notified_count(row),
            )
            for row in rows
        ],
        important=("id", "since", "what", "state", "now"),
    )
    if len(rows) < total:
        output.note(
            f"These are the newest {len(rows)} of {total} incidents; --limit {total} "
            "lists all."
        )


def _notified_count(row: "IncidentDocument") -> str:
    """How many messages were sent; of how many, where some were not."""
    sent = sum(notice["state"] == "sent" for notice in row["told"])
    total = len(row["told"])
    return f"{sent}" if sent == total else f"{sent} of {total}"


@app.command()
def show(
    incident: Annotated[int, typer.Argument(help="As list shows.")],
    lang: Annotated[
        str, typer.Option(help="mr, hi or en.", autocompletion=completions.languages)
    ] = "en",
    config: Config = None,
    json: Json = False,
) -> None:
    """Show an incident as it is told: numbers, mentions, coverage, who is told.

    Example: socialcell alerts show 3 --lang mr
    """
    from socialcell.reports.letters import letter_render
    from socialcell.services.alerts import escalations, incident_documents

    context = open_context(config)
    page = escalations.incident_page(context, incident, lang)
    text = letter_render.text(page)
    if json:
        row = incident_documents.show_incident(context, incident)
        output.as_json({"incident": incident, "lang": lang, "text": text, **row})
    else:
        output.say(text)


@app.command(cls=ListCommand)
def rising(config: Config = None, json: Json = False) -> None:
    """List phrases that many people suddenly use: now beside the same hours before.

    People are counted, not repetitions. Phrases about what nobody may watch, and those
    with a person's name in them, are left out.

    Example: socialcell alerts rising --json
    """
    from socialcell.services.alerts import detection

    phrases = detection.find_rising(open_context(config))
    rows = [
        (
            phrase.phrase,
            phrase.observed,
            round(phrase.expected, 1),
            round(phrase.score, 2),
            list(phrase.mentions),
        )
        for phrase in phrases
    ]
    columns = ("phrase", "people", "usual", "score", "mentions")
    if json:
        output.as_json(
            {"phrases": [dict(zip(columns, row, strict=True)) for row in rows]}
        )
        return
    if not rows:
        output.say("No phrase rises.")
        return
    output.table(
        ("phrase", "people", "normally", "score", "mentions"),
        [
            (*numbers, ", ".join(map(str, mentions[:_SHOWN])))
            for *numbers, mentions in rows
        ],
    )


@app.command("try")
def try_(
    channel: Annotated[
        str,
        typer.Argument(
            help="Its name in alerts.channels or alerts.phone, or a mail address of "
            "alerts.recipients."
        ),
    ],
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Send a message that says it is a trial to a channel, phone or mail address, now.

    Exit code 1: it could not be used.

    Example: socialcell alerts try control-room
    """
    from socialcell.services.alerts import incident_notifications

    context = open_context(config)
    if dry_run:
        incident_notifications.find_recipient(context, channel)
        output.say(f"A trial would be sent to {channel}.")
        return
    delivery = incident_notifications.send_trial(context, channel)
    if json:
        output.as_json(vars(delivery))
    else:
        output.say("Sent." if delivery.sent else delivery.stopped or "Not taken.")
    if not delivery.sent:
        raise typer.Exit(1)


@app.command()
def ack(
    incident: Annotated[int, typer.Argument(help="As list shows.")],
    note: Annotated[str, typer.Option(help="What is being done.")] = "",
    config: Config = None,
    json: Json = False,
) -> None:
    """Say that you look after an incident: nobody is told of it again. Audited.

    The calls about a critical item stop. The first one counts: done again, nothing
    changes.

    Example: socialcell alerts ack 3 --note "Ward office informed"
    """
    from socialcell.services.outbox import acknowledgements

    context = open_context(config)
    first = acknowledgements.acknowledge(context, incident, note)
    charge = acknowledgements.find_charge(context, incident)
    if json:
        output.as_json({"incident": incident, "state": charge.state, "changed": first})
    elif first and charge.is_late:
        output.say(
            f"Incident {incident} was over already. It is recorded that you "
            "acknowledged it afterwards."
        )
    elif first:
        output.say(f"Incident {incident} is yours.")
    else:
        who = "You" if charge.name == context.actor.name else charge.name
        does = "look" if who == "You" else "looks"
        since = output.local(charge.at)
        output.say(f"{who} {does} after incident {incident} already, since {since}.")
        if note:
            output.note(
                "Your note was not entered: socialcell situation note takes it."
            )


@app.command("detect")
def detect_(config: Config = None, json: Json = False) -> None:
    """Look now for what stands out, as the daemon does every five minutes.

    Example: socialcell alerts detect
    """
    from socialcell.services.alerts import (
        detection,
        escalations,
        incident_notifications,
    )

    context = open_context(config)
    detected = detection.detect(context)
    messages = incident_notifications.notify_incidents(
        context
    ) + escalations.put_due_steps(context)
    if json:
        output.as_json({**vars(detected), "messages": messages})
    else:
        output.say(
            f"New incidents: {len(detected.opened)}, "
            f"grown worse: {len(detected.worse)}, "
            f"alerts: {detected.alerts}, messages: {messages}"
        )
        if detected.judged_from is not None:
            output.say(
                "Spikes, phrases and accounts are judged after three days of mentions: "
                f"from {output.local(detected.judged_from)} on. All else is looked at."
            )


@app.command()
def mute(
    topic: Annotated[
        str, typer.Argument(help="Such as water.", autocompletion=completions.topics)
    ],
    start: Annotated[
        str, typer.Option("--from", help="From when, in Pune.", metavar="TIME")
    ],
    end: Annotated[
        str, typer.Option("--to", help="Until when, in Pune.", metavar="TIME")
    ],
    note: Annotated[str, typer.Option(help="What was announced.")],
    ward: Annotated[
        list[str] | None,
        typer.Option(
            help="A ward's id or name, again for each; the whole city if none.",
            autocompletion=completions.wards,
        ),
    ] = None,
    is_long: Annotated[
        bool, typer.Option("--long", help="It is meant to last more than 31 days.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter a closure that the city announced: talk of it raises no alert. Audited.

    What is critical, a danger to life, is called about all the same, whatever its
    topic. A closure that is over already is refused, and without --long one of more
    than 31 days. alerts unmute ends it before its time.

    Example: socialcell alerts mute water --from 2026-11-26T09:00 --to 2026-11-27T12:00
    --note "Thursday maintenance" --ward ward:kothrud-bavdhan
    """
    from socialcell.i18n import language
    from socialcell.listening.day_ranges import day_start
    from socialcell.services.alerts import incident_lines, planned_closures

    context = open_context(config)
    planned = planned_closures.plan_closure(
        context,
        topic,
        ward or (),
        day_start(start, "--from"),
        day_start(end, "--to"),
        note,
        is_long=is_long,
    )
    numbers = planned_closures.find_open_incidents(context, topic)
    if json:
        output.as_json(
            {
                "closure": planned.id,
                "incident": planned.incident,
                "open_incidents": numbers,
            }
        )
    else:
        output.say(
            f"Closure {planned.incident} is entered. To end it before its time: "
            f"socialcell alerts unmute {planned.incident} --reason …"
        )
        output.say(
            f"Talk of {topic} raises no alert meanwhile. What is critical, a danger to "
            "life, is called about all the same."
        )
        for line in incident_lines.list_numbered(context, language("en"), numbers):
            output.note(
                f"Incident {line.id} is of {topic} and open: {line.title}. Look "
                f"whether it is what you announced: socialcell alerts show {line.id}"
            )


@app.command()
def unmute(
    incident: Annotated[
        int, typer.Argument(help="The planned incident's number, as list shows.")
    ],
    reason: Annotated[str, typer.Option(help="Why; it stands in the audit log.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """End a planned closure now: talk of it raises alerts again. Audited.

    One that has not begun is taken back.

    Example: socialcell alerts unmute 7 --reason "The river rises"
    """
    from socialcell.services.alerts import planned_closures

    planned_closures.end_closure(open_context(config), incident, reason)
    if json:
        output.as_json({"incident": incident, "state": "over"})
    else:
        output.say(f"The closure of incident {incident} is over.")


def _count_with_unit(worst: "WorstAlertFields") -> int | str | None:
    """The number of an incident's worst alert, with its unit but for mentions."""
    observed: int | None = worst["observed"]
    if observed is None or worst["unit"] in ("mentions", "people"):
        return observed
    return f"{observed} {worst['unit']}"


def _state(line: "IncidentLine") -> str:
    return {
        "missed": "over, nobody took charge",
        "late": "over, acknowledged only afterwards",
        "false_alarm": "over, nobody was in danger: a person decided so",
    }.get(line.standing, line.state)


def _end_time(row: "IncidentDocument") -> str | None:
    from socialcell.clock import IST

    if row["ended_at"] is not None:
        return f"{row['ended_at'].astimezone(IST):%Y-%m-%d %H:%M}"
    return "not kept" if row["state"] == "over" else None


old_command(app, "alerts plan", "alerts mute", mute)
