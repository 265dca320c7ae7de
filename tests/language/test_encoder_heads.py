"""The encoder's heads for intent and urgency, fitted on its vectors."""

import sys
from pathlib import Path

import numpy as np
import pytest

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.language.training import encoder_heads


def test_a_head_tells_the_corner_in_which_a_vector_lies() -> None:
    corners = {"left": (-3.0, 0.0), "right": (3.0, 0.0), "top": (0.0, 3.0)}
    labels = [name for name in corners for _ in range(4)]
    nudges = [(0.1, 0.1), (0.1, -0.1), (-0.1, 0.1), (-0.1, -0.1)] * 3
    vectors = np.array([corners[name] for name in labels]) + np.array(nudges)
    classes = ("top", "right", "left")

    matrix, bias = encoder_heads._head(vectors, labels, classes)

    best = (vectors @ matrix + bias).argmax(axis=1)
    assert [classes[at] for at in best] == labels


def test_without_onnx_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)

    with pytest.raises(SocialcellError, match="pip install onnx"):
        encoder_heads.refit(tmp_path)


def test_the_card_gives_both_models_a_say_in_intent_and_urgency() -> None:
    card = weights.card("encoder")
    assert card is not None

    for task in encoder_heads.TASKS:
        assert 0.0 < card.facts["shares"][task] < 1.0
        (row,) = [
            scores
            for name, scores in card.facts["macro_f1"].items()
            if name.startswith(f"{task}: ")
        ]
        assert row["averaged"] > max(row["encoder"], row["linear"])
