"""Wheels and a clean environment, built once for the tests that look at them."""

from pathlib import Path

import pytest

from tests.tooling.wheels import PACKAGES, build, install


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Package → its wheel: the code, and the trained models."""
    folder = tmp_path_factory.mktemp("wheels")
    return {name: build(PACKAGES[name], folder / name) for name in PACKAGES}


@pytest.fixture(scope="session")
def home(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with the wheels in it; tests only read it."""
    return install(list(wheels.values()), tmp_path_factory.mktemp("home") / "clean")
