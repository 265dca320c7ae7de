"""Serve an application with workers, and its health on a second port."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from socialcell.services.context import Context
from socialcell.web.health_pages import serving_health
from socialcell.web.serving import open_listener
from socialcell.web.worker_process import ServerSettings
from socialcell.web.workers import run_workers

Address = tuple[str, int]
"""Host and port; port 0 is any that is free."""


def serve_monitored(
    context: Context,
    settings: ServerSettings,
    public: Address,
    health: Address,
    announce: Callable[[str, str], None],
    *,
    count: int = 1,
) -> None:
    """Serve until SIGTERM or SIGINT with `count` processes, as `run_workers` does.

    /livez, /readyz and /metrics are answered at `health` by this process, which opens
    the database by `context` for them, and at `public` by nobody. `announce` is called
    with both addresses, the public one first, once all workers are ready.
    """
    with (
        tempfile.TemporaryDirectory(prefix="socialcell-metrics-") as folder,
        open_listener(*public, settings.connections) as listener,
        serving_health(context, *health, Path(folder)) as health_address,
    ):
        run_workers(
            replace(settings, metrics=Path(folder)),
            listener,
            lambda address: announce(address, health_address),
            count=count,
        )
