"""What a server counts of itself: requests, seconds of answers, waits, busy ones."""

import time
from functools import cache

from sqlalchemy import Connection, Engine, event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from socialcell.web.metric_file import MetricFile, own_metrics
from socialcell.web.metric_text import MetricFamily, sample_key

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0)
_ROUTES = 500  # that are told apart by name
_BUSY = 503

REQUESTS = MetricFamily(
    "socialcell_requests_total",
    "counter",
    "Requests by the pattern of their route and the class of their status.",
)
ANSWER_SECONDS = MetricFamily(
    "socialcell_answer_seconds",
    "histogram",
    "Seconds from a request's head to the end of its answer, by route.",
    _SECONDS,
)
BUSY_ANSWERS = MetricFamily(
    "socialcell_busy_answers_total",
    "counter",
    "Answers with status 503: too many connections, or the database was busy.",
)
DATABASE_WAIT = MetricFamily(
    "socialcell_database_wait_seconds",
    "histogram",
    "Seconds that a transaction waited for its turn before it began.",
    _SECONDS,
)
WORKERS_REPLACED = MetricFamily(
    "socialcell_workers_replaced_total",
    "counter",
    "Worker processes that ended by themselves or were killed.",
)
SERVER_FAMILIES = (
    REQUESTS,
    ANSWER_SECONDS,
    BUSY_ANSWERS,
    DATABASE_WAIT,
    WORKERS_REPLACED,
)


class RequestMeter:
    """An ASGI application around `app` that counts its requests.

    A route is named by its pattern, never by the path that was asked for, which may
    hold a name or a token; what no route matches is "none".
    """

    def __init__(self, app: ASGIApp, metrics: MetricFile) -> None:
        self._app, self._metrics = app, metrics
        self._routes: set[str] = set()
        metrics.add([(BUSY_ANSWERS.name, 0.0)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        root = scope.get("root_path", "")
        try:
            await self._app(scope, receive, note_status)
        finally:
            self._count(self._route(scope, root), status, time.perf_counter() - start)

    def count_busy(self) -> None:
        """A request that was answered 503 before it came here."""
        self._metrics.add([(BUSY_ANSWERS.name, 1.0)])

    def _count(self, route: str, status: int, seconds: float) -> None:
        amounts = [(_request_key(route, status // 100), 1.0)]
        amounts += ANSWER_SECONDS.observations(seconds, {"route": route})
        if status == _BUSY:
            amounts.append((BUSY_ANSWERS.name, 1.0))
        self._metrics.add(amounts)

    def _route(self, scope: Scope, root: str) -> str:
        pattern = getattr(scope.get("route"), "path", None)
        if pattern is None:
            return "none"
        # Below a mounted application the pattern is that of the inner route alone.
        mounted_at = scope.get("root_path", "").removeprefix(root)
        route = f"{mounted_at}{pattern}"
        if route not in self._routes and len(self._routes) >= _ROUTES:
            return "other"
        self._routes.add(route)
        return route


@cache
def _request_key(route: str, status_class: int) -> str:
    return sample_key(REQUESTS.name, {"route": route, "status": f"{status_class}xx"})


def measure_database_wait(engine: Engine) -> None:
    """Count from now on how long the engine's transactions wait until they begin,
    where this process counts.

    Call it once the engine is complete: what `db` does to begin is between the first
    and the last that hears of it.
    """

    metrics = own_metrics()
    if metrics is None:
        return

    def begin_waiting(connection: Connection) -> None:
        connection.info["socialcell_begin_at"] = time.perf_counter()

    def end_waiting(connection: Connection) -> None:
        start = connection.info.pop("socialcell_begin_at")
        metrics.add(DATABASE_WAIT.observations(time.perf_counter() - start))

    event.listen(engine, "begin", begin_waiting, insert=True)
    event.listen(engine, "begin", end_waiting)
