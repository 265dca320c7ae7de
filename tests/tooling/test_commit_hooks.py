"""The hooks of a commit: they start what set-up installed, and hold the subject."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts import commit_subject
from tests.shared import REPOSITORY

CONFIG = REPOSITORY / ".pre-commit-config.yaml"
SETTINGS = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
HOOKS = [hook for group in SETTINGS["repos"] for hook in group["hooks"]]

GOOD = [
    "search: quotes may stand inside words",
    "connectors/x: the window of a run ends at its start",
    "web, scheduler: one shutdown for both",
    "release: version 0.2.0",
    "a: " + "b" * 69,
    "docs: कोथरूड is spelt as its ward office spells it",
    "fixup! search: quotes may stand inside words",
    'Revert "search: quotes may stand inside words"',
]
BAD = [
    "",
    "Search: quotes may stand inside words",
    "quotes may stand inside words",
    "search:quotes may stand inside words",
    "search: ",
    "search: quotes may stand inside words.",
    "all of search: quotes may stand inside words",
    "a: " + "b" * 70,
]


def test_every_hook_is_local_so_that_nothing_is_downloaded():
    assert {group["repo"] for group in SETTINGS["repos"]} == {"local"}
    assert {hook["language"] for hook in HOOKS} == {"system"}
    assert "://" not in CONFIG.read_text(encoding="utf-8")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_the_command_of_every_hook_exists(hook):
    program, *arguments = shlex.split(hook["entry"])
    assert os.access(REPOSITORY / program, os.X_OK)
    scripts = [word for word in arguments if word.endswith(".py")]
    assert [word for word in scripts if not (REPOSITORY / word).is_file()] == []


@pytest.fixture(autouse=True)
def home_of_pre_commit(tmp_path, monkeypatch):
    """What pre-commit stores goes into the test's own folder."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))


def test_pre_commit_takes_the_configuration_without_a_warning():
    checked = run("pre_commit", "validate-config", CONFIG, folder=REPOSITORY)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@pytest.mark.parametrize("subject", GOOD)
def test_a_subject_with_an_area_is_accepted(subject):
    assert commit_subject.subject_problem(subject) is None


@pytest.mark.parametrize("subject", BAD)
def test_any_other_subject_is_refused_with_a_reason(subject):
    assert "subject" in (commit_subject.subject_problem(subject) or "")


def test_the_subject_is_the_first_line_that_git_keeps():
    message = "\n# a comment\nsearch: quotes\n\nWhy: they may.\n"
    assert commit_subject.subject_line(message) == "search: quotes"


def test_a_commit_with_a_bad_subject_is_not_made(tmp_path):
    repository = hooked_repository(tmp_path)

    refused = commit(repository, "Quotes may stand inside words")
    accepted = commit(repository, "search: quotes may stand inside words")

    assert refused.returncode == 1
    assert "Write `area: what changed`" in refused.stdout + refused.stderr
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    listed = git(repository, "log", "--format=%s").stdout.split("\n")
    assert listed == ["search: quotes may stand inside words", ""]


def hooked_repository(folder: Path) -> Path:
    """An empty repository whose commit-msg hook is ours, as CONTRIBUTING.md sets it."""
    repository = folder / "repository"
    (repository / "scripts").mkdir(parents=True)
    git(repository, "init", "--quiet")
    git(repository, "config", "user.name", "Asha")
    git(repository, "config", "user.email", "asha@example.org")
    shutil.copy(CONFIG, repository)
    shutil.copy(commit_subject.__file__, repository / "scripts")
    (repository / ".venv").symlink_to(Path(sys.prefix))
    git(repository, "add", CONFIG.name)
    run("pre_commit", "install", "--hook-type", "commit-msg", folder=repository)
    return repository


def commit(repository: Path, subject: str) -> subprocess.CompletedProcess[str]:
    return git(repository, "commit", "--allow-empty", "-m", subject)


def git(repository: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_program(["git", *words], repository)


def run(
    module: str, *words: str | Path, folder: Path
) -> subprocess.CompletedProcess[str]:
    return run_program([sys.executable, "-m", module, *map(str, words)], folder)


def run_program(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The program in the folder; a hook that runs this test has set git's own."""
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith("GIT_")
    }
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True
    )
