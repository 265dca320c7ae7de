"""Pipes, keys, terminals and folders that are not as they should be."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.environment.workloads import mentions, posts, refused, until_open
from tests.running import command, environment

pytestmark = pytest.mark.faults


def test_a_reader_that_goes_away_is_no_failure(
    folder: Path, filled_database: Path
) -> None:
    shutil.copy(filled_database, folder / "socialcell.db")
    process = subprocess.Popen(
        command("--config", folder / "config.yaml", "mentions", "list", "--jsonl"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    words = process.stderr.read().decode()
    process.stderr.close()

    assert process.wait() == 0
    assert "Traceback" not in words
    assert "Exception ignored" not in words


@pytest.mark.fault("F28")
def test_ctrl_c_ends_a_command_with_130_and_nothing_half_done(
    folder: Path, tmp_path: Path
) -> None:
    file = posts(tmp_path / "posts.jsonl", 20_000)
    process = subprocess.Popen(
        # A shell that runs tests in the background has Ctrl-C ignored by all of them.
        [
            *("env", "--default-signal=INT"),
            *command("--config", folder / "config.yaml", "import", file),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    until_open(process, folder / "socialcell.db")

    process.send_signal(signal.SIGINT)
    words = process.communicate()[1].decode()

    assert process.returncode == 130, words
    assert "Traceback" not in words
    assert mentions(folder) < 20_000


def test_it_works_without_a_home_in_the_c_locale_in_a_folder_that_cannot_be_written(
    folder: Path, filled_database: Path, mounted: Callable[[str], Path]
) -> None:
    closed = mounted("64k")
    subprocess.run(["mount", "-o", "remount,ro", str(closed)], check=True)
    shutil.copy(filled_database, folder / "socialcell.db")
    bare = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "HOME": "/nonexistent",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }

    for arguments in (["mentions", "list", "--json"], ["doctor", "--json"]):
        done = subprocess.run(
            command("--config", folder / "config.yaml", *arguments),
            capture_output=True,
            cwd=closed,
            env=bare,
        )
        assert b"Traceback" not in done.stderr
        assert json.loads(done.stdout.decode("utf-8"))
        assert "पाणी" in done.stdout.decode("utf-8") or "श्रद्धा" in done.stdout.decode()


def test_a_file_that_is_missing_a_folder_or_not_text_is_told(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "noise.jsonl").write_bytes(bytes(range(256)) * 20)

    for path, code in (
        (tmp_path / "none.jsonl", 2),
        (tmp_path, 2),
        (tmp_path / "noise.jsonl", 1),
    ):
        assert path.name in refused(folder, code, "import", path)
