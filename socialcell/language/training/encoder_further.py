"""Where the encoder starts when it learns further: the file that ships.

Its 8-bit matrices are made whole numbers times their scales again, which is all that
was kept of them; the pieces stay as they are.
"""

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.language.semantic.encoder import NAME, Encoder, Heads
from socialcell.language.training.encoder_start import Start

_HEAT = 0.7
_Floats = NDArray[np.float32]


def shipped(seed: int) -> Start:
    """The encoder of this installation, its heads included.

    SocialcellError without it, or where it held out other posts than `seed` does.
    """
    card, file = weights.card(NAME), weights.content(NAME)
    if card is None or file is None:
        raise SocialcellError("language.no_encoder_to_train_further")
    if card.facts["seed"] != seed:
        raise SocialcellError(
            "language.other_seed", trained=card.facts["seed"], seed=seed
        )
    onnx: Any = importlib.import_module("onnx")
    model = onnx.load_model_from_string(file)
    encoder = Encoder(file)
    constants = {
        tensor.name: onnx.numpy_helper.to_array(tensor)
        for tensor in model.graph.initializer
    }
    return Start(
        encoder.pieces,
        tensors_of(constants, encoder.heads),
        passes=card.facts["passes"],
        heat=_HEAT,
    )


def tensors_of(constants: dict[str, NDArray[Any]], heads: Heads) -> dict[str, _Floats]:
    """By their names in the net; the other way round from encoder_graph.py."""
    tensors = {
        "words.weight": constants["words"] * constants["words.scale"],
        "places": constants["places"][0].copy(),
    }
    root = np.float32(len(constants["norm.bias"]) ** 0.5)
    for name, place in heads.places.items():
        rows = constants["heads"][:, place].T / root
        tensors[f"heads.{name}.weight"] = np.ascontiguousarray(rows)
        tensors[f"heads.{name}.bias"] = constants["heads.bias"][place].copy()
    for name, values in constants.items():
        matrix, _, last = name.rpartition(".")
        if f"{matrix}.scale" in constants and last == "weight":
            tensors[name] = np.ascontiguousarray(
                values.T * constants[f"{matrix}.scale"][:, None]
            )
        elif last in ("weight", "bias") and matrix != "heads":
            tensors[name] = values.copy()
    return tensors
