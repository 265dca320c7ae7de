"""Commands of the noun `audit`: list, verify, records, verify-records."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, Json, open_context, span_of
from socialcell.json_types import dumps

app = typer.Typer(
    help="The audit log: what was done that must be answered for.", no_args_is_help=True
)


@app.command("list", cls=ListCommand)
def list_(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    config: Config = None,
    json: Json = False,
) -> None:
    """List the newest entries of the audit log; people stand there by pseudonym.

    Beside the name that somebody gave stands the operating system's user. Entries from
    before it was noted have none.

    Example: socialcell audit list --limit 20
    """

    from socialcell.clock import IST
    from socialcell.services import audit_log

    rows = audit_log.list_entries(open_context(config), limit)
    if json:
        output.as_json({"entries": [asdict(row) for row in rows]})
        return
    output.table(
        ("no.", "at (IST)", "who", "OS user", "what", "on", "detail"),
        [
            (
                row.seq,
                row.at.astimezone(IST).strftime("%Y-%m-%d %H:%M"),
                row.actor,
                row.os_user,
                row.action,
                row.object,
                dumps(row.detail),
            )
            for row in rows
        ],
        important=("who",),
    )


@app.command()
def records(
    out: Annotated[Path, typer.Option(help="Where the bundle is written, a ZIP.")],
    case: Annotated[
        list[str] | None, typer.Option(help="A case; several times for more.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Also what was posted from then on.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="To before then.")] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Make the bundle for a request for records: our words, times, approvals. Audited.

    Words of others are masked. It has a manifest and the part of the audit log that
    proves it; the same records give the same bytes.

    Example: socialcell audit records --case 26-000004 --out records.zip
    """
    from socialcell.services.handover import record_bundle

    bundle = record_bundle.make_bundle(
        acting_context(config),
        case or [],
        *span_of(since, until),
    )
    output.write_bytes(out, [bundle.content], private=True)
    if json:
        output.as_json(
            {
                "file": str(out),
                "files": list(bundle.files),
                "entries": bundle.entries,
                "span": list(bundle.span) if bundle.span else None,
                "head": bundle.head,
            }
        )
        return
    output.say(f"Written: {out}, {len(bundle.files)} files, {bundle.entries} entries")


@app.command("verify-records")
def verify_records(
    bundle: Annotated[Path, typer.Argument(help="The bundle.", metavar="FILE")],
    json: Json = False,
) -> None:
    """Check a bundle of records: its files, and its part of the audit log.

    It needs the bundle alone. The head that it prints is proved against the log by
    audit verify --head. Exit code 1 when anything is wrong.

    Example: socialcell audit verify-records records.zip
    """
    from socialcell.services.handover import bundle_check

    check = bundle_check.check_bundle(bundle)
    if json:
        output.as_json({"ok": not check.problems, **asdict(check)})
    elif check.problems:
        for problem in check.problems:
            output.say(f"Wrong: {problem}.")
    else:
        output.say(
            f"{check.files} files and {check.entries} entries, as they were made. "
            f"Head: {check.head}"
        )
    raise typer.Exit(1 if check.problems else 0)


@app.command()
def verify(
    head: Annotated[
        str | None,
        typer.Option(
            help="A head that was noted earlier: it must still be in the log.",
            metavar="HASH",
        ),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Check that no entry of the audit log was changed, removed or slipped in.

    Names the first broken row, and operators, roles, passwords and approvals that are
    not as the log says: written into the database past socialcell. Note the head that
    it prints somewhere else: with --head it is proved later that the end of the log was
    not cut off. Exit code 1 when anything is wrong.

    Example: socialcell audit verify --json
    """
    from socialcell.services import audit_log

    verification = audit_log.verify_log(open_context(config), head)
    chain = verification.chain
    if json:
        output.as_json(
            {
                "ok": verification.ok,
                "entries": chain.head.seq,
                "head": chain.head.hash,
                "broken": chain.broken,
                "reason": chain.reason,
                "unexplained": [
                    {"object": fault.object, "reason": str(fault.reason)}
                    for fault in verification.unexplained
                ],
            }
        )
        raise typer.Exit(0 if verification.ok else 1)
    if chain.ok:
        output.say(f"{chain.head.seq} entries, unbroken. Head: {chain.head.hash}")
    elif chain.broken is not None:
        output.say(f"Broken at row {chain.broken}: {chain.reason}.")
    else:
        output.say(f"Broken: {chain.reason}.")
    for fault in verification.unexplained:
        output.say(f"Not as the log says: {fault.reason}.")
    raise typer.Exit(0 if verification.ok else 1)
