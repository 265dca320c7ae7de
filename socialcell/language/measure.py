"""Scores of labels against the truth, by class and averaged over classes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

Span = tuple[int, int, str]


def scores(truth: Sequence[str], found: Sequence[str]) -> dict[str, Any]:
    """`n`, `accuracy`, `macro_f1`, `macro_recall`, `per_class`: shares in [0, 1].

    Averages run over the classes that occur in the truth. A share of nothing is None.
    """
    pairs = Counter(zip(truth, found, strict=True))
    classes = sorted(set(truth) | set(found))
    per_class = {label: _one(label, pairs) for label in classes}
    known = [per_class[label] for label in sorted(set(truth))]
    right = sum(count for (one, other), count in pairs.items() if one == other)
    return {
        "n": len(truth),
        "accuracy": _share(right, len(truth)),
        "macro_f1": _mean([one["f1"] for one in known]),
        "macro_recall": _mean([one["recall"] for one in known]),
        "per_class": per_class,
    }


def span_scores(
    truth: Iterable[Iterable[Span]], found: Iterable[Iterable[Span]]
) -> dict[str, Any]:
    """Micro `precision`, `recall`, `f1` by exact span and label, and by label."""
    right: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    given: Counter[str] = Counter()
    texts = 0
    for gold, seen in zip(truth, found, strict=True):
        texts += 1
        gold_spans, seen_spans = set(gold), set(seen)
        right.update(label for _, _, label in gold_spans & seen_spans)
        wanted.update(label for _, _, label in gold_spans)
        given.update(label for _, _, label in seen_spans)
    labels = sorted(wanted | given)
    return {
        "n": texts,
        **_of_counts(right.total(), given.total(), wanted.total()),
        "per_class": {
            label: {
                **_of_counts(right[label], given[label], wanted[label]),
                "n": wanted[label],
            }
            for label in labels
        },
    }


def _one(label: str, pairs: Counter[tuple[str, str]]) -> dict[str, Any]:
    right = pairs[label, label]
    wanted = sum(count for (truth, _), count in pairs.items() if truth == label)
    given = sum(count for (_, found), count in pairs.items() if found == label)
    return {**_of_counts(right, given, wanted), "n": wanted}


def _of_counts(right: int, given: int, wanted: int) -> dict[str, float | None]:
    return {
        "precision": _share(right, given),
        "recall": _share(right, wanted),
        "f1": _share(2 * right, given + wanted),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _mean(shares: list[float | None]) -> float | None:
    known = [share or 0.0 for share in shares]
    return round(sum(known) / len(known), 4) if known else None
