"""Commands of the noun `registry`: list, add, approve, return, waiting, remove."""

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

    `basis` is second_person, or source for the paper of a feed; empty are entries from
    before a second person was asked.

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
            "basis": row.basis,
            "approved_by": row.approved_by,
            "approved_at": row.approved_at,
        }
        for row in account_registry.list_accounts(open_context(config))
    ]
    if json:
        output.as_json({"accounts": rows})
        return
    columns = (
        *("platform", "handle", "name", "class", "evidence"),
        *("added_by", "approved_by", "basis"),
    )
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
            help="Why it may be shown, with an https link: an office's page, a consent."
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="Whose account it is.", show_default=False)
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Propose an account to be shown by name: a public office, media, an institution, a
    creator who agreed.

    It waits until a second person approves it. The account of a protest, a party, a
    faith or a caste is refused. Entry, evidence and both persons stand in the audit
    log.

    Example: socialcell registry add x PMCPune --class public_office
    --evidence "https://www.pmc.gov.in names this account"
    """
    from socialcell.services.privacy import account_registry

    proposed = account_registry.propose_account(
        open_context(config),
        platform,
        handle,
        name=name,
        person_class=person_class,
        evidence=evidence,
    )
    if json:
        output.as_json({"platform": platform, "handle": handle, "proposed": proposed})
    elif proposed:
        output.say(f"Waits for a second person: {platform} {handle}")
    else:
        output.say(f"Was there already: {platform} {handle}")


@app.command(cls=ListCommand)
def waiting(config: Config = None, json: Json = False) -> None:
    """List the accounts that wait for a second person, the oldest first.

    `ground` is what the program goes by: verified by the platform, or its followers.

    Example: socialcell registry waiting
    """
    from socialcell.services.privacy import account_registry

    rows = [
        {
            "platform": row.platform,
            "handle": row.handle,
            "name": row.name,
            "class": row.person_class,
            "evidence": row.evidence,
            "ground": row.ground,
            "proposed_by": row.proposed_by,
            "proposed_at": row.proposed_at,
        }
        for row in account_registry.list_waiting(open_context(config))
    ]
    if json:
        output.as_json({"waiting": rows})
        return
    if not rows:
        output.say("No account waits.")
        return
    columns = (
        *("platform", "handle", "name", "class", "evidence", "ground"),
        "proposed_by",
    )
    output.table(columns, [[row[column] for column in columns] for row in rows])


@app.command()
def propose(config: Config = None, json: Json = False) -> None:
    """Propose accounts that a platform verified, or that many follow; they wait.

    Verified as a government or a business, or with `influencers.follower_floor`
    followers when they were seen last. Nobody is entered before a person approves.

    Example: socialcell registry propose
    """
    from socialcell.services.privacy import account_registry

    proposed = account_registry.propose_public_accounts(open_context(config))
    if json:
        output.as_json({"proposed": proposed})
    else:
        output.say(f"{len(proposed)} proposed. Look: socialcell registry waiting")


@app.command()
def approve(
    platform: Platform, handle: Handle, config: Config = None, json: Json = False
) -> None:
    """Show a proposed account by name from now on: as the second person.

    Whoever proposed it cannot approve it. Audited.

    Example: socialcell registry approve x PMCPune
    """
    from socialcell.services.privacy import account_registry

    context = open_context(config)
    entry = account_registry.approve_account(context, platform, handle)
    if json:
        output.as_json(
            {
                "platform": entry.platform,
                "handle": entry.handle,
                "approved_by": entry.approved_by,
            }
        )
    else:
        output.say(f"Shown by name from now on: {entry.platform} {entry.handle}")


@app.command("return")
def return_(
    platform: Platform,
    handle: Handle,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Do not enter a proposed account. Audited.

    Example: socialcell registry return x asha_creates --reason "no public person"
    """
    from socialcell.services.privacy import account_registry

    account_registry.return_account(open_context(config), platform, handle, reason)
    if json:
        output.as_json({"platform": platform, "handle": handle, "returned": True})
    else:
        output.say(f"Not entered: {platform} {handle}")


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
