"""What is not looked for: protests, politics, religion, caste, people's health, by the
words that stand for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from socialcell.language.words import key_of
from socialcell.message_catalog import Message
from socialcell.text import index_form

# The subjects of data/unwatched.yaml: each for people, and why it is not watched.
SUBJECTS = {
    "protests": (Message("privacy.protests"), Message("privacy.why_no_protests")),
    "politics": (Message("privacy.politics"), Message("privacy.why_no_politics")),
    "religion": (Message("privacy.religion"), Message("privacy.why_no_religion")),
    "caste": (Message("privacy.caste"), Message("privacy.why_no_caste")),
    "health": (Message("privacy.health"), Message("privacy.why_no_health")),
}
# Topics that are these by name.
TOPICS = ("politics",)
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_CIVIC, _SERVICE = "civic", "service"
# Lists of the file that have another meaning than a language's.
_CONTEXTS = {
    "unless_civic": _CIVIC,
    "asked_unless_civic": _CIVIC,
    "unless_service": _SERVICE,
}
_ASKED, _SAID = "asked_unless_civic", "said_only"


@dataclass(frozen=True)
class ProtectedTopic:
    """Why words are not watched: the `subject` and the word that says so."""

    subject: str  # protests, politics, religion, caste, health
    word: str

    @property
    def name(self) -> Message:
        """The subject, for people."""
        return SUBJECTS[self.subject][0]

    @property
    def reason(self) -> Message:
        """Why the subject is not watched."""
        return SUBJECTS[self.subject][1]


@dataclass(frozen=True)
class ListedWords:
    """Words that stand for a subject when all their `parts` stand together.

    The parts are keys, each with its star. Not beside words of the `context`: civic, of
    the city's work, or service, of what an office does; "" for none. `of_questions`:
    only of what is asked for; `of_texts`: only of what is said.
    """

    subject: str
    parts: tuple[str, ...]
    written: str
    context: str
    of_questions: bool
    of_texts: bool


def protected_topic_in(form: str, subject: str | None = None) -> ProtectedTopic | None:
    """What in a text, given in index form, must not be watched; None when nothing.

    With a `subject` only words of that one are looked for.
    """
    matching = frozenset[str]().union(*map(_parts_of, map(key_of, form.split())))
    if not matching:
        return None
    for entry in entries():
        if entry.of_questions or subject not in (None, entry.subject):
            continue
        if matching.issuperset(entry.parts):
            return ProtectedTopic(entry.subject, entry.written)
    return None


@lru_cache
def entries() -> Sequence[ListedWords]:
    """Every entry of data/unwatched.yaml, in its order."""
    return tuple(_read())


def _read() -> Iterator[ListedWords]:
    place = resources.files("socialcell.listening") / "data" / "unwatched.yaml"
    # Every word is a string: "no" is a word here.
    subjects: Any = yaml.load(place.read_bytes(), Loader=_LOADER)  # noqa: S506
    for subject, lists in subjects.items():
        for name, words in lists.items():
            for written in words:
                yield ListedWords(
                    subject=subject,
                    parts=_parts(written),
                    written=written.replace("*", ""),
                    context=_CONTEXTS.get(name, ""),
                    of_questions=name == _ASKED,
                    of_texts=name == _SAID,
                )


def _parts(entry: str) -> tuple[str, ...]:
    """The words of an entry as they are compared, each with its star."""
    return tuple(
        key_of(word) + ("*" if part.endswith("*") else "")
        for part in entry.split()
        for word in index_form(part).split()
    )


@lru_cache(maxsize=50_000)
def _parts_of(word: str) -> frozenset[str]:
    """Parts of entries that a word finds, whichever of them ends in a star."""
    parts = _every_part()
    open_ended = (f"{word[:length]}*" for length in range(1, len(word) + 1))
    return frozenset(part for part in (word, *open_ended) if part in parts)


@lru_cache
def _every_part() -> frozenset[str]:
    return frozenset(part for entry in entries() for part in entry.parts)
