"""The words of a question: as written, in other readings, and which are places."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from socialcell.language.transliteration import key
from socialcell.listening.guard.listed_subjects import SubjectWord
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.guard.query_ways import Term
from socialcell.listening.guard.spellings import plain, readings
from socialcell.listening.people import civic_words, listed_names
from socialcell.listening.people.listed_names import NameWord
from socialcell.listening.query.query_language import FieldTerm
from socialcell.text import index_form

_WORD_FIELDS = ("status", "department")
_WILD = re.compile("[*?]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


@dataclass(frozen=True)
class QueryToken:
    """A word as it is written, and what it stands for besides."""

    written: str
    is_prefix: bool
    is_tag: bool
    pattern: str | None


@dataclass(frozen=True)
class QueryWord:
    """A word as it is judged. `is_extra`: another reading of one before, which stands
    beside nothing."""

    forms: tuple[str, ...]
    token: QueryToken | None
    is_place: bool = False
    is_extra: bool = False

    @property
    def form(self) -> str:
        return self.forms[0]

    @property
    def as_subject(self) -> SubjectWord:
        token = self.token
        return SubjectWord(
            self.forms,
            is_prefix=token is not None and token.is_prefix,
            is_tag=token is not None and token.is_tag,
            is_place=self.is_place,
            pattern=token.pattern if token is not None else None,
        )

    @property
    def as_name(self) -> NameWord:
        is_prefix = self.token is not None and self.token.is_prefix
        return NameWord(self.forms, self.is_place, is_prefix)


def read_tokens(way: Sequence[Term]) -> Iterator[QueryToken]:
    """The words of terms that stand together, as they are written."""
    for term in way:
        if isinstance(term, FieldTerm):
            if term.name in _WORD_FIELDS:
                yield from (
                    QueryToken(word, False, False, None) for word in term.value.split()
                )
            continue
        for written in (term.written or term.text).split():
            ends_open = term.prefix or written.endswith(("*", "%"))
            spelt = plain(written)
            inside = spelt.strip("*%?#\"'").lower()
            yield QueryToken(
                written,
                is_prefix=ends_open,
                is_tag=spelt.startswith("#"),
                pattern=inside if _WILD.search(inside) else None,
            )


def read_words(tokens: Sequence[QueryToken], accounts: Accounts) -> Iterator[QueryWord]:
    """The words of tokens in their order, then other readings of them by themselves."""
    words: list[QueryWord] = []
    extras: list[QueryWord] = []
    for token in tokens:
        spelt = plain(token.written)
        pieces = index_form(_HUMP.sub(" ", spelt)).split()
        compact = readings(token.written)
        if len(pieces) == 1:
            words.append(QueryWord(_forms(pieces[0], compact), token))
        else:
            words += [
                QueryWord(
                    _forms(piece, readings(piece)),
                    QueryToken(piece, False, False, None),
                )
                for piece in pieces
            ]
            if compact:
                extras.append(QueryWord(compact, token, is_extra=True))
    yield from _with_places(_without_names(words, accounts.names))
    for extra in extras:
        yield from (_APART, extra)


_APART = QueryWord(("",), None, is_extra=True)


def _forms(first: str, others: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((first, *others)))


def _without_names(
    words: Sequence[QueryWord], names: Collection[str]
) -> list[QueryWord]:
    """The words, those that are a name of the registry as if they named a place."""
    named: set[int] = set()
    phrases = [name.split() for name in names]
    forms = [word.form for word in words]
    for phrase in phrases:
        for at in range(len(forms) - len(phrase) + 1):
            if forms[at : at + len(phrase)] == phrase:
                named.update(range(at, at + len(phrase)))
    return [
        QueryWord(word.forms, word.token, is_place=at in named)
        for at, word in enumerate(words)
    ]


def _with_places(words: Sequence[QueryWord]) -> list[QueryWord]:
    """The words, those that name a place of the gazetteer marked as such."""
    phrases, longest = civic_words.gazetteer_phrases(), civic_words.longest_phrase()
    sounds = [key(word.form) or word.form for word in words]
    marked: set[int] = set()
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            if tuple(sounds[at : at + length]) in phrases and (
                length > 1 or not listed_names.is_listed(words[at].form)
            ):
                marked.update(range(at, at + length))
                at += length - 1
                break
        at += 1
    forms = [word.form for word in words]
    marked.update(
        at for at in range(len(forms)) if civic_words.facility_at(forms, at + 1)
    )
    marked.update(civic_words.campaign_words(forms))
    return [
        QueryWord(word.forms, word.token, is_place=word.is_place or at in marked)
        for at, word in enumerate(words)
    ]
