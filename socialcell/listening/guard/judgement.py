"""Whether something may be looked for: one judgement of sources, rules, searches and
whatever else stores or runs a question.

Nobody looks for a private person, protests, politics, religion, caste or somebody's
health, however it is spelt. What the city does may be asked for, and what the registry
names.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from socialcell.language import read
from socialcell.language.transliteration import key
from socialcell.listening.guard import listed_subjects, person_signs
from socialcell.listening.guard.listed_subjects import SubjectWord
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.guard.spellings import is_legible, plain, readings
from socialcell.listening.people import civic_words, listed_names, name_lists
from socialcell.listening.people.listed_names import NameWord
from socialcell.listening.people.protected_topics import SUBJECTS, TOPICS
from socialcell.listening.query import platform_query, query_language
from socialcell.listening.query.query_language import (
    And,
    FieldTerm,
    Node,
    Not,
    Or,
    TextTerm,
)
from socialcell.message_catalog import Message, Parameter
from socialcell.text import index_form

PERSON = "person"
ILLEGIBLE = "illegible"

Term: TypeAlias = TextTerm | FieldTerm
# The sentence that something about a subject is refused.
Refusal: TypeAlias = Callable[[Parameter], Message]
# Terms that stand together, for each way in which a question can be fulfilled.
Ways: TypeAlias = Sequence[Sequence[Term]]

_MOST_WAYS = 64
_WORD_FIELDS = ("status", "department")
# Four letters and more with a space between; two spaces end a word.
_SPELT_APART = re.compile(r"(?<!\S)\S(?: \S){3,}(?!\S)")
_WILD = re.compile("[*?]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
_FEED_WORDS = frozenset({"rss", "atom", "xml", "feed", "feeds"})
_HOST_OF_POSTS = re.compile(
    r"/(?:status(?:es)?|posts?|comments|videos?|reel|p|shorts|watch)(?:/|\?|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Objection:
    """Why something is not looked for. `ground` is a subject, PERSON or ILLEGIBLE,
    `word` the listed word of a subject, which names nobody; `shown` what is said of a
    person or a word to whoever asked. `is_account`: that of a field from:; `account_of`
    is the platform where it is the number of an account."""

    ground: str
    word: str | None = None
    shown: Parameter = ""
    by_topic: bool = False
    is_account: bool = False
    account_of: str | None = None

    @property
    def is_subject(self) -> bool:
        return self.ground in SUBJECTS

    def message(self, refusal_of: Refusal) -> Message:
        """The refusal for people. `refusal_of` says what is refused of a subject: that
        no rule is written, no source added."""
        if self.ground == ILLEGIBLE:
            return Message("guard.illegible_word", {"word": self.shown})
        if self.account_of is not None:
            parameters = {"number": self.shown, "platform": self.account_of}
            return Message("sources.private_account", parameters)
        if self.ground == PERSON:
            person = Message("privacy.private_person", {"words": self.shown})
            refusal = refusal_of(person)
            return Message("privacy.private_person_refused", {"refusal": refusal})
        name, reason = SUBJECTS[self.ground]
        refusal = refusal_of(name)
        if self.by_topic:
            return Message(
                "privacy.protected_topic", {"refusal": refusal, "reason": reason}
            )
        return Message(
            "privacy.protected_word",
            {"refusal": refusal, "reason": reason, "word": self.word or ""},
        )


def judge_query(
    query: str, accounts: Accounts, now: datetime, *, keep_topics: bool = True
) -> Objection | None:
    """What stands against a query in our own language; None: it may be asked.

    What it excludes it may name, but no handle with its @. Without `keep_topics` the
    field topic: is passed over. QueryError for one that cannot be read.
    """
    ways = _ways(query_language.parse(query, now=now))
    if not keep_topics:
        ways = [[term for term in way if not _is_topic(term)] for way in ways]
    return judge(ways, query, accounts)


def judge_platform_query(query: str, accounts: Accounts) -> Objection | None:
    """The same of a query in a platform's own words."""
    text = platform_query.without_left_out(query)
    return judge(_ways(platform_query.read_query(query)), text, accounts)


def judge_words(words: str, accounts: Accounts) -> Objection | None:
    """The same of words that stand together: a sentence, a #tag."""
    term = TextTerm(index_form(words), written=words)
    return judge([[term]], words, accounts)


def judge_address(url: str, accounts: Accounts) -> Objection | None:
    """The same of a web address: the words of its path, and what it is asked for; not
    those of its host, nor whose one post it is."""
    url = unquote(unquote(url))
    parts = urlsplit(url)
    path_words = re.split(r"[/_.-]+", parts.path)
    # Words of a path are written together, as those of a #tag are.
    path = " ".join(
        f"#{word}" for word in path_words if word and word.lower() not in _FEED_WORDS
    )
    is_post = _HOST_OF_POSTS.search(parts.path) is not None
    text = "" if is_post else url
    objection = judge([[TextTerm(index_form(path), written=path)]], text, accounts)
    for _, parameter in parse_qsl(parts.query):
        objection = objection or judge_platform_query(parameter, accounts)
    return objection


def judge_account(handle: str, name: str, accounts: Accounts) -> Objection | None:
    """What stands against the account of anybody, a person too: the subject that its
    handle or its name speaks of, and letters that look like others."""
    if not handle.isascii():
        return Objection(ILLEGIBLE, shown=handle)
    pieces = " ".join(
        f"#{piece}" for piece in re.split(r"[/:@._\-\d]+", handle) if piece
    )
    for words in (pieces, name):
        objection = judge_words(words, accounts)
        if objection is not None and objection.ground != PERSON:
            return objection
    return None


def judge(ways: Ways, text: str, accounts: Accounts) -> Objection | None:
    """What stands against terms that are asked for. `text` is looked through for
    handles, addresses and numbers."""
    spelt_apart = _without_spaces(text)
    if spelt_apart != text:
        ways = [*ways, [TextTerm(index_form(spelt_apart), written=spelt_apart)]]
        text = f"{text} {spelt_apart}"
    objections = (_objection_to(way, accounts) for way in ways)
    subject_or_person = next(filter(None, objections), None)
    if subject_or_person is not None and subject_or_person.ground != PERSON:
        return subject_or_person
    if person_signs.has_address(text, accounts):
        shown = Message("privacy.handle_address_or_number")
        return Objection(PERSON, shown=shown)
    return subject_or_person


def _without_spaces(text: str) -> str:
    """A text with the words whole that are written letter by letter: r o h a n."""
    return _SPELT_APART.sub(lambda hit: hit[0].replace(" ", ""), plain(text))


def _is_topic(term: Term) -> bool:
    return isinstance(term, FieldTerm) and term.name == "topic"


def _objection_to(way: Sequence[Term], accounts: Accounts) -> Objection | None:
    fields = [term for term in way if isinstance(term, FieldTerm)]
    for field in fields:
        if field.name == "topic" and field.value in TOPICS:
            return Objection(field.value, by_topic=True)
    tokens = [*_tokens(way)]
    for token in tokens:
        if not is_legible(plain(token.written)):
            return Objection(ILLEGIBLE, shown=token.written)
        account = platform_query.account_in(plain(token.written))
        if account is not None and account.lower().lstrip("@") not in accounts.handles:
            return Objection(PERSON, shown=token.written, is_account=False)
    words = [*_words(tokens, accounts)]
    topic = listed_subjects.subject_in([word.as_subject for word in words])
    if topic is not None:
        return Objection(topic.subject, topic.word)
    handles = {handle.lower() for handle in accounts.handles}
    for field in fields:
        who = field.value.lower().lstrip("@") if field.name == "from" else None
        if who is not None and who not in handles:
            return Objection(PERSON, shown=field.value, is_account=True)
    return _person_among(tokens, words, accounts)


def _person_among(
    tokens: Sequence["_QueryToken"], words: Sequence["_QueryWord"], accounts: Accounts
) -> Objection | None:
    of_places = {word.token.written for word in words if word.is_place and word.token}
    for token in tokens:
        written = token.written
        if written in of_places:
            continue
        if person_signs.is_handle(written, accounts) or person_signs.is_named_in_tag(
            written
        ):
            return Objection(PERSON, shown=written)
    forms = [word.form for word in words if not word.is_extra]
    if person_signs.is_dwelling(forms) or person_signs.is_spelt_number(forms):
        shown = Message("privacy.handle_address_or_number")
        return Objection(PERSON, shown=shown)
    for token in tokens:
        if token.pattern is not None and listed_names.fits_pattern(token.pattern):
            return Objection(PERSON, shown=token.written)
    person = listed_names.person_in([word.as_name for word in words])
    person = person or _read_person(words)
    return None if person is None else Objection(PERSON, shown=person)


@dataclass(frozen=True)
class _QueryToken:
    """A word as it is written, and what it stands for besides."""

    written: str
    is_prefix: bool
    is_tag: bool
    pattern: str | None


@dataclass(frozen=True)
class _QueryWord:
    """A word as it is judged. `is_extra`: another reading of one before, which stands
    beside nothing."""

    forms: tuple[str, ...]
    token: _QueryToken | None
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


def _tokens(way: Sequence[Term]) -> Iterator[_QueryToken]:
    for term in way:
        if isinstance(term, FieldTerm):
            if term.name in _WORD_FIELDS:
                yield from (
                    _QueryToken(word, False, False, None) for word in term.value.split()
                )
            continue
        for written in (term.written or term.text).split():
            ends_open = term.prefix or written.endswith(("*", "%"))
            spelt = plain(written)
            inside = spelt.strip("*%?#\"'").lower()
            yield _QueryToken(
                written,
                is_prefix=ends_open,
                is_tag=spelt.startswith("#"),
                pattern=inside if _WILD.search(inside) else None,
            )


def _words(tokens: Sequence[_QueryToken], accounts: Accounts) -> Iterator[_QueryWord]:
    """The words of tokens in their order, then other readings of them by themselves."""
    words: list[_QueryWord] = []
    extras: list[_QueryWord] = []
    for token in tokens:
        spelt = plain(token.written)
        pieces = index_form(_HUMP.sub(" ", spelt)).split()
        compact = readings(token.written)
        if len(pieces) == 1:
            words.append(_QueryWord(_forms(pieces[0], compact), token))
        else:
            words += [
                _QueryWord(
                    _forms(piece, readings(piece)),
                    _QueryToken(piece, False, False, None),
                )
                for piece in pieces
            ]
            if compact:
                extras.append(_QueryWord(compact, token, is_extra=True))
    yield from _with_places(_without_names(words, accounts.names))
    for extra in extras:
        yield from (_APART, extra)


_APART = _QueryWord(("",), None, is_extra=True)


def _forms(first: str, others: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((first, *others)))


def _without_names(
    words: Sequence[_QueryWord], names: Collection[str]
) -> list[_QueryWord]:
    """The words, those that are a name of the registry as if they named a place."""
    named: set[int] = set()
    phrases = [name.split() for name in names]
    forms = [word.form for word in words]
    for phrase in phrases:
        for at in range(len(forms) - len(phrase) + 1):
            if forms[at : at + len(phrase)] == phrase:
                named.update(range(at, at + len(phrase)))
    return [
        _QueryWord(word.forms, word.token, is_place=at in named)
        for at, word in enumerate(words)
    ]


def _with_places(words: Sequence[_QueryWord]) -> list[_QueryWord]:
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
        _QueryWord(word.forms, word.token, is_place=word.is_place or at in marked)
        for at, word in enumerate(words)
    ]


def _read_person(words: Sequence[_QueryWord]) -> str | None:
    """What the reader takes for a person's name among words that no list has."""
    plain_words = [word for word in words if not word.is_extra]
    if all(
        word.is_place
        or not name_lists.is_unknown(word.form)
        or civic_words.is_known(word.form)
        or civic_words.is_civic(word.form)
        for word in plain_words
    ):
        return None
    text = " ".join(word.form for word in plain_words)
    (analysis,) = read([text])
    for entity in analysis.entities:
        following = text[entity.end :].split()[:1]
        is_place = following and civic_words.names_a_place(following[0])
        if entity.label == "PERSON" and not is_place:
            return entity.text
    return None


def _ways(node: Node) -> Ways:
    """The ways in which a query can be fulfilled, without what it excludes. Where there
    are too many, every term by itself, and all together."""
    ways = _expand(node, is_included=True)
    if ways is not None:
        return [way for way in ways if way]
    terms = [*_terms(node, is_included=True)]
    return [terms, *([term] for term in terms)]


def _expand(node: Node, *, is_included: bool) -> list[list[Term]] | None:
    match node:
        case Not(part):
            return _expand(part, is_included=not is_included)
        case And(parts) | Or(parts):
            branches = [_expand(part, is_included=is_included) for part in parts]
            known = [branch for branch in branches if branch is not None]
            if len(known) < len(branches):
                return None
            # What is not both is not one or not the other.
            if isinstance(node, And) is is_included:
                return _product(known)
            united = [way for branch in known for way in branch]
            return united if len(united) <= _MOST_WAYS else None
        case _:
            return [[node]] if is_included else [[]]


def _product(branches: list[list[list[Term]]]) -> list[list[Term]] | None:
    ways: list[list[Term]] = [[]]
    for branch in branches:
        ways = [[*way, *further] for way in ways for further in branch]
        if len(ways) > _MOST_WAYS:
            return None
    return ways


def _terms(node: Node, *, is_included: bool) -> Iterator[Term]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _terms(part, is_included=is_included)
        case Not(part):
            yield from _terms(part, is_included=not is_included)
        case _ if is_included:
            yield node
