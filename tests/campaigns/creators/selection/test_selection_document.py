"""The document of a choice of creators: a field that is added or lost fails."""

import json
from pathlib import Path
from typing import Any

import pytest

from socialcell.campaigns.creators.selection.selection_document import select

FIELDS = [
    *("chosen", "reach", "cost", "upper_bound", "ratio", "best_bound", "best_ratio"),
    *("reach_by_rule", "exact", "sketch", "warnings"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Asha reaches two people for 10, Ravi one of them for 5."""
    creators = [
        {"id": "asha", "cost": 10, "audience": ["p1", "p2"]},
        {"id": "ravi", "cost": 5, "audience": ["p2"]},
    ]
    path = tmp_path / "creators.json"
    path.write_text(json.dumps({"creators": creators}))
    return path


def test_a_choice_has_these_fields(file: Path) -> None:
    document = select(file, 10).as_dict()

    assert list(document) == FIELDS
    assert document["chosen"] == [{"id": "asha", "cost": 10.0, "marginal_reach": 2.0}]
    assert (document["reach"], document["cost"]) == (2.0, 10.0)
    assert (document["exact"], document["sketch"]) == (None, None)
    assert document["warnings"] == []


def test_an_exact_choice_names_its_bound(file: Path) -> None:
    document = select(file, 10, exact_seconds=10).as_dict()

    assert document["exact"] == {"bound": 2.0, "proved": True}


def test_a_choice_by_sketches_names_their_error(file: Path) -> None:
    document: dict[str, Any] = select(file, 10, sketch="minhash:18").as_dict()

    # 1 / sqrt(18 - 2)
    assert list(document["sketch"]) == [
        *("kind", "size", "relative_error", "reach_interval"),
    ]
    assert document["sketch"]["relative_error"] == 0.25
    assert len(document["warnings"]) == 1
