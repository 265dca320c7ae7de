"""Files as platforms and offices give them are taken in as they are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.real_exports import EXPORTS, Export


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "socialcell", *words], capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace") / "cell"
    assert run("init", str(folder)).returncode == 0
    return folder


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_an_export_is_taken_in_without_a_mapping_and_a_second_time_changes_nothing(
    export: Export, workspace: Path, tmp_path: Path
) -> None:
    file = tmp_path / export.name
    file.write_bytes(export.content())
    words = ("import", str(file), *export.settings, "--config")
    first = run(*words, str(workspace / "config.yaml"), "--json")
    assert first.returncode == 0, first.stdout + first.stderr
    (source,) = json.loads(first.stdout)["sources"]
    assert source["rejects"] == []
    assert (source["stored"], source["filtered"]) == (export.stored, export.filtered)

    second = run(*words, str(workspace / "config.yaml"), "--json")
    assert second.returncode == 0
    (source,) = json.loads(second.stdout)["sources"]
    assert (source["stored"], source["updated"]) == (0, 0)
