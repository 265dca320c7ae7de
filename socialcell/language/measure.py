"""Scores of labels against the truth, by class and averaged over classes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypedDict, final

Span = tuple[int, int, str]


class Shares(TypedDict):
    """Precision, recall and F1 in [0, 1]; None: a share of nothing."""

    precision: float | None
    recall: float | None
    f1: float | None


class ClassScores(Shares):
    """Those of a class, which the truth has `n` times."""

    n: int


class LabelMeasure(TypedDict):
    """Shares of `n` labelled texts; averages run over the classes of the truth."""

    n: int
    accuracy: float | None
    macro_f1: float | None
    macro_recall: float | None
    per_class: dict[str, ClassScores]


class SpanMeasure(Shares):
    """Shares of the spans of `n` texts."""

    n: int
    per_class: dict[str, ClassScores]


@final
class LabelScores(LabelMeasure):
    """The result of `scores`."""


@final
class SpanScores(SpanMeasure):
    """The result of `span_scores`."""


def scores(truth: Sequence[str], predicted: Sequence[str]) -> LabelScores:
    """`n`, `accuracy`, `macro_f1`, `macro_recall`, `per_class`: shares in [0, 1].

    Averages run over the classes that occur in the truth. A share of nothing is None.
    """
    pairs = Counter(zip(truth, predicted, strict=True))
    classes = sorted(set(truth) | set(predicted))
    per_class = {label: _class_scores(label, pairs) for label in classes}
    true_class_scores = [per_class[label] for label in sorted(set(truth))]
    right = sum(
        count for (class_scores, other), count in pairs.items() if class_scores == other
    )
    return {
        "n": len(truth),
        "accuracy": _share(right, len(truth)),
        "macro_f1": _mean([class_scores["f1"] for class_scores in true_class_scores]),
        "macro_recall": _mean(
            [class_scores["recall"] for class_scores in true_class_scores]
        ),
        "per_class": per_class,
    }


def span_scores(
    truth: Iterable[Iterable[Span]], predicted: Iterable[Iterable[Span]]
) -> SpanScores:
    """Micro `precision`, `recall`, `f1` by exact span and label, and by label."""
    correct_counts: Counter[str] = Counter()
    true_counts: Counter[str] = Counter()
    predicted_counts: Counter[str] = Counter()
    texts = 0
    for gold, predicted_spans in zip(truth, predicted, strict=True):
        texts += 1
        gold_spans, seen_spans = set(gold), set(predicted_spans)
        correct_counts.update(label for _, _, label in gold_spans & seen_spans)
        true_counts.update(label for _, _, label in gold_spans)
        predicted_counts.update(label for _, _, label in seen_spans)
    labels = sorted(true_counts | predicted_counts)
    return {
        "n": texts,
        **_of_counts(
            correct_counts.total(), predicted_counts.total(), true_counts.total()
        ),
        "per_class": {
            label: {
                **_of_counts(
                    correct_counts[label], predicted_counts[label], true_counts[label]
                ),
                "n": true_counts[label],
            }
            for label in labels
        },
    }


def _class_scores(label: str, pairs: Counter[tuple[str, str]]) -> ClassScores:
    right = pairs[label, label]
    true_count = sum(count for (truth, _), count in pairs.items() if truth == label)
    predicted_count = sum(
        count for (_, predicted), count in pairs.items() if predicted == label
    )
    return {**_of_counts(right, predicted_count, true_count), "n": true_count}


def _of_counts(right: int, predicted: int, true_count: int) -> Shares:
    return {
        "precision": _share(right, predicted),
        "recall": _share(right, true_count),
        "f1": _share(2 * right, predicted + true_count),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _mean(shares: list[float | None]) -> float | None:
    numbers = [share or 0.0 for share in shares]
    return round(sum(numbers) / len(numbers), 4) if numbers else None
