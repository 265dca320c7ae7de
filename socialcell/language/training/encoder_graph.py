"""The trained encoder as one ONNX file with 8-bit matrices, pieces and heads included.

A matrix has whole numbers from -127 to 127 and one scale a column (Jacob et al. 2018,
Quantization and training of neural networks); activations are quantised as they come,
for one post at a time, so that a post's result never depends on other posts.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx  # type: ignore[import-not-found]
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from socialcell.language.semantic.word_pieces import Pieces
from socialcell.language.training.encoder_net import EPSILON, HEADS, LAYERS, WIDTH

_Floats = NDArray[np.float32]
_MICROSOFT = "com.microsoft"
_LARGEST = 127.0


def model_file(
    state: Mapping[str, _Floats],
    pieces: Pieces,
    heads: Mapping[str, tuple[str, ...]],
    softness: Mapping[str, float],
) -> bytes:
    """The file: `state` is the net's by name, `heads` the classes of each head.

    `softness` is the slope of each task's log odds. The graph takes `pieces` (1, n) and
    gives `logits`, all heads side by side in the order of `heads`, in float32.
    """
    graph = _Graph(state)
    x = graph.embedded()
    for number in range(LAYERS):
        x = graph.layer(x, f"layers.{number}.")
    graph.pooled_heads(x, heads)
    whole = helper.make_model(
        graph.finished(),
        opset_imports=[
            helper.make_opsetid("", 17),
            helper.make_opsetid(_MICROSOFT, 1),
        ],
        ir_version=8,
        producer_name="socialcell",
    )
    facts = {
        "pieces": "\n".join(pieces.pieces),
        "scores": " ".join(f"{score:.4f}" for score in pieces.scores),
        "heads": json.dumps(heads),
        "softness": json.dumps(softness),
    }
    for key, text in facts.items():
        entry = whole.metadata_props.add()
        entry.key, entry.value = key, text
    onnx.checker.check_model(whole)
    content: bytes = whole.SerializeToString()
    return content


class _Graph:
    """Nodes and constants as they are added; every method gives the name it makes."""

    def __init__(self, state: Mapping[str, _Floats]) -> None:
        self._state = state
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def embedded(self) -> str:
        """The sum of pieces and places, normed: (1, n, WIDTH)."""
        table, scale = _by_row(self._state["words.weight"])
        self._constant("words", table)
        self._constant("words.scale", scale[:, None])
        self._constant("places", self._state["places"][None])
        self._constant("zero", np.array([0], np.int64))
        self._constant("one", np.array([1], np.int64))
        self._node("Gather", ["words", "pieces"], "words.small")
        self._node("Cast", ["words.small"], "words.whole", to=TensorProto.FLOAT)
        self._node("Gather", ["words.scale", "pieces"], "words.steps")
        self._node("Mul", ["words.whole", "words.steps"], "words.found")
        self._node("Shape", ["pieces"], "length", start=1, end=2)
        self._node("Slice", ["places", "zero", "length", "one"], "places.found")
        self._node("Add", ["words.found", "places.found"], "embedded.raw")
        return self._normed("embedded.raw", "norm", "embedded")

    def layer(self, x: str, name: str) -> str:
        qkv = self._product(x, f"{name}qkv")
        parts = [f"{name}{part}" for part in "qkv"]
        self._nodes.append(helper.make_node("Split", [qkv], parts, axis=2))
        attended = self._node(
            "MultiHeadAttention",
            parts,
            f"{name}seen",
            domain=_MICROSOFT,
            num_heads=HEADS,
        )
        x = self._added(x, self._product(attended, f"{name}out"), f"{name}norm")
        up = self._product(x, f"{name}up")
        bent = self._node("Gelu", [up], f"{name}bent", domain=_MICROSOFT)
        return self._added(x, self._product(bent, f"{name}down"), f"{name}norm_after")

    def pooled_heads(self, x: str, heads: Mapping[str, tuple[str, ...]]) -> None:
        """The mean, brought to length sqrt(WIDTH), times all heads: `logits`."""
        weights = [self._state[f"heads.{name}.weight"] for name in heads]
        biases = [self._state[f"heads.{name}.bias"] for name in heads]
        self._constant("heads", np.concatenate(weights).T * np.float32(WIDTH**0.5))
        self._constant("heads.bias", np.concatenate(biases))
        self._node("ReduceMean", [x], "mean", axes=[1], keepdims=0)
        self._node("LpNormalization", ["mean"], "vector", axis=1, p=2)
        self._node("Gemm", ["vector", "heads", "heads.bias"], "logits")

    def finished(self) -> Any:
        return helper.make_graph(
            self._nodes,
            "socialcell-encoder",
            [helper.make_tensor_value_info("pieces", TensorProto.INT64, [1, "n"])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, None])],
            self._constants,
        )

    def _product(self, x: str, name: str) -> str:
        """x times the matrix of that name, plus its bias."""
        small, scale = _by_row(self._state[f"{name}.weight"])
        self._constant(f"{name}.weight", np.ascontiguousarray(small.T))
        self._constant(f"{name}.scale", scale)
        inputs = [
            x,
            f"{name}.weight",
            f"{name}.scale",
            "",
            self._parameter(f"{name}.bias"),
        ]
        return self._node(
            "DynamicQuantizeMatMul", inputs, f"{name}.found", domain=_MICROSOFT
        )

    def _added(self, x: str, more: str, name: str) -> str:
        # Two plain nodes are three times as fast as the one that does both.
        self._node("Add", [x, more], f"{name}.raw")
        return self._normed(f"{name}.raw", name, f"{name}.found")

    def _normed(self, x: str, name: str, output: str) -> str:
        norms = [self._parameter(f"{name}.weight"), self._parameter(f"{name}.bias")]
        return self._node(
            "LayerNormalization", [x, *norms], output, axis=-1, epsilon=EPSILON
        )

    def _parameter(self, name: str) -> str:
        return self._constant(name, self._state[name])

    def _constant(self, name: str, array: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def _node(self, kind: str, inputs: list[str], name: str, **settings: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [name], **settings))
        return name


def _by_row(matrix: _Floats) -> tuple[NDArray[np.int8], _Floats]:
    """Whole numbers and the scale of each row."""
    scale = np.maximum(np.abs(matrix).max(axis=1), 1e-12) / _LARGEST
    small = np.rint(matrix / scale[:, None]).astype(np.int8)
    return small, scale.astype(np.float32)
