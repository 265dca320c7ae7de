"""Log lines: on standard error, one JSON object each, without secrets."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from socialcell import log
from socialcell.clock import IST
from socialcell.redact import redact, remember
from tests.logs import quiet_again


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    with quiet_again():
        yield


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    said = capsys.readouterr()
    assert said.out == ""
    return [json.loads(line) for line in said.err.splitlines()]


def test_a_line_carries_its_values_and_the_run_around_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.start("info")

    with log.about(run=7, source="x.mentions"):
        log.logger("socialcell.somewhere").info("page stored", stored=3, text="पाणी")

    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "page stored",
        "level": "info",
        "logger": "socialcell.somewhere",
        "run": 7,
        "source": "x.mentions",
        "stored": 3,
        "text": "पाणी",
    }


def test_lines_below_the_level_are_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.start("warning")
    log.logger("socialcell.somewhere").info("not this")
    log.logger("socialcell.somewhere").warning("this")

    assert [line["event"] for line in lines(capsys)] == ["this"]


def test_libraries_are_heard_from_warning_on_and_only_the_line_below_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A client's debug lines hold whole answers, and with them people's posts."""
    client, line = logging.getLogger("tweepy.client"), logging.getLogger("urllib3")
    log.start("info")
    client.info("chatter")
    client.warning("trouble")
    log.start("debug")
    client.debug("a whole answer")
    line.debug("GET /page")

    assert [line["event"] for line in lines(capsys)] == ["trouble", "GET /page"]


@pytest.mark.parametrize(
    "message",
    [
        "GET /page?access_token=s3cr3t-value&limit=5 HTTP/1.1",
        "headers: {'Authorization': 'Bearer s3cr3t-value'}",
        "headers: {'Authorization': 'Basic s3cr3t-value=='}",
        '{"client_secret": "s3cr3t-value"}',
        "postgresql://cell:s3cr3t-value@db/cell",
    ],
)
def test_a_secret_in_a_librarys_line_is_hidden(
    message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log.start("debug")

    logging.getLogger("urllib3").debug("%s", message)

    (line,) = lines(capsys)
    assert "s3cr3t" not in json.dumps(line)
    assert "***" in line["event"]


def test_a_secret_is_hidden_in_every_value_of_our_own_lines_and_in_tracebacks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.start("info")
    ours = log.logger("socialcell.somewhere")

    ours.info("asked", url="/x?token=s3cr3t-1", parts=[{"h": "Bearer s3cr3t-2"}])
    try:
        raise ValueError("api_key=s3cr3t-3")
    except ValueError:
        ours.exception("failed")

    first, second = lines(capsys)
    assert "s3cr3t" not in json.dumps([first, second])
    assert first["parts"] == [{"h": "Bearer ***"}]
    assert "ValueError" in second["exception"]


@pytest.mark.parametrize("form", ["json", "human"])
def test_nobody_reads_at_each_tick_that_a_round_takes_long(
    form: log.LogFormat, capsys: pytest.CaptureFixture[str]
) -> None:
    log.start("debug", form)

    scheduler = logging.getLogger("apscheduler.scheduler")
    scheduler.warning("skipped: maximum number of running instances reached")
    scheduler.error("a job raised")

    assert "skipped" not in (written := capsys.readouterr().err)
    assert "a job raised" in written


def test_a_value_that_was_looked_up_is_hidden_in_whatever_form_it_rides() -> None:
    assert redact("path/zq81kk4mm/more") == "path/zq81kk4mm/more"

    remember("zq81kk4mm")
    remember("cat")  # too short: every word with it would suffer

    assert redact("path/zq81kk4mm/more, category") == "path/***/more, category"


def test_starting_twice_does_not_double_the_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.start("info")
    log.start("info")
    log.logger("socialcell.somewhere").info("once")

    assert len(lines(capsys)) == 1


def human(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines for people, without their times."""
    written = capsys.readouterr().err.splitlines()
    return [line.partition(" IST  ")[2] or line for line in written]


def end_job(job: str, said: str, *, state: str = "done", idle: bool = False) -> None:
    line = log.logger("socialcell.tests")
    write = line.info if state == "done" else line.error
    write(log.JOB_ENDED, job=job, said=said, state=state, covers=1, idle=idle)


def test_people_read_the_time_in_pune_what_happened_and_how_much(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.start("info", "human")

    end_job("pull:x.mentions", "1 runs, 3 new, 0 changed")

    (line,) = capsys.readouterr().err.splitlines()
    time = datetime.strptime(line[:16], "%Y-%m-%d %H:%M").replace(tzinfo=IST)
    assert abs(datetime.now(UTC) - time) < timedelta(minutes=2)
    assert line[16:] == " IST  pull:x.mentions: 1 runs, 3 new, 0 changed"


def test_people_do_not_read_of_jobs_that_had_nothing_to_do_or_say_the_same_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.start("info", "human")

    end_job("receive", "0 runs, 0 new, 0 changed", idle=True)
    end_job("deliver", "0 sent; mail.host is not set")
    end_job("deliver", "0 sent; mail.host is not set")
    log.logger("socialcell.tests").info(log.RUN_ENDED, source="x", state="ok")

    assert human(capsys) == ["deliver: 0 sent; mail.host is not set"]


def test_people_read_every_error_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    log.start("info", "human")

    for _ in range(2):
        end_job("backup", "the disk is full", state="failed")
    line = log.logger("socialcell.tests")
    line.warning(log.RUN_ENDED, source="x", state="failed", reason="no such page")
    try:
        raise ValueError("of a fault")
    except ValueError:
        line.exception("a job failed in a way that nobody foresaw", job="detect")

    failed, again, run, fault, *trace = human(capsys)
    assert failed == again == "ERROR backup failed: the disk is full"
    assert run == "WARNING x: failed: no such page"
    assert fault == "ERROR a job failed in a way that nobody foresaw (job: detect)"
    assert trace[0] == "Traceback (most recent call last):"
    assert trace[-1] == "ValueError: of a fault"


def test_no_secret_is_in_a_line_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    log.start("info", "human")

    log.logger("socialcell.tests").info("asked", url="/p?access_token=s3cr3t-value")

    assert "s3cr3t-value" not in capsys.readouterr().err
