"""The daemon's process: single instance, ticker, signals, watchdog."""

import os
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import FrameType

import requests
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from socialcell import config, http, log
from socialcell.clock import SystemClock
from socialcell.errors import AlreadyRunning, SocialcellError
from socialcell.ops import leases
from socialcell.ops.leases import LeaseHandle
from socialcell.phone import PlacedCall
from socialcell.services.context import Context
from socialcell.services.daemon import process_lock
from socialcell.services.daemon import run_due as rounds
from socialcell.services.daemon.service_notify import notify
from socialcell.services.daemon.urgent_work import UrgentRounds
from socialcell.services.desk.answers import answer_sending
from socialcell.services.outbox import outbox
from socialcell.services.outbox.outbox import Delivery
from socialcell.services.parallel_ways import WayRunner

NAME = "daemon"
TICK = timedelta(seconds=15)
LOOK = timedelta(seconds=2)  # so often what is urgent is looked for
PATIENCE = 2.0  # seconds for which alerts wait for a way that hangs
PING = timedelta(minutes=5)
_ALIVE = timedelta(minutes=5)
_LOG = log.logger(__name__)


@dataclass
class _Signals:
    """The signals that the process received; the handlers only set them."""

    stop: threading.Event = field(default_factory=threading.Event)
    reload: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        signal.signal(signal.SIGTERM, self._handle_stop)
        signal.signal(signal.SIGINT, self._handle_stop)
        signal.signal(signal.SIGHUP, lambda *_: self.reload.set())

    def _handle_stop(self, _number: int, _frame: FrameType | None) -> None:
        if self.stop.is_set():
            os._exit(1)  # second signal: uncommitted work is repeated at the next start

        self.stop.set()


class Daemon:
    """Ticks until it is stopped. `run` returns when all work has ended."""

    def __init__(
        self,
        context: Context,
        *,
        tick: timedelta = TICK,
        log_format: log.LogFormat = "auto",
    ) -> None:
        self._log_format = log_format
        self._signals = _Signals()
        self._alert_ways: WayRunner[PlacedCall | None, Delivery] = WayRunner(PATIENCE)
        self._open = replace(context, alert_ways=self._alert_ways)
        self._tick_every = tick
        self._clock = SystemClock()  # leases and watchdogs go by the real one

        self._lease: LeaseHandle | None = None
        # A former holder of this machine's lock is dead, since this process has it now.
        self._place = process_lock.place_of(context.workspace.folder)
        self._owner = f"{self._place}{os.getpid()}:{os.urandom(4).hex()}"
        self._lost = threading.Event()
        self._urgent = UrgentRounds()
        self._unseen: str | None = None  # why what is urgent cannot be looked for
        self._ticked_at = self._looked_at = self._clock.now()
        self._pinged_at: datetime | None = None

    def run(self) -> None:
        """Work until SIGTERM. AlreadyRunning when another daemon has this workspace."""
        with process_lock.lock_workspace(self._open.workspace.folder):
            self._lease = self._acquire(dead=self._place)
            if self._lease is None:
                raise AlreadyRunning("workspace.daemon_elsewhere")
            self._signals.listen()
            freed = rounds.recover_slots(self._context(), self._lease.token)
            freed += outbox.recover_unsent(self._context())
            freed += answer_sending.recover(self._context())
            _LOG.info("the daemon works", token=self._lease.token, taken_up_again=freed)
            try:
                self._tick_along()
            finally:
                with suppress(SocialcellError):
                    leases.release(self._open.engine, self._lease, self._clock.now())
                _LOG.info("the daemon has stopped")
        if self._lost.is_set():
            raise AlreadyRunning("workspace.daemon_lease_lost")

    def _tick_along(self) -> None:
        ticker = BackgroundScheduler(
            timezone="Asia/Kolkata",
            executors={
                "default": ThreadPoolExecutor(1),
                "lease": ThreadPoolExecutor(1),
                "urgent": ThreadPoolExecutor(1),
            },
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": None,
            },
        )
        seconds = self._tick_every.total_seconds()
        ticker.add_job(
            self._tick,
            "interval",
            seconds=seconds,
            id="tick",
            next_run_time=self._clock.now(),
        )
        ticker.add_job(
            self._look,
            "interval",
            seconds=min(seconds, LOOK.total_seconds()),
            id="urgent",
            executor="urgent",
        )
        ticker.add_job(
            self._renew,
            "interval",
            seconds=leases.TTL.total_seconds() / 3,
            id="lease",
            executor="lease",
        )
        ticker.start()
        notify("READY=1")
        while not self._signals.stop.wait(1.0):
            if self._is_well():
                notify("WATCHDOG=1")
        notify("STOPPING=1")
        ticker.pause()
        ticker.shutdown(wait=True)
        self._finish_alerts()

    def _finish_alerts(self) -> None:
        """Settle the messages that are being sent, unless the lease is lost."""
        try:
            self._alert_ways.finish()
        except SocialcellError as error:
            _LOG.error("what was being sent was not noted", reason=str(error))

    def _tick(self) -> None:
        """One round, unless the lease is lost; whatever happens, the next one comes."""
        assert self._lease is not None
        try:
            rounds.run_due_jobs(self._context(), self._lease.token, self._should_stop)
            self._ping()
        except AlreadyRunning as error:
            self._lose(str(error))
        except SocialcellError as error:
            _LOG.error("a round was not done", reason=str(error))
        finally:
            self._ticked_at = self._clock.now()

    def _look(self) -> None:
        """Do what is urgent, beside the round, and take in a new config.yaml."""
        try:
            self._reload_if_told()
            self._urgent.run(self._context(), self._should_stop_urgent)
            self._unseen = None
        except AlreadyRunning as error:
            self._lose(str(error))
        except SocialcellError as error:
            if str(error) != self._unseen:  # it is looked for every two seconds
                _LOG.error("what is urgent was not looked for", reason=str(error))
            self._unseen = str(error)
        finally:
            self._looked_at = self._clock.now()

    def _should_stop_urgent(self) -> bool:
        """The same of what is urgent."""
        self._looked_at = self._clock.now()
        return self._signals.stop.is_set()

    def _should_stop(self) -> bool:
        """Whether to stop; a job that asks is alive, however long it takes."""
        self._ticked_at = self._clock.now()
        return self._signals.stop.is_set()

    def _context(self) -> Context:
        assert self._lease is not None
        return replace(self._open, engine=leases.fenced(self._open.engine, self._lease))

    def _acquire(self, dead: str | None = None) -> LeaseHandle | None:
        now = self._clock.now()
        return leases.acquire(self._open.engine, NAME, self._owner, now, dead=dead)

    def _renew(self) -> None:
        assert self._lease is not None
        try:
            lease = self._acquire()
        except SocialcellError as error:
            # The database is away for a moment; the fence holds if it takes longer.
            _LOG.warning("the lease was not renewed", reason=str(error))
            return
        if lease is None or lease.token != self._lease.token:
            self._lose("another daemon has the lease")

    def _lose(self, why: str) -> None:
        _LOG.error("the lease is lost", reason=why)
        self._lost.set()
        self._signals.stop.set()

    def _reload_if_told(self) -> None:
        if not self._signals.reload.is_set():
            return
        self._signals.reload.clear()
        place = self._open.workspace.folder / "config.yaml"
        try:
            workspace = config.load(place)
        except SocialcellError as error:
            _LOG.error("config.yaml is invalid, the old one is kept", reason=str(error))
            return
        if workspace.database_url != self._open.workspace.database_url:
            _LOG.error(
                "config.yaml names another database, the old one is kept",
                reason="restart the daemon to change the database",
            )
            return
        log.start(workspace.config.log.level, self._log_format)
        self._open = replace(self._open, workspace=workspace, clock=workspace.clock())
        _LOG.info("config.yaml was read again")

    def _is_well(self) -> bool:
        """Whether both threads are alive: a round ended, or a job in it had done a
        part, and somebody looked for what is urgent, a short time ago."""
        return self._clock.now() - min(self._ticked_at, self._looked_at) < _ALIVE

    def _ping(self) -> None:
        url = self._open.workspace.config.daemon.ping_url
        now = self._clock.now()
        if url is None or (self._pinged_at and now - self._pinged_at < PING):
            return
        self._pinged_at = now
        try:
            http.fetch(url, base_urls=self._open.connector_context.base_urls)
        except requests.RequestException as error:
            _LOG.warning("nobody takes our sign of life", reason=type(error).__name__)
