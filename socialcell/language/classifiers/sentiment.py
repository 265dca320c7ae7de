"""Sentiment: a model's probabilities joined with rules that know the city's words.

The rules: a small lexicon of our own, negation, emoji, irony, cues of trouble.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

from socialcell.language import lexicon
from socialcell.language.analysis import Sentiment
from socialcell.language.linear_model import softmax
from socialcell.language.notes import Fact, Notes
from socialcell.language.words import key_of

_NEGATED = -0.75
_STRONGER = 1.4
_AFTER_BUT = 1.5
_NO_ROLES: frozenset[str] = frozenset()  # one for all words: it takes 216 bytes
_TROUBLE = -0.9
_TOO_MUCH = -1.5  # trouble beside which praise is not believed
_ELSEWHERE = 0.8
_SOFTNESS = 2.0  # tone at which the score is tanh(1)
_SLOPE = 2.2  # of the label's log odds over the score
_NEUTRAL = 0.45  # log odds of neutral where nothing speaks
_CONFIDENT = 0.5
_SURE = 0.6  # of the model and the rules together
_IN_THE_CITY = 5.0  # log odds of the strongest rule where the text is of the city
_SHORT = 6  # words up to which one word of the lexicon says most of what there is
_IN_FEW_WORDS = 2.0  # and the log odds of the strongest rule in so short a text
_IN_ENGLISH = 0.8  # and where it is not, by language; there the models have seen more
_ANYWHERE = 0.1
_IN_THE_CITY_AFTER, _IN_ENGLISH_AFTER = 1.5, 0.5  # the same, after the encoder
_SET_ASIDE = ("politics", "other")
# Posts of our training half by what they want: how many negative, neutral, positive.
_COUNTS_BY_INTENT = {
    "complaint": (90, 0, 0),
    "help": (20, 0, 0),
    "information": (0, 39, 1),
    "praise": (0, 0, 30),
    "question": (4, 41, 0),
    "spam": (0, 10, 0),
    "suggestion": (3, 21, 1),
}
_OF_WORDS = 0.5  # power of the chances by the words, where the intent is sure
_SURE_INTENT = 0.6  # chance from which an intent is taken as sure
_TO_MEND = ("complaint", "help")
_SURE_INTENT_TO_MEND = 0.5  # the same for the intents of `_TO_MEND`
LABELS = ("negative", "neutral", "positive")


def sentiment(notes: Notes, model: Mapping[str, float] | None = None) -> Sentiment:
    """Label, score in [-1, 1] and probabilities; not confident without evidence.

    `model` holds the probabilities of a trained model; without it the rules decide.
    Praise in a text that also reports trouble or carries an ironic sign counts as
    annoyance, and the machine abstains.
    """
    facts = notes.facts
    total, toned_count, positive = _lexicon(facts)
    trouble = _trouble(notes)
    civic = _is_civic(notes)
    ironic = _is_ironic(facts, positive, total - positive + trouble, civic)
    if ironic:
        total -= 1.6 * positive
    total += trouble
    tone = math.tanh(total / _SOFTNESS)
    evidence = toned_count + (trouble < 0)
    if model is None or ironic:
        return _by_rule(tone, evidence, ironic)
    return _joined(model, _weight(notes, civic) * tone)


def with_intent(notes: Notes) -> Sentiment:
    """The sentiment once more, where the intent of the writer is sure.

    The chances of each sentiment under an intent, mixed by the chances of the intents:
    a complaint is mostly negative, praise positive, a question neutral. A text that is
    not civic keeps the sentiment of its words.
    """
    sentiment, intent = notes.sentiment, notes.intent
    assert sentiment is not None
    assert intent is not None
    if not notes.margins or intent.label not in _COUNTS_BY_INTENT:
        return sentiment
    if intent.label in _TO_MEND:
        is_clear = intent.score >= _SURE_INTENT_TO_MEND and _has_topic(notes)
    else:
        is_clear = intent.score >= _SURE_INTENT and _is_civic(notes)
    if not is_clear:
        return sentiment
    word_chances = sentiment.probabilities
    chances = mixture(
        [
            (chance, _chances_under_intent(name, word_chances))
            for name, chance in notes.intents.items()
        ]
    )
    assert chances is not None  # the chances of the intents sum to one
    total, _, positive = _lexicon(notes.facts)
    rest = total - positive + _trouble(notes)
    return of_chances(chances, ironic=_is_ironic(notes.facts, positive, rest, True))


def _chances_under_intent(
    intent: str, word_chances: Mapping[str, float]
) -> Mapping[str, float]:
    """Chances of the sentiments under an intent, given the chances by the words."""
    counts = _COUNTS_BY_INTENT.get(intent)
    if counts is None:
        return word_chances
    shares = {
        label: (count + 1) * word_chances[label] ** _OF_WORDS
        for label, count in zip(LABELS, counts, strict=True)
    }
    whole = sum(shares.values())
    return {label: share / whole for label, share in shares.items()}


def of_chances(chances: Mapping[str, float], *, ironic: bool = False) -> Sentiment:
    """The likeliest label; not confident where it is ironic or not likely enough."""
    shares = {name: round(chance, 4) for name, chance in chances.items()}
    label = max(shares, key=lambda name: shares[name])
    score = round(shares["positive"] - shares["negative"], 3)
    return Sentiment(label, score, shares[label] >= _SURE and not ironic, shares)


def _weight(notes: Notes, civic: bool) -> float:
    """Of the rules beside the models: the log odds of the strongest."""
    english = notes.language == "en"
    if notes.meaning is not None:
        # The encoder has read the whole text, so that the rules weigh less.
        if civic:
            return _IN_THE_CITY_AFTER
        return _IN_ENGLISH_AFTER if english else _ANYWHERE
    if civic:
        return _IN_THE_CITY
    if sum(fact.word.script != "" for fact in notes.facts) <= _SHORT:
        return _IN_FEW_WORDS
    return _IN_ENGLISH if english else _ANYWHERE


def _is_ironic(facts: list[Fact], praise: float, rest: float, civic: bool) -> bool:
    """Is there praise beside an ironic sign, or beside too much trouble of the city?

    `praise` is the sum of the positive tones, `rest` of the others and the trouble.
    """
    if not praise:
        return False
    return any("irony" in fact.roles for fact in facts) or (civic and rest <= _TOO_MUCH)


def _is_civic(notes: Notes) -> bool:
    """Is there a topic of the city on which cues and n-grams agree?"""
    cues = notes.values("topic")
    return any(
        topic.score > 0.5 and cues.get(topic.id, 0.0) > 0.5
        for topic in notes.topics
        if topic.id not in _SET_ASIDE
    )


def _has_topic(notes: Notes) -> bool:
    """Is there a sure topic for an office, by n-grams or cues?"""
    return any(
        topic.score > 0.5 and topic.id not in _SET_ASIDE for topic in notes.topics
    )


def mixture(
    shares: Sequence[tuple[float, Mapping[str, float]]],
) -> dict[str, float] | None:
    """The mean of several models' probabilities, weighed; None without any."""
    whole = sum(weight for weight, _ in shares)
    if not whole:
        return None
    return {
        label: sum(weight * chances[label] for weight, chances in shares) / whole
        for label in LABELS
    }


def _joined(model: Mapping[str, float], tone: float) -> Sentiment:
    """Bayes: the model's odds times those of the rules."""
    odds = {
        "negative": math.log(max(model["negative"], 1e-6)) - tone,
        "neutral": math.log(max(model["neutral"], 1e-6)),
        "positive": math.log(max(model["positive"], 1e-6)) + tone,
    }
    return of_chances(_chances(odds))


def _by_rule(tone: float, evidence: int, doubtful: bool) -> Sentiment:
    odds = {"negative": -_SLOPE * tone, "neutral": _NEUTRAL, "positive": _SLOPE * tone}
    chances = _chances(odds)
    label = max(odds, key=lambda name: odds[name])
    confident = evidence > 0 and not doubtful and chances[label] >= _CONFIDENT
    return Sentiment(label, round(tone, 3), confident, chances)


def _chances(odds: dict[str, float]) -> dict[str, float]:
    shares = softmax([odds[label] for label in LABELS])
    return {label: round(share, 4) for label, share in zip(LABELS, shares, strict=True)}


def _lexicon(facts: list[Fact]) -> tuple[float, int, float]:
    """(sum of tones, words with a tone, sum of the positive tones)."""
    total, toned_count, positive = 0.0, 0, 0.0
    contrast = 0
    for index, fact in enumerate(facts):
        if "contrast" in fact.roles:
            contrast = index
        if not fact.tone:
            continue
        tone = fact.tone * _neighbour_factor(facts, index)
        toned_count += 1
        total += tone
        positive += max(tone, 0.0)
    if contrast and toned_count > 1:
        after, _, _ = _plain(facts[contrast:])
        total += (_AFTER_BUT - 1.0) * after
    return total, toned_count, positive


def _plain(facts: list[Fact]) -> tuple[float, int, float]:
    tones = [
        f.tone * _neighbour_factor(facts, i) for i, f in enumerate(facts) if f.tone
    ]
    return sum(tones), len(tones), 0.0


def _neighbour_factor(facts: list[Fact], index: int) -> float:
    """The factor that the neighbours put on a tone.

    English denies before the word; Marathi and Hindi mostly after it.
    """
    factor = 1.0
    before = facts[max(0, index - 3) : index]
    after = facts[index + 1 : index + 3]
    if any("denies_before" in fact.roles for fact in before) or any(
        "denies_after" in fact.roles for fact in after
    ):
        factor *= _NEGATED
    if any("stronger" in fact.roles for fact in before[-2:]):
        factor *= _STRONGER
    return factor


def _trouble(notes: Notes) -> float:
    """Tone of the cues of trouble, at most three of them; each token counts once.

    Where the text has no topic of the city, "no" and "closed" weigh less.
    """
    used: set[int] = set()
    total = 0.0
    for hit in sorted(notes.hits, key=lambda hit: (hit.start - hit.end, hit.start)):
        if hit.cue.value not in ("trouble", "complaint", "help"):
            continue
        tokens = range(hit.start, hit.end)
        toned = any(notes.facts[token].tone < 0 for token in tokens)
        if used.isdisjoint(tokens) and not toned:
            used.update(tokens)
            total += _TROUBLE * hit.cue.weight
    share = 1.0 if notes.values("topic") else _ELSEWHERE
    return share * max(total, 3 * _TROUBLE)


def tone(key: str, stem: str) -> float:
    """The lexicon's tone of a word in [-3, 3], 0.0 when it has none."""
    tones = _tones()
    return tones.get(key) or tones.get(stem, 0.0)


def roles(key: str) -> frozenset[str]:
    """The parts a word can play: denies_before, denies_after, stronger, …"""
    return _roles().get(key, _NO_ROLES)


def toned_words() -> set[str]:
    """Keys of all words with a tone, emoji left out."""
    return {key for key in _tones() if key[0].isalpha()}


@lru_cache(maxsize=1)
def _tones() -> dict[str, float]:
    tones: dict[str, float] = {}
    for weight, by_language in lexicon.data("sentiment")["tones"].items():
        for words in by_language.values():
            for word in words:
                tones.setdefault(key_of(str(word)), float(weight))
    return tones


@lru_cache(maxsize=1)
def _roles() -> dict[str, frozenset[str]]:
    roles_by_key: dict[str, set[str]] = {}
    for role, words in lexicon.data("sentiment")["roles"].items():
        for word in words:
            roles_by_key.setdefault(key_of(str(word)), set()).add(role)
    return {key: frozenset(parts) for key, parts in roles_by_key.items()}
