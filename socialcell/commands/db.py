"""Commands of the noun `db`: upgrade, verify."""

from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import ROOT_CONFIG, Config, Json, open_context

app = typer.Typer(help="The database: upgrade, verify.", no_args_is_help=True)


@app.command()
def upgrade(config: Config = None, json: Json = False) -> None:
    """Bring the database's schema to this version of socialcell.

    Example: socialcell db upgrade
    """
    from socialcell import config as configuration
    from socialcell import db

    workspace = configuration.load(configuration.find(config or ROOT_CONFIG.get()))
    before, after = db.upgrade(db.connect(workspace.database_url))
    if json:
        output.as_json({"before": before, "after": after})
    elif before == after:
        output.say(f"Nothing to do: the schema is {after}.")
    else:
        output.say(f"Upgraded from {before or 'nothing'} to {after}.")


@app.command()
def verify(
    digest: Annotated[
        bool, typer.Option("--digest", help="Print one hash over the domain tables.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Check the database: damage, references, accounts of runs, texts.

    --digest prints one hash over the domain tables (no runs, no logs, no surrogate
    keys): equal content, equal hash. Exit code 1 when something is wrong.

    Example: socialcell db verify --digest
    """
    from socialcell import db
    from socialcell.listening.store import digest as digests
    from socialcell.listening.store import integrity

    context = open_context(config)
    with db.reading(context.engine) as session:
        found = integrity.problems(session)
        made = digests.digest(session) if digest else None
        parts = digests.table_digests(session) if digest and json else None
    if json:
        document = {"ok": not found, "problems": found}
        output.as_json(document | ({"digest": made, "tables": parts} if digest else {}))
    else:
        for problem in found:
            output.say(problem)
        output.say(made or ("The database is sound." if not found else ""))
    raise typer.Exit(1 if found else 0)
