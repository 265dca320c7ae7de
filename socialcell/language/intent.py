"""What the writer wants: the first cut of the cell's work, by cues and context."""

from socialcell.language.notes import Notes
from socialcell.language.reading import Intent

_CONFIDENT = 0.6
_MARGIN = 0.15
_MOOD = 0.3  # sentiment score from which it says what the writer wants
_TO_THE_CITY = ("complaint", "suggestion", "help")


def intent(notes: Notes) -> Intent:
    """The strongest intent; `score` in [0, 1]; not confident when two are close."""
    scores = notes.values("intent")
    signs = notes.values("sign")
    civic = _civic(notes, signs)
    trouble = signs.get("trouble", 0.0)
    if civic and trouble:
        _join(scores, "complaint", 0.35 + 0.5 * trouble)
    _mood(notes, scores, civic)
    if "question_mark" in _roles(notes):
        _join(scores, "question", 0.5 if civic else 0.3)
    if not civic:
        # A word of praise or annoyance about a film is no message to a city.
        for label in ("complaint", "praise", "question", "suggestion", "information"):
            scores[label] = scores.get(label, 0.0) * 0.4
        _join(scores, "not_civic", 0.6)
    elif not any(scores.values()):
        _join(scores, "information", 0.45)
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    label, score = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    enough = label != "not_civic" or sum(f.word.script != "" for f in notes.facts) > 3
    confident = enough and score >= _CONFIDENT and score - second >= _MARGIN
    return Intent(label, round(score, 3), confident)


def _mood(notes: Notes, scores: dict[str, float], civic: bool) -> None:
    """Anger at the city is a complaint; praise that reads as anger is irony."""
    if notes.sentiment is None or not civic:
        return
    if notes.sentiment.score < -_MOOD:
        _join(scores, "complaint", 0.4)
        if "praise" in scores:
            scores["praise"] *= 0.4
            _join(scores, "complaint", 0.4)
    elif notes.sentiment.score > _MOOD:
        _join(scores, "praise", 0.35)


def _civic(notes: Notes, signs: dict[str, float]) -> bool:
    """Does the text concern the city: a topic, a body, or a civic word."""
    if any(topic.score > 0.5 and topic.id != "politics" for topic in notes.topics):
        return True
    ours = [entity for entity in notes.entities if entity.id is not None]
    if any(entity.label in ("ORG", "SERVICE", "INITIATIVE") for entity in ours):
        return True
    places = any(entity.label == "PLACE" for entity in ours)
    asks = any(
        hit.cue.kind == "intent" and hit.cue.value in _TO_THE_CITY for hit in notes.hits
    )
    at_a_place = places and (asks or bool(notes.topics) or "trouble" in signs)
    return "civic" in signs or at_a_place


def _roles(notes: Notes) -> set[str]:
    return set().union(*(fact.roles for fact in notes.facts))


def _join(scores: dict[str, float], label: str, weight: float) -> None:
    scores[label] = 1.0 - (1.0 - scores.get(label, 0.0)) * (1.0 - weight)
