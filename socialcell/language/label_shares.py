"""Shares of labels, corrected for what the reader takes for something else.

The adjusted count (Forman, "Quantifying counts and costs via classification", Data
Mining and Knowledge Discovery 17, 2008; for k classes the matrix inversion of Saerens,
Latinne and Decaestecker, Neural Computation 14, 2002, section 2.3): of posts whose true
label is known, P[i, j] is the share of true label i that is read as j. The shares q
that are read of other posts are then P'p for their true shares p, and p = inv(P') q.
It holds while each true label is misread as often there as here; how common the labels
are may differ.

The interval is the 2.5th to 97.5th percentile of p over draws of both that are
uncertain (Buonaccorsi, Measurement Error, 2010, chapter 2): each row of P from its
Dirichlet distribution, the counts that were read from their multinomial one.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Matrix: TypeAlias = NDArray[np.floating]
Counts: TypeAlias = Mapping[tuple[str, str, str], int]
"""(language as it was read, true label, label as it was read) → posts."""
MIN_TRUE = 10
"""Posts of a true label from which it is known how that label is read."""
MIN_TRUE_OF_LANGUAGE = 40
"""The same from which a language's own posts say it, and not those of all languages."""
SMALLEST_SINGULAR_VALUE = 0.2
"""Below it labels are so little told apart that the matrix is not inverted."""
DRAWS = 4000
_SEED = 20_02
_PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Share:
    """A label's true share in [0, 1] with its 95 % interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Uncorrectable:
    """Why shares cannot be corrected: `few` posts of a label, or `singular`."""

    why: str


@dataclass(frozen=True, slots=True)
class _Stratum:
    """Posts of which the same confusion matrix holds: `read` counts, one a label."""

    matrix: Matrix
    read: Matrix


def corrected_shares(
    measured: Counts,
    read: Mapping[str, Mapping[str, int]],
    labels: Sequence[str],
    groups: Mapping[str, Collection[str]] | None = None,
) -> dict[str, Share] | Uncorrectable:
    """The true share of each label among the posts that were `read`, and of groups.

    `groups` are names and their labels. They are summed after the correction: how
    often a post outside a group is read into it depends on its own label.
    `read` is language → label → posts. A language has its own matrix where
    each true label was measured on MIN_TRUE_OF_LANGUAGE of its posts; the others
    together have that of all languages.
    """
    strata = _strata(measured, read, labels)
    if any(_row_sums(stratum).min() < MIN_TRUE for stratum in strata):
        return Uncorrectable("few")
    if any(_is_near_singular(stratum.matrix) for stratum in strata):
        return Uncorrectable("singular")
    total = sum(stratum.read.sum() for stratum in strata)
    weights = [stratum.read.sum() / total for stratum in strata]
    best = np.sum(
        [w * _inverted(s.matrix, s.read) for w, s in zip(weights, strata, strict=True)],
        axis=0,
    ).clip(0, 1)
    best = best / best.sum()  # a share below zero was clipped
    rng = np.random.default_rng(_SEED)
    draws = np.sum(
        [w * _drawn(s, rng) for w, s in zip(weights, strata, strict=True)], axis=0
    )
    columns = {label: [i] for i, label in enumerate(labels)}
    for name, group in (groups or {}).items():
        columns[name] = [i for i, label in enumerate(labels) if label in group]
    return {name: _share(best[i], draws[:, i]) for name, i in columns.items()}


def _share(best: Matrix, draws: Matrix) -> Share:
    """Of one or more labels: their shares, and a row of them for each draw."""
    low, high = np.percentile(draws.sum(axis=1), _PERCENTILES).clip(0, 1)
    return Share(float(best.sum()), float(low), float(high))


def regrouped(
    measured: Counts, group: Callable[[str], str]
) -> dict[tuple[str, str, str], int]:
    """The same counts with labels grouped, as asks or not."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for (language, true, read), n in measured.items():
        sums[language, group(true), group(read)] += n
    return dict(sums)


@lru_cache
def measured_readers() -> Mapping[str, Mapping[str, Counts]]:
    """Reader → task → counts of the posts that test it; topics of a post are joined by
    bars. `python -m benchmarks.reader_counts` makes the file."""
    file = resources.files("socialcell.language") / "data" / "reader_counts.json"
    readers = json.loads(file.read_text("utf-8"))["readers"]
    return {reader["name"]: _by_task(reader["counts"]) for reader in readers}


def _by_task(
    rows: Iterable[tuple[str, str, str, str, int]],
) -> dict[str, dict[tuple[str, str, str], int]]:
    counts: dict[str, dict[tuple[str, str, str], int]] = defaultdict(dict)
    for task, language, true, read, n in rows:
        counts[task][language, true, read] = n
    return dict(counts)


def _strata(
    measured: Counts, read: Mapping[str, Mapping[str, int]], labels: Sequence[str]
) -> list[_Stratum]:
    own: list[_Stratum] = []
    others = np.zeros(len(labels))
    for language, counts in read.items():
        language_counts = np.array([counts.get(label, 0) for label in labels], float)
        matrix = _matrix(measured, labels, language)
        if matrix.sum(axis=1).min() >= MIN_TRUE_OF_LANGUAGE and language_counts.any():
            own.append(_Stratum(matrix, language_counts))
        else:
            others += language_counts
    if others.any() or not own:
        own.append(_Stratum(_matrix(measured, labels, None), others))
    return own


def _matrix(measured: Counts, labels: Sequence[str], language: str | None) -> Matrix:
    """Counts of true labels (rows) by labels read (columns); None: all languages."""
    places: dict[Hashable, int] = {label: i for i, label in enumerate(labels)}
    matrix = np.zeros((len(labels), len(labels)))
    for (of_language, true, read), n in measured.items():
        if language in (None, of_language) and true in places and read in places:
            matrix[places[true], places[read]] += n
    return matrix


def _row_sums(stratum: _Stratum) -> Matrix:
    sums: Matrix = stratum.matrix.sum(axis=1)
    return sums


def _is_near_singular(matrix: Matrix) -> bool:
    rates = matrix / matrix.sum(axis=1, keepdims=True)
    values = np.linalg.svd(rates, compute_uv=False)
    return bool(values.min() < SMALLEST_SINGULAR_VALUE)


def _inverted(matrix: Matrix, read: Matrix) -> Matrix:
    rates = matrix / matrix.sum(axis=-1, keepdims=True)
    shares: Matrix = np.linalg.solve(rates.T, read / read.sum())
    return shares


def _drawn(stratum: _Stratum, rng: np.random.Generator) -> Matrix:
    """DRAWS rows of shares that the matrix and the counts might have had as well."""
    size = len(stratum.read)
    prior = 1 / size  # one post a row, spread evenly; Jeffreys' for two labels
    rates = np.stack(
        [rng.dirichlet(row + prior, DRAWS) for row in stratum.matrix], axis=1
    )
    total = int(stratum.read.sum())
    read = rng.multinomial(total, stratum.read / total, DRAWS) / total
    shares: Matrix = np.linalg.solve(rates.transpose(0, 2, 1), read[..., None])[..., 0]
    return shares
