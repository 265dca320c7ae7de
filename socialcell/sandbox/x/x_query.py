"""The query language of X recent search, as much of it as listening needs."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

# A Devanagari word holds vowel signs and joiners, which \w does not count.
_WORD = re.compile(r"[\w\u0900-\u0963\u0966-\u097f\u200c\u200d]+")
_HANDLE = re.compile(r"(?<![\w/])@(\w{1,15})")
_HASHTAG = re.compile(r"(?<![\w/&])#([\w\u0900-\u0963\u0966-\u097f\u200c\u200d]+)")
_URL = re.compile(r"https?://\S+")
_TOKEN = re.compile(r'\s*(-?)(?:(\()|(\))|"([^"]*)"|([^\s()"]+))')
LONGEST = 512

Test = Callable[["IndexedPost"], bool]


class XQueryError(ValueError):
    """The query cannot be read; the message is that of the platform."""


@dataclass(frozen=True, slots=True)
class IndexedPost:
    """The properties of a post that a query can test."""

    words: tuple[str, ...]
    hashtags: frozenset[str]
    handles: frozenset[str]
    author: str
    addressee: str | None
    lang: str
    traits: frozenset[str]  # reply, quote, retweet, links, hashtags, mentions, geo …


def index_post(
    text: str, author: str, addressee: str | None, lang: str, traits: set[str]
) -> IndexedPost:
    """A post as indexed. Words are NFC and lower case, addresses left out."""
    bare = _URL.sub(" ", unicodedata.normalize("NFC", text))
    hashtags = frozenset(tag.lower() for tag in _HASHTAG.findall(bare))
    handles = frozenset(handle.lower() for handle in _HANDLE.findall(bare))
    all_traits = set(traits)
    all_traits |= {"hashtags"} if hashtags else set()
    all_traits |= {"mentions"} if handles else set()
    all_traits |= {"links"} if _URL.search(text) else set()
    return IndexedPost(
        _words(bare),
        hashtags,
        handles,
        author.lower(),
        addressee.lower() if addressee else None,
        lang,
        frozenset(all_traits),
    )


@lru_cache
def parse(query: str) -> Test:
    """A test for posts. XQueryError when the query is empty, too long or malformed."""
    if not query.strip():
        raise XQueryError("query must not be empty")
    if len(query) > LONGEST:
        raise XQueryError(
            f"Rules must be {LONGEST} characters or less, found {len(query)}"
        )
    parser = _Parser(query)
    test, positive = parser.either()
    if parser.at < len(parser.tokens):
        raise XQueryError(f"no viable alternative at input '{parser.rest()}'")
    if not positive:
        raise XQueryError(
            "Rules must contain at least one positive, non-stopword clause"
        )
    return test


class _Parser:
    """OR binds less than the space between words, which means AND."""

    def __init__(self, query: str) -> None:
        self.tokens: list[tuple[str, str, str, str | None, str]] = []
        at = 0
        query = query.rstrip()
        while at < len(query):
            match = _TOKEN.match(query, at)
            if match is None:
                raise XQueryError(f"no viable alternative at input '{query[at:]}'")
            minus, opens, closes, phrase, word = match.groups()
            self.tokens.append((minus, opens or "", closes or "", phrase, word or ""))
            at = match.end()
        self.at = 0

    def rest(self) -> str:
        return " ".join(
            t[4] or t[1] or t[2] or t[3] or "" for t in self.tokens[self.at :]
        )

    def either(self) -> tuple[Test, bool]:
        tests, positive = [], []
        while True:
            test, plus = self.every()
            tests.append(test)
            positive.append(plus)
            if not self._next_is("OR"):
                break
            self.at += 1
        if len(tests) == 1:
            return tests[0], positive[0]
        return lambda post: any(test(post) for test in tests), all(positive)

    def every(self) -> tuple[Test, bool]:
        tests, positive = [], False
        while self.at < len(self.tokens) and not self._next_is("OR"):
            if self.tokens[self.at][2]:
                break
            test, plus = self.clause()
            tests.append(test)
            positive = positive or plus
        if not tests:
            raise XQueryError(f"no viable alternative at input '{self.rest()}'")
        return lambda post: all(test(post) for test in tests), positive

    def clause(self) -> tuple[Test, bool]:
        minus, opens, _, phrase, word = self.tokens[self.at]
        self.at += 1
        if opens:
            test, positive = self.either()
            if self.at >= len(self.tokens) or not self.tokens[self.at][2]:
                raise XQueryError("missing ')' at the end of the query")
            self.at += 1
        elif phrase is not None:
            test, positive = _phrase(phrase), True
        else:
            test, positive = _clause(word)
        if minus:
            return lambda post: not test(post), False
        return test, positive

    def _next_is(self, word: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][4] == word


def _clause(word: str) -> tuple[Test, bool]:
    """A word, handle, hashtag or operator:value; whether it may be the only clause."""
    if word.startswith("@"):
        handle = word[1:].lower()
        return lambda post: handle in post.handles, True
    if word.startswith("#"):
        tag = unicodedata.normalize("NFC", word[1:]).lower()
        return lambda post: tag in post.hashtags, True
    name, colon, value = word.partition(":")
    if not colon:
        return _phrase(word), True
    value = value.lower()
    if name == "from":
        return lambda post: post.author == value.removeprefix("@"), True
    if name == "to":
        return lambda post: post.addressee == value.removeprefix("@"), True
    if name == "lang":
        return lambda post: post.lang == value, False
    if name == "is" and value in ("retweet", "reply", "quote", "verified"):
        return lambda post: value in post.traits, False
    if name == "has" and value in ("links", "hashtags", "mentions", "geo", "media"):
        return lambda post: value in post.traits, False
    raise XQueryError(f"Reference to invalid operator '{name}' with value '{value}'")


def _phrase(phrase: str) -> Test:
    phrase_words = _words(unicodedata.normalize("NFC", phrase))
    if not phrase_words:
        raise XQueryError(f"nothing to look for in '{phrase}'")
    if len(phrase_words) == 1:
        return lambda post: phrase_words[0] in post.words
    size = len(phrase_words)

    def contains_phrase(post: IndexedPost) -> bool:
        words = post.words
        return any(
            words[i : i + size] == phrase_words for i in range(len(words) - size + 1)
        )

    return contains_phrase


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(text))
