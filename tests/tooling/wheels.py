"""The wheels that we would publish, and an environment with nothing else in it."""

import email
import subprocess
import sys
import sysconfig
import zipfile
from email.message import Message
from pathlib import Path

from tests.shared import REPOSITORY

PACKAGES = {"socialcell": REPOSITORY, "socialcell_models": REPOSITORY / "models"}
"""Package → its project: the code, and the trained models."""


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
