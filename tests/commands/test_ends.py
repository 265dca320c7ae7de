"""What a command leaves when it ends."""

import gc
from pathlib import Path

from tests.running import inside


def test_a_command_closes_its_connections_when_it_ends(folder: Path) -> None:
    config = folder / "config.yaml"
    gc.disable()  # the collector would close them too, some day
    try:
        inside("--config", config, "sources", "list")
        left = sorted(file.name for file in folder.glob("socialcell.db-*"))
    finally:
        gc.enable()

    assert left == []  # SQLite takes its log away with the last connection
