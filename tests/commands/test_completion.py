"""`--version`, and what a shell completes."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.builders import make_source
from tests.inside import socialcell
from tests.running import environment

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[2]


def in_bash(script: str, home: Path) -> str:
    """What a script says in a bash whose path has the command."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{script}\ntrue"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(PATH=path, HOME=str(home)),
    )
    return done.stdout


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("men", ["mentions"]),
        ("mentions ope", ["open"]),
        ("mentions list --urg", ["--urgency"]),
        ("mentions list --urgency h", ["high"]),
        ("mentions search x --intent s", ["suggestion", "spam"]),
        ("mentions list --platform red", ["reddit"]),
        ("mentions list --ward kothrud", ["kothrud-bavdhan"]),
        ("mentions list --topic electr", ["electricity"]),
        ("mentions list --owner msed", ["msedcl"]),
        ("mentions list --col", ["--columns"]),
        ("registry add faceb", ["facebook"]),
        ("alerts mute wat", ["water"]),
        ("alerts rules add a b --severity me", ["medium"]),
        ("report weekly --lang m", ["mr"]),
        ("messages templates --source x", []),
    ],
)
def test_bash_completes_commands_options_and_values(
    words: str, completed: list[str], tmp_path: Path
) -> None:
    assert completions_of(words, tmp_path) == completed


def completions_of(words: str, folder: Path) -> list[str]:
    """What the command answers in a folder, which may be a workspace, when bash asks it
    to complete the last word."""
    done = socialcell(
        _SOCIALCELL_COMPLETE="complete_bash",
        COMP_WORDS=f"socialcell {words}",
        COMP_CWORD=str(len(words.split())),
        cwd=folder,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("messages templates --source w", ["whatsapp.city"]),
        ("sources edit x", ["x.mentions", "x.search"]),
        ("sources now x.mentions x.s", ["x.search"]),
        ("pull paper", ["paper"]),
        ("sources remove other", []),
    ],
)
def test_bash_completes_the_names_of_sources(
    folder: Path, engine: Engine, words: str, completed: list[str]
) -> None:
    for name in ("x.mentions", "x.search", "paper"):
        make_source(engine, name)
    make_source(engine, "whatsapp.city", "whatsapp")

    assert completions_of(words, folder) == completed


def test_names_of_sources_that_are_asked_for_make_no_database(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("{}\n")

    assert completions_of("pull x", tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


@pytest.mark.on_sqlite
def test_bash_itself_asks_and_shows_the_answer(
    folder: Path, engine: Engine, tmp_path: Path
) -> None:
    make_source(engine, "x.search", "x")

    output = in_bash(
        f"export SOCIALCELL_CONFIG={folder / 'config.yaml'}\n"
        'eval "$(socialcell --show-completion)"\n'
        "COMP_WORDS=(socialcell pull x) COMP_CWORD=2\n"
        "_socialcell_completion socialcell\n"
        'echo "${COMPREPLY[@]}"',
        tmp_path,
    )

    assert output.split() == ["x.search"]


def test_without_a_workspace_no_name_is_completed_and_nothing_is_said(
    tmp_path: Path,
) -> None:
    output = in_bash(
        f"cd {tmp_path}\n"
        'eval "$(socialcell --show-completion)"\n'
        "COMP_WORDS=(socialcell pull x) COMP_CWORD=2\n"
        "_socialcell_completion socialcell 2>&1\n"
        'echo "${COMPREPLY[@]}"',
        tmp_path,
    )

    assert output.split() == []


def test_completion_is_installed_for_the_shell_that_asks(tmp_path: Path) -> None:
    output = in_bash("socialcell --install-completion", tmp_path)

    place = tmp_path / ".bash_completions" / "socialcell.sh"
    assert f"bash completion installed in {place}" in output
    assert str(place) in (tmp_path / ".bashrc").read_text()
    assert "_SOCIALCELL_COMPLETE=complete_bash" in place.read_text()


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert in_bash("socialcell --version", tmp_path) == (
        f"socialcell {project['version']}\n"
    )
