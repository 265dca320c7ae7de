"""Set-up from nothing, on a small project with its own package folder, offline."""

import fcntl
import hashlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.shared import REPOSITORY

# One worker installs the environment that most of these tests only look at.
pytestmark = pytest.mark.xdist_group("setup")

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "socialcell"
version = "{version}"
dependencies = ["{dependency}"]
"""

# The least that can be installed: a wheel whose command prints what it depends on.
BACKEND = """\
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "socialcell-1-py3-none-any.whl"
    text = open("pyproject.toml").read()
    needs = text.split('dependencies = ["')[1].split('"')[0]
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        info = "socialcell-1.dist-info/"
        wheel.writestr("tiny.py", "import pebble\\ndef main(): print(pebble.SIZE)")
        wheel.writestr(info + "METADATA",
            "Metadata-Version: 2.1\\nName: socialcell\\nVersion: 1\\n"
            + "Requires-Dist: " + needs)
        wheel.writestr(info + "WHEEL",
            "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "entry_points.txt",
            "[console_scripts]\\nsocialcell = tiny:main\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""


class Checkout:
    """A small project with our set-up in it, and the only packages it may use."""

    def __init__(self, root: Path) -> None:
        self.root = root / "a checkout"
        self.python = sys.executable
        self.packages = root / "packages"
        (self.root / "scripts").mkdir(parents=True)
        self.packages.mkdir()
        shutil.copy(REPOSITORY / "scripts" / "setup", self.root / "scripts")
        shutil.copy(REPOSITORY / "Makefile", self.root)
        (self.root / "backend.py").write_text(BACKEND)
        models = self.root / "models"  # a distribution of its own beside the project
        models.mkdir()
        backend = BACKEND.replace("socialcell", "models").replace("tiny", "models_main")
        (models / "backend.py").write_text(backend)
        text = PYPROJECT.format(version="1", dependency="pebble")
        (models / "pyproject.toml").write_text(text.replace("socialcell", "models"))
        (self.root / "requirements-uv.lock").write_text("uv==0 --hash=sha256:00\n")
        self.project()
        self.lock(self.pebble("1"))

    def project(self, version="1", dependency="pebble") -> None:
        text = PYPROJECT.format(version=version, dependency=dependency)
        (self.root / "pyproject.toml").write_text(text)

    def pebble(self, version: str) -> str:
        """A wheel in the package folder; returns its pinned and hashed line."""
        return self.wheel("pebble", version, "pebble.py", f"SIZE = {version}\n")

    def wheel(self, name: str, version: str, file: str, text: str) -> str:
        path = self.packages / f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(file, text)
            wheel.writestr(
                f"{info}/METADATA",
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            )
            wheel.writestr(
                f"{info}/WHEEL",
                "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            wheel.writestr(f"{info}/RECORD", "")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return f"{name}=={version} --hash=sha256:{digest}\n"

    def lock(self, text: str) -> None:
        (self.root / "requirements-dev.lock").write_text(text)

    def start(self, *command: str, **settings: str) -> subprocess.Popen[str]:
        """Set-up under a strange language and zone, its packages from our folder."""
        environment = {
            **os.environ,
            "PYTHON": self.python,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.packages.as_uri(),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "LANG": "C",
            "TZ": "Asia/Kathmandu",
            "MAKEFLAGS": "--no-print-directory",
            **settings,
        }
        return subprocess.Popen(
            command or ["make", "setup"],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def set_up(self, **settings: str) -> tuple[int, str]:
        """The exit code of `make setup`, and what it writes."""
        process = self.start(**settings)
        output, _ = process.communicate(timeout=240)
        return process.returncode, output

    def answer(self) -> str:
        """What the project's command prints, run through the link."""
        command = [self.root / ".venv" / "bin" / "socialcell"]
        return subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout.strip()

    def environments(self) -> list[Path]:
        return [path for path in (self.root / ".venvs").iterdir() if path.is_dir()]


def next_steps(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("Next: ")]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout that is set up; tests leave it working."""
    checkout = Checkout(tmp_path_factory.mktemp("ready"))
    code, output = checkout.set_up()
    assert (code, checkout.answer()) == (0, "1"), output
    return checkout


def processor_seconds() -> float:
    """Seconds that the processors have worked for our commands so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_second_set_up_is_silent_within_two_seconds_and_needs_no_packages(ready):
    before = processor_seconds()
    assert ready.set_up(PIP_FIND_LINKS="") == (0, "")
    assert processor_seconds() - before < 2


def test_files_that_are_only_newer_need_no_set_up(ready):
    (ready.root / "requirements-dev.lock").touch()
    (ready.root / "pyproject.toml").touch()
    assert ready.set_up() == (0, "")


def test_a_changed_project_is_installed_into_the_same_environment(ready):
    before = ready.environments()
    ready.project(version="2")
    code, output = ready.set_up(PIP_FIND_LINKS="")
    assert (code, ready.environments(), ready.answer()) == (0, before, "1"), output


def test_a_project_that_was_half_installed_is_installed_again(ready):
    (information,) = ready.root.glob(
        ".venv/lib/python3*/site-packages/socialcell-1.dist-info"
    )
    (information / "RECORD").unlink()
    (ready.root / ".venv" / ".project").unlink()
    code, output = ready.set_up(PIP_FIND_LINKS="")
    assert (code, ready.answer()) == (0, "1"), output
    assert (information / "RECORD").exists()


def test_a_project_that_asks_for_more_than_the_lock_names_make_lock(ready):
    ready.project(dependency="boulder")
    code, output = ready.set_up()
    assert code == 2
    assert next_steps(output) == ["Next: run `make lock`, then run `make setup`."]
    ready.project()
    assert ready.set_up()[0] == 0


def test_a_second_set_up_waits_for_the_first(ready):
    ready.project(version="3")
    with (ready.root / ".venvs" / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = ready.start()
        assert process.stdout is not None
        line = process.stdout.readline()
        assert process.poll() is None
    output, _ = process.communicate(timeout=240)
    assert "another set-up is at work" in line.lower()
    assert (process.returncode, ready.answer()) == (0, "1"), output


def test_settings_of_another_environment_change_nothing(ready, tmp_path):
    ready.project(version="4")
    (tmp_path / "pebble.py").write_text("SIZE = 'another'\n")
    strays = {
        "PIP_PREFIX": str(tmp_path / "prefix"),
        "PIP_TARGET": str(tmp_path / "target"),
        "PIP_USER": "1",
        "PIP_REQUIRE_VIRTUALENV": "1",
        "PYTHONPATH": str(tmp_path),
        "VIRTUAL_ENV": str(tmp_path),
        "CDPATH": "/",
    }
    code, output = ready.set_up(**strays)
    assert (code, ready.answer()) == (0, "1"), output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pebble.py"]


def test_without_a_python_that_is_new_enough_it_names_those_that_are(tmp_path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    checkout = Checkout(tmp_path)
    checkout.python = str(old)
    code, output = checkout.set_up()
    assert code == 2
    assert f"no Python 3.11, 3.12 or 3.13 starts as {old}" in output
    assert len(next_steps(output)) == 1
    assert not (checkout.root / ".venvs").exists()


def test_a_python3_that_does_not_start_gives_way_to_the_next_on_the_path(
    ready, tmp_path
):
    (tmp_path / "first").mkdir()
    shim = tmp_path / "first" / "python3"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "python3").symlink_to(sys.executable)
    path = f"{tmp_path}/first:{tmp_path}/second:{os.environ['PATH']}"
    assert ready.set_up(PYTHON="", PATH=path) == (0, "")


@pytest.mark.faults
def test_a_package_that_was_altered_leaves_the_old_environment_in_use(ready):
    good = (ready.root / "requirements-dev.lock").read_text()
    ready.project()
    ready.lock(ready.pebble("2"))
    with (ready.packages / "pebble-2-py3-none-any.whl").open("ab") as wheel:
        wheel.write(b"more")
    code, output = ready.set_up()
    assert code == 2
    assert "DO NOT MATCH THE HASHES" in output
    assert len(next_steps(output)) == 1
    assert ready.answer() == "1"
    ready.lock(good)
    assert ready.set_up()[0] == 0
    assert len(ready.environments()) == 1


@pytest.mark.faults
def test_an_environment_made_by_hand_gives_way(tmp_path):
    checkout = Checkout(tmp_path)
    (checkout.root / ".venv" / "bin").mkdir(parents=True)
    code, output = checkout.set_up()
    assert (code, checkout.answer()) == (0, "1"), output
    assert (checkout.root / ".venv").is_symlink()
    assert len(checkout.environments()) == 1


@pytest.mark.faults
def test_a_folder_that_was_moved_is_set_up_where_it_is(tmp_path):
    checkout = Checkout(tmp_path)
    assert checkout.set_up()[0] == 0
    checkout.root = checkout.root.rename(tmp_path / "moved")
    code, output = checkout.set_up()
    assert (code, checkout.answer()) == (0, "1"), output
    assert len(checkout.environments()) == 1


@pytest.mark.faults
def test_another_version_of_python_gets_an_environment_of_its_own(tmp_path):
    checkout = Checkout(tmp_path)
    assert checkout.set_up()[0] == 0
    (first,) = checkout.environments()
    stamp = first / ".packages"
    version = f"\n{sys.version_info[0]}.{sys.version_info[1]}\n"
    assert version in stamp.read_text()
    stamp.write_text(stamp.read_text().replace(version, "\n3.10\n"))
    code, output = checkout.set_up()
    assert (code, checkout.answer()) == (0, "1"), output
    (second,) = checkout.environments()
    assert second != first


@pytest.mark.faults
def test_the_environment_whose_python_runs_the_set_up_is_not_removed_under_it(
    tmp_path,
):
    checkout = Checkout(tmp_path)
    assert checkout.set_up()[0] == 0
    (environment,) = checkout.environments()
    (checkout.root / ".venv").unlink()
    checkout.lock(checkout.pebble("2"))
    checkout.python = str(environment / "bin" / "python")  # as in a shell that uses it
    code, output = checkout.set_up()
    assert (code, checkout.answer()) == (0, "2"), output
    assert not environment.exists()


def test_a_folder_that_cannot_be_written_gives_one_next_step(tmp_path):
    checkout = Checkout(tmp_path)
    (checkout.root / ".venvs").write_text("a file is in the way")
    code, output = checkout.set_up()
    assert code == 2
    assert len(next_steps(output)) == 1
    assert "cannot be written" in output


@pytest.mark.faults
def test_without_its_package_folder_it_names_the_index(tmp_path):
    checkout = Checkout(tmp_path)
    code, output = checkout.set_up(PIP_FIND_LINKS="")
    assert code == 2
    (next_step,) = next_steps(output)
    assert "reaches its package index" in next_step
    assert not (checkout.root / ".venv").exists()


@pytest.mark.faults
def test_where_uv_fails_pip_installs_the_packages(tmp_path):
    checkout = Checkout(tmp_path)
    broken = "#!/bin/sh\nexit 1\n"
    line = checkout.wheel("uv", "0", "uv-0.data/scripts/uv", broken)
    (checkout.root / "requirements-uv.lock").write_text(line)
    code, output = checkout.set_up(UV_INDEX_URL=checkout.packages.as_uri())
    assert (code, checkout.answer()) == (0, "1"), output
    assert not (checkout.root / ".venv" / "bin" / "uv").exists()
    log = (checkout.root / ".venvs" / "setup.log").read_text()
    assert "Successfully installed uv-0" in log


@pytest.mark.faults
def test_a_python_without_ensurepip_uses_its_own_pip(tmp_path):
    checkout = Checkout(tmp_path)
    checkout.python = str(python_without_ensurepip(tmp_path / "outer"))
    code, output = checkout.set_up()
    assert (code, checkout.answer()) == (0, "1"), output
    (environment,) = checkout.environments()
    assert not (environment / "bin" / "pip").exists()


def python_without_ensurepip(folder: Path) -> Path:
    """An interpreter whose venv needs --without-pip, as on a bare Debian."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (site,) = folder.glob("lib/python3*/site-packages")
    (site / "bare.py").write_text(
        "import sys, venv\n"
        "def refuse(self, context): sys.exit('ensurepip is not available')\n"
        "venv.EnvBuilder._setup_pip = refuse\n"
    )
    (site / "bare.pth").write_text("import bare\n")
    return folder / "bin" / "python"


@pytest.mark.faults
def test_two_set_ups_at_once_build_one_environment(tmp_path):
    checkout = Checkout(tmp_path)
    both = [checkout.start(), checkout.start()]
    outputs = [process.communicate(timeout=240)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert sum("Set-up is done" in output for output in outputs) == 1
    assert (len(checkout.environments()), checkout.answer()) == (1, "1")


@pytest.fixture(scope="module")
def often_killed(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Checkout, float]:
    """A checkout that is set up, and the seconds that took."""
    checkout = Checkout(tmp_path_factory.mktemp("killed"))
    before = time.monotonic()
    assert checkout.set_up()[0] == 0
    return checkout, time.monotonic() - before


@pytest.mark.faults
@pytest.mark.parametrize(
    "seed",
    [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))],
)
def test_a_killed_set_up_leaves_the_old_environment_until_a_rerun_completes(
    often_killed, seed
):
    checkout, seconds = often_killed
    old = checkout.answer()
    new = str(seed + 2)
    checkout.lock(checkout.pebble(new))
    process = checkout.start("sh", "scripts/setup")
    time.sleep(random.Random(seed).uniform(0, seconds))
    # By itself, while pip still writes, or with everything that it started.
    (os.killpg if seed % 2 else os.kill)(process.pid, signal.SIGKILL)
    process.communicate()
    assert checkout.answer() in {old, new}
    code, output = checkout.set_up()
    assert (code, checkout.answer()) == (0, new), output
    assert len(checkout.environments()) == 1
    assert checkout.set_up(PIP_FIND_LINKS="") == (0, "")
