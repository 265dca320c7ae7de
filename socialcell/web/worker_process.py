"""One worker process: makes the application, says that it is ready, and serves."""

import contextlib
import importlib
import os
import pickle
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import TypeAlias, cast

import uvicorn
from starlette.types import ASGIApp

from socialcell import log
from socialcell.errors import SocialcellError
from socialcell.redact import redact
from socialcell.web.connections.connection_limits import (
    ConnectionLimits,
    CountRefusal,
    RefusalReason,
)
from socialcell.web.metric_file import MetricFile, begin_counting
from socialcell.web.server_metrics import RequestMeter
from socialcell.web.serving import GRACE_SECONDS, run_until_stopped, server_config


@dataclass(frozen=True)
class CountedApplication:
    """An application, and what is called with each refusal of a connection to it."""

    app: ASGIApp
    count: CountRefusal = lambda _refusal: None


Application: TypeAlias = ASGIApp | CountedApplication
ApplicationFactory: TypeAlias = Callable[..., AbstractContextManager[Application]]

_LIMITS = ConnectionLimits(connections=256)
_ORPHAN_SECONDS = GRACE_SECONDS + 5
_LOG = log.logger(__name__)


@dataclass(frozen=True)
class ServerSettings:
    """How each process of a server makes its application, and its limits.

    `factory` is "package.module:function": called with `arguments` (picklable, such as
    the path of config.yaml) in the process that serves, it returns a context manager
    that gives the ASGI application, and ends what the application opened. It starts the
    log as well. `limits` are those of connections, `threads` plain functions answer at
    a time, both for each process. `metrics` is the folder in which each process
    counts its requests; None: nobody counts.
    """

    factory: str
    arguments: tuple[object, ...] = ()
    limits: ConnectionLimits = _LIMITS
    threads: int = 12
    metrics: Path | None = None

    def make(self) -> AbstractContextManager[Application]:
        """The application, in this process."""
        module, _, function = self.factory.partition(":")
        make = cast(
            ApplicationFactory, getattr(importlib.import_module(module), function)
        )
        return make(*self.arguments)


@dataclass(frozen=True)
class WorkerReport:
    """What a worker says to its supervisor: it is ready, or why it will not be."""

    failure: SocialcellError | None = None
    reason: str = ""


def serve_here(
    settings: ServerSettings, listener: socket.socket, announce: Callable[[str], None]
) -> None:
    """Serve in this process until SIGTERM or SIGINT."""
    metrics = None if settings.metrics is None else begin_counting(settings.metrics)
    with settings.make() as app:
        made = app if isinstance(app, CountedApplication) else CountedApplication(app)
        config = _config(made, settings.limits, metrics)
        run_until_stopped(config, listener, announce, threads=settings.threads)


def _config(
    made: CountedApplication, limits: ConnectionLimits, metrics: MetricFile | None
) -> uvicorn.Config:
    if metrics is None:
        return server_config(made.app, limits, made.count)
    meter = RequestMeter(made.app, metrics)

    def count(refusal: RefusalReason) -> None:
        made.count(refusal)
        if refusal is RefusalReason.BUSY:
            meter.count_busy()

    return server_config(meter, limits, count)


def work(
    settings: ServerSettings, listener: socket.socket, reports: connection.Connection
) -> None:
    """The life of a worker; it ends with its supervisor, however that ended."""
    os.environ.pop("NOTIFY_SOCKET", None)  # the supervisor alone speaks for the service
    threading.Thread(target=_end_with_supervisor, daemon=True).start()
    try:
        serve_here(settings, listener, lambda _address: reports.send(WorkerReport()))
    except SocialcellError as error:
        _report_failure(reports, WorkerReport(error, str(error)))
    except Exception as error:  # noqa: BLE001 - the supervisor decides what follows
        _LOG.exception("a worker failed")
        reason = redact(f"{type(error).__name__}: {error}")
        _report_failure(reports, WorkerReport(reason=reason))


def _report_failure(reports: connection.Connection, report: WorkerReport) -> None:
    with contextlib.suppress(OSError):  # the supervisor is gone
        try:
            reports.send(report)
        except (pickle.PicklingError, TypeError, AttributeError):
            reports.send(WorkerReport(reason=report.reason))
    raise SystemExit(1)


def _end_with_supervisor() -> None:
    supervisor = parent_process()
    assert supervisor is not None
    connection.wait([supervisor.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_ORPHAN_SECONDS)
    os._exit(1)
