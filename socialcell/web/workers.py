"""Run an ASGI application in several worker processes on one listening socket.

uvicorn's own supervisor (`uvicorn.supervisors.Multiprocess`, 0.54) was tried first. A
worker whose application cannot be made exits with 1, which it takes for a death: it
starts the next one for ever. It waits without end for workers that do not stop, and
workers outlive it when it is killed.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from multiprocessing import connection, resource_tracker
from types import FrameType

from socialcell import log
from socialcell.errors import SocialcellError
from socialcell.services.daemon.service_notify import notify
from socialcell.web.metric_file import process_metrics
from socialcell.web.server_metrics import WORKERS_REPLACED
from socialcell.web.serving import GRACE_SECONDS, address
from socialcell.web.worker_process import (
    ServerSettings,
    WorkerReport,
    serve_here,
    work,
)

START_ATTEMPTS = 3  # in a row, by whichever worker
START_SECONDS = 60.0  # until a worker must be ready
_STOP_SECONDS = GRACE_SECONDS + 5.0
_PAUSE_SECONDS = 1.0  # before the next attempt, more after each failure
_CHECK_SECONDS = 1.0
_SPAWN = multiprocessing.get_context("spawn")
_LOG = log.logger(__name__)


def run_workers(
    settings: ServerSettings,
    listener: socket.socket,
    announce: Callable[[str], None],
    *,
    count: int = 1,
) -> None:
    """Serve with `count` processes until SIGTERM or SIGINT; then finish what is begun.

    `announce` is called with the address once all are ready. With one there is no
    second process: the application is made in this one. Otherwise this process makes
    none and waits; it starts a worker again that ended by itself or was killed, and
    whoever is being served by the others does not notice. It closes `listener` when it
    stops. What the factory raises before any worker was ready is raised here.
    SocialcellError: `START_ATTEMPTS` workers in a row ended before they were ready.

        settings = ServerSettings("socialcell.web.console:application", (config_path,))
        with open_listener(host, port) as listener:
            run_workers(settings, listener, announce, count=2)
    """
    if count == 1:
        serve_here(settings, listener, announce)
    else:
        WorkerSupervisor(settings, listener, count).run(announce)


class WorkerSupervisor:
    """Keeps `count` workers at work on one socket."""

    def __init__(
        self, settings: ServerSettings, listener: socket.socket, count: int
    ) -> None:
        self._settings, self._listener, self._count = settings, listener, count
        self._workers: list[WorkerHandle] = []
        self._is_stopping = False
        self._was_ready = False  # a worker, once: the application can be made
        self._failures = 0  # to start, in a row
        self._start_at = 0.0  # on the monotonic clock: no worker is started before

    def run(self, announce: Callable[[str], None]) -> None:
        """Serve until SIGTERM or SIGINT. SocialcellError: no worker can start."""
        with self._signals() as wake:
            try:
                self._work(announce, wake)
            finally:
                self._listener.close()  # or who connects now waits for nobody
                _stop(self._workers)

    def _work(self, announce: Callable[[str], None], wake: int) -> None:
        is_announced = False
        self._count_replaced(0.0)
        while not self._is_stopping:
            self._start_missing()
            self._wait(wake)
            for worker in list(self._workers):
                self._look_at(worker)
            if not is_announced and self._ready_count() == self._count:
                is_announced = True
                announce(address(self._listener))
                notify("READY=1")

    def _ready_count(self) -> int:
        return sum(worker.is_ready for worker in self._workers)

    def _start_missing(self) -> None:
        # The first worker alone: what keeps it from starting keeps all.
        wanted = self._count if self._was_ready else 1
        if time.monotonic() < self._start_at:
            return
        while len(self._workers) < wanted:
            self._workers.append(WorkerHandle(self._settings, self._listener))

    def _wait(self, wake: int) -> None:
        """Until a worker reports or ends, a signal comes, or a second has passed."""
        waited: list[connection.Connection | int] = [wake]
        for worker in self._workers:
            waited += worker.waited_for()
        if wake in connection.wait(waited, _CHECK_SECONDS):
            os.read(wake, 1024)

    def _look_at(self, worker: "WorkerHandle") -> None:
        was_ready = worker.is_ready
        worker.read_report()
        if worker.is_ready and not was_ready:
            self._was_ready, self._failures = True, 0
        worker.kill_if_late()
        if worker.is_alive() or self._is_stopping:
            return
        worker.read_report()  # that came with its end
        self._workers.remove(worker)
        pid, reason = worker.pid, worker.reason
        worker.close()
        if not worker.is_ready:
            self._count_failure(worker.failure, reason)
        _LOG.warning("a worker ended and is replaced", worker=pid, reason=reason)
        self._count_replaced(1.0)

    def _count_replaced(self, n: float) -> None:
        if self._settings.metrics is not None:
            metrics = process_metrics(self._settings.metrics)
            metrics.add([(WORKERS_REPLACED.name, n)])

    def _count_failure(self, failure: SocialcellError | None, reason: str) -> None:
        if failure is not None and not self._was_ready:
            raise failure
        self._failures += 1
        if self._failures >= START_ATTEMPTS:
            raise SocialcellError(
                "web.workers_do_not_start",
                attempts=self._failures,
                reason=reason,
            )
        self._start_at = time.monotonic() + _PAUSE_SECONDS * self._failures

    @contextlib.contextmanager
    def _signals(self) -> Iterator[int]:
        """SIGTERM and SIGINT stop the loop; the file from which it reads that it is to
        look."""
        wake, woken_by = os.pipe()
        os.set_blocking(woken_by, False)

        def stop(_signal: int, _frame: FrameType | None) -> None:
            self._is_stopping = True
            with contextlib.suppress(BlockingIOError):
                os.write(woken_by, b"!")

        handlers = {
            number: signal.signal(number, stop)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            yield wake
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            os.close(wake)
            os.close(woken_by)


class WorkerHandle:
    """A worker as its supervisor sees it; making one starts its process."""

    def __init__(self, settings: ServerSettings, listener: socket.socket) -> None:
        self._reports, reports = _SPAWN.Pipe(duplex=False)
        self._process = _SPAWN.Process(target=work, args=(settings, listener, reports))
        # Ctrl-C reaches every process of a terminal: the new one inherits that it is
        # blocked, and the supervisor passes it on. The tracker would unblock it.
        resource_tracker.ensure_running()
        unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
        reports.close()
        self._started_at = time.monotonic()
        self._report: WorkerReport | None = None
        self._is_open = True
        self.is_ready = False

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def failure(self) -> SocialcellError | None:
        """What its factory raised that a person must read."""
        return self._report.failure if self._report else None

    @property
    def reason(self) -> str:
        """Why it ended: its own words, else its exit code (negative for a signal)."""
        if self._report is not None and self._report.reason:
            return self._report.reason
        code = self._process.exitcode
        if code is not None and code < 0:
            return f"signal {signal.Signals(-code).name}"
        return f"exit code {code}"

    def waited_for(self) -> list[connection.Connection | int]:
        reports = [self._reports] if self._is_open else []
        return [self._process.sentinel, *reports]

    def read_report(self) -> None:
        """Take in what it has reported, without waiting."""
        try:
            while self._is_open and self._reports.poll():
                report: WorkerReport = self._reports.recv()
                self._report = report
                self.is_ready = self.is_ready or not report.reason
        except (EOFError, OSError):
            self._is_open = False

    def kill_if_late(self) -> None:
        """End a worker that hangs while it starts."""
        is_late = time.monotonic() - self._started_at > START_SECONDS
        if is_late and not self.is_ready and self._report is None:
            self._report = WorkerReport(reason=f"not ready after {START_SECONDS:.0f} s")
            self._process.kill()

    def is_alive(self) -> bool:
        return self._process.is_alive()

    def stop(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def join(self, seconds: float) -> bool:
        """Whether it has ended within so many seconds."""
        self._process.join(seconds)
        return self._process.exitcode is not None

    def close(self) -> None:
        self._reports.close()
        self._process.close()


def _stop(workers: list[WorkerHandle]) -> None:
    """SIGTERM to all; what has not ended in the time of grace is killed."""
    for worker in workers:
        worker.stop()
    latest = time.monotonic() + _STOP_SECONDS
    for worker in workers:
        if not worker.join(max(0.0, latest - time.monotonic())):
            _LOG.error("a worker did not stop and is killed", worker=worker.pid)
            worker.kill()
            worker.join(_CHECK_SECONDS)
        worker.close()
