"""The training run of the encoder: all tasks at once, a given time, resumable.

Batches hold posts of about one length. The rate of learning rises for the first steps
and then falls in a straight line to nothing when the time is up, so that a slow machine
takes fewer steps and still ends well.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch  # type: ignore[import-not-found]
from torch import Tensor
from torch.nn import functional  # type: ignore[import-not-found]

from socialcell.errors import SocialcellError
from socialcell.language.semantic.word_pieces import END, START, UNKNOWN, Pieces
from socialcell.language.training.encoder_data import (
    TrainingData,
    TrainingItem,
    items_of_pass,
)
from socialcell.language.training.encoder_net import EncoderNet
from socialcell.language.training.encoder_start import Start
from socialcell.language.training.recipes import LANGUAGES

MOST_PIECES = 64  # of a post, in training
_BATCH = 1_024  # pieces with their padding
_CHUNK = 2_500  # posts that are sorted by length together
_PEAK, _PEAK_HEADS = 1.5e-4, 1e-3
_WARM_UP = 100  # steps
_DECAY = 0.01  # of matrices
_CLIP = 1.0
_UNKNOWN_SHARE = 0.08  # of pieces that are replaced, so that no word is leaned on
_SMOOTHING = 0.05
_SHARED = 0.3  # of the loss of sentiment that falls on the head of all languages
_WEIGHTS = {
    "sentiment": 1.0,
    "language": 0.2,
    "topics9": 1.0,
    "complaint": 0.5,
    "intent": 1.0,
    "urgency": 0.5,
    "topic": 0.5,
    "danger": 1.0,
}
_NONE = -1
_SAVED_EVERY = 300.0  # seconds
_REPORTED_EVERY = 100  # steps


@dataclass(frozen=True, slots=True)
class TrainingBatch:
    """Piece numbers (posts, pieces), which of them are real, and labels by task.

    `topics` (posts, topics) is one where a post has the topic; `topical` (posts) tells
    of which posts the topics are known.
    """

    pieces: Tensor
    real: Tensor
    labels: dict[str, Tensor]
    topics: Tensor
    topical: Tensor
    languages: Tensor


def heads(classes: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """The number of classes by head, with a correction of sentiment by language."""
    sizes = {task: len(names) for task, names in classes.items()}
    for language in LANGUAGES:
        sizes[f"sentiment@{language}"] = len(classes["sentiment"])
    return sizes


def run(
    material: TrainingData,
    start: Start,
    checkpoint: Path,
    *,
    minutes: float,
    seed: int,
    progress: Callable[[str], None],
) -> tuple[EncoderNet, int]:
    """(the net, the passes it has begun) after `minutes`, and those of `checkpoint`.

    The time spent before an interruption counts. SocialcellError when the checkpoint
    is of another run.
    """
    torch.manual_seed(seed)
    net = EncoderNet(len(start.pieces.pieces), heads(material.classes))
    _begin(net, start)
    optimiser = _optimiser(net)
    state = _Progress(seed, len(material.items), passes=start.passes)
    state = state.resumed(checkpoint, net, optimiser)
    cut = _Cut(start.pieces)
    net.train()
    began, saved = time.monotonic() - state.seconds, time.monotonic()
    piece_count, counted_since = 0, time.monotonic()
    for batch in _stream(material, cut, seed, state, further=start.passes > 0):
        left = 1.0 - (time.monotonic() - began) / (60.0 * minutes)
        if left <= 0:
            break
        rate = start.heat * min(1.0, (state.steps + 1) / _WARM_UP) * left
        optimiser.param_groups[0]["lr"] = optimiser.param_groups[1]["lr"] = _PEAK * rate
        optimiser.param_groups[2]["lr"] = _PEAK_HEADS * rate
        torch.manual_seed(seed * 1_000_003 + state.steps)
        loss = _step(net, optimiser, batch)
        state.add(loss)
        piece_count += int(batch.real.sum())
        if state.steps % _REPORTED_EVERY == 0:
            speed = piece_count / (time.monotonic() - counted_since)
            piece_count, counted_since = 0, time.monotonic()
            progress(
                f"step {state.steps}, pass {state.passes}, {100 * (1 - left):.1f} % of "
                f"the time, loss {state.loss:.4f}, {speed:.0f} pieces a second"
            )
        if time.monotonic() - saved > _SAVED_EVERY:
            saved = time.monotonic()
            state.seconds = saved - began
            state.save(checkpoint, net, optimiser, start.pieces, material.classes)
    state.seconds = 60.0 * minutes
    state.save(checkpoint, net, optimiser, start.pieces, material.classes)
    net.eval()
    return net, state.passes + 1


@dataclass(slots=True)
class _Progress:
    """How far the run has come; `batches` are those of the present pass."""

    seed: int
    items: int
    seconds: float = 0.0
    steps: int = 0
    passes: int = 0
    batches: int = 0
    loss: float = math.nan  # a moving mean

    def add(self, loss: float) -> None:
        self.steps += 1
        self.batches += 1
        old = loss if math.isnan(self.loss) else self.loss
        self.loss = 0.99 * old + 0.01 * loss

    def resumed(
        self, path: Path, net: EncoderNet, optimiser: torch.optim.Optimizer
    ) -> "_Progress":
        if not path.exists():
            return self
        checkpoint = torch.load(path, weights_only=True)
        resumed_progress = _Progress(**checkpoint["progress"])
        if (resumed_progress.seed, resumed_progress.items) != (self.seed, self.items):
            raise SocialcellError("language.other_checkpoint", path=path)
        net.load_state_dict(checkpoint["net"])
        optimiser.load_state_dict(checkpoint["optimiser"])
        return resumed_progress

    def save(
        self,
        path: Path,
        net: EncoderNet,
        optimiser: torch.optim.Optimizer,
        pieces: Pieces,
        classes: dict[str, tuple[str, ...]],
    ) -> None:
        checkpoint: dict[str, Any] = {
            "progress": {name: getattr(self, name) for name in self.__slots__},
            "net": net.state_dict(),
            "optimiser": optimiser.state_dict(),
            "pieces": list(pieces.pieces),
            "scores": list(pieces.scores),
            "classes": {task: list(names) for task, names in classes.items()},
        }
        beside = path.with_suffix(".new")
        torch.save(checkpoint, beside)
        beside.replace(path)


class _Cut:
    """Texts as piece numbers; each is cut once."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._known: dict[str, list[int]] = {}

    def __call__(self, text: str) -> list[int]:
        if text not in self._known:
            self._known[text] = self._pieces.numbers(text, MOST_PIECES)
        return self._known[text]


def _begin(net: EncoderNet, start: Start) -> None:
    tensors = {name: torch.from_numpy(array) for name, array in start.tensors.items()}
    missing, unexpected = net.load_state_dict(tensors, strict=False)
    assert not unexpected
    assert all(name.startswith("heads.") for name in missing)


def _optimiser(net: EncoderNet) -> torch.optim.Optimizer:
    """Three groups: matrices, vectors (which do not decay), heads."""
    body = [
        (name, part)
        for name, part in net.named_parameters()
        if not name.startswith("heads.")
    ]
    matrices = [part for _, part in body if part.dim() > 1]
    vectors = [part for _, part in body if part.dim() == 1]
    groups = [
        {"params": matrices, "weight_decay": _DECAY},
        {"params": vectors, "weight_decay": 0.0},
        {"params": list(net.heads.parameters()), "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=_PEAK, betas=(0.9, 0.98), fused=True)


def _step(
    net: EncoderNet, optimiser: torch.optim.Optimizer, batch: TrainingBatch
) -> float:
    pieces = batch.pieces
    replaced = (torch.rand(pieces.shape) < _UNKNOWN_SHARE) & (pieces > UNKNOWN)
    with torch.autocast("cpu", torch.bfloat16, enabled=_is_half_precision_fast()):
        vectors = net(pieces.masked_fill(replaced, UNKNOWN), batch.real)
    loss = _loss(net, vectors, batch)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), _CLIP)
    optimiser.step()
    return float(loss.detach())


def _is_half_precision_fast() -> bool:
    """Whether the processor multiplies in half precision; elsewhere it is slower."""
    supported: bool = torch.cpu._is_avx512_bf16_supported()
    return supported


def _loss(net: EncoderNet, vectors: Tensor, batch: TrainingBatch) -> Tensor:
    """The weighed losses of all tasks, a post; sentiment shared and corrected."""
    names = [*batch.labels, *(f"sentiment@{language}" for language in LANGUAGES)]
    logits = dict(zip(names, net.logits(vectors, names), strict=True))
    whole = vectors.new_zeros(())
    for task, labels in batch.labels.items():
        task_logits = logits[task]
        if task == "sentiment":
            every = torch.stack([logits[name] for name in names[len(batch.labels) :]])
            corrections = every[batch.languages, torch.arange(len(labels))]
            whole = whole + _SHARED * _surprise(task_logits, labels)
            whole = whole + (1 - _SHARED) * _surprise(task_logits + corrections, labels)
        else:
            whole = whole + _WEIGHTS[task] * _surprise(task_logits, labels)
    if batch.topical.any():
        (task_logits,) = net.logits(vectors[batch.topical], ["topic"])
        whole = whole + _WEIGHTS["topic"] * functional.binary_cross_entropy_with_logits(
            task_logits, batch.topics[batch.topical], reduction="sum"
        )
    return whole / len(batch.languages)


def _surprise(logits: Tensor, labels: Tensor) -> Tensor:
    return functional.cross_entropy(
        logits,
        labels,
        ignore_index=_NONE,
        reduction="sum",
        label_smoothing=_SMOOTHING,
    )


def _stream(
    material: TrainingData, cut: _Cut, seed: int, state: _Progress, *, further: bool
) -> Iterator[TrainingBatch]:
    """Batches without end, from the state of the run on."""
    while True:
        items = items_of_pass(material.items, seed, state.passes, further=further)
        batches = _batches(items, cut)
        order = torch.Generator().manual_seed(seed * 7_919 + state.passes)
        shuffled = torch.randperm(len(batches), generator=order).tolist()
        for at in shuffled[state.batches :]:
            yield _batch(batches[at], cut, material.classes)
        state.passes += 1
        state.batches = 0


def _batches(items: Sequence[TrainingItem], cut: _Cut) -> list[list[TrainingItem]]:
    batches: list[list[TrainingItem]] = []
    for first in range(0, len(items), _CHUNK):
        chunk = sorted(items[first : first + _CHUNK], key=lambda i: len(cut(i.text)))
        batch: list[TrainingItem] = []
        for training_item in chunk:
            if batch and (len(batch) + 1) * len(cut(training_item.text)) > _BATCH:
                batches.append(batch)
                batch = []
            batch.append(training_item)
        batches.append(batch)
    return batches


def _batch(
    items: Sequence[TrainingItem], cut: _Cut, classes: dict[str, tuple[str, ...]]
) -> TrainingBatch:
    numbers = [torch.tensor(cut(training_item.text)) for training_item in items]
    pieces = torch.nn.utils.rnn.pad_sequence(
        numbers, batch_first=True, padding_value=END
    )
    lengths = torch.tensor([len(piece_ids) for piece_ids in numbers])
    labels = {
        task: torch.tensor(
            [
                names.index(training_item.labels[task])
                if task in training_item.labels
                else _NONE
                for training_item in items
            ]
        )
        for task, names in classes.items()
        if any(task in training_item.labels for training_item in items)
    }
    topics = [
        [float(name in (training_item.topics or ())) for name in classes["topic"]]
        for training_item in items
    ]
    places = {name: place for place, name in enumerate(LANGUAGES)}
    places[""] = 0  # of a post whose language nobody asks for
    return TrainingBatch(
        pieces=pieces,
        real=torch.arange(pieces.shape[1])[None, :] < lengths[:, None],
        labels=labels,
        topics=torch.tensor(topics),
        topical=torch.tensor(
            [training_item.topics is not None for training_item in items]
        ),
        languages=torch.tensor(
            [places[training_item.language] for training_item in items]
        ),
    )


assert START < UNKNOWN  # the two ends of a text are never replaced
assert END < UNKNOWN
