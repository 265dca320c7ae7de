"""What no rule and no source may ask for: protests, politics, religion, caste, health,
a private person."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, TypeAlias

import yaml

from socialcell.clock import SystemClock
from socialcell.errors import UsageError
from socialcell.language import concepts, read
from socialcell.language.words import key_of
from socialcell.listening.people import masking
from socialcell.listening.query.query_language import (
    And,
    FieldTerm,
    Node,
    Not,
    Or,
    TextTerm,
    parse,
)
from socialcell.message_catalog import Message, Parameter
from socialcell.text import index_form

# The sentence that something about a subject is refused.
Refusal: TypeAlias = Callable[[Parameter], Message]

# The subjects of data/unwatched.yaml: each for people, and why it is not watched.
_SUBJECTS = {
    "protests": (Message("privacy.protests"), Message("privacy.why_no_protests")),
    "politics": (Message("privacy.politics"), Message("privacy.why_no_politics")),
    "religion": (Message("privacy.religion"), Message("privacy.why_no_religion")),
    "caste": (Message("privacy.caste"), Message("privacy.why_no_caste")),
    "health": (Message("privacy.health"), Message("privacy.why_no_health")),
}
# Topics that are these by name.
TOPICS = ("politics",)
# A shorter beginning of a word finds too much else to ask for a name.
_SHORTEST_PREFIX = 4
# A shorter word is one of a language, even where somebody has it for a handle.
_SHORTEST_HANDLE = 6
_HANDLE = re.compile(r"[a-z][a-z0-9_.]{2,}")
_STARRED_HANDLE = re.compile(r"[@＠﹫]\s*[\w.]*\*")


@dataclass(frozen=True)
class ProtectedTopic:
    """Why words are not watched: the `subject` and the word that says so."""

    subject: str  # protests, politics, religion, caste, health
    word: str

    @property
    def name(self) -> Message:
        """The subject, for people."""
        return _SUBJECTS[self.subject][0]

    @property
    def reason(self) -> Message:
        """Why the subject is not watched."""
        return _SUBJECTS[self.subject][1]


def protected_topic_in(form: str, subject: str | None = None) -> ProtectedTopic | None:
    """What in a text, given in index form, must not be watched; None when nothing.

    With a `subject` only words of that one are looked for.
    """
    return _listed([(word, False) for word in form.split()], subject)


@dataclass(frozen=True)
class Accounts:
    """Whom a query may name: `handles` of the registry without @, in lower case,
    and the `names` of its accounts in index form.

    `is_held` says whether a handle, or with True any that begins so, is that of an
    account whose posts are held and that is not in the registry.
    """

    handles: Collection[str]
    names: Collection[str] = ()
    is_held: Callable[[str, bool], bool] = lambda _handle, _prefix: False


def refuse(query: str, accounts: Accounts) -> None:
    """UsageError, with the reason, for a query that a rule must not ask for.

    What a query excludes it may name, but no handle with its @. QueryError for one that
    cannot be read.
    """
    refuse_parts(
        list(_included_terms(parse(query, now=SystemClock().now()))),
        query,
        accounts,
        _no_rule,
    )


def _no_rule(subject: Parameter) -> Message:
    return Message("privacy.no_rule_about", {"subject": subject})


def refuse_parts(
    parts: Sequence[TextTerm | FieldTerm],
    text: str,
    accounts: Accounts,
    refusal: Refusal,
) -> None:
    """UsageError, with the reason, when one of the parts must not be searched for.

    `text` is looked through for handles, addresses and numbers. `refusal` says of a
    subject what is refused: that no rule is written, no source added.
    """
    _refuse_topics(parts, refusal)
    words = [part for part in parts if isinstance(part, TextTerm)]
    listed = _listed([(w, part.prefix) for part in words for w in part.text.split()])
    listed = listed or _tagged(words)
    if listed is not None:
        raise UsageError(
            "privacy.protected_word",
            refusal=refusal(listed.name),
            reason=listed.reason,
            word=listed.word,
        )
    handles = {handle.lower() for handle in accounts.handles}
    for part in parts:
        who = (
            part.value if isinstance(part, FieldTerm) and part.name == "from" else None
        )
        if who is not None and who.lower().lstrip("@") not in handles:
            raise _private(who, refusal)
    # A star makes of a registered handle the beginning of many.
    starred = _STARRED_HANDLE.search(text)
    shown = masking.masked(text, lambda _host, who: who.lower() in handles)
    if starred or shown != text:
        raise _private(Message("privacy.handle_address_or_number"), refusal)
    for part in words:
        if _is_handle(part, handles, accounts):
            raise _private(part.written, refusal)
    person = _person(words, accounts.names)
    if person is not None:
        raise _private(person, refusal)


def is_person_name(word: str) -> bool:
    """Whether a word is one of the listed given names and surnames."""
    return key_of(index_form(word)) in _names()


def _refuse_topics(parts: Sequence[TextTerm | FieldTerm], refusal: Refusal) -> None:
    for part in parts:
        if (
            isinstance(part, FieldTerm)
            and part.name == "topic"
            and part.value in TOPICS
        ):
            subject, reason = _SUBJECTS[part.value]
            raise UsageError(
                "privacy.protected_topic", refusal=refusal(subject), reason=reason
            )


def _private(words: Parameter, refusal: Refusal) -> UsageError:
    person = Message("privacy.private_person", {"words": words})
    return UsageError("privacy.private_person_refused", refusal=refusal(person))


def _is_handle(part: TextTerm, handles: Collection[str], accounts: Accounts) -> bool:
    """Whether a word is somebody's handle that is written without its @."""
    sign, prefix = part.written.startswith("#"), part.written.endswith("*")
    word = part.written.strip("#*.,").lower()
    if not _HANDLE.fullmatch(word) or (word in handles and not prefix):
        return False
    pieces = [piece for piece in re.split(r"[_.\d]+", word) if piece]
    if "_" in word and not sign:
        return True  # words of a language are not written so
    if len(pieces) == 1 and pieces[0] != word and pieces[0] in _names():
        return True  # rahul1987
    if any(_is_joined(piece) for piece in pieces):
        return True
    is_word = len(word) < _SHORTEST_HANDLE or concepts.find(word) is not None
    return not is_word and accounts.is_held(word, prefix)


def _is_joined(word: str) -> bool:
    """Whether a word is two names without a space: rahulpatil."""
    names = _names()
    return any(
        word[:cut] in names and word[cut:] in names
        for cut in range(_SHORTEST_PREFIX, len(word) - _SHORTEST_PREFIX + 1)
    )


def _included_terms(
    node: Node, is_included: bool = True
) -> Iterator[TextTerm | FieldTerm]:
    """The words and fields that a query asks for, not those that it excludes."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _included_terms(part, is_included)
        case Not(part):
            yield from _included_terms(part, not is_included)
        case _ if is_included:
            yield node


def _listed(
    words: list[tuple[str, bool]], only: str | None = None
) -> ProtectedTopic | None:
    """The first entry of the lists, or of `only` one subject, whose parts all stand
    among these (word, prefix)."""
    matching_words = frozenset[str]().union(
        *(_matching_parts(key_of(word), pre) for word, pre in words)
    )
    for subject, parts, written in _entries():
        if only in (None, subject) and matching_words.issuperset(parts):
            return ProtectedTopic(subject, written)
    return None


def _tagged(words: Sequence[TextTerm]) -> ProtectedTopic | None:
    """The first entry with which a #tag ends that is several words: #puneprotest."""
    tags = [key_of(part.text) for part in words if part.written.startswith("#")]
    for subject, parts, written in _entries():
        stem = parts[0].rstrip("*")
        if len(parts) > 1 or len(stem) < _SHORTEST_HANDLE:
            continue
        if any(tag.endswith(stem) and len(tag) >= len(stem) + 3 for tag in tags):
            return ProtectedTopic(subject, written)
    return None


@lru_cache(maxsize=50_000)
def _matching_parts(word: str, prefix: bool) -> frozenset[str]:
    """Parts of entries that a word finds, whichever of them ends in a star."""
    return frozenset(
        part
        for _, parts, _ in _entries()
        for part in parts
        if _matches_part(part, word, prefix)
    )


def _matches_part(part: str, word: str, prefix: bool) -> bool:
    stem = part.rstrip("*")
    if stem != part and word.startswith(stem):
        return True
    return stem.startswith(word) if prefix else stem == word


def _person(words: Sequence[TextTerm], names: Collection[str]) -> str | None:
    """A person's name that is asked for; those of places and of the registry may be."""
    query_text = " ".join(leaf.text for leaf in words)
    for name in names:
        query_text = query_text.replace(name, " ")
    (analysis,) = read([query_text])
    rest = query_text
    for entity in reversed(analysis.entities):
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
def _entries() -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """(subject, keys of the parts, as it is written) of every word listed."""
    return tuple(
        (subject, _parts(entry), entry.replace("*", ""))
        for subject, lists in _data("unwatched").items()
        for words in lists.values()
        for entry in words
    )


def _parts(entry: str) -> tuple[str, ...]:
    """The words of an entry as they are compared, each with its star."""
    return tuple(
        key_of(word) + ("*" if part.endswith("*") else "")
        for part in entry.split()
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


def _data(name: str) -> Any:
    place = resources.files("socialcell.listening") / "data" / f"{name}.yaml"
    # Every word is a string: "no" is a word here.
    return yaml.load(place.read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506
