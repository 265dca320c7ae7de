"""Set-up from nothing, on a tiny project with its own small package folder, offline."""

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

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "{version}"
dependencies = ["{dependency}"]

[tool.other]
colour = "{colour}"
"""

# The least that can be installed: a wheel whose command prints what it depends on.
BACKEND = """\
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "tiny-1-py3-none-any.whl"
    text = open("pyproject.toml").read()
    needs = text.split('dependencies = ["')[1].split('"')[0]
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        info = "tiny-1.dist-info/"
        wheel.writestr("tiny_main.py", "import pebble\\ndef main(): print(pebble.SIZE)")
        wheel.writestr(info + "METADATA",
            "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\nRequires-Dist: " + needs)
        wheel.writestr(info + "WHEEL",
            "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "entry_points.txt",
            "[console_scripts]\\nsocialcell = tiny_main:main\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""


class House:
    """A tiny project with our set-up in it, and the only packages it may use."""

    def __init__(self, root: Path) -> None:
        self.root = root / "a house"
        self.python = sys.executable
        self.packages = root / "packages"
        (self.root / "scripts").mkdir(parents=True)
        self.packages.mkdir()
        shutil.copy(REPOSITORY / "scripts" / "bootstrap.py", self.root / "scripts")
        (self.root / "backend.py").write_text(BACKEND)
        (self.root / "requirements-uv.lock").write_text("uv==0 --hash=sha256:00\n")
        self.project()
        self.lock(self.pebble("1"))

    def project(self, version="1", dependency="pebble", colour="red") -> None:
        text = PYPROJECT.format(version=version, dependency=dependency, colour=colour)
        (self.root / "pyproject.toml").write_text(text)

    def pebble(self, version: str) -> str:
        """A wheel in the package folder; returns its pinned and hashed line."""
        path = self.packages / f"pebble-{version}-py3-none-any.whl"
        info = f"pebble-{version}.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr("pebble.py", f"SIZE = {version}\n")
            wheel.writestr(
                f"{info}/METADATA",
                f"Metadata-Version: 2.1\nName: pebble\nVersion: {version}\n",
            )
            wheel.writestr(
                f"{info}/WHEEL",
                "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            wheel.writestr(f"{info}/RECORD", "")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return f"pebble=={version} --hash=sha256:{digest}\n"

    def lock(self, text: str) -> None:
        (self.root / "requirements-dev.lock").write_text(text)

    def start(self, *options: str, **settings: str) -> subprocess.Popen[str]:
        """Set-up under a strange language and zone, its packages from our folder."""
        environment = {
            **os.environ,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.packages.as_uri(),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "LANG": "C",
            "TZ": "Asia/Kathmandu",
            **settings,
        }
        return subprocess.Popen(
            [self.python, "scripts/bootstrap.py", *options],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def set_up(self, *options: str, **settings: str) -> tuple[int, str]:
        process = self.start(*options, **settings)
        said, _ = process.communicate(timeout=240)
        return process.returncode, said

    def says(self) -> str:
        """What the project's command prints, run through the link."""
        command = [self.root / ".venv" / "bin" / "socialcell"]
        return subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout.strip()

    def environments(self) -> list[Path]:
        return [path for path in (self.root / ".venvs").iterdir() if path.is_dir()]


def next_things(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("Next: ")]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house that is set up; tests leave it working."""
    house = House(tmp_path_factory.mktemp("ready"))
    code, said = house.set_up()
    assert (code, house.says()) == (0, "1"), said
    return house


def worked() -> float:
    """Seconds that the processors have worked for our commands so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_second_set_up_says_nothing_within_two_seconds(ready):
    before = worked()
    assert ready.set_up() == (0, "")
    assert worked() - before < 2


def test_a_tool_option_in_pyproject_needs_no_set_up(ready):
    ready.project(colour="blue")
    assert ready.set_up() == (0, "")


def test_a_changed_project_is_installed_into_the_same_environment(ready):
    before = ready.environments()
    ready.project(version="2")
    code, said = ready.set_up(PIP_FIND_LINKS="")
    assert (code, ready.environments(), ready.says()) == (0, before, "1"), said


def test_a_project_that_asks_for_more_than_the_lock_is_told_to_lock(ready):
    ready.project(dependency="boulder")
    code, said = ready.set_up()
    assert code == 1
    assert next_things(said) == ["Next: Run `make lock`, then `make setup`."]
    ready.project()
    assert ready.set_up()[0] == 0


def test_while_another_set_up_is_at_work_a_second_one_waits_no_longer_than_asked(ready):
    ready.project(version="3")
    with (ready.root / ".venvs" / "turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        code, said = ready.set_up("--wait", "0.3")
    assert code == 1
    assert "waiting for it" in said
    assert next_things(said) == [
        "Next: Let it finish or end it, then run `make setup`."
    ]


@pytest.mark.faults
def test_a_package_that_was_altered_leaves_the_old_environment_in_use(ready):
    good = (ready.root / "requirements-dev.lock").read_text()
    ready.project()
    ready.lock(ready.pebble("2"))
    with (ready.packages / "pebble-2-py3-none-any.whl").open("ab") as wheel:
        wheel.write(b"more")
    code, said = ready.set_up()
    assert code == 1
    assert next_things(said) == [
        "Next: Ask the keeper of your package index why a package changed."
    ]
    assert ready.says() == "1"
    ready.lock(good)
    assert ready.set_up()[0] == 0
    assert len(ready.environments()) == 1


@pytest.mark.faults
def test_an_environment_made_by_hand_gives_way(tmp_path):
    house = House(tmp_path)
    (house.root / ".venv" / "bin").mkdir(parents=True)
    code, said = house.set_up()
    assert (code, house.says()) == (0, "1"), said
    assert (house.root / ".venv").is_symlink()
    assert len(house.environments()) == 1


def test_a_folder_that_cannot_be_written_gives_one_next_thing(tmp_path):
    house = House(tmp_path)
    (house.root / ".venvs").write_text("a file is in the way")
    code, said = house.set_up()
    assert code == 1
    assert len(next_things(said)) == 1
    assert "Traceback" not in said


@pytest.mark.faults
def test_without_its_package_folder_it_names_the_index(tmp_path):
    house = House(tmp_path)
    code, said = house.set_up(PIP_FIND_LINKS="")
    assert code == 1
    (next_thing,) = next_things(said)
    assert "reaches its package index" in next_thing
    assert not (house.root / ".venv").exists()


@pytest.mark.faults
def test_a_python_without_ensurepip_uses_its_own_pip(tmp_path):
    house = House(tmp_path)
    house.python = str(python_without_ensurepip(tmp_path / "outer"))
    code, said = house.set_up()
    assert (code, house.says()) == (0, "1"), said
    (environment,) = house.environments()
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
    house = House(tmp_path)
    both = [house.start(), house.start()]
    said = [process.communicate(timeout=240)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("Set-up is done" in text for text in said) == 1
    assert (len(house.environments()), house.says()) == (1, "1")


@pytest.fixture(scope="module")
def often_killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[House, float]:
    """A house that is set up, and the seconds that took."""
    house = House(tmp_path_factory.mktemp("killed"))
    before = time.monotonic()
    assert house.set_up()[0] == 0
    return house, time.monotonic() - before


@pytest.mark.faults
@pytest.mark.parametrize(
    "seed",
    [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 6))],
)
def test_a_killed_set_up_leaves_the_old_environment_until_a_rerun_completes(
    often_killed, seed
):
    house, seconds = often_killed
    old = house.says()
    new = str(seed + 2)
    house.lock(house.pebble(new))
    process = house.start()
    time.sleep(random.Random(seed).uniform(0, seconds))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert house.says() in {old, new}
    code, said = house.set_up()
    assert (code, house.says()) == (0, new), said
    assert len(house.environments()) == 1
