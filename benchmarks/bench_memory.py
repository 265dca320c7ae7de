"""How much memory commands take of a large database, and of a tenth of it.

    python -m benchmarks.bench_memory [--full] [--mentions N] [--database FOLDER]

Each command is a process of its own; the figure is the most memory it ever had
(resident). Those that change the database do it on a copy: a file of posts is imported
and tagged by the reader that ships and by the one without the encoder, what is too old
is purged, and the account with the most posts is erased.
"""

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks import bench_explorer, corpus
from benchmarks.ratios import scratch
from socialcell.listening.people.visibility import SECRET_NAME

GOAL = 400  # megabytes
POSTS = 5_000  # that are imported and tagged
WITHOUT = "language: {semantic: false}"
READING: dict[str, tuple[str, ...]] = {
    "report weekly": ("report", "weekly", "--as-of", "2026-11-16"),
    "db verify": ("db", "verify"),
    "db verify --digest": ("db", "verify", "--digest"),
    "db backup": ("db", "backup"),
}
WRITING: dict[str, tuple[str, ...]] = {
    f"import of {POSTS:,} posts": ("import", "{posts}", "--format", "generic"),
    "privacy erase": ("privacy", "erase", "--platform", "x", "--id", "{account}"),
    "retention run": ("retention", "run"),
}
# A process begins with the most that its parent had: so the parent is a small one.
LAUNCHER = """
import os, sys
null = os.open(os.devnull, os.O_WRONLY)
actions = [(os.POSIX_SPAWN_DUP2, null, 1)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
_, status, used = os.wait4(child, 0)
code = os.waitstatus_to_exitcode(status)
print(code, used.ru_maxrss, used.ru_utime + used.ru_stime)
"""


# Who was signed in when pages were measured in the same database.
_WITHOUT_OPERATORS = """
UPDATE desk_case SET assignee = NULL;
DELETE FROM desk_lease;
DELETE FROM operator_session;
DELETE FROM role_grant;
DELETE FROM operator;
"""


@dataclass(frozen=True)
class Spent:
    """What a command took: megabytes at most, and seconds of the processor."""

    megabytes: float
    seconds: float


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
        changed = [_copy_of(file, folder / f"changed-{file.name}") for file in files]
        for name, words in READING.items():
            _tell(name, [_spent(_workspace(folder, file), words) for file in files])
        for name, words in WRITING.items():
            every = ("", WITHOUT) if "{posts}" in words else ("",)
            for seed, settings in enumerate(every):
                posts = _posts(folder / "posts.jsonl", seed)
                spent = []
                for file in changed:
                    fitting = [
                        word.format(posts=posts, account=_busiest(file))
                        for word in words
                    ]
                    spent.append(_spent(_workspace(folder, file, settings), fitting))
                _tell(f"{name}, without the encoder" if settings else name, spent)
        for file in changed:
            file.unlink()


def _tell(name: str, spent: Sequence[Spent]) -> None:
    """A line for a command, of the small database and of the large one."""
    peaks = " and ".join(f"{each.megabytes:.0f}" for each in spent)
    seconds = " and ".join(f"{each.seconds:.0f}" for each in spent)
    missed = any(each.megabytes > GOAL for each in spent)
    print(f"{name}: {peaks} MB, {seconds} s{'  MISSED' if missed else ''}", flush=True)


def _copy_of(database: Path, target: Path) -> Path:
    """The database as SQLite copies it, without operators: nobody has to sign in."""
    target.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(database)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        copy.executescript(_WITHOUT_OPERATORS)
    return target


def _posts(path: Path, seed: int) -> Path:
    """A file of posts that no database has, others for each seed."""
    with path.open("w", encoding="utf-8") as file:
        for n, text in enumerate(corpus.texts(POSTS, seed)):
            day = (corpus.END - timedelta(minutes=n)).isoformat()
            row = {"id": f"new {seed} {n}", "text": text, "author": f"person {n % 500}"}
            file.write(json.dumps(row | {"created_at": day}, ensure_ascii=False) + "\n")
    return path


def _busiest(database: Path) -> str:
    """The number of the account with the most posts."""
    with closing(sqlite3.connect(database)) as connection:
        (account,) = connection.execute(
            "SELECT a.uid FROM mention m JOIN author a ON a.id = m.author_id"
            " WHERE a.platform = 'x' GROUP BY a.id ORDER BY count(*) DESC LIMIT 1"
        ).fetchone()
    return str(account)


def _workspace(folder: Path, database: Path, settings: str = "") -> Path:
    """The config.yaml of a workspace that works on this file."""
    place = folder / f"of-{database.stem}"
    shutil.rmtree(place, ignore_errors=True)
    (place / "secrets").mkdir(parents=True, mode=0o700)
    (place / "secrets" / SECRET_NAME).write_text("a key of the benchmark alone")
    config = place / "config.yaml"
    url = f"sqlite:///{database.absolute()}"
    config.write_text(f"database: {{url: '{url}'}}\n{settings}\n")
    return config


def _spent(config: Path, words: Sequence[str]) -> Spent:
    """What a command took of its own process."""
    command = [sys.executable, "-m", "socialcell", *words, "--config", str(config)]
    ran = subprocess.run(
        [sys.executable, "-S", "-c", LAUNCHER, *command],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    code, kilobytes, seconds = map(float, ran.stdout.split())
    if code:
        raise SystemExit(f"{' '.join(words)} ended with {code:.0f}")
    return Spent(kilobytes / 1024, seconds)


if __name__ == "__main__":
    main()
