"""Finds the research data that is kept beside the repository, never inside it."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def shared(*parts: str) -> Path:
    """A path in `$SOCIALCELL_SHARED` or `../shared`; skips the test if absent."""
    chosen = os.environ.get("SOCIALCELL_SHARED")
    folder = Path(chosen) if chosen else REPOSITORY.parent / "shared"
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"research data is not here: {path}")
    return path
