"""Case endings: which known word a written word is a form of, and where it ends.

Marathi and Hindi glue endings to names (कोथरूडमध्ये, पुण्यात, Kothrudla). Only words
that are known are cut, so an unknown word is never changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from socialcell.language.words import key_of

_CONSONANT_FINAL = range(0x0915, 0x093A)
_SHORTEST_LATIN = 4  # shorter words are found inside too many others
_SHORTEST_DEVANAGARI = 2


@dataclass(frozen=True, slots=True)
class Endings:
    """Endings as comparison keys: after Devanagari, after Latin, and particles."""

    devanagari: frozenset[str]
    latin: frozenset[str]
    latin_common: frozenset[str]  # for common words only, never for names

    @classmethod
    def of(cls, lists: dict[str, list[str]]) -> "Endings":
        """From the lists of `endings.yaml`."""
        return cls(
            _with_particles(lists["devanagari"], lists["devanagari_particles"]),
            _with_particles(lists["latin"], lists["latin_particles"]),
            frozenset(map(key_of, lists["latin_common"])),
        )


class Stems:
    """Finds the known word inside a written word; every answer is remembered."""

    def __init__(
        self, names: Iterable[str], common: Iterable[str], endings: Endings
    ) -> None:
        """`names` and `common` are single words as comparison keys."""
        self._endings = endings
        named, words = frozenset(names), frozenset(common)
        self._names = named - words
        self._plural = {form: word for word in sorted(words) for form in _plurals(word)}
        # The data may list a plural beside its singular: the singular stands for both.
        self._known_words = self._names | (words - self._plural.keys())
        self._oblique: dict[str, str] = {}
        for word in sorted(self._known_words):
            for form in _obliques(word):
                self._oblique.setdefault(form, word)
        self._starts = {word[:2] for word in self._known_words}
        # A listed word that is a form of a name must not hide the name.
        self._known_words -= {
            word for word in words - named if self._cut(word)[0] in named
        }
        forms = self._known_words | self._oblique.keys() | self._plural.keys()
        self._longer_starts = {form[:3] for form in forms}
        self._answers: dict[str, tuple[str, int]] = {}

    def split(self, raw: str) -> tuple[str, int]:
        """(key of the known word, code points of `raw` that belong to it)."""
        answer = self._answers.get(raw)
        if answer is None:
            if len(self._answers) > 200_000:
                self._answers.clear()
            answer = self._answers[raw] = self._split(raw)
        return answer

    def norm(self, raw: str) -> str:
        """The key alone: what spaCy's NORM holds for a word."""
        return self.split(raw)[0]

    def _split(self, raw: str) -> tuple[str, int]:
        key = key_of(raw)
        if key in self._known_words or key[:2] not in self._starts or len(raw) > 60:
            return key, len(raw)
        if key in self._plural:
            return self._plural[key], len(raw)
        if self._longer_starts.isdisjoint((key[:2], key[:3])):
            return key, len(raw)
        return self._cut(raw)

    def _cut(self, raw: str) -> tuple[str, int]:
        """The longest known word that `raw` begins with, if an ending follows it."""
        key = key_of(raw)
        latin = key.isascii()
        endings = self._endings.latin if latin else self._endings.devanagari
        shortest = _SHORTEST_LATIN if latin else _SHORTEST_DEVANAGARI
        common: frozenset[str] = self._endings.latin_common if latin else frozenset()
        for cut in range(len(raw) - 1, shortest - 1, -1):
            ending = key_of(raw[cut:])
            if ending not in endings and ending not in common:
                continue
            word = self._base(key_of(raw[:cut]))
            if word is None or len(word) < shortest:
                continue
            if ending in endings or word not in self._names:
                return word, cut
        return key, len(raw)

    def _base(self, form: str) -> str | None:
        if form in self._known_words:
            return form
        return self._oblique.get(form) or self._plural.get(form)


def _obliques(word: str) -> Iterable[str]:
    """Forms that only stand before an ending: पुणे gives पुण्या, pune gives punya."""
    if word.isascii():
        if len(word) < _SHORTEST_LATIN:
            return ()
        if word[-1] in "aei":
            return (word[:-1] + "ya", word[:-1] + "yan", word[:-1] + "ia")
        return (word + "a", word + "an", word + "e", word + "i")
    last, stem = word[-1], word[:-1]
    if ord(last) in _CONSONANT_FINAL:
        return tuple(word + sign for sign in ("ा", "ां", "े", "ि", "िं", "ों"))
    if last == "ा":
        return tuple(stem + sign for sign in ("्या", "्यां", "े", "ां", "ों"))
    if last == "े":
        return (stem + "्या", stem + "्यां")
    if last == "ि":
        return (stem + "्या", stem + "्यां", word + "ं", word + "यों")
    return ()


def _plurals(word: str) -> Iterable[str]:
    """Forms that stand alone too: खड्डा gives खड्डे, khadda gives khadde."""
    if word.isascii():
        if len(word) < _SHORTEST_LATIN or word[-1] not in "ai":
            return ()
        return (
            (word[:-1] + "e",) if word[-1] == "a" else (word + "yan", word[:-1] + "ya")
        )
    last, stem = word[-1], word[:-1]
    if last == "ा":
        return (stem + "े", stem + "ों", stem + "ें", word + "एं")
    if last == "ि":
        return (stem + "्या", word + "यां", word + "यों")
    if ord(last) in _CONSONANT_FINAL and len(word) > 2:
        return (word + "े", word + "ें", word + "ों")
    return ()


def _with_particles(endings: list[str], particles: list[str]) -> frozenset[str]:
    plain = [key_of(ending) for ending in endings]
    glued = [
        ending + key_of(particle) for ending, particle in product(plain, particles)
    ]
    return frozenset([*plain, *glued, *map(key_of, particles)])
