"""Scores the reader on a labelled file; the file's own language is never looked at."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from socialcell.errors import SocialcellError
from socialcell.language import conll, measure, read_stream, weights
from socialcell.language.training.data import posts

_SHORT = {"negative": "neg", "neutral": "neu", "positive": "pos"}
_TO_THE_CITY = ("complaint", "help")


def evaluate(path: Path, task: str, *, nc: bool = True) -> dict[str, Any]:
    """`task`, `n` and the scores of measure.py.

    FILE is JSON lines with `text` and `label`, or CoNLL for the task entities.
    SocialcellError names the line that is neither, or says which model is missing.
    """
    if task == "entities":
        return {"task": task, **_entities(path, nc)}
    if task not in _TASKS:
        known = ", ".join((*_TASKS, "entities"))
        raise SocialcellError(f"no task {task!r}; there are: {known}")
    rows = posts(path)
    if not rows:
        raise SocialcellError(f"{path} holds no labelled text")
    truth = [row.label for row in rows]
    found = list(_TASKS[task]([row.text for row in rows], nc))
    if task == "sentiment" and set(truth) <= set(_SHORT.values()):
        found = [_SHORT[label] for label in found]
    return {"task": task, **measure.scores(truth, found)}


def _sentiments(texts: list[str], nc: bool) -> Iterator[str]:
    return (reading.sentiment.label for reading in read_stream(texts, nc=nc))


def _languages(texts: list[str], nc: bool) -> Iterator[str]:
    return (reading.language for reading in read_stream(texts, nc=nc))


def _intents(texts: list[str], nc: bool) -> Iterator[str]:
    return (reading.intent.label for reading in read_stream(texts, nc=nc))


def _topics(texts: list[str], nc: bool) -> Iterator[str]:
    model = weights.linear("topics9", nc=nc)
    if model is None:
        raise SocialcellError(
            "the model topics9 is missing; make it: socialcell language train topics9"
        )
    return map(_best, model.chances(texts))


def _complaints(texts: list[str], nc: bool) -> Iterator[str]:
    """By the model; without it, by the intent that the rules see."""
    model = weights.linear("complaint", nc=nc)
    if model is not None:
        return map(_best, model.chances(texts))
    return (
        "complaint" if intent in _TO_THE_CITY else "other"
        for intent in _intents(texts, nc)
    )


_TASKS: dict[str, Callable[[list[str], bool], Iterator[str]]] = {
    "sentiment": _sentiments,
    "language": _languages,
    "intent": _intents,
    "topics9": _topics,
    "complaint": _complaints,
}


def _best(chances: dict[str, float]) -> str:
    return max(chances, key=lambda label: chances[label])


def _entities(path: Path, nc: bool) -> dict[str, Any]:
    """The whole pipeline on the file's own words: gazetteer and tagger together."""
    from socialcell.language.pipeline import reader

    sentences = conll.sentences(path)
    if not sentences:
        raise SocialcellError(f"{path} holds no sentence")
    found = reader(nc).spans([sentence.words for sentence in sentences])
    truth = [conll.mapped_spans(sentence.tags) for sentence in sentences]
    return measure.span_scores(truth, found)
