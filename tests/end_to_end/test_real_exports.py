"""Files as platforms and offices give them are taken in as they are."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.real_exports import EXPORTS, Export
from tests.inside import socialcell


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace") / "cell"
    assert socialcell("init", folder).returncode == 0
    return folder


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_an_export_is_taken_in_without_a_mapping_and_a_second_time_changes_nothing(
    export: Export, workspace: Path, tmp_path: Path
) -> None:
    file = tmp_path / export.name
    file.write_bytes(export.content())
    words = ("import", file, *export.settings, "--config")
    first = socialcell(*words, workspace / "config.yaml", "--json")
    assert first.returncode == 0, first.stdout + first.stderr
    (source,) = json.loads(first.stdout)["sources"]
    assert source["rejects"] == []
    assert (source["stored"], source["filtered"]) == (export.stored, export.filtered)

    second = socialcell(*words, workspace / "config.yaml", "--json")
    assert second.returncode == 0
    (source,) = json.loads(second.stdout)["sources"]
    assert (source["stored"], source["updated"]) == (0, 0)
