"""How soon somebody must act: weighted reasons that an operator can read."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise

from socialcell.language import danger_rules, lexicon
from socialcell.language.analysis import (
    IN_DANGER,
    LIKE_DANGER,
    NO_MESSAGE,
    OPEN_DANGER,
    PERHAPS_DANGER,
    Urgency,
)
from socialcell.language.classifiers import civic_model, danger_chance, everyday
from socialcell.language.notes import Fact, Notes
from socialcell.language.words import key_of

_BASE = {"help": 0.5, "complaint": 0.3, "question": 0.15, "suggestion": 0.1}
_CRITICAL_FROM, _HIGH = 0.8, 0.55  # scores from which rules alone say so
_LEVELS = (
    ("critical", _CRITICAL_FROM),
    ("high", _HIGH),
    ("normal", 0.25),
    ("low", 0.0),
)
_MIDDLE = {"critical": 0.9, "high": 0.68, "normal": 0.4, "low": 0.1}
_DAYS_WITHOUT_WATER = 3
_SURE_OF_DANGER = 0.75  # somebody who needs it more than others is named, too
_COMPLAINING = ("complaint", "help")
_UNMET = (*_COMPLAINING, "question")
_CONTENT = ("praise", "spam")
# Why it is high, where no word of urgency.yaml says so.
_HURT, _NO_WATER = "accident or injury", "no water"
_STILL_ABOUT_PEOPLE = ("help", "complaint", "question", "information")


def urgency(notes: Notes) -> Urgency:
    """Level, score in [0, 1] and reasons, strongest first.

    The score joins the reasons as independent evidence; the level is the likeliest by
    the model, or follows from the score without it. Whether it is high at least is
    decided first, by the words of danger or by how it is told, whatever else the text
    is taken for; a mere word of danger that does not make it high is named as a
    possible one. What can hurt whoever passes next is high, too, and so is that an
    animal bit somebody, and a complaint that somebody was hurt, or of no water for
    three days. An exercise is at most normal; other spam, and other talk that is not
    about the city, is low.
    """
    assert notes.intent is not None
    days = longest_wait(notes)
    score, words = score_by_rules(notes, days)
    level = next(name for name, least in _LEVELS if score >= least)
    in_words = dangerous = danger_chance.is_in_words(notes)
    if notes.levels:
        if not dangerous and danger_chance.is_enough(notes):
            dangerous = not _is_ordinary(notes, days)
        if dangerous and not in_words:
            words = words or [LIKE_DANGER]
        if not dangerous:
            level = _likeliest_of_others(notes.levels)
        else:
            waits = not in_words and _can_wait(notes, days)
            is_now = danger_chance.is_critical(notes) and not waits
            level = "critical" if is_now else "high"
        # Half of it is where the likely levels lie, half what the reasons weigh.
        likely = sum(notes.levels[name] * middle for name, middle in _MIDDLE.items())
        score = (score + likely) / 2
    if notes.exercise and not in_words and level in civic_model.DANGEROUS:
        level, score = "normal", min(score, _MIDDLE["normal"])
    if notes.intent.label in NO_MESSAGE and not dangerous:
        level, score = "low", min(score, _MIDDLE["low"])
    if level not in civic_model.DANGEROUS:
        cannot_wait = _why_it_cannot_wait(notes, days)
        if cannot_wait:
            words = words or [cannot_wait]
        if dangerous or cannot_wait:
            level = "high"
    if level in civic_model.DANGEROUS:
        # As high as the level, and still in the order of what speaks for it.
        score = max(score, _HIGH + score * (_CRITICAL_FROM - _HIGH))
    if level not in civic_model.DANGEROUS:
        words = [PERHAPS_DANGER if word == IN_DANGER else word for word in words]
    return Urgency(level, round(score, 3), tuple(words))


def rank(notes: Notes) -> tuple[float, float]:
    """What readings are ordered by: the level, then the score."""
    assert notes.urgency is not None
    return _MIDDLE[notes.urgency.level], notes.urgency.score


def weigh(notes: Notes) -> None:
    """Keep the chances of the levels and of danger; nothing without the model `civic`
    or a word."""
    judge = civic_model.models_by_task().get("urgency")
    if judge is None or not notes.margins:
        return
    evidence = _evidence(notes)
    notes.levels = civic_model.with_meaning("urgency", judge.chances(evidence), notes)
    notes.danger_chance = danger_chance.chance(notes, evidence)


def chance_of_danger(notes: Notes) -> float:
    """How likely it tells of danger, by the learned models; in [0, 1]."""
    return danger_chance.chance(notes, _evidence(notes))


def _evidence(notes: Notes) -> dict[str, float]:
    days = longest_wait(notes)
    score, _ = score_by_rules(notes, days)
    return civic_model.urgency_evidence(notes, notes.intents, score, days)


def _why_it_cannot_wait(notes: Notes, days: int) -> str | None:
    """The reason, where a text tells of what can hurt the next who passes or that an
    animal bit a person, or complains that one was hurt or that no water has come for
    three days or more."""
    assert notes.intent is not None
    label = notes.intent.label
    if notes.exercise:
        return None
    if label not in _CONTENT and danger_rules.is_hazard(notes.core):
        return OPEN_DANGER
    is_of_bite = label not in _CONTENT and danger_rules.is_of_bite(notes.core)
    if is_of_bite or (label in _COMPLAINING and danger_rules.is_of_hurt(notes.core)):
        return _HURT
    if label in _UNMET and _is_long_without_water(notes, days):
        return _NO_WATER
    return None


def _is_ordinary(notes: Notes, days: int) -> bool:
    """Of an everyday matter, or of less than three days without water alone."""
    if everyday.is_ordinary(notes.core, notes.danger_chance):
        return True
    return (
        days < _DAYS_WITHOUT_WATER
        and notes.danger_chance < _SURE_OF_DANGER
        and _is_without_water(notes)
    )


def _can_wait(notes: Notes, days: int) -> bool:
    """What lasts, as no water for days, or is wanted on a day that is set."""
    return _is_long_without_water(notes, days) or everyday.is_planned(notes.core)


def _is_long_without_water(notes: Notes, days: int) -> bool:
    return days >= _DAYS_WITHOUT_WATER and _is_without_water(notes)


def _is_without_water(notes: Notes) -> bool:
    return any(
        topic.id == "water" for topic in notes.topics
    ) and danger_rules.is_without_water(notes.core)


def _likeliest_of_others(chances: Mapping[str, float]) -> str:
    """The likeliest level that the absence of danger leaves."""
    left = [name for name in chances if name not in civic_model.DANGEROUS]
    return max(left, key=lambda name: chances[name])


def score_by_rules(notes: Notes, days: int) -> tuple[float, list[str]]:
    """(score in [0, 1], words for an operator) by the reasons alone."""
    assert notes.intent is not None
    label = notes.intent.label
    weights = notes.reasons()
    if label not in _STILL_ABOUT_PEOPLE and not notes.danger:
        weights = {reason: weight * 0.3 for reason, weight in weights.items()}
    reasons = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    words = [reason for reason, _ in reasons]
    score = _BASE.get(label, 0.05)
    for _, weight in reasons:
        score = 1.0 - (1.0 - score) * (1.0 - weight)
    if label in ("complaint", "help") and days >= 2:
        topic = notes.topics[0].id if notes.topics else "trouble"
        words.append(f"{topic} for {days} days")
        score = 1.0 - (1.0 - score) * (1.0 - min(0.2 + 0.08 * days, 0.5))
    return score, words


def longest_wait(notes: Notes) -> int:
    """The longest duration named, in days; 0 when none is."""
    return _days(notes.facts)


def _days(facts: list[Fact]) -> int:
    units, numbers = _table("units"), _table("numbers")
    longest = 0
    for fact, following in pairwise(facts):
        days = units.get(following.word.key)
        if days is None:
            continue
        count = fact.word.number
        if count is None:
            count = numbers.get(fact.word.key, 0)
        longest = max(longest, min(count * days, 3650))
    return longest


@lru_cache
def _table(part: str) -> dict[str, int]:
    groups = lexicon.data("urgency")[part]
    return {key_of(word): int(n) for n, words in groups.items() for word in words}
