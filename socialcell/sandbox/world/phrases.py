"""Sentences from patterns: slots are filled, places inserted, spelling slips added."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random

from socialcell.sandbox.post import Labels
from socialcell.sandbox.words import table
from socialcell.sandbox.world.places import CityPlace

SENTIMENT = {"neg": "negative", "neu": "neutral", "pos": "positive"}
# The intents of the stories, by the product's vocabulary.
INTENT = {
    "reply_same": "complaint",
    "reply_thanks": "praise",
    "reply_angry": "complaint",
    "city_ask": "information",
    "city_token": "information",
    "city_refer": "information",
    "quote": "information",
    "rescue": "help",
    "watching": "information",
    "old_video": "information",
    "debunk": "information",
    "anger": "complaint",
    "closure_notice": "information",
    "closure": "complaint",
    "leak": "complaint",
    "false_first": "complaint",
    "false_closed": "information",
    "false_angry": "complaint",
    "false_pile": "complaint",
}
_PART = re.compile(r"\[[^\]]*\]|\{\w+\}|[^\[{]+")
_OPTIONAL_PLACE = re.compile(r"\[[^\]]*\{p(in)?\}[^\]]*\]")
_SHORT = {
    "please": "pls",
    "Please": "Pls",
    "you": "u",
    "are": "r",
    "thank you": "thx",
    "because": "coz",
    "nahi": "nhi",
    "hai": "h",
    "people": "ppl",
    "complaint": "complain",
    "kachra": "kacra",
    "ahe": "aahe",
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A sentence pattern, with the true labels of every sentence of it."""

    intent: str
    language: str
    mixed: bool
    topic: str
    sentiment: str
    urgency: str
    owner: str | None
    sentence: str

    @property
    def language_group(self) -> str:
        """mr, hi or en; latin for whatever is romanised or mixes languages."""
        is_latin = self.mixed or self.language.endswith("-Latn")
        return "latin" if is_latin else self.language

    def labels(self, places: tuple[str, ...] = (), topic: str | None = None) -> Labels:
        """The true labels of a sentence of this pattern."""
        return Labels(
            self.language,
            self.mixed,
            INTENT.get(self.intent, self.intent),
            topic or ("other" if self.topic == "-" else self.topic),
            self.sentiment,
            self.urgency,
            self.owner,
            places,
        )


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every sentence pattern of the city, in the order of the word files."""
    names = ("complaints.txt", "talk.txt", "story.txt")
    return tuple(_pattern(*columns) for name in names for columns in table(name))


@cache
def of_intent(intent: str) -> tuple[Pattern, ...]:
    return tuple(p for p in patterns() if p.intent == intent)


def write_sentence(
    pattern: Pattern,
    rng: Random,
    where: CityPlace | None = None,
    words: Mapping[str, str] | None = None,
    slips: bool = True,
) -> tuple[str, tuple[str, ...]]:
    """A sentence, and the places in it as written.

    Without `where` the bracketed part of the pattern is left out. `words` fills slots
    of the story (figures, lists); KeyError for an unknown slot, which is a defect of the word files.
    """
    filler = _Filler(pattern.language, rng, where, words or {}, slips)
    text = filler.fill(pattern.sentence)
    return " ".join(text.split()), tuple(filler.places)


class _Filler:
    def __init__(
        self,
        language: str,
        rng: Random,
        where: CityPlace | None,
        words: Mapping[str, str],
        slips: bool,
    ) -> None:
        self.language, self.rng, self.where, self.words = language, rng, where, words
        rate = {"en": 0.15, "mr": 0.08, "hi": 0.08}.get(language, 0.3)
        self.slip = slips and rng.random() < rate
        self.places: list[str] = []

    def fill(self, sentence: str) -> str:
        return "".join(self.part(part) for part in _PART.findall(sentence))

    def part(self, part: str) -> str:
        if part.startswith("["):
            if self.where is None and _OPTIONAL_PLACE.match(part):
                return ""
            return self.fill(part[1:-1])
        if part.startswith("{"):
            return self.slot(part[1:-1])
        return _slip(part, self.language, self.rng) if self.slip else part

    def slot(self, name: str) -> str:
        if name in self.words:
            return self.words[name]
        if name == "n":
            return str(self.rng.randint(2, 9))
        if name == "n2":
            return str(self.rng.randint(11, 96))
        if name in ("p", "pin"):
            if self.where is None:
                raise KeyError(f"a pattern needs a place outside brackets: {name}")
            return self.place(self.where, inside=name == "pin")
        return self.rng.choice(_choices()[name, self.language])

    def place(self, where: CityPlace, inside: bool) -> str:
        if inside:
            form = where.inside(self.language, self.rng)
        else:
            form = where.written(self.language, self.rng)
        self.places.append(form)
        return form


def _slip(text: str, language: str, rng: Random) -> str:
    """One spelling slip: a short form, a lost or a swapped letter."""
    if language in ("mr", "hi"):
        swap = rng.choice([("ी", "ि"), ("ू", "ु"), ("ं", "")])
        return text.replace(*swap, 1)
    for long, short in _SHORT.items():
        if re.search(rf"\b{long}\b", text) and rng.random() < 0.5:
            return re.sub(rf"\b{long}\b", short, text, count=1)
    words = list(re.finditer(r"[A-Za-z]{5,}", text))
    if not words or rng.random() < 0.4:
        return text
    at = rng.choice(words).start() + rng.randint(1, 3)
    if rng.random() < 0.5:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


@cache
def _choices() -> dict[tuple[str, str], list[str]]:
    rows = table("slots.txt")
    return {(s, lang): [c.strip() for c in v.split(";")] for s, lang, v in rows}


def _pattern(
    intent: str,
    language: str,
    topic: str,
    sentiment: str,
    urgency: str,
    owner: str,
    sentence: str,
) -> Pattern:
    return Pattern(
        intent,
        language.removesuffix("+"),
        language.endswith("+"),
        topic,
        SENTIMENT[sentiment],
        urgency,
        None if owner == "-" else owner,
        sentence,
    )
