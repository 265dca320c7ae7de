"""The fine-tuned transformer at work: one text in, chances for every task out.

Texts go through each of its layers one by one. Activations are quantised by their own
range, which posts that share a batch would share too: alone, a text always has the same
result.
"""

import importlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.language.linear_model import sigmoid, softmax
from socialcell.language.semantic.encoder_layers import layers
from socialcell.language.semantic.word_pieces import Pieces
from socialcell.settings.language import NcModels

NAME = "encoder"
MOST_PIECES = 128  # of a text; a post has about 30
MANY = ("topic",)  # tasks of which a text may have several classes
_REMEMBERED = 2_000  # texts; the same post comes again soon or never
_AT_ONCE = 16  # texts that go through a layer before the next layer takes them
_DIGITS = 4


@dataclass(frozen=True)
class Heads:
    """Where each head's classes stand in the output, and the slope of its log odds.

    `shares` are the weights in [0, 1] of the linear models of the same tasks (of
    sentiment: by language) in the average with the head; 0.0 where none is named.
    """

    classes: Mapping[str, tuple[str, ...]]
    softness: Mapping[str, float]
    shares: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def places(self) -> dict[str, slice]:
        """Where the classes of each head stand."""
        slices, at = {}, 0
        for name, classes in self.classes.items():
            slices[name] = slice(at, at + len(classes))
            at += len(classes)
        return slices


@dataclass(frozen=True, slots=True)
class EncoderOutput:
    """The encoder's output for one text: the logits of all heads, side by side."""

    heads: Heads
    logits: NDArray[np.float32]

    def chances(self, task: str, language: str | None = None) -> dict[str, float]:
        """Calibrated probabilities by class, corrected for the language if given.

        They sum to one, but for the tasks of MANY, where each class stands alone.
        """
        places = self.heads.places
        logits = self.logits[places[task]].astype(np.float64)
        if language is not None:
            logits = logits + self.logits[places[f"{task}@{language}"]]
        slope = self.heads.softness.get(task, 1.0)
        odds = (logits * slope).tolist()
        shares = [sigmoid(logit) for logit in odds] if task in MANY else softmax(odds)
        rounded = (round(share, _DIGITS) for share in shares)
        return dict(zip(self.heads.classes[task], rounded, strict=True))

    def averaged(
        self, task: str, linear: Mapping[str, float], language: str | None = None
    ) -> dict[str, float]:
        """The chances of head and linear model, weighed as held-out posts advised."""
        key = task if language is None else f"{task}-{language}"
        share = self.heads.shares.get(key, 0.0)
        head_chances = self.chances(task, language)
        return {
            name: share * chance + (1.0 - share) * head_chances[name]
            for name, chance in linear.items()
        }


class Encoder:
    """A session of onnxruntime for each layer, on one thread, with the pieces and heads
    of its file.

    SocialcellError where the package onnxruntime cannot be imported.
    """

    def __init__(
        self, file: bytes | Path, shares: Mapping[str, float] | None = None
    ) -> None:
        content = file if isinstance(file, bytes) else file.read_bytes()
        self._sessions = list(map(_session, layers(content)))
        facts = self._sessions[0].get_modelmeta().custom_metadata_map
        scores = [float(score) for score in facts["scores"].split(" ")]
        self.pieces = Pieces(facts["pieces"].split("\n"), scores)
        classes = {
            name: tuple(class_names)
            for name, class_names in json.loads(facts["heads"]).items()
        }
        self.heads = Heads(classes, json.loads(facts["softness"]), shares or {})
        self._cache: dict[str, EncoderOutput] = {}

    def meanings(self, texts: Iterable[str]) -> list[EncoderOutput]:
        """One for every text, in the same order; texts seen lately are remembered."""
        in_order = list(texts)
        outputs = {text: self._cache[text] for text in in_order if text in self._cache}
        new = [text for text in dict.fromkeys(in_order) if text not in outputs]
        for start in range(0, len(new), _AT_ONCE):
            batch = new[start : start + _AT_ONCE]
            outputs.update(zip(batch, self._outputs(batch), strict=True))
        if len(self._cache) + len(new) > _REMEMBERED:
            self.forget()
        self._cache.update((text, outputs[text]) for text in new[:_REMEMBERED])
        return [outputs[text] for text in in_order]

    def forget(self) -> None:
        """Remember no text any more."""
        self._cache.clear()

    def _outputs(self, texts: Sequence[str]) -> list[EncoderOutput]:
        values: list[NDArray[Any]] = [
            np.array([self.pieces.numbers(text, MOST_PIECES)], np.int64)
            for text in texts
        ]
        for session in self._sessions:
            name = session.get_inputs()[0].name
            values = [session.run(None, {name: value})[0] for value in values]
        return [EncoderOutput(self.heads, logits[0]) for logits in values]


def _session(model: bytes) -> Any:
    onnxruntime = _runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graph is laid out for speed; further fusions make it slower.
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    )
    # Each of many sessions would keep the memory of its largest text.
    options.enable_cpu_mem_arena = False
    # Processors without VNNI would saturate sums of signed weights.
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"]
    )
    session._model_bytes = None  # held for a second try with another provider
    return session


def encoder(*, nc: NcModels = NcModels.ALL) -> Encoder | None:
    """The encoder of this process; None where nc, the licence of its data, is off.

    SocialcellError where onnxruntime cannot be imported, and where its file is absent
    or is not the one that its card describes.
    """
    card = weights.card(NAME, nc=nc)
    if card is None and nc is NcModels.ALL:
        raise SocialcellError(
            "language.encoder_without_card", path=f"{weights.PACKAGE}/nc/encoder.onnx"
        )
    return None if card is None else loaded()


@lru_cache(maxsize=1)
def loaded() -> Encoder:
    """The one session of this process, whoever asks: a second takes as much again."""
    card, file = weights.card(NAME), weights.checked_file(NAME)
    assert card is not None  # `encoder` asks for it only where it is
    assert file is not None
    return Encoder(file, card.facts["shares"])


def _runtime() -> Any:
    try:
        return importlib.import_module("onnxruntime")
    except ImportError as error:
        raise SocialcellError(
            "language.encoder_package_unusable",
            package="onnxruntime",
            reason=str(error),
        ) from None
