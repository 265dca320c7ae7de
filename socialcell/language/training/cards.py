"""The page for people beside a model file: what it is from, how good, whose."""

from collections.abc import Iterator, Mapping
from typing import NotRequired, TypedDict

from socialcell.language.classifiers.civic_model import JudgeFacts
from socialcell.language.measure import LabelScores, SpanScores


class DataFacts(TypedDict):
    """A file of training data, where it is from, and its licence."""

    file: str
    origin: str
    licence: str


class GramFacts(TypedDict):
    """The n-grams of a linear model, as `Grams`."""

    chars: list[int]
    words: int
    bits: int
    sounds: list[int]


class CardFacts(TypedDict):
    """What a card says of a model, without its file; `scores` by held-out set."""

    name: str
    version: str
    task: str
    licence: str
    data: list[DataFacts]
    posts: int
    measured_posts: NotRequired[int]
    seed: int
    kind: str
    classes: list[str]
    grams: NotRequired[GramFacts]
    cost: NotRequired[float]
    slope: NotRequired[float]
    settings: NotRequired[dict[str, float]]
    judges: NotRequired[dict[str, JudgeFacts]]
    softness: NotRequired[dict[str, float]]
    shares: NotRequired[dict[str, float]]
    scores: Mapping[str, LabelScores | SpanScores]
    macro_f1: NotRequired[dict[str, dict[str, float | None]]]
    passes: NotRequired[float]
    civic_seen: NotRequired[str]


class WrittenFacts(CardFacts):
    """A whole card: also the file, its bytes and its checksum."""

    file: str
    bytes: int
    sha256: str


def page(facts: WrittenFacts) -> str:
    """Markdown of a card's facts."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: WrittenFacts) -> Iterator[str]:
    yield f"# {facts['name']}"
    yield ""
    yield f"- Task: {facts['task']}; classes: {', '.join(facts['classes'])}."
    yield f"- Kind: {facts['kind']}, {facts['bytes'] / 1e6:.2f} MB, `{facts['file']}`."
    yield f"- Licence of the weights: {facts['licence']}."
    yield f"- Trained on {facts['posts']:,} items with seed {facts['seed']}."
    yield f"- SHA-256: `{facts['sha256']}`."
    yield ""
    yield "| data | from | licence |"
    yield "|---|---|---|"
    for source in facts["data"]:
        yield f"| `{source['file']}` | {source['origin']} | {source['licence']} |"
    yield ""
    if "measured_posts" in facts:
        yield (
            f"Scores, in percent, of a model from {facts['measured_posts']:,} items "
            "without these; those of its own files then trained this one too:"
        )
    else:
        yield "Scores on items that were not in training, in percent:"
    yield ""
    yield from _table(facts["scores"])


def _table(scores: Mapping[str, LabelScores | SpanScores]) -> Iterator[str]:
    names = list(_averages(next(iter(scores.values()))))
    yield f"| held out | n | {' | '.join(names)} | F1 by class |"
    yield "|---" * (len(names) + 3) + "|"
    for name, set_scores in scores.items():
        values = " | ".join(map(_percent, _averages(set_scores).values()))
        classes = ", ".join(
            f"{label} {_percent(class_scores['f1'])}"
            for label, class_scores in set_scores["per_class"].items()
        )
        yield f"| {name} | {set_scores['n']} | {values} | {classes} |"


def _averages(scores: LabelScores | SpanScores) -> dict[str, float | None]:
    """The shares over all classes, by name."""
    if "accuracy" in scores:
        return {
            "accuracy": scores["accuracy"],
            "macro_f1": scores["macro_f1"],
            "macro_recall": scores["macro_recall"],
        }
    return {
        "precision": scores["precision"],
        "recall": scores["recall"],
        "f1": scores["f1"],
    }


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"
