"""The doctor names every set of weights with its licence, and says which are off."""

from pathlib import Path

import pytest

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.services.doctor import Check, examine, model_checks
from socialcell.settings.language import NcModels


def found(nc: NcModels) -> dict[str, Check]:
    return {check.name: check for check in model_checks.models(nc=nc)}


def test_every_model_in_use_is_named_with_its_licence() -> None:
    checks = found(NcModels.ALL)

    for card in weights.shipped():
        assert card.licence in checks[f"model {card.name}"].finding
        assert card.version in checks[f"model {card.name}"].finding
    assert "MIT" in checks["model of English names"].finding
    assert "models/nc" not in checks


def test_models_of_data_without_a_stated_licence_are_warned_of() -> None:
    everything = found(NcModels.ALL)["licences of models"]
    licensed = found(NcModels.LICENSED)["licences of models"]
    free = found(NcModels.NONE)["licences of models"]

    assert everything.state == "warning"
    assert (
        "encoder, language, public-nets, sentiment-en, sentiment-hi"
        in everything.finding
    )
    assert "language.nc" in everything.advice
    assert licensed.state == "ok"
    assert "some forbid commercial use" in licensed.finding
    assert "free for every use" in free.finding


def test_with_nc_off_the_models_that_are_not_used_are_said() -> None:
    checks = found(NcModels.NONE)

    assert "model sentiment-mr" not in checks
    assert "model topics9" in checks
    assert checks["models/nc"].state == "ok"
    assert "sentiment-mr" in checks["models/nc"].finding


def test_a_model_that_is_not_the_one_of_its_card_fails(monkeypatch) -> None:
    def changed(card: weights.ModelCard) -> bytes:
        raise SocialcellError(f"{card.name} is not the file that its card describes")

    monkeypatch.setattr(weights, "_checked", changed)

    check = found(NcModels.ALL)["model topics9"]

    assert check.state == "failed"
    assert "not the file" in check.finding


@pytest.mark.parametrize(
    ("nc", "reader"),
    [
        ("all", "socialcell-semantic"),
        ("true", "socialcell-semantic"),  # as it was said until version 0.2
        ("licensed", "socialcell-licensed"),
        ("none", "socialcell-rules"),
        ("false", "socialcell-rules"),
    ],
)
def test_the_doctor_goes_by_the_configuration(
    tmp_path: Path, nc: str, reader: str
) -> None:
    place = tmp_path / "config.yaml"
    place.write_text(f"language: {{nc: {nc}}}\n")

    checks = {check.name: check for check in examine(place)}

    assert ("model sentiment-mr" in checks) is (reader != "socialcell-rules")
    assert reader in checks["language model"].finding
