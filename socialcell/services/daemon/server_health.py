"""What is wrong with the servers: clicks that are in no count, refused connections."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell import db
from socialcell.campaigns.links.store import clicks
from socialcell.clock import IST
from socialcell.ops.web import refused_connections
from socialcell.services.context import Context
from socialcell.services.links.unsaved_clicks import (
    DAMAGED,
    DROPPED,
    damaged_lines,
    dropped_at_stops,
)

_REFUSED = 100  # connections of a server in a day; fewer are what any server sees


@dataclass(frozen=True)
class HealthReason:
    """Why the workspace is not well: a short code, what is wrong, what to do."""

    code: str
    finding: str
    advice: str

    def __str__(self) -> str:
        return f"{self.finding} {self.advice}"


def server_reasons(context: Context, now: datetime) -> Iterator[HealthReason]:
    """What a person has to know of the redirect, the webhooks and the console."""
    yesterday = (now - timedelta(days=1)).astimezone(IST).date()
    with db.reading(context.engine) as session:
        dropped = clicks.count_dropped(session, yesterday)
        refused = refused_connections.since(session, yesterday)
    yield from _click_reasons(context, dropped)
    for server, reasons in refused.items():
        n = sum(reasons.values())
        if n < _REFUSED:
            continue
        listed = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
        yield HealthReason(
            "connections_refused",
            f"{server} refused {n} connections since yesterday: {listed}.",
            "Who they are is in the log of the web server before it; its limits are "
            "connections in config.yaml.",
        )


def _click_reasons(context: Context, dropped: int) -> Iterator[HealthReason]:
    folder = context.workspace.folder
    lines = damaged_lines(folder)
    if lines:
        yield HealthReason(
            "clicks_damaged",
            f"Lines of clicks that are damaged and in no count: {lines}.",
            f"Look at {folder / DAMAGED}, then move it away.",
        )
    if dropped:
        yield HealthReason(
            "clicks_dropped",
            f"Clicks that were answered since yesterday and not stored: {dropped}.",
            "The database did not keep up: see why in the log of serve redirect. "
            "socialcell links stats counts them as dropped.",
        )
    lost = dropped_at_stops(folder)
    if lost:
        yield HealthReason(
            "clicks_lost",
            f"Clicks that were answered and lost when the redirect stopped: {lost}.",
            "Neither the database nor the disk took them: socialcell doctor. They are "
            f"in no count; then delete {folder / DROPPED}.",
        )
