"""Commands of the noun `registry`: list, add, remove."""

from typing import Annotated

import typer

from socialcell.commands import completions, output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json, open_context

app = typer.Typer(
    help="The registry: accounts that are shown by name; all others are pseudonyms.",
    no_args_is_help=True,
)

Platform = Annotated[
    str,
    typer.Argument(
        help="The platform, such as x, reddit, mastodon, news.",
        autocompletion=completions.platforms,
    ),
]
Handle = Annotated[str, typer.Argument(help="The account's handle, with or without @.")]


@app.command("list", cls=ListCommand)
def list_(config: Config = None, json: Json = False) -> None:
    """List the accounts that are shown by name, with the evidence for it.

    Example: socialcell registry list
    """
    from socialcell.services.privacy import account_registry

    rows = [
        {
            "platform": row.platform,
            "handle": row.handle,
            "name": row.name,
            "class": row.person_class,
            "evidence": row.evidence,
            "added_by": row.added_by,
            "added_at": row.added_at,
        }
        for row in account_registry.list_accounts(open_context(config))
    ]
    if json:
        output.as_json({"accounts": rows})
        return
    columns = ("platform", "handle", "name", "class", "evidence", "added_by")
    output.table(columns, [[row[column] for column in columns] for row in rows])


@app.command()
def add(
    platform: Platform,
    handle: Handle,
    person_class: Annotated[
        str,
        typer.Option("--class", help="public_office, media, institution or creator."),
    ],
    evidence: Annotated[
        str,
        typer.Option(
            help="Why it may be shown: an office's page, an order, a signed consent."
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="Whose account it is.", show_default=False)
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show an account by name: a public office, media, an institution, a creator.

    A creator must have agreed. The entry, its evidence and who made it stand in the
    audit log.

    Example: socialcell registry add x PMCPune --class public_office
    --evidence "https://www.pmc.gov.in names this account"
    """
    from socialcell.services.privacy import account_registry

    added = account_registry.register_account(
        open_context(config),
        platform,
        handle,
        name=name,
        person_class=person_class,
        evidence=evidence,
    )
    if json:
        output.as_json({"platform": platform, "handle": handle, "added": added})
    else:
        output.say(f"{'Added' if added else 'Was there already'}: {platform} {handle}")


@app.command()
def remove(
    platform: Platform,
    handle: Handle,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Show an account by pseudonym from now on; its counts by day are dropped.

    Reports that were written before still name it: write them again.

    Example: socialcell registry remove x asha_creates --reason "consent withdrawn"
    """
    from socialcell.services.privacy import account_registry

    account_registry.unregister_account(open_context(config), platform, handle, reason)
    if json:
        output.as_json({"platform": platform, "handle": handle, "removed": True})
    else:
        output.say(f"Removed: {platform} {handle}")
