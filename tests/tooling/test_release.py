"""A release: what refuses it, and what is in the files that it makes."""

import email
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from datetime import date
from pathlib import Path

import pytest

from scripts import release
from tests.shared import REPOSITORY

VERSION = "987.6.5"  # newer than whatever pyproject.toml says
WEIGHTS = (".npz", ".crf", ".onnx")
PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "small"
version = "1.2.3"
"""
CHANGELOG = (
    "# Changelog\n\n## Unreleased\n\n### Added\n\n- Links have QR codes.\n\n## 1.2.3\n"
)


def test_the_unreleased_section_gets_version_and_date_and_a_successor():
    edited = release.dated(CHANGELOG, "1.3.0", date(2026, 11, 28))
    assert edited == (
        "# Changelog\n\n## Unreleased\n\n## 1.3.0 (2026-11-28)\n\n### Added\n\n"
        "- Links have QR codes.\n\n## 1.2.3\n"
    )


def test_headings_alone_say_nothing_under_unreleased():
    bare = CHANGELOG.replace("- Links have QR codes.\n", "")
    with pytest.raises(release.ReleaseError, match="nothing under Unreleased"):
        release.dated(bare, "1.3.0", date(2026, 11, 28))


def test_only_the_version_of_the_project_is_written():
    tools = '\n[tool.other]\nversion = "1.2.3"\n'
    edited = release.with_version(PROJECT + tools, "1.3.0")
    assert edited == PROJECT.replace("1.2.3", "1.3.0") + tools


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("1.2.3", "not newer than 1.2.3"),
        ("1.2.0", "not newer than 1.2.3"),
        ("1.5.0", "the tag v1.5.0 exists"),
        ("01.3.0", "is written 1.3.0"),
        ("1.3.0+pune", "is written 1.3.0"),
        ("next", "is no version"),
    ],
)
def test_a_version_that_is_not_a_next_one_is_refused(tmp_path, version, reason):
    repository = small_repository(tmp_path)
    assert reason in refusal(repository, version)


@pytest.mark.parametrize("name", ["CHANGELOG.md", "new.txt"])
def test_a_tree_with_changes_is_refused(tmp_path, name):
    repository = small_repository(tmp_path)
    (repository / name).write_text(CHANGELOG + "\nMore.\n")
    assert "commit or remove these first" in refusal(repository, "1.3.0")


def test_an_unreleased_section_that_says_nothing_is_refused(tmp_path):
    repository = small_repository(tmp_path)
    (repository / "CHANGELOG.md").write_text(
        CHANGELOG.replace("- Links have QR codes.", "")
    )
    git(repository, "commit", "-qam", "changelog: nothing")
    assert "says nothing under Unreleased" in refusal(repository, "1.3.0")


def test_a_build_that_fails_leaves_no_commit_and_no_tag(tmp_path):
    repository = small_repository(tmp_path)
    assert "-m build --no-isolation …` failed" in refusal(repository, "1.3.0")


@pytest.mark.faults
def test_a_commit_that_a_hook_refuses_leaves_no_file_and_no_change(tmp_path):
    repository = small_repository(tmp_path)
    (repository / "small").mkdir()
    (repository / "small" / "__init__.py").touch()
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "small: something to build")
    hook = repository / ".git" / "hooks" / "commit-msg"
    hook.write_text("#!/bin/sh\necho not today; exit 1\n")
    hook.chmod(0o755)

    assert "not today" in refusal(repository, "1.3.0")
    assert list((repository / "dist").iterdir()) == []


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this repository in which the recipe has made a release."""
    clone = tmp_path_factory.mktemp("release") / "clone"
    git(REPOSITORY, "clone", "-q", str(REPOSITORY), str(clone))
    sign(clone)
    note_a_change(clone)
    # Set-up is taken as done: the clone works with this environment.
    recipe = ["make", "--old-file=setup", "release", f"VERSION={VERSION}"]
    run(clone, *recipe, f"BIN={Path(sys.prefix) / 'bin'}")
    return clone


@pytest.mark.faults
def test_a_release_is_one_commit_and_one_tag_of_version_and_changelog(released):
    changed = git(released, "show", "--name-only", "--format=%s", f"v{VERSION}^{{}}")
    subject, *files = changed.split()
    assert (subject, files) == (
        "release:",
        ["version", VERSION, "CHANGELOG.md", "pyproject.toml"],
    )
    assert git(released, "rev-parse", f"v{VERSION}^{{}}", "HEAD~2").split() == [
        git(released, "rev-parse", "HEAD").strip(),
        git(REPOSITORY, "rev-parse", "HEAD").strip(),
    ]
    assert git(released, "status", "--porcelain") == ""


@pytest.mark.faults
def test_the_code_s_wheel_has_version_and_licence_and_no_trained_file(released):
    with zipfile.ZipFile(made(released, "socialcell", ".whl")) as wheel:
        names = wheel.namelist()
        folder = f"socialcell-{VERSION}.dist-info"
        metadata = email.message_from_bytes(wheel.read(f"{folder}/METADATA"))
        licence = wheel.read(f"{folder}/licenses/LICENSE")

    assert metadata["Version"] == VERSION
    assert metadata["License-Expression"] == "Apache-2.0"
    assert licence == (REPOSITORY / "LICENSE").read_bytes()
    assert [name for name in names if name.endswith(WEIGHTS)] == []


@pytest.mark.faults
def test_the_models_wheel_has_every_trained_file_and_both_licences(released):
    (path,) = (released / "dist").glob("socialcell_models-*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = set(wheel.namelist())
    licences = {name.split("/licenses/")[1] for name in names if "/licenses/" in name}

    assert trained_files() <= names
    assert licences >= {f"socialcell_models/{part}/LICENCE" for part in ("open", "nc")}


@pytest.mark.faults
def test_the_source_distributions_have_what_the_wheels_are_made_of(released):
    (models,) = (released / "dist").glob("socialcell_models-*.tar.gz")
    assert trained_files() <= names_in(models)
    names = names_in(made(released, "socialcell", ".tar.gz"))
    assert names >= {"LICENSE", "CHANGELOG.md", "README.md", "pyproject.toml"}


@pytest.mark.faults
def test_the_sbom_lists_every_pin_of_the_lock_with_a_hash(released):
    sbom = json.loads(made(released, "socialcell", ".cdx.json").read_text())
    components = {
        (part["name"], part["version"]): part["externalReferences"]
        for part in sbom["components"]
    }
    root = sbom["metadata"]["component"]
    lock = (released / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)", lock, re.MULTILINE)

    assert (root["name"], root["version"]) == ("socialcell", VERSION)
    assert components.keys() == set(pins)
    assert all(entry[0]["hashes"] for entry in components.values())


def note_a_change(clone: Path) -> None:
    """Right after a release nothing stands under Unreleased; here something does."""
    page = clone / "CHANGELOG.md"
    head, heading, rest = page.read_text("utf-8").partition("## Unreleased\n")
    page.write_text(f"{head}{heading}\n- A change.\n{rest}", "utf-8")
    git(clone, "commit", "-qam", "changelog: a change")


def small_repository(folder: Path) -> Path:
    """A project of version 1.2.3 with the recipe; it has no package to build."""
    repository = folder / "small"
    (repository / "scripts").mkdir(parents=True)
    shutil.copy(release.__file__, repository / "scripts")
    (repository / "pyproject.toml").write_text(PROJECT)
    (repository / "CHANGELOG.md").write_text(CHANGELOG)
    (repository / "requirements.lock").write_text("")
    shutil.copytree(REPOSITORY / "models", repository / "models", ignore=weights)
    (repository / ".gitignore").write_text("dist/\n")
    git(repository, "init", "-q")
    sign(repository)
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "all: a small project")
    git(repository, "tag", "v1.5.0")
    return repository


def refusal(repository: Path, version: str) -> str:
    """Why the recipe refused; the repository must be as it was."""
    before = state(repository)
    command = [sys.executable, "scripts/release.py", version]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert state(repository) == before
    return done.stderr.removeprefix("No release: ")


def state(repository: Path) -> list[str]:
    questions = [["log", "--format=%H"], ["tag"], ["status", "--porcelain"]]
    return [git(repository, *words) for words in questions]


def made(clone: Path, name: str, suffix: str) -> Path:
    (path,) = (clone / "dist").glob(f"{name}-{VERSION}*{suffix}")
    return path


def names_in(archive: Path) -> set[str]:
    with tarfile.open(archive) as files:
        members = [name for name in files.getnames() if "/" in name]
    return {name.split("/", 1)[1] for name in members}


def weights(folder: str, names: list[str]) -> list[str]:
    """The trained files among a folder's: a copy that is only built leaves them out."""
    return [name for name in names if name.endswith(WEIGHTS)]


def trained_files() -> set[str]:
    models = REPOSITORY / "models"
    names = git(models, "ls-files", "socialcell_models").split()
    trained = {name for name in names if name.endswith(WEIGHTS)}
    assert trained
    return trained


def sign(repository: Path) -> None:
    git(repository, "config", "user.name", "Asha")
    git(repository, "config", "user.email", "asha@example.org")


def git(repository: Path, *words: str) -> str:
    return run(repository, "git", *words)


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
