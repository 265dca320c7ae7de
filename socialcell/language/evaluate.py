"""Scores the reader on a labelled file; the file's own language is never looked at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from socialcell.errors import SocialcellError
from socialcell.language import Analysis, measure, read_stream, weights
from socialcell.language.labelled_posts import posts
from socialcell.language.linear_model import Linear
from socialcell.language.measure import LabelMeasure, SpanMeasure, SpanScores
from socialcell.language.names import conll
from socialcell.language.semantic.encoder import encoder
from socialcell.settings.language import NcModels

_SHORT = {"negative": "neg", "neutral": "neu", "positive": "pos"}
_TO_THE_CITY = ("complaint", "help")


class LabelEvaluation(LabelMeasure):
    """Scores of one label a text, and the task."""

    task: str


class SpanEvaluation(SpanMeasure):
    """Scores of names in texts, and the task."""

    task: str


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Which models may be asked."""

    nc: NcModels
    semantic: bool


def evaluate(
    path: Path, task: str, *, nc: NcModels = NcModels.ALL, semantic: bool = False
) -> LabelEvaluation | SpanEvaluation:
    """`task`, `n` and the scores of measure.py; `nc` and `semantic` are those of read.

    FILE is JSON lines with `text` and `label`, or CoNLL for the task entities.
    SocialcellError names the line that is neither, or says which model is missing.
    """
    allowed = _Allowed(nc, semantic)
    if task == "entities":
        evaluation: SpanEvaluation = {"task": task, **_entities(path, allowed)}
        return evaluation
    if task not in _TASKS:
        raise SocialcellError(
            "language.no_such_task", task=task, tasks=[*_TASKS, "entities"]
        )
    rows = posts(path)
    if not rows:
        raise SocialcellError("language.no_labelled_text", path=path)
    truth = [row.label for row in rows]
    labels = list(_TASKS[task]([row.text for row in rows], allowed))
    if task == "sentiment" and set(truth) <= set(_SHORT.values()):
        labels = [_SHORT[label] for label in labels]
    label_evaluation: LabelEvaluation = {"task": task, **measure.scores(truth, labels)}
    return label_evaluation


def _sentiments(texts: list[str], allowed: _Allowed) -> Iterator[str]:
    return (analysis.sentiment.label for analysis in _analyses(texts, allowed))


def _languages(texts: list[str], allowed: _Allowed) -> Iterator[str]:
    return (analysis.language for analysis in _analyses(texts, allowed))


def _intents(texts: list[str], allowed: _Allowed) -> Iterator[str]:
    return (analysis.intent.label for analysis in _analyses(texts, allowed))


def _analyses(texts: list[str], allowed: _Allowed) -> Iterator[Analysis]:
    return read_stream(texts, nc=allowed.nc, semantic=allowed.semantic)


def _topics(texts: list[str], allowed: _Allowed) -> Iterator[str]:
    model = weights.linear("topics9", nc=allowed.nc)
    if model is None:
        raise SocialcellError("language.model_missing", model="topics9")
    return map(_best, _chances("topics9", model, texts, allowed))


def _complaints(texts: list[str], allowed: _Allowed) -> Iterator[str]:
    """By the model; without it, by the intent that the rules see."""
    model = weights.linear("complaint", nc=allowed.nc)
    if model is not None:
        return map(_best, _chances("complaint", model, texts, allowed))
    return (
        "complaint" if intent in _TO_THE_CITY else "other"
        for intent in _intents(texts, allowed)
    )


def _chances(
    task: str, model: Linear, texts: list[str], allowed: _Allowed
) -> list[dict[str, float]]:
    """Those of the linear model, averaged with the encoder's where it may be asked."""
    linear = model.chances(texts)
    loaded = encoder(nc=allowed.nc) if allowed.semantic else None
    if loaded is None:
        return linear
    meanings = loaded.meanings(texts)
    return [
        m.averaged(task, chances) for m, chances in zip(meanings, linear, strict=True)
    ]


_TASKS: dict[str, Callable[[list[str], _Allowed], Iterator[str]]] = {
    "sentiment": _sentiments,
    "language": _languages,
    "intent": _intents,
    "topics9": _topics,
    "complaint": _complaints,
}


def _best(chances: dict[str, float]) -> str:
    return max(chances, key=lambda label: chances[label])


def _entities(path: Path, allowed: _Allowed) -> SpanScores:
    """The whole pipeline on the file's own words: gazetteer and tagger together."""
    from socialcell.language.pipeline import reader

    sentences = conll.sentences(path)
    if not sentences:
        raise SocialcellError("language.no_sentence", path=path)
    spans = reader(allowed.nc, semantic=allowed.semantic).spans
    predicted_spans = spans([sentence.words for sentence in sentences])
    truth = [conll.mapped_spans(sentence.tags) for sentence in sentences]
    return measure.span_scores(truth, predicted_spans)
