"""From the push of one critical message to the acknowledged incident, in one process.

Handed in, read, gathered, called about, acknowledged: as the webhook server, the daemon
and a person at the command line do it, one after the other.
"""

from pathlib import Path

from socialcell.language import pipeline
from socialcell.services.alerts import escalations
from socialcell.services.context import open_context
from socialcell.services.mentions.tagging import tag_waiting
from socialcell.services.outbox import acknowledgements, outbox
from socialcell.services.webhooks import webhook_ingest
from tests.services.webhooks import pushes

PUSH = "push.json"  # in the folder: what the platform hands in
CALL = "zad padlay gadivar, aat manus adaklay! Karve Road."


def prepare() -> None:
    """Import and load what a run needs, and open no file that one writes to."""
    list(pipeline.reader().stream([CALL], 1))


def run(folder: Path) -> None:
    """All of it, in a workspace where a run may have died anywhere before."""
    take_in_and_call(folder)
    acknowledge(folder)


def take_in_and_call(folder: Path) -> None:
    """What nobody has to wait for: the message is taken in and people are called."""
    context = open_context(folder / "config.yaml")
    body = (folder / PUSH).read_bytes()
    webhook_ingest.store_push(context, "whatsapp", pushes.headers(body), body)
    webhook_ingest.process_pushes(context)
    tag_waiting(context)
    outbox.recover_unsent(context)  # as the daemon does when it begins
    escalations.advance(context)
    context.engine.dispose()


def acknowledge(folder: Path) -> bool:
    """Somebody says that they look after the incident; whether they are the first."""
    context = open_context(folder / "config.yaml")
    first = acknowledgements.acknowledge(context, 1, "a fire engine is on its way")
    context.engine.dispose()
    return first
