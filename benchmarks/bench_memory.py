"""How much memory commands take of a large database, and of a tenth of it.

    python -m benchmarks.bench_memory [--full] [--mentions N] [--database FOLDER]

Each command is a process of its own; the figure is the most memory it ever had
(resident). Commands that change something are tried without changing it.
"""

import argparse
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, nullcontext
from pathlib import Path

from benchmarks import bench_explorer
from benchmarks.ratios import scratch

GOAL = 400  # megabytes
COMMANDS: dict[str, tuple[str, ...]] = {
    "the weekly report": ("report", "weekly", "--as-of", "2026-11-16"),
    "db verify": ("db", "verify"),
    "db verify --digest": ("db", "verify", "--digest"),
    "db backup": ("db", "backup"),
    "retention run, tried": ("retention", "run", "--dry-run"),
    "privacy erase, tried": (
        *("privacy", "erase", "--platform", "x", "--id", "12", "--dry-run"),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="a million mentions")
    parser.add_argument("--mentions", type=int, help="so many instead")
    parser.add_argument("--database", type=Path, help="keep the databases here")
    arguments = parser.parse_args()
    n = arguments.mentions or (1_000_000 if arguments.full else 20_000)
    kept = arguments.database
    with ExitStack() as stack:
        folder = stack.enter_context(scratch() if kept is None else nullcontext(kept))
        contexts = bench_explorer.databases(folder, n)
        files = [Path(context.engine.url.database or "") for context in contexts]
        for context in contexts:
            context.engine.dispose()
        cells = [_workspace(folder / f"of-{file.stem}", file) for file in files]
        for name, words in COMMANDS.items():
            peaks = [peak_megabytes(cell, words) for cell in cells]
            note = "" if max(peaks) <= GOAL else "  MISSED"
            print(f"{name}: {' and '.join(f'{peak:.0f}' for peak in peaks)} MB{note}")


def _workspace(folder: Path, database: Path) -> Path:
    """A workspace that works on this file."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "secrets").mkdir(parents=True, mode=0o700)
    (folder / "secrets" / "person_key").write_text("a key of the benchmark\n")
    place = folder / "config.yaml"
    place.write_text(f"database: {{url: 'sqlite:///{database.absolute()}'}}\n")
    return place


def peak_megabytes(place: Path, words: tuple[str, ...]) -> float:
    """The most memory that a command ever had."""
    command = [sys.executable, "-m", "socialcell", *words, "--config", str(place)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
