"""What no alert may rest on: protests, politics, religion, caste, a private person."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from socialcell.errors import UsageError
from socialcell.language import read
from socialcell.language.words import key_of
from socialcell.listening import masking
from socialcell.listening.query import And, Field, Node, Not, Or, Words, parse
from socialcell.text import index_form

# Topics that are these by name.
TOPICS = ("politics",)
# A shorter beginning of a word finds too much else to ask for a name.
_SHORTEST_PREFIX = 4


@dataclass(frozen=True)
class Unwatched:
    """Why words are not watched: the `subject`, the word that says so, the reason."""

    subject: str  # protests, politics, religion, caste
    word: str
    reason: str


def found_in(form: str) -> Unwatched | None:
    """What in a text, given in index form, must not be watched; None when nothing."""
    return _listed([(word, False) for word in form.split()])


def refuse(query: str, registered: Collection[str], names: Collection[str]) -> None:
    """UsageError, with the reason, for a query that a rule must not ask for.

    `registered` are handles of the registry without @, in lower case; `names` the
    names of its accounts in index form. What a query excludes it may name. QueryError
    for one that cannot be read.
    """
    leaves = list(_asked(parse(query)))
    _refuse_topics(leaves)
    words = [leaf for leaf in leaves if isinstance(leaf, Words)]
    named = _listed([(w, leaf.prefix) for leaf in words for w in leaf.text.split()])
    if named is not None:
        raise UsageError(
            f"No rule is written about {named.subject}: {named.reason}. "
            f"The word: {named.word}."
        )
    known = {handle.lower() for handle in registered}
    for leaf in leaves:
        who = leaf.value if isinstance(leaf, Field) and leaf.name == "from" else None
        if who is not None and who.lower().lstrip("@") not in known:
            raise _private(who)
    if masking.masked(query, lambda _host, who: who.lower() in known) != query:
        raise _private("a handle, an address or a number")
    person = _person(words, names)
    if person is not None:
        raise _private(person)


def _refuse_topics(leaves: list[Words | Field]) -> None:
    for leaf in leaves:
        if isinstance(leaf, Field) and leaf.name == "topic" and leaf.value in TOPICS:
            reason = _subjects()[leaf.value]["reason"].strip()
            raise UsageError(f"No rule is written about {leaf.value}: {reason}.")


def _private(what: str) -> UsageError:
    return UsageError(
        f"No rule is written about a private person ({what}): only accounts of the "
        "registry are asked for by name. A place is written with its whole name, or as "
        "ward:…"
    )


def _asked(node: Node, wanted: bool = True) -> Iterator[Words | Field]:
    """The words and fields that a query asks for, not those that it excludes."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _asked(part, wanted)
        case Not(part):
            yield from _asked(part, not wanted)
        case _ if wanted:
            yield node


def _listed(words: list[tuple[str, bool]]) -> Unwatched | None:
    """The first entry of the lists whose parts all stand among these (word, prefix)."""
    met = frozenset[str]().union(*(_met(key_of(word), pre) for word, pre in words))
    for subject, reason, parts, said in _entries():
        if met.issuperset(parts):
            return Unwatched(subject, said, reason)
    return None


@lru_cache(maxsize=50_000)
def _met(word: str, prefix: bool) -> frozenset[str]:
    """Parts of entries that a word finds, whichever of them ends in a star."""
    return frozenset(
        part
        for _, _, parts, _ in _entries()
        for part in parts
        if _meets(part, word, prefix)
    )


def _meets(part: str, word: str, prefix: bool) -> bool:
    stem = part.rstrip("*")
    if stem != part and word.startswith(stem):
        return True
    return stem.startswith(word) if prefix else stem == word


def _person(words: list[Words], names: Collection[str]) -> str | None:
    """A person's name that is asked for; those of places and of the registry may be."""
    said = " ".join(leaf.text for leaf in words)
    for name in names:
        said = said.replace(name, " ")
    (reading,) = read([said])
    rest = said
    for entity in reversed(reading.entities):
        if entity.label == "PERSON":
            return entity.text
        if entity.id is not None:
            rest = rest[: entity.start] + " " + rest[entity.end :]
    prefixes = {key_of(leaf.text) for leaf in words if leaf.prefix}
    for word in rest.split():
        key = key_of(word)
        longer = key in prefixes and len(key) >= _SHORTEST_PREFIX
        if key in _names() or (longer and any(n.startswith(key) for n in _names())):
            return word
    return None


@lru_cache
def _entries() -> tuple[tuple[str, str, tuple[str, ...], str], ...]:
    """(subject, reason, keys of the parts, as it is written) of every word listed."""
    return tuple(
        (subject, lists["reason"].strip(), _parts(said), said.replace("*", ""))
        for subject, lists in _subjects().items()
        for language, words in lists.items()
        if language != "reason"
        for said in words
    )


def _parts(said: str) -> tuple[str, ...]:
    """The words of an entry as they are compared, each with its star."""
    return tuple(
        key_of(word) + ("*" if part.endswith("*") else "")
        for part in said.split()
        for word in index_form(part).split()
    )


@lru_cache
def _names() -> frozenset[str]:
    lists = _data("person_names")
    return frozenset(
        key_of(index_form(name))
        for kind in lists.values()
        for names in kind.values()
        for name in names
    )


@lru_cache
def _subjects() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = _data("unwatched")
    return found


def _data(name: str) -> Any:
    place = resources.files("socialcell.listening") / "data" / f"{name}.yaml"
    # Every word is a string: "no" is a word here.
    return yaml.load(place.read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506
