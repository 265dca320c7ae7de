"""Fits small nets over what the models and rules found, and packs them into a file."""

import io
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier

from socialcell.language.classifiers import day_model
from socialcell.language.classifiers.day_model import Judge, Nets

# Chosen by the posts of each hand, with nets that saw those of the others: 48 or 64
# hidden values, a ridge of 0.3 to 10.
RIDGE = 1.0
_HIDDEN, _ROUNDS, _STEP = 48, 40, 0.002
_LEAST_SPREAD = 1e-3  # a value that is nearly always the same says nothing


def fit(
    values: Sequence[Mapping[str, float]],
    targets: Mapping[str, Sequence[str | None]],
    nets: int,
    seed: int,
) -> Judge:
    """So many nets of each head in `targets`, over values brought to unit spread. A
    head does not see the rows of which its label is None."""
    every_name = sorted({name for row in values for name in row})
    table = np.array([[row.get(name, 0.0) for name in every_name] for row in values])
    varied = table.std(0) > _LEAST_SPREAD
    table = table[:, varied]
    middle, spread = table.mean(0), table.std(0)
    scaled = (table - middle) / spread
    return Judge(
        tuple(np.array(every_name)[varied].tolist()),
        middle.astype(np.float32),
        spread.astype(np.float32),
        {
            head: _nets(scaled, labels, head, nets, seed)
            for head, labels in targets.items()
        },
    )


def packed(judges: Mapping[str, Judge]) -> bytes:
    """The weight file, from the judges by kind of reading."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for kind, judge in judges.items():
        arrays[f"{kind}_names"] = np.array(judge.names)
        arrays[f"{kind}_middle"] = judge.middle
        arrays[f"{kind}_spread"] = judge.spread
        for head, nets in judge.nets.items():
            for layer in day_model.LAYERS:
                weights = getattr(nets, layer)
                arrays[f"{kind}_{head}_{layer}"] = weights.astype(np.float16)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _nets(
    table: NDArray[np.float64],
    labels: Sequence[str | None],
    head: str,
    count: int,
    seed: int,
) -> Nets:
    """Their weights as the file keeps them, in half precision."""
    classes = day_model.HEADS[head]
    rows = [at for at, label in enumerate(labels) if label is not None]
    table = table[rows]
    numbers = np.array([classes.index(label) for label in labels if label is not None])
    machines = [
        MLPClassifier(
            (_HIDDEN,), alpha=RIDGE, learning_rate_init=_STEP, random_state=seed + net
        )
        for net in range(count)
    ]
    for machine in machines:
        for _ in range(_ROUNDS):
            machine.partial_fit(table, numbers, classes=range(len(classes)))
    outer = [machine.coefs_[1] for machine in machines]
    outer_bias = [machine.intercepts_[1] for machine in machines]
    if len(classes) == 2:  # one column alone, of the second: the first one is 0
        outer = [np.pad(weights, ((0, 0), (1, 0))) for weights in outer]
        outer_bias = [np.pad(bias, (1, 0)) for bias in outer_bias]
    layers = (
        np.stack([machine.coefs_[0] for machine in machines], axis=1),
        np.stack([machine.intercepts_[0] for machine in machines]),
        np.stack(outer),
        np.stack(outer_bias),
    )
    return Nets(*(layer.astype(np.float16).astype(np.float32) for layer in layers))
