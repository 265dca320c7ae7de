"""Pages for monitors on a port of their own: /livez, /readyz, /metrics."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from socialcell import log
from socialcell.db import revisions
from socialcell.errors import SocialcellError
from socialcell.services.context import Context
from socialcell.services.daemon.workspace_gauges import measure_workspace
from socialcell.web.application import READ, UNCACHED, ExactRoute, create_application
from socialcell.web.connections.connection_limits import ConnectionLimits
from socialcell.web.metric_file import sum_metrics
from socialcell.web.metric_text import (
    MEDIA_TYPE,
    MetricFamily,
    metric_page,
    sample_key,
)
from socialcell.web.server_metrics import SERVER_FAMILIES
from socialcell.web.serving import open_listener, run_in_thread, server_config

ANSWER_SECONDS = 5.0  # that a database may take to answer
_LIMITS = ConnectionLimits(connections=32)
_S = TypeVar("_S")
_T = TypeVar("_T")
_LOG = log.logger(__name__)

_START = MetricFamily(
    "socialcell_process_start_time_seconds",
    "gauge",
    "When the server was started, in seconds since 1970-01-01 UTC.",
)
_DATABASE = MetricFamily(
    "socialcell_database_up", "gauge", "1: the database answers; 0: it does not."
)
_OUTBOX = MetricFamily(
    "socialcell_outbox_messages",
    "gauge",
    "Messages of the outbox: due, for later, held, dead (in the last week).",
)
_PULLS = MetricFamily(
    "socialcell_pull_age_seconds",
    "gauge",
    "Seconds since the last successful pull, by kind of source.",
)
_INCIDENTS = MetricFamily(
    "socialcell_open_incidents", "gauge", "Incidents that are not over, by severity."
)
_REFUSED = MetricFamily(
    "socialcell_refused_connections",
    "gauge",
    "Connections and requests that a server refused today, by server and reason.",
)
_FAMILIES = (_START, _DATABASE, *SERVER_FAMILIES, _OUTBOX, _PULLS, _INCIDENTS, _REFUSED)


@contextlib.contextmanager
def serving_health(
    context: Context, host: str, port: int, metrics: Path
) -> Iterator[str]:
    """Serve the pages in a thread while the block runs; yields the address.

    `metrics` is the folder in which the server's processes count. SocialcellError: the
    port is taken. It belongs on loopback: the pages are open to whoever reaches them.
    """
    app = create_health_application(context, metrics)
    with (
        open_listener(host, port) as listener,
        run_in_thread(server_config(app, _LIMITS), listener) as address,
    ):
        yield address


def create_health_application(
    context: Context, metrics: Path, *, seconds: float = ANSWER_SECONDS
) -> Starlette:
    """/livez: the process runs. /readyz: the database answers within `seconds` and its
    schema is current, else 503 with the reason. /metrics: for Prometheus."""
    started_at = time.time()

    async def ready(_request: Request) -> Response:
        silent = f"the database did not answer within {seconds:g} s"
        reason = await _within(seconds, partial(_find_fault, context), silent)
        return _respond(200, "ok") if reason is None else _respond(503, reason)

    async def measure(_request: Request) -> Response:
        samples = {_START.name: round(started_at, 3), **sum_metrics(metrics)}
        samples |= await _within(
            seconds, partial(_workspace_samples, context), {_DATABASE.name: 0.0}
        )
        page = metric_page(_FAMILIES, samples)
        return Response(page, headers={**UNCACHED, "content-type": MEDIA_TYPE})

    routes = [
        ExactRoute("/livez", _respond(200, "ok"), READ),
        ExactRoute("/readyz", ready, READ),
        ExactRoute("/metrics", measure, READ),
    ]
    return create_application(routes, _respond, "a page for monitors was not served")


def _respond(
    status: int, text: str, headers: Mapping[str, str] | None = None
) -> Response:
    return PlainTextResponse(f"{text}\n", status, {**UNCACHED, **(headers or {})})


async def _within(seconds: float, work: Callable[[], _T], otherwise: _S) -> _T | _S:
    """What `work` returns in a thread, or `otherwise` when that takes too long: its
    thread then ends by itself, and nobody waits for it."""
    with anyio.move_on_after(seconds):
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
    return otherwise


def _find_fault(context: Context) -> str | None:
    """Why no page can be answered; None when nothing is in the way."""
    try:
        revisions.require_current(context.engine)
    except SocialcellError as error:
        return str(error)
    return None


def _workspace_samples(context: Context) -> dict[str, float]:
    try:
        gauges = measure_workspace(context)
    except SocialcellError as error:
        _LOG.warning("the workspace was not measured", reason=str(error))
        return {_DATABASE.name: 0.0}
    return {
        _DATABASE.name: 1.0,
        **_samples(_OUTBOX, "state", gauges.outbox),
        **_samples(_PULLS, "kind", gauges.pull_ages),
        **_samples(_INCIDENTS, "severity", gauges.open_incidents),
        **{
            sample_key(_REFUSED.name, {"server": server, "reason": reason}): float(n)
            for server, reasons in gauges.refused.items()
            for reason, n in reasons.items()
        },
    }


def _samples(
    family: MetricFamily, label: str, values: Mapping[str, float]
) -> dict[str, float]:
    return {
        sample_key(family.name, {label: name}): float(value)
        for name, value in values.items()
    }
