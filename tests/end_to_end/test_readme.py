"""What README tells to try after the demo finds something."""

import json
import shlex
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Demo
from tests.running import inside

pytestmark = pytest.mark.timeout(1200)
README = Path(__file__).resolve().parents[2] / "README.md"


def searches() -> list[list[str]]:
    """The lines about mentions in the block that looks around in the demo."""
    _, _, after = README.read_text().partition("export SOCIALCELL_CONFIG=demo")
    block, _, _ = after.partition("```")
    words = map(shlex.split, block.splitlines())
    return [line[1:] for line in words if line[1:2] == ["mentions"]]


def test_every_search_of_the_readme_finds_something(demo: Demo) -> None:
    found = {
        " ".join(line): json.loads(inside(*line, "--json", "--config", demo.config))
        for line in searches()
    }

    assert len(found) == 3
    assert [line for line, answer in found.items() if not answer["total"]] == []
