"""An upgrade that is killed at any write to the disk has happened whole, or not."""

import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command as alembic

from socialcell import config, db
from socialcell.db import revisions
from socialcell.services.workspace import backup
from tests.running import command, environment

# What changes files. Python's own writes to its streams are not among them.
CALLS = "pwrite64,fdatasync,fsync,ftruncate,rename,unlink,unlinkat"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose database has the first schema and a few rows."""
    folder = tmp_path_factory.mktemp("old")
    (folder / "config.yaml").write_text("{}\n")
    engine = db.connect(f"sqlite:///{folder}/socialcell.db")
    with engine.begin() as connection:
        settings = revisions._alembic()
        settings.attributes["connection"] = connection
        alembic.upgrade(settings, "0001")
        for n in range(50):
            connection.exec_driver_sql(
                "INSERT INTO author (platform, uid, first_seen_at) VALUES "
                f"('x', 'u{n}', '2026-11-23 06:30:00')"
            )
    engine.dispose()
    return folder


def upgrade(folder: Path, *strace: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*strace, *command("db", "upgrade", "--config", folder / "config.yaml")],
        capture_output=True,
        text=True,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
        check=False,
    )


def state(folder: Path) -> tuple[str, int, str]:
    """Schema, rows that were there before, and SQLite's own opinion."""
    with closing(sqlite3.connect(folder / "socialcell.db")) as connection:
        ask = connection.execute
        return (
            ask("SELECT version_num FROM alembic_version").fetchone()[0],
            ask("SELECT count(*) FROM author").fetchone()[0],
            ask("PRAGMA integrity_check").fetchone()[0],
        )


def tables(folder: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(folder / "socialcell.db")) as connection:
        return connection.execute(
            "SELECT name, sql FROM sqlite_master ORDER BY name"
        ).fetchall()


@pytest.mark.faults
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.fault("F30")
@pytest.mark.parametrize("most", [6, pytest.param(20, marks=pytest.mark.long)])
def test_an_upgrade_killed_at_any_write_is_whole_or_undone(
    old: Path, tmp_path: Path, tried: Callable[..., None], most: int
) -> None:
    head = revisions.head()
    whole = tmp_path / "whole"
    shutil.copytree(old, whole)
    trace = tmp_path / "trace"
    done = upgrade(whole, "strace", "-f", "-e", f"trace={CALLS}", "-o", str(trace))
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = {}
    for line in trace.read_text().splitlines():
        if call := re.match(r"\d+ +(\w+)\(", line):
            counts[call[1]] = counts.get(call[1], 0) + 1
    points = [(call, n) for call in counts for n in range(1, counts[call] + 1)]
    assert len(points) > most
    seen = set()

    chosen = points[:: -(-len(points) // most)]
    for call, n in chosen:
        folder = tmp_path / f"{call}-{n}"
        shutil.copytree(old, folder)
        inject = ["-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={n}"]
        killed = upgrade(folder, "strace", "-f", "-o", "/dev/null", *inject)
        assert killed.returncode != 0, (call, n)

        schema, rows, sound = state(folder)
        assert schema in ("0001", head), (call, n)
        assert (rows, sound) == (50, "ok"), (call, n)
        seen.add(schema)

        backup.upgrade_database(config.load(folder / "config.yaml"))
        assert state(folder) == (head, 50, "ok")
        assert tables(folder) == tables(whole)
        shutil.rmtree(folder)
    assert "0001" in seen
    tried(len(chosen), f"{len(chosen)} of {len(points)} writes, evenly spread")
