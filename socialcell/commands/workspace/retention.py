"""Commands of the noun `retention`: run."""

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, DryRun, Json, open_context

app = typer.Typer(help="Retention: what was kept long enough.", no_args_is_help=True)


@app.callback()
def everywhere() -> None:
    """Retention: what was kept long enough."""


@app.command()
def run(dry_run: DryRun = False, config: Config = None, json: Json = False) -> None:
    """Purge raw data and texts that are older than config.yaml's `retention` says.

    Counts, tombstones and the registry stay. Audited. Run it every night.

    Example: socialcell retention run --dry-run
    """
    from socialcell.services.privacy import retention

    purged = retention.run_retention(open_context(config), dry_run=dry_run)
    if json:
        output.as_json(
            {
                "dry_run": dry_run,
                "raw": {
                    "before": purged.raw_before,
                    "mapped": purged.raw_mapped,
                    "quarantined": purged.raw_quarantined,
                },
                "texts": [
                    {"platform": name, "before": before, "n": purged.texts[name]}
                    for name, before in purged.text_before.items()
                ],
                "files": purged.files,
                "clicks": purged.clicks,
                "pushes": purged.pushes,
                "waits": purged.waits,
            }
        )
    else:
        would = "Would purge" if dry_run else "Purged"
        output.say(
            f"{would} raw items: {purged.raw_mapped}, and {purged.raw_quarantined} "
            "that could not be read"
        )
        for name, n in purged.texts.items():
            output.say(f"{would} texts of {name}: {n}")
        output.say(f"{would} files of messages: {purged.files}")
        output.say(f"{would} single clicks: {purged.clicks}")
    if purged.waits:
        output.note(purged.waits)
        raise typer.Exit(3)
