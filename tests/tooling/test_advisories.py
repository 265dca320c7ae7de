"""Advisories of an offline export against what the locks pin; an invented export."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from tests.shared import REPOSITORY

SCRIPT = REPOSITORY / "scripts" / "advisories.py"
LOCK = (REPOSITORY / "requirements-dev.lock").read_text("utf-8")


def pinned(name: str) -> str:
    (line,) = [row for row in LOCK.splitlines() if row.startswith(f"{name}==")]
    return line.split("==")[1].split(" ")[0]


def advisory(name: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    affected = {
        "package": {"ecosystem": "PyPI", "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}],
    }
    return {"id": "PYSEC-0", "summary": "a weakness", "affected": [affected], **more}


def check(folder: Path, *found: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    for number, one_file in enumerate(found):
        (folder / f"{number}.json").write_text(json.dumps(one_file))
    return run({"ADVISORIES": str(folder)})


def run(variables: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "ADVISORIES"}
    return subprocess.run(
        [sys.executable, SCRIPT, *options],
        env=environment | variables,
        capture_output=True,
        text=True,
    )


def test_without_an_export_it_says_that_nothing_was_checked() -> None:
    done = run({})

    assert done.returncode == 0
    assert done.stdout.startswith("SKIPPED: advisories were not checked.")


@pytest.mark.parametrize("is_zipped", [False, True], ids=["folder", "zip"])
def test_a_weakness_of_a_locked_version_fails_the_check(
    tmp_path: Path, is_zipped: bool
) -> None:
    weak = advisory("Jinja2", {"introduced": "0"}, {"last_affected": pinned("jinja2")})
    export = tmp_path / "export"
    export.mkdir()
    (export / "a.json").write_text(json.dumps(weak))
    if is_zipped:
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            archive.write(export / "a.json", "a.json")
        export = tmp_path / "all.zip"

    done = run({"ADVISORIES": str(export)})

    assert done.returncode == 1
    line = f"PYSEC-0: jinja2 {pinned('jinja2')}: a weakness (NOT ACCEPTED)"
    assert line in done.stdout


def test_what_is_mended_withdrawn_or_of_others_does_not_count(tmp_path: Path) -> None:
    version = Version(pinned("jinja2"))
    newer = f"{version.major}.{version.minor}.{version.micro + 1}"
    done = check(
        tmp_path,
        advisory("jinja2", {"introduced": "0"}, {"fixed": str(version)}),
        advisory("jinja2", {"introduced": newer}),
        advisory("jinja2", {"introduced": "0"}, withdrawn="2026-01-01T00:00:00Z"),
        advisory("never-heard-of", {"introduced": "0"}),
    )

    assert (done.returncode, done.stdout[:14]) == (0, "3 advisories, ")


def test_a_version_that_is_named_counts_without_a_range(tmp_path: Path) -> None:
    weak = advisory("jinja2")
    weak["affected"][0]["versions"] = [pinned("jinja2")]

    assert check(tmp_path, weak).returncode == 1


def test_a_range_that_begins_again_after_a_mend_counts(tmp_path: Path) -> None:
    weak = advisory(
        "jinja2", {"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}
    )

    assert check(tmp_path, weak).returncode == 1


@pytest.mark.parametrize(("until", "code"), [("2999-01-01", 0), ("2026-01-01", 1)])
def test_an_accepted_weakness_passes_until_its_day(
    tmp_path: Path, until: str, code: int
) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "a.json").write_text(json.dumps(advisory("jinja2", {"introduced": "0"})))
    decided = tmp_path / "accepted.tsv"
    decided.write_text(f"id\tuntil\treason\nPYSEC-0\t{until}\tnot reached\n")

    done = run({"ADVISORIES": str(export)}, "--accepted", str(decided))

    assert done.returncode == code


def test_an_export_without_an_advisory_checks_nothing_and_fails(tmp_path: Path) -> None:
    done = check(tmp_path)

    assert done.returncode == 1
    assert "no advisory is in it" in done.stdout
    assert run({"ADVISORIES": str(tmp_path / "none")}).returncode == 1
