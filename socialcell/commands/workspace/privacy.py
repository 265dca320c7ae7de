"""Commands of the noun `privacy`: export, erase, and the law's registers."""

from pathlib import Path
from typing import Annotated

import typer

from socialcell.commands import completions, output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import (
    acting_context,
    operator_context,
)
from socialcell.commands.options import Config, DryRun, Json
from socialcell.commands.privacy import breaches, notices, officer_report, requests
from socialcell.commands.privacy.entries_that_stay import note_public_people
from socialcell.json_types import dumps

app = typer.Typer(
    help="What is held of persons: given to them, erased, and the law's registers.",
    no_args_is_help=True,
)
app.add_typer(requests.app, name="requests")
app.add_typer(breaches.app, name="breaches")
app.add_typer(notices.app, name="notices")
app.command(cls=ListCommand)(officer_report.accesses)
app.command()(officer_report.report)
app.command(cls=ListCommand)(officer_report.tables)

Platform = Annotated[
    str,
    typer.Option(
        help="The platform, such as x or reddit.", autocompletion=completions.platforms
    ),
]
Uid = Annotated[
    str | None,
    typer.Option("--id", help="The account's number there.", show_default=False),
]
Handle = Annotated[
    str | None,
    typer.Option(help="The account's handle, with or without @.", show_default=False),
]


@app.command()
def export(
    platform: Platform,
    id: Uid = None,
    handle: Handle = None,
    out: Annotated[
        Path | None, typer.Option(help="A file; standard output if none.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write all that is held of one account as JSON, for the person who asked.

    It is JSON with and without --json. Nothing is masked: make sure first that it is
    that person. For the data protection officer, where the workspace has operators.
    Audited.

    Example: socialcell privacy export --platform x --handle asha_k --out asha.json
    """
    from socialcell.services.privacy import data_requests

    personal_data = data_requests.export_account(
        operator_context(config), platform, id, handle
    )
    if out is None:
        output.as_json(personal_data)
        return
    output.write_file(out, [dumps(personal_data, indent=1), "\n"], private=True)
    output.note(f"Written: {out}")


@app.command()
def erase(
    platform: Platform,
    id: Uid = None,
    handle: Handle = None,
    keep_out: Annotated[
        bool,
        typer.Option(
            "--keep-out",
            help="Also of whom nothing is held: nothing of them is ever stored.",
        ),
    ] = False,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Erase one account: its posts, its raw data, its name; and never store it again.

    Posts become tombstones without words, counts follow, and reports of the workspace
    that quoted it are written again. An entry of people.csv that is theirs goes; those
    that may be another's stay and are named. Copies that left the workspace (exports,
    mails, backups) are not reached: docs/privacy.md says what to do about them. For the
    data protection officer, where the workspace has operators. Audited.

    Exit code 1: nothing is held of the account. Nothing is done then without
    --keep-out, since a handle that was mistyped would be kept out for good. Handles
    that are nearly the same are named, and always the same on other platforms.

    Example: socialcell privacy erase --platform x --handle asha_k --dry-run
    """
    from socialcell.services.privacy import data_requests

    erasure = data_requests.erase_account(
        operator_context(config),
        platform,
        id,
        handle,
        dry_run=dry_run,
        keep_out=keep_out,
    )
    counts = erasure.erased
    if json:
        output.as_json(
            {
                "person": erasure.person,
                "dry_run": dry_run,
                "mentions": counts.mentions,
                "raw_items": counts.raw_items,
                "in_others": counts.in_others,
                "suppressed": counts.suppressed,
                "contacts": erasure.contacts,
                "waiting": erasure.waiting,
                "public_people": erasure.public_people,
                "stays_public": list(erasure.standing.ids_that_stay),
                "reports": list(erasure.rewritten),
                "waits": erasure.waits,
                "elsewhere": list(erasure.elsewhere),
                "near": list(erasure.near),
                "nobody": erasure.is_nobody,
            }
        )
    elif not erasure.is_nobody:
        output.say(f"{'Would erase' if dry_run else 'Erased'}: {erasure.person}")
        output.say(
            f"posts {counts.mentions}, raw items {counts.raw_items}, "
            f"named in posts of others {counts.in_others}"
        )
        if erasure.contacts:
            output.say(f"conversations in cases {erasure.contacts}")
        if erasure.waiting:
            output.say(f"waited to be shown by name {erasure.waiting}")
        if erasure.public_people:
            output.say(
                f"entries of people.csv {erasure.public_people}: "
                f"{', '.join(erasure.standing.own_ids)}"
            )
        for file in erasure.rewritten:
            output.say(f"{'Would be written' if dry_run else 'Written'} again: {file}")
    if erasure.elsewhere:
        output.note(
            "The same handle on other platforms, perhaps of another person: "
            f"{', '.join(erasure.elsewhere)}"
        )
    note_public_people(erasure.standing.ids_that_stay)
    if erasure.waits:
        output.note(erasure.waits)
        raise typer.Exit(3)
    if erasure.is_nobody:
        output.note(f"Nothing is held of this account; {_kept_out(keep_out, dry_run)}.")
        output.note(f"Nearly the same handles: {', '.join(erasure.near) or 'none'}")
        raise typer.Exit(1)


def _kept_out(keep_out: bool, dry_run: bool) -> str:
    if not keep_out:
        return (
            "nothing was done. If the person asks that nothing is ever stored, give "
            "--keep-out; it cannot be taken back"
        )
    return f"it {'would be' if dry_run else 'is'} kept out from now on"


@app.command()
def erase_contact(
    case: Annotated[str, typer.Argument(help="The case, such as 26-004211.")],
    contact: Annotated[
        int, typer.Argument(help="The conversation in it, by its number.")
    ],
    config: Config = None,
) -> None:
    """Erase who one conversation of a case is, such as a caller without an account.

    The case, our own words and the count stay. For the data protection officer.
    Audited.

    Example: socialcell privacy erase-contact 26-004211 3
    """
    from socialcell.services.privacy import case_contacts

    waits = case_contacts.erase_contact(acting_context(config), case, contact)
    output.say(f"Erased: who conversation {contact} of case {case} is.")
    if waits:
        output.note(waits)
        raise typer.Exit(3)
