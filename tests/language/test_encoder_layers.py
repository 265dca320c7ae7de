"""A batch goes through the encoder by layers, each text as through the whole file."""

from collections.abc import Iterator

import numpy as np
import onnxruntime
import pytest

from socialcell.language import weights
from socialcell.language.semantic import encoder
from socialcell.language.semantic.encoder import MOST_PIECES, Encoder
from socialcell.language.semantic.encoder_layers import layers

TEXTS = [
    "पाणी नाही",
    "Garbage has not been collected near Aundh and it stinks",
    "",
    "bahut badhiya kaam kiya, shukriya",
    "सड़क की बत्तियाँ ठीक हो गईं, धन्यवाद " * 20,
    "😡😡",
]


@pytest.fixture
def forgetful() -> Iterator[Encoder]:
    found = encoder.loaded()
    found.forget()
    yield found
    found.forget()


def test_layer_by_layer_a_text_gets_the_numbers_that_the_whole_file_gives(
    forgetful: Encoder,
) -> None:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    )
    whole = onnxruntime.InferenceSession(
        str(weights.checked_file(encoder.NAME)),
        options,
        providers=["CPUExecutionProvider"],
    )

    for text, meaning in zip(TEXTS, forgetful.meanings(TEXTS), strict=True):
        numbers = forgetful.pieces.numbers(text, MOST_PIECES)
        (logits,) = whole.run(None, {"pieces": np.array([numbers], np.int64)})
        assert meaning.logits.tobytes() == logits[0].tobytes()


def test_the_file_is_cut_behind_each_layer_and_only_the_first_part_has_the_pieces() -> (
    None
):
    file = weights.content(encoder.NAME)
    assert file is not None

    parts = list(layers(file))

    assert len(parts) == 13  # twelve layers, and the heads
    assert [b"scores" in part for part in parts] == [True] + [False] * 12


def test_texts_seen_lately_are_remembered_and_never_more_than_allowed(
    forgetful: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "_REMEMBERED", 3)

    first = forgetful.meanings(TEXTS[:2])
    again = forgetful.meanings([TEXTS[1], TEXTS[1], TEXTS[0]])
    forgetful.meanings(TEXTS)

    assert again == [first[1], first[1], first[0]]
    assert len(forgetful._cache) <= 3
