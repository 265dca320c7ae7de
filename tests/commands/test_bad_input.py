"""What people and machines do wrong: words and an exit code, never a traceback."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.running import command, environment, said, socialcell

POSTS = 400


@pytest.fixture
def folder(tmp_path: Path, empty_database: Path) -> Path:
    """A workspace on SQLite whose commands wait half a second for a writer."""
    made = tmp_path / "cell"
    make_workspace(made, empty_database)
    return made


@pytest.fixture(scope="module")
def filled_database(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Path:
    """A database that holds some posts."""
    made = tmp_path_factory.mktemp("filled") / "cell"
    make_workspace(made, empty_database)
    run(made, "import", posts(made / "posts.jsonl"))
    return made / "socialcell.db"


def make_workspace(folder: Path, database: Path) -> None:
    (folder / "secrets").mkdir(parents=True, mode=0o700)
    (folder / "secrets" / "person_key").write_text("a key that only tests have\n")
    shutil.copy(database, folder / "socialcell.db")
    (folder / "config.yaml").write_text("database: {busy_seconds: 0.5}\n")


def posts(path: Path, n: int = POSTS, first: int = 0) -> Path:
    """A file of X's answers, one post a line, about a kilobyte each."""
    rows = (
        {
            "id": str(1_000_000 + first + k),
            "text": f"No water in Kothrud, day {k}. " + "पाणी नाही " * 25,
            "author_id": str(k % 50),
            "created_at": "2026-11-18T06:30:00.000Z",
        }
        for k in range(n)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def run(folder: Path, *arguments: str | Path, **options: str) -> str:
    """A command on a workspace that must succeed; its standard output."""
    done = socialcell("--config", folder / "config.yaml", *arguments, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(folder: Path, code: int, *arguments: str | Path, **options: str) -> str:
    """What a command that must fail so told its user."""
    done = socialcell("--config", folder / "config.yaml", *arguments, **options)
    words = said(done)
    assert done.returncode == code, (done.returncode, done.stdout, words)
    return words


def mentions(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "socialcell.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found: int = connection.execute("SELECT count(*) FROM mention").fetchone()[0]
    return found


# Configuration ------------------------------------------------------------------------


def test_an_unknown_key_is_named_with_its_line(folder: Path) -> None:
    (folder / "config.yaml").write_text("database:\n  ulr: sqlite:///x.db\n")

    words = refused(folder, 78, "sources", "list")

    assert "config.yaml:2: database.ulr: unknown key; did you mean 'url'?" in words


def test_a_configuration_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").mkdir()

    assert "is a folder" in refused(tmp_path, 78, "sources", "list")


def test_a_secret_that_is_missing_stops_only_its_source_and_needs_a_person(
    folder: Path,
) -> None:
    run(folder, "sources", "add", "x.us", "x", "--set", "kind=mentions",
        "--set", "user_id=1")  # fmt: skip

    done = socialcell("--config", folder / "config.yaml", "pull", "--json")

    said(done)
    assert done.returncode == 4
    (source,) = json.loads(done.stdout)["sources"]
    assert (source["state"], source["error"]) == ("failed", "auth")
    assert "'x_bearer' is missing" in source["reason"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("socialcell.db", "begins with neither"),
        ("mysql://host/name", "begins with neither"),
        ("postgresql://host:port/name", "database.url"),
        ("sqlite:////nowhere/at/all.db", "is not there"),
    ],
)
def test_a_wrong_address_of_the_database_is_named(
    folder: Path, url: str, words: str
) -> None:
    (folder / "config.yaml").write_text(f"database: {{url: '{url}'}}\n")

    assert words in refused(folder, 78, "sources", "list")


def test_a_password_in_a_wrong_address_is_not_shown(folder: Path) -> None:
    url = "postgres://cell:s3cr3t-word@host/name"
    (folder / "config.yaml").write_text(f"database: {{url: '{url}'}}\n")

    words = refused(folder, 78, "sources", "list")

    assert "s3cr3t" not in words
    assert "postgres://cell:***@host/name" in words


def test_a_server_that_does_not_answer_is_told(folder: Path) -> None:
    url = "postgresql://cell:s3cr3t-word@127.0.0.1:1/name"
    (folder / "config.yaml").write_text(f"database: {{url: '{url}'}}\n")

    words = refused(folder, 1, "sources", "list")

    assert "127.0.0.1:1" in words
    assert "s3cr3t" not in words


# The database's file ------------------------------------------------------------------


def test_a_database_of_a_newer_version_is_left_alone(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "socialcell.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    for arguments in (["sources", "list"], ["db", "upgrade"]):
        assert "newer version" in refused(folder, 78, *arguments)


def test_a_deleted_database_is_not_quietly_made_anew(folder: Path) -> None:
    (folder / "socialcell.db").unlink()

    assert "is not there" in refused(folder, 78, "pull")
    assert not (folder / "socialcell.db").exists()


def test_a_folder_in_the_databases_place_is_told(folder: Path) -> None:
    (folder / "socialcell.db").unlink()
    (folder / "socialcell.db").mkdir()

    assert "cannot be opened" in refused(folder, 78, "sources", "list")


def test_a_file_that_is_no_database_is_told_and_not_touched(folder: Path) -> None:
    content = b"minutes of the meeting\n" * 500
    (folder / "socialcell.db").write_bytes(content)

    assert "is not a database" in refused(folder, 1, "sources", "list")
    assert (folder / "socialcell.db").read_bytes() == content


# Disks --------------------------------------------------------------------------------


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Make a small disk of a given size; skips where disks cannot be mounted."""
    places: list[Path] = []

    def mount(size: str) -> Path:
        place = tmp_path / f"disk{len(places)}"
        place.mkdir()
        options = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
        done = subprocess.run(options, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"a disk cannot be mounted here: {done.stderr.strip()}")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_database_on_a_read_only_disk_is_told(
    mounted: Callable[[str], Path], empty_database: Path
) -> None:
    folder = mounted("8m") / "cell"
    make_workspace(folder, empty_database)
    remount = ["mount", "-o", "remount,ro", str(folder.parent)]
    subprocess.run(remount, check=True)

    words = refused(folder, 78, "sources", "list")

    assert "cannot be" in words
    assert str(folder / "socialcell.db") in words


def fill(disk: Path) -> Path:
    """Take all the space that is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return ballast


def test_an_import_on_a_full_disk_keeps_whole_pages_and_goes_on_later(
    mounted: Callable[[str], Path], empty_database: Path, tmp_path: Path
) -> None:
    disk = mounted("2m")
    folder = disk / "cell"
    make_workspace(folder, empty_database)
    file = posts(tmp_path / "posts.jsonl", 2000)

    words = refused(folder, 1, "import", file, TMPDIR=str(tmp_path))
    kept = mentions(folder)
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
    run(folder, "import", file)

    assert "full" in words
    assert 0 <= kept < 2000
    assert mentions(folder) == 2000


def test_a_file_that_may_not_grow_stops_an_import_cleanly(
    folder: Path, tmp_path: Path
) -> None:
    """RLIMIT_FSIZE: needs no rights, unlike a small disk."""
    file = posts(tmp_path / "posts.jsonl")
    size = (folder / "socialcell.db").stat().st_size

    done = subprocess.run(
        command("--config", folder / "config.yaml", "import", file),
        capture_output=True,
        text=True,
        env=environment(),
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (size + 65536, size + 65536)
        ),
    )

    words = said(done)
    assert done.returncode == 1
    assert "Free some space" in words
    assert mentions(folder) < POSTS
    run(folder, "import", file)
    assert mentions(folder) == POSTS


def test_report_backup_pull_and_output_on_a_full_disk_say_so_and_lose_nothing(
    mounted: Callable[[str], Path], filled_database: Path, tmp_path: Path
) -> None:
    disk = mounted("16m")
    folder = disk / "cell"
    make_workspace(folder, filled_database)
    run(
        folder, "sources", "add", "paper", "rss", "--set", "url=https://paper.example/f"
    )
    texts = tmp_path / "texts.jsonl"
    texts.write_text('{"id": "1", "text": "पाणी नाही"}\n' * 300)
    ballast = fill(disk)

    report = refused(folder, 1, "report", "weekly", "--as-of", "2026-11-23")
    backup = refused(folder, 1, "db", "backup")
    pull = refused(folder, 1, "pull")
    with (disk / "tagged").open("wb") as out:
        tag = subprocess.run(
            command("tag", texts, "--jsonl"),
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    for words in (report, backup, pull):
        assert "full" in words or "No space left" in words
    assert tag.returncode == 1
    assert "No space left on device" in tag.stderr
    assert "Traceback" not in tag.stderr
    assert not list((folder / "reports").glob("*"))
    assert not list((folder / "backups").glob("*.db"))
    ballast.unlink()
    assert mentions(folder) == POSTS
    run(folder, "db", "backup")
    run(folder, "report", "weekly", "--as-of", "2026-11-23")


# Others at work -----------------------------------------------------------------------

HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def held(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process in the middle of writing, until a line is sent to it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder / "socialcell.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_database_that_stays_locked_is_told_after_the_time_that_was_set(
    folder: Path, held: subprocess.Popen[str], tmp_path: Path
) -> None:
    words = refused(folder, 1, "import", posts(tmp_path / "posts.jsonl", 3))

    assert "locked by another process for over 0.5 s" in words
    assert run(folder, "sources", "list")  # who only reads is not held up


def test_a_short_lock_is_waited_for(
    folder: Path, held: subprocess.Popen[str], tmp_path: Path
) -> None:
    (folder / "config.yaml").write_text("database: {busy_seconds: 60}\n")
    file = posts(tmp_path / "posts.jsonl", 3)
    waiting = subprocess.Popen(
        command("--config", folder / "config.yaml", "import", file),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    until_open(waiting, folder / "socialcell.db")
    assert waiting.poll() is None
    assert mentions(folder) == 0

    held.communicate("go\n")

    assert waiting.communicate()[1] is not None
    assert waiting.returncode == 0
    assert mentions(folder) == 3


def until_open(process: subprocess.Popen[bytes], file: Path) -> None:
    """Until a process has a file open: it is at work and not still starting."""
    descriptors = Path(f"/proc/{process.pid}/fd")
    ends = time.monotonic() + 60
    while time.monotonic() < ends and process.poll() is None:
        for descriptor in descriptors.iterdir():
            if os.path.realpath(descriptor) == str(file.resolve()):
                return
        time.sleep(0.02)
    raise AssertionError("the command never opened the database")


def test_two_commands_that_write_at_once_both_finish(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "config.yaml").write_text("database: {busy_seconds: 60}\n")
    files = [posts(tmp_path / f"{n}.jsonl", first=n * POSTS) for n in range(2)]

    both = [
        subprocess.Popen(
            command("--config", folder / "config.yaml", "import", file),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        for file in files
    ]
    errors = [process.communicate()[1].decode() for process in both]

    assert [process.returncode for process in both] == [0, 0], errors
    assert mentions(folder) == 2 * POSTS


# Terminals, pipes, surroundings -------------------------------------------------------


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


def test_ctrl_c_ends_a_command_with_130_and_nothing_half_done(
    folder: Path, tmp_path: Path
) -> None:
    file = posts(tmp_path / "posts.jsonl", 20_000)
    process = subprocess.Popen(
        command("--config", folder / "config.yaml", "import", file),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
        # A shell that runs tests in the background has Ctrl-C ignored by all of them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
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
