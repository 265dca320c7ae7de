"""The pages for monitors: does it run, may it be asked, what did it count."""

import http.client
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from socialcell import db
from socialcell.clock import IST
from socialcell.listening.alerts.model import Incident
from socialcell.ops import store
from socialcell.ops.outbox_model import Outgoing
from socialcell.ops.web import refused_connections
from socialcell.services.context import Context
from socialcell.web.connections.connection_limits import ConnectionLimits
from socialcell.web.health_pages import create_health_application, serving_health
from socialcell.web.metric_file import MetricFile
from socialcell.web.serving import open_listener, run_in_thread, server_config

LINE = re.compile(r'[a-z_]+(\{([a-z]+="[^"]*",?)+\})? (\d+(\.\d+)?(e-?\d+)?|\+Inf)')


def ask(address: str, path: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer."""
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        headers = {name.lower(): words for name, words in answer.getheaders()}
        return answer.status, headers, answer.read().decode()
    finally:
        line.close()


@contextmanager
def health(context: Context, folder: Path) -> Iterator[str]:
    with serving_health(context, "127.0.0.1", 0, folder) as address:
        yield address


def metrics(page: str) -> dict[str, float]:
    lines = [line for line in page.splitlines() if not line.startswith("#")]
    assert all(LINE.fullmatch(line) for line in lines)
    return {key: float(value) for key, value in (line.rsplit(" ", 1) for line in lines)}


def test_a_current_database_is_ready(context: Context, tmp_path: Path) -> None:
    with health(context, tmp_path) as address:
        assert ask(address, "/livez")[::2] == (200, "ok\n")
        assert ask(address, "/readyz")[::2] == (200, "ok\n")
        status, headers, _text = ask(address, "/other")
    assert status == 404
    assert headers["cache-control"] == "no-store"


def test_an_older_schema_is_not_ready_and_says_what_to_do(
    context: Context, tmp_path: Path
) -> None:
    with db.writing(context.engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with health(context, tmp_path) as address:
        status, _headers, reason = ask(address, "/readyz")
        assert ask(address, "/livez")[0] == 200
    assert status == 503
    assert "db upgrade" in reason


def test_a_database_that_is_gone_is_not_ready_and_the_counters_stay(
    context: Context, tmp_path: Path, database_kind: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("a server of its own has no file that could be gone")
    MetricFile(tmp_path / "7.metrics").add([("socialcell_busy_answers_total", 2.0)])
    file = db.file_of(context.engine)
    assert file is not None
    context.engine.dispose()
    file.rename(file.with_name("elsewhere"))
    with health(context, tmp_path) as address:
        status, _headers, reason = ask(address, "/readyz")
        page = metrics(ask(address, "/metrics")[2])
    assert status == 503
    assert str(file) in reason
    assert page["socialcell_database_up"] == 0
    assert page["socialcell_busy_answers_total"] == 2
    assert not file.exists()


def test_a_database_that_does_not_answer_keeps_nobody_waiting(
    context: Context, tmp_path: Path
) -> None:
    """Every connection of the pool is lent out."""
    lent = [context.engine.raw_connection() for _ in range(15)]
    app = create_health_application(context, tmp_path, seconds=0.2)
    config = server_config(app, ConnectionLimits(8))
    try:
        with (
            open_listener("127.0.0.1", 0) as listener,
            run_in_thread(config, listener) as address,
        ):
            status, _headers, reason = ask(address, "/readyz")
            page = metrics(ask(address, "/metrics")[2])
    finally:
        for connection in lent:
            connection.close()
        for thread in threading.enumerate():
            if thread.name == "AnyIO worker thread":  # that nobody waited for
                thread.join()
    assert (status, reason) == (503, "the database did not answer within 0.2 s\n")
    assert page["socialcell_database_up"] == 0


def fill(context: Context) -> None:
    """Letters, sources and incidents, in every state that is counted."""
    now = context.clock.now()
    hour = timedelta(hours=1)
    with db.writing(context.engine) as session:
        for n, (state, at) in enumerate(
            [("pending", -hour), ("pending", hour), ("held", -hour), ("held", -hour)]
        ):
            session.add(letter(f"letter {n}", state, now + at, now))
        for name, connector, hours in (
            ("a.new", "mastodon", 1),
            ("a.old", "mastodon", 9),
            ("b", "rss", 3),
            ("c", "x", None),
        ):
            source = store.add_source(session, name, connector, {}, now)
            source.last_ok_at = None if hours is None else now - hours * hour
        refused_connections.add(
            session, "redirect", {"full": 7}, now.astimezone(IST).date()
        )
        for severity, state in (
            ("high", "open"),
            ("high", "acked"),
            ("medium", "over"),
        ):
            session.add(
                Incident(
                    kind="spike",
                    subject=f"topic:{severity}{state}",
                    severity=severity,
                    state=state,
                    opened_at=now,
                    last_at=now,
                )
            )


def letter(key: str, state: str, not_before: datetime, now: datetime) -> Outgoing:
    return Outgoing(
        kind="report",
        channel="mail",
        dedup_key=key,
        recipient="asha@city.example",
        subject="The week",
        state=state,
        not_before=not_before,
        made_at=now,
    )


def test_metrics_tell_what_waits_is_open_and_was_read(
    context: Context, tmp_path: Path
) -> None:
    fill(context)
    with health(context, tmp_path) as address:
        _status, headers, page = ask(address, "/metrics")
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "asha" not in page
    samples = metrics(page)
    assert samples.pop("socialcell_process_start_time_seconds") > 1_700_000_000
    assert samples == {
        "socialcell_database_up": 1,
        'socialcell_outbox_messages{state="due"}': 1,
        'socialcell_outbox_messages{state="later"}': 1,
        'socialcell_outbox_messages{state="held"}': 2,
        'socialcell_outbox_messages{state="dead"}': 0,
        'socialcell_pull_age_seconds{kind="mastodon"}': 3600,
        'socialcell_pull_age_seconds{kind="rss"}': 3 * 3600,
        'socialcell_open_incidents{severity="high"}': 2,
        'socialcell_open_incidents{severity="medium"}': 0,
        'socialcell_refused_connections{server="redirect",reason="full"}': 7,
    }
