"""Every measurement of speed, one process a part; `FULL=1` takes the large sizes.

    make bench            quick: a few minutes
    FULL=1 make bench     a million mentions: an hour or more

A goal that is missed is shown and does not fail the run: a busy machine is no fault.
"""

import json
import os
import platform
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

PARTS = (
    *("bench_start", "bench_tag", "bench_semantic", "bench_store", "bench_query"),
    *("bench_explorer", "bench_pages", "bench_redirect", "bench_writers"),
    "bench_masking",
)
ROOT = Path(__file__).resolve().parents[1]
MARKS = {True: "met", False: "MISSED", None: ""}


def main() -> None:
    full = ["--full"] if os.environ.get("FULL", "") not in ("", "0") else []
    print(f"{machine()}; {'full' if full else 'quick'}", flush=True)
    print(f"{'ratio':>8} {'lowest':>8} {'highest':>8} {'goal':>8}")
    failed = False
    for part, *asked in map(str.split, PARTS):
        command = [sys.executable, "-m", f"benchmarks.{part}", *asked, *full]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as running:
            assert running.stdout is not None
            for line in running.stdout:
                print(told(json.loads(line)), flush=True)
        failed = failed or running.returncode != 0
    sys.exit(1 if failed else 0)


def machine() -> str:
    """Where this was measured, and with what."""
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("spacy", "sqlalchemy", "psycopg")
    )
    return (
        f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {packages}"
    )


def told(figure: dict[str, Any]) -> str:
    """One figure as a line for people; the rates beside it are of this run only."""
    goal = ""
    if figure["goal"] is not None:
        goal = f"{'<=' if figure['at_most'] else '>='} {figure['goal']:g}"
    numbers = " ".join(f"{figure[k]:8.2f}" for k in ("ratio", "low", "high"))
    detail = ", ".join(f"{name} {value}" for name, value in figure["detail"].items())
    return (
        f"{numbers} {goal:>8}  {figure['name']} {MARKS[figure['met']]}\n{'':37}{detail}"
    )


if __name__ == "__main__":
    main()
