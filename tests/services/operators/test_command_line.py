"""Operators by the command line: a maker's every other way to an approval is refused.

A second shell is another session of the operating system. Commands of this file's own
process share the session in which the maker signed in.
"""

import json
import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.inside import socialcell
from tests.operator_accounts import ASHA, MEERA, PASSWORD, hash_cheaply
from tests.running import command, environment

pytestmark = [
    pytest.mark.faults,  # each command is a process, whose session is in question
    pytest.mark.xdist_group("operators on the command line"),
]
Result = subprocess.CompletedProcess[str]
OWN_WORK = "a second person approves it"
NOBODY = "Nobody has signed in here"


@dataclass
class Cell:
    """A workspace with two operators who have passwords; the first one signed in."""

    folder: Path
    state: Path

    def run(self, *words: str, stdin: str = "", **changes: str) -> Result:
        """A command in the shell in which the maker signed in."""
        changes = {"XDG_STATE_HOME": str(self.state)} | changes
        return socialcell(*words, *self.config, stdin=stdin, **changes)

    def run_elsewhere(self, *words: str, stdin: str = "", **changes: str) -> Result:
        """The same command in another session of the operating system."""
        changes = {"XDG_STATE_HOME": str(self.state)} | changes
        return subprocess.run(
            command(*words, *self.config),
            input=stdin,
            capture_output=True,
            text=True,
            env=environment(**changes),
            start_new_session=True,
            check=False,
        )

    @property
    def config(self) -> tuple[str, str]:
        return "--config", str(self.folder / "config.yaml")

    def draft(self) -> str:
        """The number of a post of the maker."""
        document = answer(
            self.run("posts", "add", "x", "Water", "--at", "2031-12-01T10:30", "--json")
        )
        return str(document["posts"][0]["id"])

    @property
    def files(self) -> list[Path]:
        return sorted(self.state.rglob("*.json"))


def answer(result: Result) -> Any:
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def refusal(result: Result) -> str:
    assert result.returncode != 0, result.stdout
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace with two operators, made once and copied."""
    cell = Cell(tmp_path_factory.mktemp("prepared") / "cell", Path("nowhere"))
    words = ("init", str(cell.folder), "--operator", ASHA, "--operator", MEERA)
    with pytest.MonkeyPatch.context() as patch:
        hash_cheaply(patch)
        for operator in answer(socialcell(*words, "--json"))["operators"]:
            lines = f"{operator['code']}\n{PASSWORD}\n"
            result = cell.run(
                "operators", "set-password", operator["name"], stdin=lines
            )
            assert result.returncode == 0, result.stderr
    return cell.folder


@pytest.fixture
def cell(prepared: Path, tmp_path: Path) -> Cell:
    cell = Cell(tmp_path / "cell", tmp_path / "state")
    shutil.copytree(prepared, cell.folder)
    result = cell.run("operators", "sign-in", ASHA, stdin=f"{PASSWORD}\n")
    assert result.returncode == 0, result.stderr
    return cell


def test_the_maker_is_refused_whatever_the_environment_says(cell: Cell) -> None:
    post = cell.draft()
    names = (
        *("SOCIALCELL_ACTOR", "SOCIALCELL_OPERATOR", "SOCIALCELL_APPROVER"),
        *("SOCIALCELL_SECRET_OPERATOR", "USER", "LOGNAME", "SUDO_USER", "USERNAME"),
    )

    for name in names:
        stderr = refusal(cell.run("posts", "approve", post, **{name: MEERA}))
        assert OWN_WORK in stderr, name
    everything = dict.fromkeys(names, MEERA)
    stderr = refusal(cell.run_elsewhere("posts", "approve", post, **everything))
    assert NOBODY in stderr


@pytest.mark.parametrize("flag", ["--by", "--actor", "--operator", "--as", "--force"])
def test_no_flag_names_another_person(cell: Cell, flag: str) -> None:
    post = cell.draft()

    stderr = refusal(cell.run("posts", "approve", post, flag, MEERA))

    assert "No such option" in stderr
    assert OWN_WORK in refusal(cell.run("posts", "approve", post))


def test_no_line_of_config_yaml_lets_the_maker_approve(cell: Cell) -> None:
    post = cell.draft()
    path = cell.folder / "config.yaml"
    settings = path.read_text()
    for section in (
        "approvals:\n  trust_names: true\n",
        "operators:\n  second_factor_roles: []\n",
    ):
        path.write_text(f"{settings}\n{section}")
        assert OWN_WORK in refusal(cell.run("posts", "approve", post))


def test_a_second_shell_has_nobody_signed_in_until_somebody_does(cell: Cell) -> None:
    post = cell.draft()
    assert NOBODY in refusal(cell.run_elsewhere("posts", "approve", post))
    assert NOBODY in refusal(
        cell.run_elsewhere("posts", "approve", post, stdin=f"{MEERA}\n{PASSWORD}\n")
    )


def test_a_copied_session_file_counts_in_no_other_shell(
    cell: Cell, tmp_path: Path
) -> None:
    """The other person's token, read by the account that both share."""
    post = cell.draft()
    (mine,) = cell.files
    script = (
        'cd / && "$0" -m socialcell operators sign-in "Meera Sample" --config "$1" '
        '&& "$0" -m socialcell posts approve 999 --config "$1"'
    )
    other = subprocess.run(
        ["/bin/sh", "-c", script, command()[0], cell.config[1]],
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        env=environment(XDG_STATE_HOME=str(cell.state), PYTHONPATH=os.getcwd()),
        start_new_session=True,
        check=False,
    )
    assert "There is no post 999" in other.stderr  # Meera's shell has its session
    (theirs,) = [path for path in cell.files if path != mine]

    mine.write_bytes(theirs.read_bytes())

    assert NOBODY in refusal(cell.run("posts", "approve", post))


@pytest.mark.parametrize(
    "text",
    ['{"token": "made up"}', "[]", "", '{"token": null}', "\x00", '{"token": 7}'],
)
def test_a_session_file_that_was_written_by_hand_signs_nobody_in(
    cell: Cell, text: str
) -> None:
    post = cell.draft()
    (path,) = cell.files

    path.write_text(text)

    assert NOBODY in refusal(cell.run("posts", "approve", post))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_session_file_that_others_may_read_signs_nobody_in(
    cell: Cell, mode: int
) -> None:
    post = cell.draft()
    (path,) = cell.files

    path.chmod(mode)

    assert NOBODY in refusal(cell.run("posts", "approve", post))


def test_a_session_file_is_its_owners_alone_whatever_the_umask(
    cell: Cell, tmp_path: Path
) -> None:
    cell.state = tmp_path / "other"
    before = os.umask(0)
    try:
        cell.run("operators", "sign-in", ASHA, stdin=f"{PASSWORD}\n")
    finally:
        os.umask(before)

    (path,) = cell.files
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_session_folder_that_others_may_write_is_closed_at_the_next_sign_in(
    cell: Cell,
) -> None:
    (path,) = cell.files
    path.parent.chmod(0o777)

    cell.run("operators", "sign-in", ASHA, stdin=f"{PASSWORD}\n")

    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_without_a_home_to_write_a_sign_in_says_so_and_leaves_no_session(
    cell: Cell, tmp_path: Path
) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    words = ("operators", "sign-in", MEERA)

    result = cell.run(*words, stdin=f"{PASSWORD}\n", XDG_STATE_HOME=str(file))

    assert "no home to keep the session in" in refusal(result)
    lines = answer(cell.run("operators", "list", "--json"))["operators"]
    assert [line["sessions"] for line in lines] == [1, 0]


def test_a_sign_in_says_which_roles_wait_for_an_authenticator(cell: Cell) -> None:
    result = cell.run("operators", "sign-in", ASHA, stdin=f"{PASSWORD}\n")

    first, second = result.stdout.splitlines()[-2:]
    assert first.endswith("Roles: lead")
    assert second == (
        "Only after a sign-in with an authenticator: admin, dpo. "
        "Next: socialcell operators second-factor, then sign in again."
    )


def test_two_shells_of_one_account_have_a_session_each(cell: Cell) -> None:
    result = cell.run_elsewhere(
        "operators", "sign-in", MEERA, "--json", stdin=f"{PASSWORD}\n"
    )

    assert answer(result)["name"] == MEERA
    assert len(cell.files) == 2
    assert OWN_WORK in refusal(cell.run("posts", "approve", cell.draft()))


def test_an_ended_session_signs_nobody_in_even_with_its_file(cell: Cell) -> None:
    post = cell.draft()
    (path,) = cell.files
    document = path.read_bytes()

    assert answer(cell.run("operators", "end", "--json")) == {"ended": 1}

    assert not path.exists()
    handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    os.write(handle, document)
    os.close(handle)
    assert NOBODY in refusal(cell.run("posts", "approve", post))
    assert answer(cell.run("operators", "end", "--json")) == {"ended": 0}


def test_a_role_is_asked_for_at_each_act_though_the_session_is_from_before(
    cell: Cell,
) -> None:
    other = cell.run("operators", "sign-in", MEERA, stdin=f"{PASSWORD}\n")
    assert other.returncode == 0, other.stderr

    stderr = refusal(cell.run("operators", "disable", ASHA))

    assert "with an authenticator only" in stderr


@pytest.mark.parametrize("stdin", [b"\xff\xfe\n", b"\x00\n", b"", b"\n"])
def test_what_is_no_text_on_standard_input_is_refused_in_words(
    cell: Cell, stdin: bytes
) -> None:
    words = command("operators", "sign-in", ASHA, *cell.config)
    for locale in ("C", "C.UTF-8"):
        result = subprocess.run(
            words,
            input=stdin,
            capture_output=True,
            env=environment(LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"),
            check=False,
        )
        assert result.returncode in (1, 2), result.stderr
        assert b"Traceback" not in result.stderr


def test_a_name_that_is_no_text_is_refused_in_words(cell: Cell) -> None:
    name = b"Asha \xff".decode("utf-8", "surrogateescape")
    result = subprocess.run(
        command("operators", "sign-in", name, *cell.config),
        input=f"{PASSWORD}\n".encode(),
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert result.returncode == 1
    assert b"Traceback" not in result.stderr
    assert b"the password or the code is wrong" in result.stderr


def test_init_again_keeps_the_operators_whatever_names_it_is_given(
    cell: Cell,
) -> None:
    for names in ((ASHA, MEERA), ("Eve Sample", "Mallory Sample")):
        words = [word for name in names for word in ("--operator", name)]
        result = socialcell("init", str(cell.folder), *words, "--json")
        assert answer(result)["operators"] == []
        assert "Operators are there already" in result.stderr
    lines = answer(cell.run("operators", "list", "--json"))["operators"]
    assert [line["name"] for line in lines] == [ASHA, MEERA]
    assert [line["state"] for line in lines] == ["active", "active"]


def test_init_without_names_in_a_script_makes_a_workspace_without_operators(
    tmp_path: Path,
) -> None:
    result = socialcell("init", str(tmp_path / "cell"))

    assert result.returncode == 0, result.stderr
    assert "Nobody can approve anything yet" in result.stdout
    config = str(tmp_path / "cell" / "config.yaml")
    listed = socialcell("operators", "list", "--json", "--config", config)
    assert answer(listed) == {"operators": []}


@pytest.mark.parametrize("names", [(ASHA,), (ASHA, ASHA), (ASHA, MEERA, "Eve")])
def test_init_refuses_what_are_not_two_people_and_can_be_run_again(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    folder = str(tmp_path / "cell")
    words = [word for name in names for word in ("--operator", name)]

    refusal(socialcell("init", folder, *words))

    again = socialcell(
        "init", folder, "--operator", ASHA, "--operator", MEERA, "--json"
    )
    assert [line["name"] for line in answer(again)["operators"]] == [ASHA, MEERA]
