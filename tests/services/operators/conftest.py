"""Fixtures of operators: hashes that cost nothing."""

import pytest

from tests.operator_accounts import hash_cheaply


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_cheaply(monkeypatch)
