"""The commands `privacy accesses`, `report` and `tables`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, Json, span_of

if TYPE_CHECKING:
    from socialcell.services.privacy.privacy_report import PrivacyReport

Since = Annotated[
    str | None, typer.Option(help="From this day or time on.", metavar="TIME")
]
Until = Annotated[
    str | None, typer.Option(help="To before this day or time.", metavar="TIME")
]


def accesses(
    since: Since = None,
    until: Until = None,
    by: Annotated[str | None, typer.Option(help="Only of this operator.")] = None,
    of: Annotated[
        str | None, typer.Option(help="Only of this, such as 'mention 17'.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 200,
    config: Config = None,
    json: Json = False,
) -> None:
    """List who read personal data that is not masked, the newest first.

    Kept for a year (`retention.access_days`).

    Example: socialcell privacy accesses --since 2026-11-01
    """
    from socialcell.registers.store.accesses import AccessFilter
    from socialcell.services import access_log

    access_filter = AccessFilter(*span_of(since, until), by, of)
    entries = access_log.list_accesses(acting_context(config), access_filter, limit)
    if json:
        output.as_json(
            {"accesses": [entry.model_dump(exclude={"id"}) for entry in entries]}
        )
        return
    output.table(
        ("at (IST)", "who", "OS user", "what", "of", "records", "reason"),
        [
            (
                entry.at,
                entry.actor,
                entry.os_user,
                entry.kind,
                entry.subject,
                entry.records,
                entry.reason,
            )
            for entry in entries
        ],
        important=("who", "what"),
    )


def report(
    since: Since = None,
    until: Until = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """The data protection officer's report; of the last 30 days without a span.

    Requests and their clocks, breaches, reads of unmasked data, consents and the
    notices that they rest on, retention, and tables by legal basis.

    Example: socialcell privacy report --since 2026-11-01 --until 2026-12-01
    """
    from datetime import timedelta

    from socialcell.services.privacy import privacy_report

    first, last = span_of(since, until)
    context = acting_context(config)
    end = last or context.clock.now()
    begin = first or end - timedelta(days=30)
    made = privacy_report.make_report(context, begin, end)
    if json:
        output.as_json({"report": asdict(made)})
        return
    _say_report(made)


def tables(config: Config = None, json: Json = False) -> None:
    """List every table of personal data: what for, on which basis, until when.

    Example: socialcell privacy tables
    """
    from socialcell.services.privacy.table_purposes import personal_tables

    rows = [
        {
            "table": entry.table,
            "columns": list(entry.columns),
            "whose": entry.whose,
            "purpose": entry.purpose,
            "basis": entry.basis,
            "until": entry.until,
        }
        for entry in personal_tables()
    ]
    if json:
        output.as_json({"tables": rows})
        return
    output.table(
        ("table", "of whom", "what for", "basis", "until"),
        [
            (entry.table, entry.whose, entry.purpose, entry.basis, entry.until)
            for entry in personal_tables()
        ],
        important=("what for",),
    )


def _say_report(made: "PrivacyReport") -> None:
    output.say(f"From {output.local(made.since)} to {output.local(made.until)}")
    output.say("\nRequests of persons")
    output.table(
        ("kind", "received", "answered", "in time", "by law", "refused", "for others"),
        [
            (
                kind,
                counts.received,
                counts.answered,
                counts.in_time,
                counts.within_law,
                counts.refused,
                counts.for_others,
            )
            for kind, counts in made.requests.items()
        ],
    )
    whom = ", ".join(f"{name} {n}" for name, n in made.received_for.items())
    output.say(f"Received for others: {whom}. Nominations in force: {made.nominations}")
    for reason, n in made.refusals.items():
        output.say(f"Refused, {reason}: {n}")
    clocks = made.open_requests
    output.say(
        f"Now overdue {clocks.overdue}, due within three days {clocks.due_soon}, "
        f"past the law's time {clocks.past_stop}"
    )
    output.say("\nBreaches")
    output.table(
        ("number", "title", "noticed", "persons", "told late or not yet"),
        [
            (
                line.number,
                line.title,
                line.noticed_at,
                line.persons,
                ", ".join(
                    f"{duty.duty} ({duty.state})"
                    for duty in line.duties
                    if duty.state != "told"
                ),
            )
            for line in made.breaches
        ],
    )
    output.say("\nReads of data that is not masked")
    output.table(
        ("who", "what", "times", "records"),
        [(row.actor, row.kind, row.reads, row.records) for row in made.accesses],
    )
    consents = made.consents
    output.say(
        f"\nConsents {consents.granted}, withdrawals {consents.withdrawn}; of all "
        f"consents {consents.without_notice} rest on a notice that is not known"
    )
    for purpose, version in made.notices:
        output.say(f"Notice in force: {purpose}, version {version}")
    ran = output.local(made.retention_ok_at) if made.retention_ok_at else "never"
    output.say(f"Retention ran last: {ran}")
    bases = ", ".join(f"{basis} {n}" for basis, n in sorted(made.tables.items()))
    output.say(f"Tables of personal data by basis: {bases}")
