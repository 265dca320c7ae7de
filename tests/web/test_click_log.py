"""Clicks on their way into the database, also when it does not take them."""

import json
import resource
import stat
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import OperationalError

from socialcell import db
from socialcell.campaigns.links.click_classifier import ClickClassifier, LinkRequest
from socialcell.campaigns.links.model import Click, TrackedLink
from socialcell.campaigns.links.store import clicks
from socialcell.errors import SocialcellError
from socialcell.services.context import Context
from socialcell.web import click_log
from socialcell.web.click_log import ClickLog
from socialcell.web.waiting_clicks import ClickBatch, WaitingClicks, parse_line
from tests.builders import NOON
from tests.campaigns.links.link_requests import kinds, make_link, make_request

BUSY = 0.05  # seconds that the log waits for a locked database at once


@pytest.fixture
def link(context: Context) -> TrackedLink:
    return make_link(context)


@pytest.fixture
def impatient(database_url: str) -> Iterator[Engine]:
    engine = db.connect(database_url, BUSY)
    yield engine
    engine.dispose()


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    return tmp_path / "clicks.waiting"


@contextmanager
def locked(engine: Engine) -> Iterator[None]:
    """Nobody else may write to the database while the block runs."""
    with engine.connect() as connection, connection.begin() as transaction:
        if not db.is_sqlite(engine):
            connection.execute(text("LOCK TABLE click IN ACCESS EXCLUSIVE MODE"))
        yield
        transaction.rollback()


def requests(link: TrackedLink, n: int, start: int = 0) -> list[Any]:
    """Different people's clicks."""
    return [
        make_request(link, id=f"click-{k:010}", peer=f"203.0.{k // 250}.{k % 250}")
        for k in range(start, start + n)
    ]


def stored(context: Context) -> int:
    with db.reading(context.engine) as session:
        return session.execute(
            select(func.count()).select_from(db.table(Click))
        ).scalar_one()


def test_all_that_was_taken_is_stored_when_it_stops(
    context: Context, link: TrackedLink, impatient: Engine, waiting: Path
) -> None:
    log = ClickLog(impatient, ClickClassifier(), waiting)
    log.start()
    for request in requests(link, 4500):
        log.add(request)
    log.stop()
    assert stored(context) == 4500
    assert kinds(context) == {"human": 4500}
    assert not log.has_unstored()
    assert not waiting.exists()


def test_a_log_that_has_nothing_to_do_stops_without_waiting_for_more(
    impatient: Engine, waiting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(click_log, "_IDLE_SECONDS", 3600)
    log = ClickLog(impatient, ClickClassifier(), waiting)
    log.start()

    stopping = threading.Thread(target=log.stop, daemon=True)
    stopping.start()
    stopping.join(30)

    asleep = stopping.is_alive()
    log._queue.put(None)  # whatever happened, no thread stays behind
    stopping.join()
    assert not asleep


def test_a_refusal_that_was_under_way_when_it_was_told_to_stop_is_not_the_last_try(
    context: Context, link: TrackedLink, impatient: Engine, waiting: Path
) -> None:
    log = ClickLog(impatient, ClickClassifier(), waiting)

    refused = threading.Event()

    @event.listens_for(impatient, "before_cursor_execute")
    def refuse(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "click" in statement and not refused.is_set():
            log._stopping.set()
            refused.set()
            raise OperationalError("", {}, Exception("database is locked"))

    log.start()
    (request,) = requests(link, 1)
    log.add(request)
    assert refused.wait(60)
    log.stop()

    assert stored(context) == 1
    assert not waiting.exists()


@pytest.mark.fault("F32")
def test_a_locked_database_is_waited_for(
    context: Context, link: TrackedLink, impatient: Engine, waiting: Path
) -> None:
    log = ClickLog(impatient, ClickClassifier(), waiting)
    with locked(context.engine):
        log.start()
        for request in requests(link, 10):
            log.add(request)
        assert log.has_unstored()
    log.stop()
    assert kinds(context) == {"human": 10}


@pytest.mark.fault("F32")
def test_when_the_queue_is_full_drops_are_counted_and_what_was_taken_is_not_lost(
    context: Context, link: TrackedLink, impatient: Engine, waiting: Path
) -> None:
    log = ClickLog(impatient, ClickClassifier(), waiting, capacity=20)
    for request in requests(link, 50):  # before its thread takes anything out
        log.add(request)
    log.start()
    log.stop()
    assert stored(context) == 20
    assert kinds(context) == {"human": 20, "dropped": 30}


@pytest.mark.fault("F32")
def test_what_the_database_does_not_take_at_the_end_is_stored_at_the_next_start(
    context: Context, link: TrackedLink, impatient: Engine, waiting: Path
) -> None:
    log = ClickLog(impatient, ClickClassifier(), waiting, capacity=30)
    for request in requests(link, 40):
        log.add(request)
    with locked(context.engine):
        log.start()
        log.stop()
    assert stored(context) == 0
    assert stat.S_IMODE(waiting.stat().st_mode) == 0o600
    assert "203.0" not in waiting.read_text()

    start_and_stop(impatient, waiting)
    assert kinds(context) == {"human": 30, "dropped": 10}
    assert not waiting.exists()


def test_what_waits_is_stored_once_however_often_it_is_begun(
    context: Context, link: TrackedLink, impatient: Engine, waiting: Path
) -> None:
    """As when the process is killed between storing and forgetting the file."""
    put_aside(context, impatient, waiting, requests(link, 7))
    kept = waiting.read_bytes()
    for _ in range(2):
        waiting.write_bytes(kept)
        start_and_stop(impatient, waiting)
    assert kinds(context) == {"human": 7}


def put_aside(
    context: Context, engine: Engine, waiting: Path, made: Sequence[LinkRequest]
) -> None:
    """As a redirect that is stopped while the database is locked."""
    log = ClickLog(engine, ClickClassifier(), waiting)
    for request in made:
        log.add(request)
    with locked(context.engine):
        log.start()
        log.stop()


def start_and_stop(engine: Engine, waiting: Path) -> None:
    log = ClickLog(engine, ClickClassifier(), waiting)
    log.start()
    log.stop()


@pytest.mark.fault("F32")
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(b'{"rows": [{"id": "click-00', id="torn"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b'{"rows": 7}', id="another shape"),
        pytest.param(b"null", id="nothing"),
    ],
)
def test_a_damaged_line_is_set_aside_and_the_others_are_stored(
    context: Context,
    link: TrackedLink,
    impatient: Engine,
    waiting: Path,
    damage: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    put_aside(context, impatient, waiting, requests(link, 3))
    first = waiting.read_bytes()
    put_aside(context, impatient, waiting, requests(link, 4, start=3))
    second = waiting.read_bytes().removeprefix(first)
    waiting.write_bytes(first + damage + b"\n" + second)

    start_and_stop(impatient, waiting)

    damaged = waiting.with_name("clicks.damaged")
    assert kinds(context) == {"human": 7}
    assert not waiting.exists()
    assert damaged.read_bytes() == damage + b"\n"
    assert stat.S_IMODE(damaged.stat().st_mode) == 0o600
    assert "are damaged and are set aside" in caplog.text


@pytest.mark.parametrize(("field", "damage"), [("link_id", "7"), ("prefix", 7)])
def test_a_click_with_a_field_of_another_type_makes_its_line_damaged(
    context: Context,
    link: TrackedLink,
    impatient: Engine,
    waiting: Path,
    field: str,
    damage: str | int,
) -> None:
    put_aside(context, impatient, waiting, requests(link, 1))
    (line,) = waiting.read_bytes().splitlines()
    batch, _ = parse_line(line)
    assert [row["link_id"] for row in batch.rows] == [link.id]

    fields = json.loads(line)
    fields["rows"][0][field] = damage
    with pytest.raises(ValueError, match="no batch of clicks"):
        parse_line(json.dumps(fields).encode())


@pytest.mark.fault("F32")
def test_what_is_put_aside_after_a_torn_end_is_not_lost_with_it(
    context: Context, link: TrackedLink, impatient: Engine, waiting: Path
) -> None:
    waiting.write_bytes(b'{"rows": [{"id": "cli')
    put_aside(context, impatient, waiting, requests(link, 5))
    start_and_stop(impatient, waiting)
    assert kinds(context) == {"human": 5}


def test_clicks_of_a_link_that_is_gone_do_not_keep_the_others_out(
    context: Context, link: TrackedLink, impatient: Engine, waiting: Path
) -> None:
    """As when an older copy of the database was restored."""
    put_aside(context, impatient, waiting, requests(link, 2))
    (line,) = waiting.read_bytes().splitlines()
    gone = line.replace(b'"link_id": %d' % (link.id or 0), b'"link_id": 4711')
    gone = gone.replace(b"click-", b"other-")
    waiting.write_bytes(gone + b"\n" + line + b"\n")

    start_and_stop(impatient, waiting)

    assert kinds(context) == {"human": 2}
    assert waiting.with_name("clicks.damaged").read_bytes() == gone + b"\n"


@pytest.mark.fault("F32")
def test_while_the_database_is_locked_at_the_start_clicks_are_taken_and_none_is_lost(
    context: Context, link: TrackedLink, impatient: Engine, waiting: Path
) -> None:
    put_aside(context, impatient, waiting, requests(link, 3))
    log = ClickLog(impatient, ClickClassifier(), waiting)
    with locked(context.engine):
        log.start()
        assert log.has_unstored()
        for request in requests(link, 2, start=3):
            log.add(request)
        log.stop()
    assert stored(context) == 0
    start_and_stop(impatient, waiting)
    assert kinds(context) == {"human": 5}


@pytest.mark.fault("F04")
def test_what_neither_database_nor_file_takes_is_counted_as_dropped(
    context: Context, link: TrackedLink, impatient: Engine, tmp_path: Path
) -> None:
    log = ClickLog(
        impatient, ClickClassifier(), tmp_path / "gone" / "clicks.waiting", capacity=6
    )
    for request in requests(link, 8):
        log.add(request)
    with locked(context.engine):
        log.start()
        with pytest.raises(SocialcellError, match=r"answered and dropped: 8\."):
            log.stop()
    assert stored(context) == 0


@pytest.mark.fault("F04")
def test_a_batch_that_the_disk_takes_in_part_is_not_in_the_file(waiting: Path) -> None:
    file = WaitingClicks(waiting)
    file.append(ClickBatch([{"id": "first"}], []), {})
    before = waiting.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            file.append(ClickBatch([{"id": "second"}], []), {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert waiting.read_bytes() == before


def test_the_same_batch_again_is_counted_once(
    context: Context, link: TrackedLink
) -> None:
    """As when the answer to a commit was lost."""
    judge = ClickClassifier()
    rows = [judge.row(request) for request in requests(link, 5)]
    lost = {(date(2026, 11, 23), link.id or 0, "link", "android"): 3}
    for _ in range(2):
        with db.writing(context.engine) as session:
            clicks.record_clicks(session, rows, lost)
    assert stored(context) == 5
    assert kinds(context) == {"human": 5, "dropped": 3}


def test_a_day_is_one_of_pune(context: Context, link: TrackedLink) -> None:
    midnight = NOON.replace(hour=18, minute=30)  # 00:00 in Pune, on the 24th
    moments = (midnight - timedelta(seconds=1), midnight)
    judge = ClickClassifier()
    rows = [
        judge.row(make_request(link, id=f"click-{k:010}", at=at))
        for k, at in enumerate(moments)
    ]
    with db.writing(context.engine) as session:
        clicks.record_clicks(session, rows)
    days = Counter({d: kinds(context, d, d)["human"] for d in _days(23, 24)})
    assert days == {date(2026, 11, 23): 1, date(2026, 11, 24): 1}


def _days(*numbers: int) -> list[date]:
    return [date(2026, 11, n) for n in numbers]
