"""Several worker processes on one socket: what ends them, what starts them again."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.running import environment

CLIENTS = 8
PATIENCE = 60.0  # seconds, on a busy machine
Server = tuple[str, "subprocess.Popen[str]"]


def started(*words: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.web.worker_server", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


@contextmanager
def served(*words: str | Path) -> Iterator[Server]:
    """The address at which the workers answer, and the process of their supervisor."""
    process = started(*words)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, process.communicate()[1]
        yield address, process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with served("2", "healthy", tmp_path / "note") as opened:
        yield opened


def ended(*words: str | Path) -> tuple[int, str]:
    """Exit code and errors of a server that ends by itself."""
    process = started(*words)
    _output, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, errors


def workers(process: "subprocess.Popen[str]") -> set[int]:
    """Numbers of the worker processes that live."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return {int(pid) for pid in children.split() if is_worker(int(pid))}


def is_worker(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended
        return False


def wait_until(holds: Callable[[], bool]) -> None:
    latest = time.monotonic() + PATIENCE
    never = threading.Event()
    while not holds():
        assert time.monotonic() < latest
        never.wait(0.02)


def ask(address: str, path: str = "/", seconds: float = 60) -> int:
    """Which process answers a request over a connection of its own."""
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        line.request("GET", path)
        return int(line.getresponse().read())
    finally:
        line.close()


def ask_shortly(address: str) -> int | None:
    """The same; None where a worker that is stuck took the connection before it was."""
    try:
        return ask(address, seconds=3)
    except TimeoutError:
        return None


def test_all_workers_answer_on_one_socket(server: Server) -> None:
    address, process = server
    both = workers(process)
    assert len(both) == 2
    assert set(answers_of(address, 2)) == both


def answers_of(address: str, count: int) -> list[int]:
    """Who answered, asked by several at once until so many workers have: on a busy
    machine one of them may take all of a few requests."""
    answers: list[int] = []

    def have_all_answered() -> bool:
        with ThreadPoolExecutor(CLIENTS) as many:
            asked = many.map(lambda _: ask(address, "/slow"), range(2 * CLIENTS))
            answers.extend(asked)
        return len(set(answers)) == count

    wait_until(have_all_answered)
    return answers


def ask_until(address: str, stop: threading.Event) -> tuple[set[int], list[OSError]]:
    """Ask over and over, each time over a connection of its own: who answered, and the
    faults of what was not answered."""
    answers: set[int] = set()
    faults: list[OSError] = []
    while not stop.is_set():
        try:
            answers.add(ask(address, "/slow"))
        except OSError as error:
            faults.append(error)
    return answers, faults


def test_a_killed_worker_takes_along_only_what_it_was_answering(
    server: Server,
) -> None:
    address, process = server
    before = workers(process)
    killed = min(before)
    stop = threading.Event()
    with ThreadPoolExecutor(CLIENTS) as many:
        work = [many.submit(ask_until, address, stop) for _ in range(CLIENTS)]
        try:
            wait_until(lambda: ask(address) == killed)
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda: len(workers(process) - before) == 1)
            (replacement,) = workers(process) - before
            wait_until(lambda: ask(address) == replacement)
        finally:
            stop.set()
        outcomes = [client.result() for client in work]

    answers = set().union(*(answers for answers, _faults in outcomes))
    assert before - {killed} <= answers
    for _answers, faults in outcomes:
        # One request a client was under way; none was turned away at the door.
        assert len(faults) <= 1
        assert not any(isinstance(fault, ConnectionRefusedError) for fault in faults)


@pytest.mark.faults
def test_a_stop_finishes_what_is_begun_and_ends_all(
    server: Server, tmp_path: Path
) -> None:
    (address, process), note = server, tmp_path / "note"
    both = workers(process)
    with ThreadPoolExecutor(CLIENTS) as many:
        work = [many.submit(ask, address, "/slow") for _ in range(CLIENTS)]
        wait_until(lambda: note.read_text().split().count("asked") == CLIENTS)
        process.send_signal(signal.SIGTERM)
        assert {answer.result() for answer in work} <= both
    _output, errors = process.communicate(timeout=PATIENCE)

    assert (process.returncode, errors) == (0, "")
    assert not any(is_worker(pid) for pid in both)
    words = note.read_text().split()
    assert (words.count("made"), words.count("ended")) == (2, 2)


def test_ctrl_c_on_a_terminal_ends_all_without_a_word(tmp_path: Path) -> None:
    """It reaches every process of the group, at any moment of its life."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.web.worker_server", "2", "healthy"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )
    wait_until(lambda: bool(workers(process)))
    os.killpg(process.pid, signal.SIGINT)
    _output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")


@pytest.mark.faults
def test_a_worker_that_does_not_stop_is_killed(server: Server) -> None:
    address, process = server
    with ThreadPoolExecutor(1) as line:
        answer = line.submit(ask, address, "/stuck")
        wait_until(lambda: len({ask_shortly(address) for _ in range(20)}) == 1)
        process.send_signal(signal.SIGTERM)
        _output, errors = process.communicate(timeout=PATIENCE)
        with pytest.raises(ConnectionResetError):
            answer.result()
    assert process.returncode == 0
    assert "a worker did not stop and is killed" in errors


def test_workers_end_with_a_supervisor_that_is_killed(server: Server) -> None:
    _address, process = server
    both = workers(process)
    process.kill()
    process.wait()
    wait_until(lambda: not any(is_worker(pid) for pid in both))


def test_one_worker_is_no_second_process(tmp_path: Path) -> None:
    with served("1", "healthy", tmp_path / "note") as (address, process):
        assert ask(address) == process.pid
        assert workers(process) == set()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert (tmp_path / "note").read_text().split() == ["made", "ended"]


@pytest.mark.parametrize("count", ["1", "2"])
def test_a_wrong_configuration_is_one_line_and_the_same_code(count: str) -> None:
    code, errors = ended(count, "misconfigured")
    assert code == 78
    (line,) = errors.splitlines()
    assert line.startswith("socialcell: No config.yaml found. Looked at: config.yaml.")


@pytest.mark.faults
def test_workers_that_cannot_start_end_the_whole_after_three(tmp_path: Path) -> None:
    code, errors = ended("2", "crashing", tmp_path / "note")
    assert code == 1
    assert errors.splitlines()[-1] == (
        "socialcell: 3 worker processes one after another ended before they were "
        "ready: exit code 7. The server is stopped. Its log says more; start it again "
        "when that is mended."
    )
    assert (tmp_path / "note").read_text().split() == ["made"] * 3


@pytest.mark.faults
def test_a_worker_that_comes_back_broken_ends_the_whole(tmp_path: Path) -> None:
    note, wish = tmp_path / "note", tmp_path / "wish"
    with served("2", "failing_after", note, wish) as (_address, process):
        both = workers(process)
        wish.touch()
        os.kill(min(both), signal.SIGKILL)
        _output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "ZeroDivisionError" in errors.splitlines()[-1]
    assert "not-to-be-shown" not in errors.splitlines()[-1]
    assert note.read_text().split() == ["made"] * 5
    assert not any(is_worker(pid) for pid in both)


def counters(address: str) -> dict[str, float]:
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    line.request("GET", "/metrics")
    page = line.getresponse().read().decode()
    line.close()
    lines = (line.rsplit(" ", 1) for line in page.splitlines() if line[0] != "#")
    return {key: float(value) for key, value in lines}


@pytest.mark.parametrize("count", [1, 2])
def test_what_all_workers_counted_is_added_up_on_a_port_of_its_own(
    folder: Path, count: int, database_kind: str
) -> None:
    if database_kind != "sqlite":
        pytest.skip("who counts does not ask the database")
    requests = 'socialcell_requests_total{route="none",status="2xx"}'
    with served(str(count), "monitored", folder / "config.yaml") as (line, process):
        address, health = line.split()
        answers = answers_of(address, count)
        # An answer is counted once it has ended, a moment after it has arrived.
        wait_until(lambda: counters(health).get(requests) == len(answers))
        if count > 1:
            os.kill(answers[0], signal.SIGKILL)
            wait_until(lambda: replaced(health) == 1)
            assert counters(health)[requests] == len(answers)
        # The application has the whole public port, and answers as it always does.
        assert ask(address, "/metrics") > 0
        process.send_signal(signal.SIGTERM)
        _output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in errors


def replaced(health: str) -> float:
    return counters(health)["socialcell_workers_replaced_total"]
