"""Which language a text is in: by a model of letters, or by rules where it is short.

The rules: script first, then function words and word endings. They decide texts of
three words or fewer, and all texts where the model is absent or switched off.
"""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache

from socialcell.language import lexicon
from socialcell.language.notes import Fact
from socialcell.language.words import Word, key_of

_Votes = tuple[float, ...]
_NOTHING: _Votes = (0.0, 0.0, 0.0, 0.0, 0.0)
EN, HI, MR, HI_LATN, MR_LATN = range(5)
# Romanised writers borrow English words freely, so a little Hindi or Marathi decides.
_BORROWING = 0.3
_MARATHI_LETTERS = frozenset("ळॲऱ")
_BREATHED = re.compile("[bdkj]h|chh")  # rare in English words
_NUKTA = "\u093c"  # under a letter of its own: Hindi spelling
_FEW = 3  # words up to which the rules know better than the model
_CLOSE = 0.35  # chance of the second language from which a post is mixed
# Chance from which the model outvotes the rules: of English against Indian function
# words, of any language in few words.
_SURE = 0.99
_OF_SCRIPT = {"Deva": ("hi", "mr"), "Latn": ("en", "hi-Latn", "mr-Latn")}


@dataclass(frozen=True, slots=True)
class Identified:
    """The language, whether it is mixed, the script, and how likely each language is.

    `chances` is empty where nothing can be said of the language, and without English
    where it is doubtful; `english` is its chance all the same.
    """

    language: str
    mixed: bool
    script: str
    chances: Mapping[str, float] = field(default_factory=dict)
    english: float = 0.0


def is_for_model(rule: Identified) -> bool:
    """Is it in a script that the model knows?"""
    return rule.script in _OF_SCRIPT


def outside_names(facts: list[Fact], named: Set[int]) -> list[Fact]:
    """The words from which the language is identified: those that are no names.

    A name with a case ending counts.
    """
    if not named:
        return facts
    return [
        fact
        for position, fact in enumerate(facts)
        if position not in named or fact.word.key != fact.stem
    ]


def plain_text(outside: list[Fact]) -> str:
    """The text without its names."""
    return " ".join([fact.word.raw for fact in outside])


def count(outside: list[Fact]) -> int:
    """How many of them are words, and no signs, numbers or addresses."""
    return sum([fact.word.script != "" for fact in outside])


def by_rule(facts: list[Fact], outside: list[Fact]) -> Identified:
    """The language by script, function words and endings."""
    language, mixed, script = identify(facts, outside)
    chances = {} if language == "und" else {language: 1.0}
    return Identified(language, mixed, script, chances, chances.get("en", 0.0))


def by_model(rule: Identified, chances: Mapping[str, float], words: int) -> Identified:
    """The model's word among the languages of the script; mixed if two are close.

    Up to three words the label stays that of the rules unless the model is sure; the
    chances, which choose the model of sentiment, are those of the model even then.
    """
    possible = _OF_SCRIPT[rule.script]
    if rule.language in _OF_SCRIPT["Deva"]:
        possible = _OF_SCRIPT["Deva"]
    whole = sum(chances[language] for language in possible) or 1.0
    likelihoods = {language: chances[language] / whole for language in possible}
    english = likelihoods.get("en", 0.0)
    sentiment_languages = (
        likelihoods if words <= 2 * _FEW else _without_doubtful_english(likelihoods)
    )
    is_sure = max(likelihoods.values()) >= _SURE
    if rule.language == "und" or (words <= _FEW and not is_sure):
        return Identified(
            rule.language, rule.mixed, rule.script, sentiment_languages, english
        )
    first, second = sorted(likelihoods, key=lambda name: (-likelihoods[name], name))[:2]
    borrowed = "en" in (first, second) and likelihoods[second] >= _CLOSE
    if first == "en" and rule.language != "en" and likelihoods["en"] < _SURE:
        # Citizens borrow the city's nouns from English; the grammar is their own.
        first = rule.language
    return Identified(
        first, rule.mixed or borrowed, rule.script, sentiment_languages, english
    )


def _without_doubtful_english(chances: Mapping[str, float]) -> dict[str, float]:
    """The languages whose sentiment models are used: without English where it is in
    doubt, because the models of Indian languages have seen half-English posts."""
    rest = {name: chance for name, chance in chances.items() if name != "en"}
    whole = sum(rest.values())
    if chances.get("en", 0.0) >= _SURE or not whole:
        return dict(chances)
    return {name: chance / whole for name, chance in rest.items()}


def identify(facts: list[Fact], outside: list[Fact]) -> tuple[str, bool, str]:
    """(language id, is it mixed, ISO 15924 script) of a text's words.

    All count for the script, those `outside` names have a vote on the language: Indian
    place names in English text look like romanised Hindi.
    """
    votes = [0.0] * 5
    letters: dict[str, int] = {}
    words: dict[str, int] = {}
    for fact in facts:
        if script := fact.word.script:
            letters[script] = letters.get(script, 0) + fact.word.letters
    for fact in outside:
        script = fact.word.script
        if not script:
            continue
        words[script] = words.get(script, 0) + 1
        if fact.votes is not None:
            for index, vote in enumerate(fact.votes):
                votes[index] += vote
    if not letters:
        return "und", False, "Zyyy"
    script = max(letters, key=lambda code: (letters[code], code))
    devanagari, latin = words.get("Deva", 0), words.get("Latn", 0)
    two_scripts = min(devanagari, latin) >= 3 and (
        min(devanagari, latin) >= 0.25 * (devanagari + latin)
    )
    if letters.get("Deva", 0) >= 0.5 * letters.get("Latn", 0) and script in (
        "Deva",
        "Latn",
    ):
        language = _devanagari(votes, devanagari)
        return language, two_scripts, script
    if script == "Latn":
        language, two_languages = _latin(votes, latin)
        return language, two_scripts or two_languages, script
    return "und", False, script


def _devanagari(votes: list[float], words: int) -> str:
    if votes[MR] == votes[HI]:
        # The city writes Marathi; one or two words without a sign prove nothing.
        return "mr" if votes[MR] or words > 2 else "und"
    return "mr" if votes[MR] > votes[HI] else "hi"


def _latin(votes: list[float], words: int) -> tuple[str, bool]:
    english = votes[EN]
    indic = max(votes[HI_LATN], votes[MR_LATN])
    if indic == english == 0:
        return ("en" if words > 2 else "und"), False
    mixed = min(english, indic) >= 2 and min(english, indic) >= 0.4 * max(
        english, indic
    )
    if indic <= _BORROWING * english:
        return "en", mixed
    return ("mr-Latn" if votes[MR_LATN] > votes[HI_LATN] else "hi-Latn"), mixed


def votes(word: Word) -> _Votes | None:
    """How much a word speaks for each language, None for nothing; pure."""
    listed_votes = _function_words().get(word.key)
    if listed_votes is not None:
        return listed_votes
    if word.script == "Deva":
        form_votes = _by_letters(word)
    elif word.script == "Latn":
        form_votes = _by_sound(word.key)
    else:
        return None
    return form_votes if any(form_votes) else None


def _by_letters(word: Word) -> _Votes:
    votes = list(_by_ending(word.key))
    if not _MARATHI_LETTERS.isdisjoint(word.raw):
        votes[MR] += 0.7
    if _NUKTA in word.raw:
        votes[HI] += 0.7
    return tuple(votes)


def _by_sound(key: str) -> _Votes:
    votes = list(_by_ending(key))
    if _BREATHED.search(key):
        votes[HI_LATN] += 0.3
        votes[MR_LATN] += 0.3
    return tuple(votes)


def _by_ending(key: str) -> _Votes:
    endings = _word_endings()
    for length in range(min(6, len(key) - 2), 0, -1):
        votes = endings.get(key[-length:])
        if votes is not None:
            return votes
    return _NOTHING


@lru_cache(maxsize=1)
def _function_words() -> dict[str, _Votes]:
    return _table("words")


@lru_cache(maxsize=1)
def _word_endings() -> dict[str, _Votes]:
    return _table("endings")


def _table(part: str) -> dict[str, _Votes]:
    rows: dict[str, list[float]] = {}
    for index, language in enumerate(lexicon.LANGUAGES):
        for weight, words in lexicon.data("function_words")[part][language].items():
            for word in words:
                row = rows.setdefault(key_of(str(word)), [0.0] * 5)
                row[index] = max(row[index], float(weight))
    return {word: tuple(row) for word, row in rows.items()}
