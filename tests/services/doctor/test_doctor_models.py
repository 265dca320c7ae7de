"""The doctor names every set of weights with its licence, and says which are off."""

from pathlib import Path

import pytest

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.services.doctor import Check, examine, model_checks


def found(*, nc: bool) -> dict[str, Check]:
    return {check.name: check for check in model_checks.models(nc=nc)}


def test_every_model_in_use_is_named_with_its_licence() -> None:
    checks = found(nc=True)

    for card in weights.shipped():
        assert card.licence in checks[f"model {card.name}"].finding
        assert card.version in checks[f"model {card.name}"].finding
    assert "MIT" in checks["model of English names"].finding
    assert checks["models/nc"].finding.startswith("switched on")


def test_with_nc_off_the_models_that_are_not_used_are_said() -> None:
    checks = found(nc=False)

    assert "model sentiment-mr" not in checks
    assert "model topics9" in checks
    assert checks["models/nc"].state == "ok"
    assert "sentiment-mr" in checks["models/nc"].finding


def test_a_model_that_is_not_the_one_of_its_card_fails(monkeypatch) -> None:
    def changed(card: weights.ModelCard) -> bytes:
        raise SocialcellError(f"{card.name} is not the file that its card describes")

    monkeypatch.setattr(weights, "_checked", changed)

    check = found(nc=True)["model topics9"]

    assert check.state == "failed"
    assert "not the file" in check.finding


@pytest.mark.parametrize("nc", [True, False])
def test_the_doctor_goes_by_the_configuration(tmp_path: Path, nc: bool) -> None:
    place = tmp_path / "config.yaml"
    place.write_text(f"language: {{nc: {str(nc).lower()}}}\n")

    checks = {check.name: check for check in examine(place)}

    assert ("model sentiment-mr" in checks) is nc
    name = "socialcell-semantic" if nc else "socialcell-rules"
    assert name in checks["language model"].finding
