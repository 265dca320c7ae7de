"""The commands `daemon`, `daemon status` and `health`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from socialcell.commands import output
from socialcell.commands.options import (
    ROOT_CONFIG,
    Config,
    Json,
    open_context,
    open_server_context,
)
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from socialcell.services.daemon.status import DaemonStatus, ProcessStatus

_EXIT = {"well": 0, "degraded": 3, "dead": 1}

app = typer.Typer()


@app.callback(invoke_without_command=True)
def daemon(
    context: typer.Context,
    tick: Annotated[
        float, typer.Option(min=0.2, max=60, help="Seconds between two rounds.")
    ] = 15,
    log_format: Annotated[
        Literal["auto", "human", "json"],
        typer.Option(help="auto: human on a terminal, else JSON lines."),
    ] = "auto",
    config: Config = None,
) -> None:
    """Collect, read, report and clean up on time, until it is stopped.

    One a workspace (exit code 75 for a second one). SIGTERM ends it at the next
    checkpoint, SIGHUP has it read config.yaml again. docs/operations.md has a unit for
    systemd. What was missed while it was down is made up for at once. On a terminal its
    log has a line for what happened and none for jobs that had nothing to do.

    Example: socialcell daemon
    """
    if context.invoked_subcommand is not None:
        if config is not None:
            ROOT_CONFIG.set(config)
        return
    from datetime import timedelta

    from socialcell import log
    from socialcell.scheduler import Daemon

    opened = open_server_context(config)
    log.start(opened.workspace.config.log.level, log_format)
    Daemon(opened, tick=timedelta(seconds=tick), log_format=log_format).run()


@app.command()
def status(config: Config = None, json: Json = False) -> None:
    """What the daemon does: its process, its jobs, what waits, and the sources.

    It is read from the database and the lock, whether the daemon runs or not, and the
    process is not disturbed. The exit code is 0 in both cases; `health` judges.

    Example: socialcell daemon status
    """
    from socialcell.services.daemon.status import read_status

    current = read_status(open_context(config))
    if json:
        output.as_json(_status_document(current))
        return
    output.say(_process_line(current.process))
    _say_backlog(current)
    output.say()
    _show_jobs(current)
    output.say()
    _show_sources(current)


def _process_line(process: "ProcessStatus") -> str:
    sign = output.local(process.renewed_at) if process.renewed_at else None
    if process.state == "running":
        where = f"process {process.pid} on {process.host}"
        return f"The daemon runs: {where}, last sign of life {sign}."
    if process.state == "starting":
        return "The daemon is starting: it has the lock and no lease yet."
    last = f" since {sign}" if sign else ""
    return f"No daemon runs{last}, so nothing is due. Start it: socialcell daemon"


def _say_backlog(current: "DaemonStatus") -> None:
    tagging, outbox = current.tagging, current.outbox
    since = (
        f", the oldest since {output.local(tagging.oldest)}" if tagging.oldest else ""
    )
    output.say(f"Mentions to tag: {tagging.count}{since}.")
    due = (
        f", the oldest since {output.local(outbox.oldest_due)}"
        if outbox.oldest_due
        else ""
    )
    output.say(f"Messages to send: {outbox.due}{due}.")
    output.say(
        f"Messages for later: {outbox.later}; held: {outbox.held}; "
        f"not delivered in 7 days: {outbox.dead}. Mode: {current.mode}."
    )


def _show_jobs(current: "DaemonStatus") -> None:
    """All jobs but pulls, which stand with their sources; failures of both below."""
    output.table(
        ("job", "state", "last run", "last success", "next"),
        [
            (
                job.name,
                job.state or "never",
                job.last_run_at,
                job.last_ok_at,
                job.next_at,
            )
            for job in current.jobs
            if not job.name.startswith("pull:")
        ],
    )
    for job in current.jobs:
        if job.state == "failed":
            output.say(f"{job.name} failed: {job.message}")


def _show_sources(current: "DaemonStatus") -> None:
    output.table(
        ("source", "state", "last success", "next pull"),
        [
            (source.name, source.state, source.last_ok_at, source.next_pull_at)
            for source in current.sources
        ],
    )
    for source in current.sources:
        if source.reason:
            output.say(f"{source.name}: {source.reason}")


def _status_document(current: "DaemonStatus") -> dict[str, DocumentValue]:
    from dataclasses import asdict

    return {
        "daemon": asdict(current.process),
        "mode": current.mode,
        "backlog": {
            "untagged": current.tagging.count,
            "untagged_since": current.tagging.oldest,
            "due": current.outbox.due,
            "due_since": current.outbox.oldest_due,
            "later": current.outbox.later,
            "held": current.outbox.held,
            "dead": current.outbox.dead,
        },
        "jobs": [asdict(job) for job in current.jobs],
        "sources": [asdict(source) for source in current.sources],
    }


def health(config: Config = None, json: Json = False) -> None:
    """Whether the daemon runs and all is well, with reasons and what to do about each.

    Reasons are jobs that fail or are behind, sources that are silent, spent their quota
    or need a person, rechecks that stopped, messages that wait, died or are in doubt,
    messages and mentions that wait to be read, a disk that fills up, and alerts that
    nobody gets or answers, or whose next step is overdue. Exit code 0 well, 3 degraded,
    1 dead; 78 when config.yaml or the database's version is wrong, so that nothing can
    be said.

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
