"""Makes a release: version, changelog, tag, and what is handed out, in dist/.

    make release VERSION=0.2.0

Everything is first made in a folder of its own, from what is committed and nothing
else: wheels and source distributions of the code and of the trained models, and the
SBOM. Only when all of them are there does the repository change, by one commit
(`pyproject.toml` and `CHANGELOG.md`) and one tag. git ignores dist/.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT, CHANGELOG = Path("pyproject.toml"), Path("CHANGELOG.md")
# The trained models are a distribution of their own, with a version of their own.
PROJECTS = ("models", ".")
LOCK = "requirements.lock"  # what the wheel runs with; the SBOM lists its pins
VERSION_LINE = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)
UNRELEASED = re.compile(r"^## Unreleased\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class ReleaseError(Exception):
    """There is no release; carries the reason and the next thing to do."""


def main(arguments: list[str] | None = None) -> int:
    """0 when commit, tag and files are made; 1, with the reason, when nothing is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", help="the new version, such as 0.2.0")
    version = parser.parse_args(arguments).version
    try:
        check_version(version)
        check_tree()
        with source_tree() as tree:
            edit(tree, version)
            places = [place_file(path) for path in make_files(tree, version)]
        record(version, places)
    except ReleaseError as error:
        sys.stderr.write(f"No release: {error}\n")
        return 1
    names = "".join(f"  {place.relative_to(ROOT)}\n" for place in places)
    sys.stdout.write(f"v{version} is committed and tagged. Made:\n{names}")
    return 0


def check_version(text: str) -> None:
    """Raises ReleaseError for a version that is malformed, exists or is not newer."""
    try:
        version = Version(text)
    except InvalidVersion:
        raise ReleaseError(f"{text!r} is no version. Write one like 0.2.0.") from None
    if str(version) != text or version.local:
        raise ReleaseError(f"{text} is written {version.public} here.")
    if git("tag", "--list", f"v{text}"):
        raise ReleaseError(f"the tag v{text} exists. Choose the next version.")
    current = tomllib.loads((ROOT / PROJECT).read_text("utf-8"))["project"]["version"]
    if version <= Version(current):
        raise ReleaseError(f"{text} is not newer than {current} in {PROJECT}.")


def check_tree() -> None:
    """Raises ReleaseError while something is neither committed nor ignored."""
    changes = git("status", "--porcelain")
    if changes:
        raise ReleaseError(f"commit or remove these first:\n{changes}")


@contextmanager
def source_tree() -> Iterator[Path]:
    """A temporary folder with the files of the last commit and no other."""
    with tempfile.TemporaryDirectory(prefix="socialcell-release-") as place:
        archive, tree = Path(place) / "tree.tar", Path(place) / "tree"
        git("archive", "--format=tar", f"--output={archive}", "HEAD")
        with tarfile.open(archive) as files:
            files.extractall(tree, filter="data")
        yield tree


def edit(tree: Path, version: str) -> None:
    """Write the version and date the changelog in the tree."""
    project, changelog = tree / PROJECT, tree / CHANGELOG
    today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
    project.write_text(with_version(project.read_text("utf-8"), version), "utf-8")
    changelog.write_text(dated(changelog.read_text("utf-8"), version, today), "utf-8")


def with_version(project: str, version: str) -> str:
    """pyproject.toml with another version; the first such line is [project]'s."""
    edited, count = VERSION_LINE.subn(f'version = "{version}"', project, count=1)
    if not count:
        raise ReleaseError(f'{PROJECT} has no line `version = "…"`.')
    return edited


def dated(changelog: str, version: str, today: date) -> str:
    """The changelog whose unreleased section has a version, a date, and a successor."""
    section = UNRELEASED.search(changelog)
    lines = section[1].splitlines() if section else []
    if not any(line.strip() and not line.startswith("#") for line in lines):
        raise ReleaseError(
            f"{CHANGELOG} says nothing under Unreleased. Write it first."
        )
    heading = f"## Unreleased\n\n## {version} ({today.isoformat()})\n"
    return changelog.replace("## Unreleased\n", heading, 1)


def make_files(tree: Path, version: str) -> list[Path]:
    """Wheels, source distributions and SBOM of the tree, in a folder beside it.

    `build` makes a wheel from the source distribution, so the latter is whole. Both
    are made with the installed hatchling: no network is needed.
    """
    folder = tree.parent / "dist"
    for project in PROJECTS:
        options = ["--no-isolation", "--outdir", str(folder), project]
        run_module("build", *options, at=tree)
    sbom = folder / f"socialcell-{version}.cdx.json"
    options = ["--pyproject", str(PROJECT), "--mc-type", "application"]
    form = ["--output-reproducible", "--output-format", "JSON", "-o", str(sbom)]
    run_module("cyclonedx_py", "requirements", *options, *form, LOCK, at=tree)
    return sorted(folder.iterdir())


def record(version: str, places: list[Path]) -> None:
    """Commit version and changelog, and tag the commit.

    Where git refuses the commit, the tree is as it was and the files in dist/ are gone.
    """
    edit(ROOT, version)
    files = [str(PROJECT), str(CHANGELOG)]
    try:
        git("commit", "--quiet", "-m", f"release: version {version}", "--", *files)
    except ReleaseError:
        git("restore", "--staged", "--worktree", "--", *files)
        for place in places:
            place.unlink()
        raise
    git("tag", "--annotate", f"v{version}", "-m", f"socialcell {version}")


def place_file(path: Path) -> Path:
    """Move a file that was made into dist/; returns where it is."""
    folder = ROOT / "dist"
    folder.mkdir(exist_ok=True)
    return Path(shutil.move(path, folder / path.name))


def git(*words: str) -> str:
    return run_program(["git", *words], at=ROOT)


def run_module(module: str, *words: str, at: Path) -> str:
    return run_program([sys.executable, "-m", module, *words], at=at)


def run_program(command: list[str], *, at: Path) -> str:
    """What the program writes; ReleaseError with its last words if it fails."""
    done = subprocess.run(command, cwd=at, capture_output=True, text=True)
    if done.returncode:
        words = " ".join(command[:4])
        raise ReleaseError(f"`{words} …` failed:\n{done.stdout}{done.stderr}".strip())
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
