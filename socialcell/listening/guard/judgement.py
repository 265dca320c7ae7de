"""Whether something may be looked for: one judgement of sources, rules, searches and
whatever else stores or runs a question.

Nobody looks for a private person, protests, politics, religion, caste or somebody's
health, however it is spelt. What the city does may be asked for, and what the registry
names.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from socialcell.language import read
from socialcell.listening.guard import listed_subjects, person_signs
from socialcell.listening.guard.person_signs import Accounts
from socialcell.listening.guard.query_ways import Term, Ways, ways_of
from socialcell.listening.guard.query_words import (
    QueryToken,
    QueryWord,
    read_tokens,
    read_words,
)
from socialcell.listening.guard.spellings import is_legible, plain
from socialcell.listening.people import civic_words, listed_names, name_lists
from socialcell.listening.people.protected_topics import SUBJECTS, TOPICS
from socialcell.listening.query import platform_query, query_language
from socialcell.listening.query.query_language import FieldTerm, TextTerm
from socialcell.message_catalog import Message, Parameter
from socialcell.text import index_form

PERSON = "person"
ILLEGIBLE = "illegible"

# The sentence that something about a subject is refused.
Refusal: TypeAlias = Callable[[Parameter], Message]

# Four letters and more with a space between; two spaces end a word.
_SPELT_APART = re.compile(r"(?<!\S)\S(?: \S){3,}(?!\S)")
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
    ways = ways_of(query_language.parse(query, now=now))
    if not keep_topics:
        ways = [[term for term in way if not _is_topic(term)] for way in ways]
    return judge(ways, query, accounts)


def judge_platform_query(query: str, accounts: Accounts) -> Objection | None:
    """The same of a query in a platform's own words."""
    text = platform_query.without_left_out(query)
    return judge(ways_of(platform_query.read_query(query)), text, accounts)


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
    tokens = [*read_tokens(way)]
    for token in tokens:
        if not is_legible(plain(token.written)):
            return Objection(ILLEGIBLE, shown=token.written)
        account = platform_query.account_in(plain(token.written))
        if account is not None and account.lower().lstrip("@") not in accounts.handles:
            return Objection(PERSON, shown=token.written, is_account=False)
    words = [*read_words(tokens, accounts)]
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
    tokens: Sequence[QueryToken], words: Sequence[QueryWord], accounts: Accounts
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


def _read_person(words: Sequence[QueryWord]) -> str | None:
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
