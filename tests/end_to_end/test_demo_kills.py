"""A demo that is killed again and again comes to the same rows."""

import contextlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.end_to_end.conftest import DAYS, SEED, Demo
from tests.running import command, digest, environment


def run_for(folder: Path, seconds: float) -> int | None:
    """Start the demo and kill it (SIGKILL) after so long; None when it was killed."""
    process = subprocess.Popen(
        command("demo", "--dir", folder, "--days", str(DAYS), "--seed", str(SEED)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(seconds)
    process.kill()
    process.wait()
    return None


def killed_demo(folder: Path, seed: int, kills: int, whole: float) -> list[float]:
    """Kill the demo at seeded moments, run it again each time, at last to its end.

    `whole` is how long an uninterrupted run takes on this machine, in seconds.
    """
    random = Random(seed)
    moments = [1.5 + random.random() * whole * 0.6 for _ in range(kills)]
    for seconds in moments:
        run_for(folder, seconds)
    assert run_for(folder, 1000) == 0
    return moments


@pytest.mark.faults
@pytest.mark.timeout(1800)
@pytest.mark.fault("F01", "F02")
@pytest.mark.parametrize("kills", [1, pytest.param(12, marks=pytest.mark.long)])
def test_a_demo_killed_again_and_again_ends_with_the_same_rows(
    demo: Demo, tmp_path: Path, tried: Callable[..., None], kills: int
) -> None:
    killed_demo(tmp_path / "demo", seed=12, kills=kills, whole=demo.said["seconds"])
    times = "once" if kills == 1 else f"{kills} times"
    tried(kills, f"A demo was killed {times}")

    assert digest(tmp_path / "demo") == digest(demo.folder)
