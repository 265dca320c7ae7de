"""A workspace is closed to all but its owner, or to all but a group of the system."""

import grp
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from socialcell import config
from socialcell.errors import ConfigError
from socialcell.identity.actor import Actor
from socialcell.services.context import open_context
from socialcell.services.doctor import Check, examine
from socialcell.services.workspace import backup, file_access
from tests.operators import operator, sign_in_shell
from tests.running import answer, environment, socialcell

root_only = pytest.mark.skipif(
    os.getuid() != 0, reason="only root can start a process of another user"
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def modes(folder: Path) -> dict[str, set[int]]:
    """The modes that folders and files have, and those within secrets/."""
    found: dict[str, set[int]] = {}
    for path in (folder, *folder.rglob("*")):
        kind = "folders" if path.is_dir() else "files"
        inside = folder / "secrets" in (path, *path.parents)
        found.setdefault(f"secret {kind}" if inside else kind, set()).add(mode(path))
    return found


def run(folder: Path, *words: str | Path, umask: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "socialcell", *map(str, words)],
        cwd=folder,
        env=environment(),
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def a_group() -> grp.struct_group:
    """A group that this process may give files to; as root, another than its own."""
    if os.getuid() != 0:
        return grp.getgrgid(os.getgid())
    return next(one for one in grp.getgrall() if one.gr_gid != os.getgid())


def work_in(folder: Path, umask: int) -> None:
    """Whatever a cell does on its first day, each a process of its own."""
    rows = folder.parent / "rows.csv"
    rows.write_text("id,text,created_at\n1,No water,2026-11-20T09:00:00+05:30\n")
    run(folder.parent, "init", folder, umask=umask)
    run(folder, "import", rows, umask=umask)
    run(folder, "report", "weekly", umask=umask)
    run(folder, "db", "backup", umask=umask)


@pytest.mark.faults
def test_what_every_process_makes_is_its_owners_alone_whatever_the_umask(
    tmp_path: Path,
) -> None:
    work_in(tmp_path / "cell", umask=0)

    assert modes(tmp_path / "cell") == {
        "folders": {0o700},
        "files": {0o600},
        "secret folders": {0o700},
        "secret files": {0o600},
    }


@pytest.mark.faults
def test_a_group_that_config_names_may_read_and_write_and_nobody_else(
    tmp_path: Path,
) -> None:
    group, folder = a_group(), tmp_path / "cell"
    folder.mkdir()
    (folder / "config.yaml").write_text(f"workspace: {{group: {group.gr_name}}}\n")
    (folder / "config.yaml").chmod(0o644)

    work_in(folder, umask=0o077)

    assert modes(folder) == {
        "folders": {0o2770},
        "files": {0o660},
        "secret folders": {0o2750},
        "secret files": {0o640},
    }
    assert {path.lstat().st_gid for path in (folder, *folder.rglob("*"))} == {
        group.gr_gid
    }


def test_a_group_that_the_system_does_not_know_is_a_wrong_configuration(
    folder: Path,
) -> None:
    place = folder / "config.yaml"
    place.write_text("# first\nworkspace:\n  group: nobody-has-this\n")

    with pytest.raises(ConfigError) as error:
        config.load(place)

    assert error.value.exit_code == 78
    assert f"{place}:3: workspace.group: " in str(error.value)
    assert "no group 'nobody-has-this'" in str(error.value)


def checks(folder: Path) -> dict[str, Check]:
    return {check.name: check for check in examine(folder / "config.yaml")}


def test_the_doctor_names_what_is_too_open_and_an_upgrade_closes_it(
    folder: Path, database_kind: str
) -> None:
    reports = folder / "reports"
    reports.mkdir(mode=0o755)
    (reports / "weekly.html").touch()
    (reports / "weekly.html").chmod(0o644)
    (folder / "secrets" / "person_key").chmod(0o604)
    folder.chmod(0o755)

    before = checks(folder)

    assert before["workspace folder"].state == "failed"
    assert f"{folder} has mode 0755, not 0700" in before["workspace folder"].finding
    assert before["secrets folder"].state == "failed"
    assert "person_key has mode 0604, not 0600" in before["secrets folder"].finding
    assert "socialcell db upgrade" in str(before["workspace folder"].advice)

    done = answer(
        socialcell("--config", folder / "config.yaml", "db", "upgrade", "--json")
    )

    assert str(reports / "weekly.html") in done["mended"]
    after = checks(folder)
    assert after["workspace folder"].state == after["secrets folder"].state == "ok"
    assert mode(reports / "weekly.html") == 0o600


def test_an_open_file_in_a_closed_folder_is_a_warning(folder: Path) -> None:
    file_access.correct_modes(config.load(folder / "config.yaml"))
    (folder / "config.yaml").chmod(0o644)

    check = checks(folder)["workspace folder"]

    assert check.state == "warning"
    assert f"{folder / 'config.yaml'} has mode 0644, not 0600" in check.finding


def test_what_is_linked_from_elsewhere_is_left_as_it_is(
    folder: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o755)
    (elsewhere / "page.html").touch()
    (elsewhere / "page.html").chmod(0o644)
    (folder / "reports").symlink_to(elsewhere)
    (folder / "other.html").symlink_to(elsewhere / "page.html")

    file_access.correct_modes(config.load(folder / "config.yaml"))

    assert (mode(elsewhere), mode(elsewhere / "page.html")) == (0o755, 0o644)


def test_a_copy_that_is_made_for_a_group_is_the_groups(
    tmp_path: Path, empty_database: Path
) -> None:
    shutil.copy(empty_database, tmp_path / "socialcell.db")
    place = tmp_path / "config.yaml"
    place.write_text(f"workspace: {{group: {a_group().gr_name}}}\n")
    workspace = config.load(place)
    file_access.correct_modes(workspace)
    backup.upgrade_database(workspace)

    made = backup.make_backup(workspace)

    assert (mode(made.path), mode(made.path.parent)) == (0o660, 0o2770)
    assert made.path.lstat().st_gid == a_group().gr_gid


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that every user of this computer may enter, unlike pytest's own."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


# Python itself may lie where only root comes: all is loaded before the user changes.
_AS_NOBODY = """
import json, os, sys
import socialcell.connectors.telegram.telegram_publisher
from socialcell.cli import main

def run(words):
    sys.argv = ["socialcell", *words]
    try:
        main()
    except SystemExit as end:
        return end.code

groups, *commands = json.loads(sys.argv[1])
for words in commands[:-1]:
    run(words)
os.setgroups(groups)
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
print("now as nobody", file=sys.stderr)
sys.exit(run(commands[-1]))
"""


def by_nobody(
    *commands: tuple[str | Path, ...],
    groups: Sequence[int] = (),
    **changes: str,
) -> tuple[int, str]:
    """Commands as root, the last one under the user nobody: its code and its errors."""
    given = [list(groups), *(list(map(str, words)) for words in commands)]
    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, json.dumps(given)],
        cwd="/",
        env=environment(**changes),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.partition("now as nobody")[2]


@pytest.mark.faults
@root_only
def test_two_users_of_the_system_in_one_group_sign_in_as_two_persons(
    open_place: Path,
) -> None:
    group, folder = a_group(), open_place / "cell"
    folder.mkdir()
    place = folder / "config.yaml"
    place.write_text(f"workspace: {{group: {group.gr_name}}}\n")
    assert socialcell("init", folder).returncode == 0
    added = ("posts", "add", "telegram", "पाणी उद्या येईल", "--at", "2036-12-01T10:30")
    approve = ("--config", place, "posts", "approve", "1")
    meera_home = signed_in_as_nobody(place, open_place / "state", "meera")
    asha = signed_in(place, "asha")
    done = socialcell("--config", place, *added)
    assert done.returncode == 0, done.stderr

    alone = socialcell(*approve)
    outside, refusal = by_nobody(approve, approve)
    unsigned, errors = by_nobody(approve, approve, groups=[group.gr_gid])
    inside, fault = by_nobody(
        approve, approve, groups=[group.gr_gid], XDG_STATE_HOME=str(meera_home)
    )

    assert alone.returncode == 2
    assert "asha made post 1: a second person approves it" in alone.stderr
    assert outside == 1
    assert "Permission denied" in refusal
    assert unsigned == 4
    assert "Nobody has signed in here (the account nobody is no person)" in errors
    assert inside == 0, fault
    entry, *_ = answer(socialcell("--config", place, "audit", "list", "--json"))[
        "entries"
    ]
    assert (entry["actor"], entry["os_user"]) == ("meera", "nobody")
    assert entry["detail"]["made_by_operator"] == asha.id


def signed_in(place: Path, name: str) -> Actor:
    """An operator, signed in for the commands of this account."""
    context = open_context(place)
    sign_in_shell(context, name)
    context.engine.dispose()
    return operator(context, name)


def signed_in_as_nobody(place: Path, home: Path, name: str) -> Path:
    """A home of the user nobody, in which this operator has signed in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(home))
        signed_in(place, name)
    for path in (home, *home.rglob("*")):
        os.chown(path, 65534, 65534)
    return home


@root_only
def test_who_does_not_own_a_file_is_told_who_mends_it(open_place: Path) -> None:
    folder, other = open_place / "cell", open_place / "other"
    for place in (folder, other):
        place.mkdir()
        place.chmod(0o755)
        (place / "config.yaml").touch()
        (place / "config.yaml").chmod(0o644)
    upgrade = ("db", "upgrade")

    code, errors = by_nobody(
        ("--config", other / "config.yaml", *upgrade),
        ("--config", folder / "config.yaml", *upgrade),
    )

    assert code == 1
    assert f"{folder} has mode 0755, not 0700" in errors
    assert "as root" in errors
