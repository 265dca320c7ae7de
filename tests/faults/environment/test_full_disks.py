"""A disk without a free byte: what is stored can be read, what must write says so."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from socialcell.listening.alerts.model import Incident
from socialcell.listening.model import Mention, RawItem
from socialcell.roles import Role
from socialcell.services import context as contexts
from tests.desk_builders import make_case
from tests.faults.environment.test_disks import fill
from tests.faults.environment.workloads import POSTS, make_workspace, refused, run
from tests.operators import sign_in_shell
from tests.running import environment, socialcell

pytestmark = [pytest.mark.faults, pytest.mark.fault("F04")]

PERSON = ("--platform", "x", "--id", "7")  # who wrote eight of the posts
READING = (
    ("mentions", "list"),
    ("mentions", "search", "Kothrud"),
    ("alerts", "list"),
    ("alerts", "show", "1"),
    ("cases", "list"),
    ("cases", "show", "PMC-2026-000001"),
    ("report", "daily"),
    ("sources", "list"),
)
REPORT = ("report", "weekly", "--as-of", "2026-11-23")


@pytest.fixture(scope="module")
def city_database(
    tmp_path_factory: pytest.TempPathFactory, filled_database: Path
) -> Path:
    """Posts, a case and an incident."""
    folder = tmp_path_factory.mktemp("city") / "cell"
    make_workspace(folder, filled_database)
    context = contexts.open_context(folder / "config.yaml")
    now = context.clock.now()
    with contexts.db.writing(context.engine) as session:
        make_case(session, number="PMC-2026-000001")
        long_ago = now - timedelta(days=3)
        session.execute(update(Mention).values(stored_at=long_ago, fetched_at=long_ago))
        session.execute(update(RawItem).values(body="{}"))
        session.add(
            Incident(
                kind="spike",
                subject="topic:water",
                severity="high",
                opened_at=now,
                last_at=now,
            )
        )
    context.engine.dispose()
    return folder / "socialcell.db"


@pytest.fixture
def disk(mounted: Callable[[str], Path]) -> Path:
    return mounted("24m")


@pytest.fixture
def cell(disk: Path, city_database: Path) -> Path:
    folder = disk / "cell"
    make_workspace(folder, city_database)
    return folder


@pytest.fixture(params=["nobody has it open", "another process has it open"])
def opened(request: pytest.FixtureRequest, cell: Path) -> Iterator[None]:
    """Whether the index of the log is there already when the disk is full."""
    if request.param == "nobody has it open":
        yield
        return
    with closing(sqlite3.connect(cell / "socialcell.db")) as connection:
        connection.execute("SELECT count(*) FROM mention").fetchone()
        yield


def timeless(text: str) -> list[str]:
    """Lines whose numbers, such as minutes that went by, count for nothing."""
    return re.sub(r"\d+", "0", text).splitlines()


@pytest.fixture(scope="module")
def read_with_room(city_database: Path) -> list[str]:
    """What each reading command says where there is room."""
    folder = city_database.parent
    return [run(folder, *words) for words in READING]


@pytest.mark.usefixtures("opened")
def test_lists_search_cases_alerts_and_the_brief_are_read_as_before(
    disk: Path, cell: Path, read_with_room: list[str]
) -> None:
    fill(disk)

    full = [run(cell, *words, TMPDIR=str(disk)) for words in READING]

    for words, before, after in zip(READING, read_with_room, full, strict=True):
        assert timeless(after) == timeless(before), words
    assert "Kothrud" in full[1]


READ_OFTEN = """
import sys
from sqlalchemy import text
from socialcell import db
engine = db.connect(f"sqlite:///{sys.argv[1]}", 2)
for _ in range(150):
    with db.reading(engine) as session:
        session.execute(text("SELECT max(id) FROM mention")).scalar_one()
"""


def test_those_who_read_at_once_wait_for_each_other_and_not_in_vain(
    disk: Path, cell: Path
) -> None:
    fill(disk)
    command = [sys.executable, "-c", READ_OFTEN, str(cell / "socialcell.db")]

    readers = [
        subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env=environment(), cwd="/"
        )
        for _ in range(2)
    ]
    refusals = [reader.communicate(timeout=120)[1] for reader in readers]

    assert [reader.returncode for reader in readers] == [0, 0], refusals


def test_the_database_is_verified(
    mounted: Callable[[str], Path], filled_database: Path
) -> None:
    disk = mounted("24m")
    make_workspace(disk / "cell", filled_database)
    fill(disk)

    assert "sound" in run(disk / "cell", "db", "verify", TMPDIR=str(disk))


def test_reading_goes_on_where_a_killed_writer_left_its_log(
    disk: Path, cell: Path
) -> None:
    # A copy of the files of a process that still writes, as if it had been killed.
    database = cell / "socialcell.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("UPDATE mention SET text = 'Only in the log' WHERE id = 1")
        kept = {end: Path(f"{database}{end}").read_bytes() for end in ("", "-wal")}
    for end, content in kept.items():
        Path(f"{database}{end}").write_bytes(content)
    fill(disk)

    shown = run(cell, "mentions", "show", "1", "--json")

    assert json.loads(shown)["text"] == "Only in the log"


def test_unmasked_reading_is_refused_where_it_cannot_be_entered(
    disk: Path, cell: Path
) -> None:
    context = contexts.open_context(cell / "config.yaml")
    sign_in_shell(context, "Asha Sample", Role.LEAD, Role.DPO)
    context.engine.dispose()
    address = run(cell, "mentions", "open", "1").strip()
    ballast = fill(disk)

    for words in (
        ("mentions", "open", "1"),
        ("mentions", "export", "--jsonl"),
        ("mentions", "export"),
        ("privacy", "export", *PERSON),
    ):
        process = socialcell("--config", cell / "config.yaml", *words)
        assert process.returncode == 1, words
        assert process.stdout == ""
        assert "is full" in process.stderr
        assert "Free some space" in process.stderr
    assert "Kothrud" in run(cell, "mentions", "list")
    ballast.unlink()
    assert run(cell, "mentions", "open", "1").strip() == address


def texts(cell: Path) -> int:
    """How many posts have words; the file is whole."""
    with closing(sqlite3.connect(cell / "socialcell.db")) as connection:
        # A full disk has no room for the index of the log in a file.
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        query = "SELECT count(*) FROM mention WHERE text IS NOT NULL"
        n: int = connection.execute(query).fetchone()[0]
    return n


def limit_texts(cell: Path) -> None:
    settings = "retention: {text_days: {x: 1}}\n"
    with (cell / "config.yaml").open("a") as file:
        file.write(settings)


def in_files(cell: Path, word: str) -> bool:
    files = [cell / f"socialcell.db{end}" for end in ("", "-wal")]
    return any(word.encode() in file.read_bytes() for file in files if file.exists())


def test_retention_on_a_full_disk_says_so_and_purges_when_there_is_room(
    disk: Path, cell: Path
) -> None:
    limit_texts(cell)
    ballast = fill(disk)

    words = refused(cell, 1, "retention", "run", TMPDIR=str(disk))
    kept = texts(cell)
    ballast.unlink()
    run(cell, "retention", "run")

    assert str(cell / "socialcell.db") in words
    assert "is full" in words
    assert "Free some space" in words
    assert kept == POSTS
    assert texts(cell) == 0
    assert not in_files(cell, "water in Kothrud, day")


def test_retention_without_room_to_rewrite_the_file_does_it_the_next_time(
    disk: Path, cell: Path
) -> None:
    limit_texts(cell)
    ballast = fill(disk)
    with ballast.open("r+b") as file:
        file.truncate(ballast.stat().st_size - 3_000_000)

    process = socialcell(
        "--config", cell / "config.yaml", "retention", "run", TMPDIR=str(disk)
    )
    purged = texts(cell)
    ballast.unlink()
    again = run(cell, "retention", "run")

    assert process.returncode == 3, process.stderr
    assert "disk is full" in process.stderr
    assert "Free some space" in process.stderr
    assert "another process" not in process.stderr
    assert purged == 0
    assert "Purged texts of x: 0" in again
    assert not in_files(cell, "water in Kothrud, day")
    assert not (cell / "locks" / "scrub-due").exists()


def test_erasure_on_a_full_disk_takes_nothing_away_and_says_so(
    disk: Path, cell: Path
) -> None:
    run(cell, *REPORT, "--lang", "en")
    pages = {file: file.read_bytes() for file in (cell / "reports").iterdir()}
    ballast = fill(disk)

    words = refused(cell, 1, "privacy", "erase", *PERSON, TMPDIR=str(disk))
    kept = texts(cell)
    left = {file: file.read_bytes() for file in (cell / "reports").iterdir()}
    ballast.unlink()
    run(cell, "privacy", "erase", *PERSON)

    assert str(cell / "socialcell.db") in words
    assert "is full" in words
    assert "Free some space" in words
    assert kept == POSTS
    assert left == pages
    assert texts(cell) == POSTS - 8


def test_erasure_without_room_to_rewrite_the_file_is_done_and_tells_what_waits(
    disk: Path, cell: Path
) -> None:
    ballast = fill(disk)
    with ballast.open("r+b") as file:
        file.truncate(ballast.stat().st_size - 2_000_000)

    words = refused(cell, 3, "privacy", "erase", *PERSON, TMPDIR=str(disk))
    erased = texts(cell)
    due = (cell / "locks" / "scrub-due").exists()
    ballast.unlink()
    run(cell, "retention", "run")

    assert "The rows are erased" in words
    assert "disk is full" in words
    assert erased == POSTS - 8
    assert due
    assert not (cell / "locks" / "scrub-due").exists()
