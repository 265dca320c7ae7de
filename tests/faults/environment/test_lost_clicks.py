"""Clicks that were answered are stored, or their loss is told at the stop."""

import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.campaigns.links.link_requests import WEB, ask
from tests.faults.environment.test_disks import fill
from tests.faults.environment.workloads import make_workspace, run
from tests.running import command, environment, rows

pytestmark = [pytest.mark.faults, pytest.mark.fault("F34")]

CLICKS = 5


@contextmanager
def redirect(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    words = command("serve", "redirect", "--port", "0", "--config", _config(folder))
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        place = re.search(r"http://\S+", process.stdout.readline())
        assert place is not None, process.communicate()[1]
        yield place[0], process
    finally:
        process.kill()
        process.communicate()


def _config(folder: Path) -> Path:
    return folder / "config.yaml"


def make_link(folder: Path) -> str:
    words = ("--campaign", "monsoon26", "--channel", "poster", "--web", WEB)
    (link,) = rows(run(folder, "links", "create", *words, "--json").replace("\n", ""))
    return str(link["code"])


def click(address: str, code: str) -> None:
    for _ in range(CLICKS):
        assert ask(address, f"/r/{code}").status == 302


def stop(process: "subprocess.Popen[str]") -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _out, words = process.communicate(timeout=120)
    assert "Traceback" not in words
    return process.returncode, words


def count_clicks(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "socialcell.db")) as connection:
        n = connection.execute("SELECT sum(n) FROM click_day").fetchone()[0]
    return int(n or 0)


def test_clicks_that_a_full_disk_does_not_take_are_told_by_code_words_and_health(
    mounted: Callable[[str], Path], empty_database: Path
) -> None:
    disk = mounted("16m")
    folder = disk / "cell"
    make_workspace(folder, empty_database)
    code = make_link(folder)
    with redirect(folder) as (address, process):
        assert ask(address, "/livez").status == 200
        ballast = fill(disk)
        click(address, code)
        exit_code, words = stop(process)
    ballast.unlink()

    health = subprocess.run(
        command("health", "--json", "--config", _config(folder)),
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )

    lost = CLICKS - count_clicks(folder)
    assert (exit_code, lost > 0) == (1, True), words
    assert f"Clicks that were answered and dropped: {lost}." in words
    assert f"lost when the redirect stopped: {lost}." in health.stdout


def test_clicks_before_a_stop_while_the_database_is_locked_are_stored_at_the_next_start(
    folder: Path,
) -> None:
    code = make_link(folder)
    holder = sqlite3.connect(folder / "socialcell.db", isolation_level=None)
    with closing(holder), redirect(folder) as (address, process):
        holder.execute("BEGIN IMMEDIATE")
        click(address, code)
        exit_code, words = stop(process)
    assert (exit_code, "clicks are put aside" in words) == (0, True)
    assert count_clicks(folder) == 0

    shutil.copy(folder / "clicks.waiting", folder / "kept")
    lines = (folder / "kept").read_bytes()
    (folder / "clicks.waiting").write_bytes(b'{"rows": [{"id": "cli\n' + lines)
    with redirect(folder) as (address, process):
        click(address, code)
        exit_code, words = stop(process)
    assert (exit_code, "are set aside" in words) == (0, True)
    assert count_clicks(folder) == 2 * CLICKS
    assert not (folder / "clicks.waiting").exists()
    assert (folder / "clicks.damaged").read_bytes() == b'{"rows": [{"id": "cli\n'
