"""The commands `daemon` and `health`."""

from typing import Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, Json, open_context, open_server_context

_EXIT = {"well": 0, "degraded": 3, "dead": 1}


def daemon(
    tick: Annotated[
        float, typer.Option(min=0.2, max=60, help="Seconds between two rounds.")
    ] = 15,
    config: Config = None,
) -> None:
    """Collect, read, report and clean up on time, until it is stopped.

    One a workspace (exit code 75 for a second one). SIGTERM ends it at the next
    checkpoint, SIGHUP has it read config.yaml again. docs/operations.md has a unit for
    systemd. What was missed while it was down is made up for at once.

    Example: socialcell daemon
    """
    from datetime import timedelta

    from socialcell import log
    from socialcell.scheduler import Daemon

    context = open_server_context(config)
    log.start(context.workspace.config.log.level)
    Daemon(context, tick=timedelta(seconds=tick)).run()


def health(config: Config = None, json: Json = False) -> None:
    """Whether the daemon runs and all is well, with reasons and what to do about each.

    Reasons are jobs that fail or are behind, sources that are silent, spent their quota
    or need a person, rechecks that stopped, messages that wait or died, mentions that
    wait to be tagged, a disk that fills up, and alerts that nobody gets or answers.
    Exit code 0 well, 3 degraded, 1 dead.

    Example: socialcell health --json
    """
    from dataclasses import asdict

    from socialcell.services.daemon.health import check_health

    daemon_health = check_health(open_context(config))
    if json:
        document = {
            "state": daemon_health.state,
            "reasons": list(map(str, daemon_health.reasons)),
            "problems": [asdict(reason) for reason in daemon_health.reasons],
            "daemon": {
                "owner": daemon_health.owner,
                "renewed_at": daemon_health.renewed_at,
            },
        }
        output.as_json(document)
    else:
        output.say(daemon_health.state.capitalize())
        for reason in daemon_health.reasons:
            output.say(f"  {reason.finding}")
            output.say(f"    → {reason.advice}")
    raise typer.Exit(_EXIT[daemon_health.state])
