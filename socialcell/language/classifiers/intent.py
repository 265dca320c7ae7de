"""What the writer wants: the first cut of the cell's work, by n-grams and rules."""

from collections.abc import Mapping

from socialcell.language import lexicon
from socialcell.language.analysis import NO_MESSAGE, Intent
from socialcell.language.classifiers import civic_model, day_mix, day_model
from socialcell.language.notes import DayChances, Notes

TASK = "intent"
_CONFIDENT = 0.6
_MARGIN = 0.15
# Added to the log odds of `not_civic` where people write to each other.
_BETWEEN_PEOPLE = 4.0
_MOOD = 0.3  # sentiment score from which it says what the writer wants


def intent(notes: Notes) -> Intent:
    """The strongest intent; `score` in [0, 1]; not confident when two are close.

    With the model the score is a probability, without it the strength of the cues.
    """
    notes.intents = chances(notes)
    scores: Mapping[str, float] = notes.intents
    if not scores:
        scores = notes.intents = _by_rule(notes)
    else:
        scores = _with_everyday_matters(notes, _as_of_a_day(notes))
    return _strongest(notes, scores)


def of_a_day(notes: Notes, day: DayChances) -> Intent:
    """The likeliest intent when the model of a day has had its say."""
    scores = day_model.intents(_as_of_a_day(notes), day)
    return _strongest(notes, _with_everyday_matters(notes, scores))


def _as_of_a_day(notes: Notes) -> Mapping[str, float]:
    """The chances, shifted where no cue names a matter of the city.

    Only for the last word: the judges of urgency and sentiment learned from the chances
    as they were.
    """
    if _names_a_matter_of_the_city(notes):
        return notes.intents
    return day_mix.shifted(TASK, notes.language, notes.intents)


def _with_everyday_matters(
    notes: Notes, scores: Mapping[str, float]
) -> Mapping[str, float]:
    """The chances, moved towards talk where people write to each other."""
    if not notes.between_people:
        return scores
    return day_mix.moved(scores, {"not_civic": _BETWEEN_PEOPLE})


def _strongest(notes: Notes, scores: Mapping[str, float]) -> Intent:
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    label, score = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    enough = label not in NO_MESSAGE or _words(notes) > 3
    confident = enough and score >= _CONFIDENT and score - second >= _MARGIN
    return Intent(label, round(score, 3), confident, notes.detail)


def chances(notes: Notes) -> dict[str, float]:
    """Calibrated probabilities of the intents; empty without the model or a word."""
    judge = civic_model.models_by_task().get(TASK)
    if judge is None or not notes.margins:
        return {}
    linear = judge.chances(civic_model.intent_evidence(notes))
    return civic_model.with_meaning(TASK, linear, notes)


def _names_a_matter_of_the_city(notes: Notes) -> bool:
    """Is there a cue of a topic that settles it?"""
    return any(
        strength >= lexicon.STRENGTH["sure"] and topic != "politics"
        for topic, strength in notes.values("topic").items()
    )


def _by_rule(notes: Notes) -> dict[str, float]:
    scores = notes.values("intent")
    signs = notes.values("sign")
    city = civic_model.is_civic(notes, signs)
    trouble = signs.get("trouble", 0.0)
    if city and trouble:
        _join(scores, "complaint", 0.35 + 0.5 * trouble)
    _mood(notes, scores, city)
    if civic_model.is_asking(notes):
        _join(scores, "question", 0.5 if city else 0.3)
    if not city:
        # A word of praise or annoyance about a film is no message to a city.
        for label in ("complaint", "praise", "question", "suggestion", "information"):
            scores[label] = scores.get(label, 0.0) * 0.4
        _join(scores, "not_civic", 0.6)
    elif not any(scores.values()):
        _join(scores, "information", 0.45)
    return scores


def _mood(notes: Notes, scores: dict[str, float], city: bool) -> None:
    """Anger at the city is a complaint; praise that reads as anger is irony."""
    if notes.sentiment is None or not city:
        return
    if notes.sentiment.score < -_MOOD:
        _join(scores, "complaint", 0.4)
        if "praise" in scores:
            scores["praise"] *= 0.4
            _join(scores, "complaint", 0.4)
    elif notes.sentiment.score > _MOOD:
        _join(scores, "praise", 0.35)


def _words(notes: Notes) -> int:
    return sum(fact.word.script != "" for fact in notes.facts)


def _join(scores: dict[str, float], label: str, weight: float) -> None:
    scores[label] = 1.0 - (1.0 - scores.get(label, 0.0)) * (1.0 - weight)
