"""Metrics: counted by several processes, added up, written as Prometheus reads them."""

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from socialcell import db
from socialcell.services.context import Context
from socialcell.web import server_metrics
from socialcell.web.metric_file import MetricFile, begin_counting, sum_metrics
from socialcell.web.metric_text import MetricFamily, metric_page, sample_key
from socialcell.web.server_metrics import RequestMeter, measure_database_wait

KILLED = """
import os, signal, sys
from pathlib import Path
from socialcell.web.metric_file import process_metrics
metrics = process_metrics(Path(sys.argv[1]))
assert metrics is process_metrics(Path(sys.argv[1]))
metrics.add([("a", 1.0)])
metrics.add([("a", 1.5), ("b", 1.0)])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_counted_is_there(tmp_path: Path) -> None:
    for _ in range(2):
        subprocess.run([sys.executable, "-c", KILLED, tmp_path], check=False)
    assert sum_metrics(tmp_path) == {"a": 5.0, "b": 2.0}


def test_a_process_with_the_number_of_an_earlier_one_goes_on_counting(
    tmp_path: Path,
) -> None:
    MetricFile(tmp_path / "7.metrics").add([("a", 1.0)])
    MetricFile(tmp_path / "7.metrics").add([("b", 1.0), ("a", 2.0)])
    assert sum_metrics(tmp_path) == {"a": 3.0, "b": 1.0}


def test_a_full_file_grows(tmp_path: Path) -> None:
    metrics = MetricFile(tmp_path / "7.metrics")
    keys = [f"{'k' * (n % 50)}{n}" for n in range(4000)]
    for key in keys:
        metrics.add([(key, 0.5)])
    metrics.add([(keys[0], 0.5)])
    assert sum_metrics(tmp_path) == {**dict.fromkeys(keys, 0.5), keys[0]: 1.0}


def test_a_file_that_is_just_being_made_counts_nothing(tmp_path: Path) -> None:
    (tmp_path / "7.metrics").write_bytes(b"")
    (tmp_path / "8.metrics").write_bytes(bytes(64))
    assert sum_metrics(tmp_path) == {}


def test_threads_lose_no_count(tmp_path: Path) -> None:
    metrics = MetricFile(tmp_path / "7.metrics")

    def count() -> None:
        for n in range(500):
            metrics.add([("a", 1.0), (f"own {n}", 1.0)])

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    totals = sum_metrics(tmp_path)
    assert totals["a"] == 4000
    assert totals["own 7"] == 8


def test_the_text_is_that_of_prometheus() -> None:
    clicks = MetricFamily("clicks_total", "counter", "Clicks.")
    seconds = MetricFamily("wait_seconds", "histogram", "Waits.", (0.1, 1.0))
    unused = MetricFamily("unused", "gauge", "Nothing.")
    samples: dict[str, float] = {}
    for value in (0.1, 0.5, 3.0):
        for key, amount in seconds.observations(value, {"route": "/a"}):
            samples[key] = samples.get(key, 0.0) + amount
    samples[sample_key("clicks_total", {"route": 'a"\\\nb'})] = 12.0

    assert metric_page([clicks, unused, seconds], samples) == (
        "# HELP clicks_total Clicks.\n"
        "# TYPE clicks_total counter\n"
        'clicks_total{route="a\\"\\\\\\nb"} 12\n'
        "# HELP wait_seconds Waits.\n"
        "# TYPE wait_seconds histogram\n"
        'wait_seconds_bucket{route="/a",le="0.1"} 1\n'
        'wait_seconds_bucket{route="/a",le="1"} 2\n'
        'wait_seconds_bucket{route="/a",le="+Inf"} 3\n'
        'wait_seconds_sum{route="/a"} 3.6\n'
        'wait_seconds_count{route="/a"} 3\n'
    )


def answer_item(_request: Request) -> Response:
    return PlainTextResponse("an item")


def answer_busy(_request: Request) -> Response:
    return PlainTextResponse("not now", 503)


def fail(_request: Request) -> Response:
    raise ZeroDivisionError


api = FastAPI()


@api.get("/mentions/{number}")
def answer_mention(number: int) -> int:
    return number


ROUTES = [
    Route("/items/{name}", answer_item),
    Route("/busy", answer_busy),
    Route("/broken", fail),
    Mount("/api/v1", api),
]


def ask(app: RequestMeter, *paths: str) -> None:
    async def ask_all() -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://a") as line:
            for path in paths:
                await line.get(path)

    asyncio.run(ask_all())


def test_requests_are_counted_by_pattern_and_never_by_what_was_asked_for(
    tmp_path: Path,
) -> None:
    meter = RequestMeter(Starlette(routes=ROUTES), MetricFile(tmp_path / "7.metrics"))
    ask(meter, "/items/asha", "/items/ravi", "/busy", "/broken")
    ask(meter, "/api/v1/mentions/7", "/api/v1/mentions/x", "/secret-token")
    meter.count_busy()

    totals = sum_metrics(tmp_path)
    counted = {key: n for key, n in totals.items() if key.startswith("socialcell_req")}
    assert counted == {
        'socialcell_requests_total{route="/items/{name}",status="2xx"}': 2,
        'socialcell_requests_total{route="/busy",status="5xx"}': 1,
        'socialcell_requests_total{route="/broken",status="5xx"}': 1,
        'socialcell_requests_total{route="/api/v1/mentions/{number}",status="2xx"}': 1,
        'socialcell_requests_total{route="/api/v1/mentions/{number}",status="4xx"}': 1,
        'socialcell_requests_total{route="none",status="4xx"}': 1,
    }
    assert totals["socialcell_busy_answers_total"] == 2
    assert totals['socialcell_answer_seconds_count{route="/items/{name}"}'] == 2
    text = " ".join(totals)
    assert not any(word in text for word in ("asha", "ravi", "secret-token"))


def test_more_routes_than_are_told_apart_are_counted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_metrics, "_ROUTES", 1)
    meter = RequestMeter(Starlette(routes=ROUTES), MetricFile(tmp_path / "7.metrics"))
    ask(meter, "/items/asha", "/busy", "/items/ravi")
    totals = sum_metrics(tmp_path)
    assert totals['socialcell_requests_total{route="/items/{name}",status="2xx"}'] == 2
    assert totals['socialcell_requests_total{route="other",status="5xx"}'] == 1


def test_the_time_of_an_answer_lasts_to_its_end(tmp_path: Path) -> None:
    async def slow(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        start = time.perf_counter()
        while time.perf_counter() < start + 0.02:
            pass
        await send({"type": "http.response.body", "body": b""})

    ask(RequestMeter(slow, MetricFile(tmp_path / "7.metrics")), "/")
    totals = sum_metrics(tmp_path)
    assert totals['socialcell_answer_seconds_sum{route="none"}'] >= 0.02
    assert totals['socialcell_answer_seconds_bucket{route="none",le="0.01"}'] == 0


def test_the_wait_for_a_turn_at_the_database_is_counted(
    context: Context, tmp_path: Path
) -> None:
    folder = tmp_path / context.engine.dialect.name  # a process keeps a folder's file
    folder.mkdir()
    begin_counting(folder)
    measure_database_wait(context.engine)
    with db.reading(context.engine) as session:
        session.connection()
    with db.writing(context.engine) as session:
        session.connection()
    totals = sum_metrics(folder)
    assert totals["socialcell_database_wait_seconds_count"] == 2
    assert 0 < totals["socialcell_database_wait_seconds_sum"] < 60
