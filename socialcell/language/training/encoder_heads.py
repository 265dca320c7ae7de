"""Fits the encoder's heads for intent and urgency anew; all else of it stays.

A head is a logistic regression on the encoder's vector of a post. Its say beside the
civic model, and its temperature, come from posts that neither had seen.
"""

import importlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from socialcell.errors import SocialcellError
from socialcell.language import lexicon, weights
from socialcell.language.semantic.encoder import MOST_PIECES, NAME, Heads
from socialcell.language.semantic.pieces import Pieces
from socialcell.language.training import civic, encoder_shares
from socialcell.language.training.encoder_shares import Judged
from socialcell.language.training.posts import Example
from socialcell.language.training.train import write

COMMAND = "encoder-heads"
TASKS = ("intent", "urgency")
_SCORED = ("twice", "once")  # how the posts were labelled that are counted
_RIDGE = 0.03  # inverse strength, on values brought to one spread
_SOURCE = {
    "file": "labels/once/ and labels/weak/ (in the package)",
    "origin": "invented posts, for the heads of intent and urgency only",
    "licence": "as the code",
}
_Vectors = NDArray[np.float64]


def refit(
    into: Path, *, seed: int = 7, progress: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """The facts of the encoder's card, written anew below `into`.

    SocialcellError without onnx or the encoder.
    """
    card, file = weights.card(NAME), weights.content(NAME)
    if card is None or file is None:
        raise SocialcellError("there is no encoder whose heads could be fitted")
    try:
        onnx: Any = importlib.import_module("onnx")
    except ImportError:
        raise SocialcellError(
            "fitting the encoder's heads needs onnx, which is no part of socialcell: "
            "pip install onnx"
        ) from None
    model = onnx.load_model_from_string(file)
    progress(f"{COMMAND}: the civic model, on posts that it does not see")
    posts, linear = civic.unseen(seed)
    progress(f"{COMMAND}: vectors of {len(posts):,} posts")
    vectors = _vectors(onnx, model, [post.text for post in posts])
    facts = {
        name: value
        for name, value in card.facts.items()
        if name not in ("file", "bytes", "sha256")
    }
    if _SOURCE not in facts["data"]:
        facts["data"] = [*facts["data"], _SOURCE]
    for task in TASKS:
        classes = tuple(lexicon.vocabulary(task))
        labels = [civic.label_of(post, task) for post in posts]
        judged = _judged(posts, labels, vectors, classes, linear[task], seed)
        slope = encoder_shares.softness(judged, classes)
        share = encoder_shares.share_of_linear(judged, classes, slope)
        facts["softness"] = {**facts["softness"], task: slope}
        facts["shares"] = {**facts["shares"], task: share}
        _score(facts, task, judged, classes, slope, share)
        _replace(onnx, model, task, *_head(vectors, labels, classes))
    _tell(model, "softness", facts["softness"])
    return write(into / "nc", NAME, facts, model.SerializeToString(), "onnx")


def _vectors(onnx: Any, model: Any, texts: Sequence[str]) -> _Vectors:
    """Of unit length, shape (texts, width)."""
    runtime: Any = importlib.import_module("onnxruntime")
    told = _facts(model)
    scores = [float(score) for score in told["scores"].split(" ")]
    pieces = Pieces(told["pieces"].split("\n"), scores)
    wider = onnx.ModelProto()
    wider.CopyFrom(model)
    wider.graph.output.append(
        onnx.helper.make_tensor_value_info("vector", onnx.TensorProto.FLOAT, [1, None])
    )
    session = runtime.InferenceSession(
        wider.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found = []
    for text in texts:
        numbers = np.array([pieces.numbers(text, MOST_PIECES)], np.int64)
        (vector,) = session.run(["vector"], {"pieces": numbers})
        found.append(vector[0])
    return np.array(found, np.float64)


def _head(
    vectors: _Vectors, labels: Sequence[str], classes: Sequence[str]
) -> tuple[_Vectors, _Vectors]:
    """(weights of shape (width, classes), bias) of a logistic regression."""
    middle, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-9
    machine = LogisticRegression(C=_RIDGE, max_iter=3000)
    machine.fit((vectors - middle) / spread, list(labels))
    order = [list(machine.classes_).index(name) for name in classes]
    matrix = (machine.coef_[order] / spread).T
    return matrix, machine.intercept_[order] - middle @ matrix


def _judged(
    posts: Sequence[Example],
    labels: Sequence[str],
    vectors: _Vectors,
    classes: Sequence[str],
    linear: Sequence[dict[str, float]],
    seed: int,
) -> list[Judged]:
    """What heads that saw no post say of those that were labelled with care."""
    found: dict[int, Judged] = {}
    for fold in civic.folds(len(posts), seed):
        rest = np.setdiff1d(np.arange(len(posts)), fold)
        matrix, bias = _head(vectors[rest], [labels[at] for at in rest], classes)
        for at in fold:
            if posts[at].origin in _SCORED:
                logits = (vectors[at] @ matrix + bias).tolist()
                found[at] = Judged(labels[at], "", logits, linear[at])
    return [found[at] for at in sorted(found)]


def _score(
    facts: dict[str, Any],
    task: str,
    judged: Sequence[Judged],
    classes: Sequence[str],
    slope: float,
    share: float,
) -> None:
    def by(part: float) -> dict[str, Any]:
        return encoder_shares.scores(
            judged, lambda one: encoder_shares.averaged(one, classes, slope, part)
        )

    name = f"{task}: our own posts, cross-validated"
    for part in ("scores", "macro_f1"):
        facts[part] = {
            key: value
            for key, value in facts[part].items()
            if not key.startswith(f"{task}: ")
        }
    facts["scores"][name] = by(share)
    facts["macro_f1"][name] = {
        "encoder": by(0.0)["macro_f1"],
        "averaged": by(share)["macro_f1"],
        "linear": by(1.0)["macro_f1"],
    }


def _replace(
    onnx: Any, model: Any, task: str, matrix: _Vectors, bias: _Vectors
) -> None:
    classes = {
        name: tuple(some) for name, some in json.loads(_facts(model)["heads"]).items()
    }
    place = Heads(classes, {}).places()[task]
    for constant in model.graph.initializer:
        if constant.name in ("heads", "heads.bias"):
            values = onnx.numpy_helper.to_array(constant).copy()
            values[..., place] = matrix if constant.name == "heads" else bias
            constant.CopyFrom(onnx.numpy_helper.from_array(values, constant.name))


def _facts(model: Any) -> dict[str, str]:
    return {entry.key: entry.value for entry in model.metadata_props}


def _tell(model: Any, name: str, value: object) -> None:
    for entry in model.metadata_props:
        if entry.key == name:
            entry.value = json.dumps(value)
