"""Fixtures of the lift tests."""

from pathlib import Path

import pytest

from tests.causal.command import Lift


@pytest.fixture
def lift(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Lift:
    return Lift(tmp_path, monkeypatch, capsys)
