"""The query language: words, "phrases", AND OR NOT, parentheses and fields.

`parse` gives a tree; store/questions.py asks the database with it. Grammar:

    or    = and { "OR" and }
    and   = not { ["AND"] not }
    not   = "NOT" not | "-" not | part
    part  = "(" or ")" | field ":" value | phrase | word | word "*"
          | "~" (word | word "*" | phrase)

The name of a field, and a value out of a list, may be written with capitals.
`~pani` stands for every spelling of its concept in every script, with its endings, and
of a place also for what was read as it; words without the sign are exact.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches

from socialcell.errors import UsageError
from socialcell.language import concepts, lexicon
from socialcell.language.concepts import SpellingIndex
from socialcell.listening.areas.owner_table import NOBODY, OTHER, OWN
from socialcell.listening.day_ranges import day_start
from socialcell.message_catalog import Message, Parameter
from socialcell.text import clean_text, index_form

FIELDS = frozenset(
    {"platform", "lang", "ward", "topic", "sentiment", "intent", "detail", "urgency"}
    | {"owner", "from", "since", "until", "status", "department", "place"}
)
_VOCABULARIES = ("intent", "detail", "urgency")
# Whose values never have capitals; an id of a ward or an owner may have them.
_SMALL = frozenset({*_VOCABULARIES, "platform", "topic", "sentiment", "place"})
# Of owner:, beside their ids: any department, any other body, nobody who is known.
OWNERS = ("pmc", "other", NOBODY)
# Of ward:, beside the ids of ward offices: mentions that name no place in any.
NO_WARD = "none"


class QueryError(UsageError):
    """A query that cannot be read; `position` counts characters from 1.

    Its message is of three lines: the sentence of the code, the query, and a pointer
    below the position.
    """

    def __init__(
        self, code: str, query: str, position: int, /, **parameters: Parameter
    ) -> None:
        super().__init__(code, **parameters)
        self.reason = self.message
        self.message = Message(
            "query.at_position",
            {
                "reason": self.reason,
                "position": position,
                "query": query,
                "pointer": " " * (position - 1) + "^",
            },
        )
        self.position = position


@dataclass(frozen=True)
class TextTerm:
    """A word or a phrase as the index holds it; `prefix` also matches longer words,
    `is_inflected` its forms with an ending of Marathi or Hindi.

    `written` is its form in the query, where an underscore still shows a handle.
    """

    text: str
    prefix: bool = False
    written: str = field(default="", compare=False)
    is_inflected: bool = False


@dataclass(frozen=True)
class FieldTerm:
    """A restriction such as topic:water."""

    name: str
    value: str
    position: int


@dataclass(frozen=True)
class Not:
    part: "Node"


@dataclass(frozen=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Node", ...]


Node = TextTerm | FieldTerm | Not | And | Or


@dataclass(frozen=True)
class Holdings:
    """The names that a query of one workspace may use.

    `platforms` are those that a mention can be of, in the order in which they are
    named to people; `registry` holds (platform, handle in lower case), `owners` the ids
    of departments and other bodies, `values` those of other fields by the field's name.
    A field that is not in `values` takes any value.
    """

    platforms: Sequence[str]
    registry: Set[tuple[str, str]]
    owners: Collection[str] = ()
    values: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Token:
    """A piece of a query; `position` counts characters from 1."""

    kind: str  # word, phrase, concept, field, (, ), AND, OR, NOT, -
    text: str
    position: int


_PLACE = "place:"
_WARD = "ward:"
_DEEPEST = 40
_LONGEST = 1000
# Words with ~ that a query asks for in all their forms: some 300 each, which take the
# index ten milliseconds.
_MOST_INFLECTED = 10
_DAY = len("2026-11-23")
_TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))"
    r"|(?P<field>[A-Za-z]+):(?P<value>\"[^\"]*\"|[^\s()\"]*)"
    r"|~(?:\"(?P<named>[^\"]+)\"|(?P<concept>[^\s()\"]+))"
    r"|\"(?P<phrase>[^\"]*)(?P<end>\"|$)"
    r"|(?P<minus>-)(?=[^\s])"
    r"|(?P<word>[^\s()\"]+))"
)


def parse(
    query: str, holdings: Holdings | None = None, now: datetime | None = None
) -> Node:
    """The tree of a query. QueryError names the position of what is wrong.

    A time before `now`, as in since:24h, becomes the moment that it is. With the
    holdings of a workspace, a value that no mention can have is wrong too: a platform,
    a topic, a place, an owner of nothing, an account outside the registry.
    """
    query = clean_text(query)
    if len(query) > _LONGEST:
        beginning = f"{query[:40]}…"
        raise QueryError("query.long", beginning, 1, limit=_LONGEST)
    query_tokens = list(tokens(query))
    if not query_tokens:
        raise QueryError("query.empty", query, 1)
    reader = _QueryParser(query, query_tokens, now, holdings)
    node = reader.alternatives()
    if reader.rest:
        raise QueryError("query.closing_parenthesis", query, reader.rest.position)
    return node


def widen_query(query: str, own: SpellingIndex | None = None) -> str | None:
    """The query with ~ before all that has other spellings, also as a name of one's own
    gazetteer; None where nothing has."""
    query = clean_text(query)
    parts, copied_to = [], 0
    before: Token | None = None
    for token in tokens(query):
        is_asked_for = before is None or before.kind != "NOT"
        is_said = token.kind in ("word", "phrase")
        name = token.text.rstrip("*")
        is_known = concepts.find(name) or (own is not None and own.find(name))
        if is_asked_for and is_said and is_known:
            start = token.position - 1
            parts += [query[copied_to:start], "~"]
            copied_to = start
        before = token
    return "".join([*parts, query[copied_to:]]) if parts else None


def name_places(query: str, own: SpellingIndex) -> str:
    """The query with place:ID for each ~ that only one's own gazetteer knows, as those
    who read it without the workspace's files understand it. As it is, where it cannot
    be read."""
    query = clean_text(query)
    parts, copied_to = [], 0
    with suppress(QueryError):
        for token in tokens(query):
            name = token.text.rstrip("*")
            if token.kind != "concept" or concepts.find(name) is not None:
                continue
            place = own.find(name)
            if place is None:
                continue
            start = token.position - 1
            is_quoted = query.startswith('"', start + 1)
            field = f"{_PLACE}{without_field('place', place.id)}"
            parts += [query[copied_to:start], field]
            copied_to = start + len(token.text) + (3 if is_quoted else 1)
        return "".join([*parts, query[copied_to:]])
    return query


def tokens(query: str) -> Iterator[Token]:
    """The pieces of a cleaned query, from left to right."""
    at = 0
    while at < len(query.rstrip()):
        hit = _TOKEN.match(query, at)
        assert hit is not None, "every character begins a token"
        position = hit.end() - len(hit[0].lstrip()) + 1
        yield _token(query, hit, position)
        at = hit.end()


def _token(query: str, hit: re.Match[str], position: int) -> Token:
    if hit["open"] or hit["close"]:
        return Token(hit[0].strip(), "", position)
    if hit["minus"]:
        return Token("NOT", "-", position)
    if hit["field"] is not None:
        return _field(query, hit, position)
    if hit["phrase"] is not None:
        if not hit["end"]:
            raise QueryError("query.open_quotation", query, position)
        return Token("phrase", hit["phrase"], position)
    if concept := hit["named"] or hit["concept"]:
        return Token("concept", concept, position)
    word = hit["word"]
    if word in ("AND", "OR", "NOT"):
        return Token(word, word, position)
    return Token("word", word, position)


def _field(query: str, hit: re.Match[str], position: int) -> Token:
    name, written = hit["field"].lower(), hit["value"].strip('"')
    if name in ("http", "https"):
        return Token("phrase", hit[0].strip(), position)
    if name not in FIELDS:
        raise QueryError(
            "query.no_such_field", query, position, field=name, fields=sorted(FIELDS)
        )
    if not written:
        raise QueryError("query.no_operand", query, position, field=name)
    return Token("field", f"{name}:{_as_listed(name, written)}", position)


def _as_listed(name: str, written: str) -> str:
    """A value as its field has it: a phone begins a word with a capital."""
    if name == "lang":
        languages = {code.lower(): code for code in lexicon.LANGUAGES}
        return languages.get(written.lower(), written.lower())
    is_group = name in ("ward", "owner") and written.lower() in {NO_WARD, *OWNERS}
    return written.lower() if name in _SMALL or is_group else written


def list_restrictions(query: str) -> Set[tuple[str, str]]:
    """(field, value) of every restriction in a query, also in one that cannot be read:
    those before its fault."""
    restrictions = set()
    with suppress(QueryError):
        for token in tokens(clean_text(query)):
            if token.kind == "field":
                name, _, operand = token.text.partition(":")
                restrictions.add((name, _value_of(name, operand)))
    return restrictions


def find_fault(
    name: str, operand: str, holdings: Holdings | None = None
) -> Message | None:
    """Why a field cannot have that value, with the values that it can have; or None."""
    choices: Collection[str] | None = None
    if name in _VOCABULARIES:
        choices = lexicon.vocabulary(name).keys()
    if holdings is not None:
        values = holdings.values.get(name)
        if name == "place" and values is not None and operand not in values:
            return _no_place(operand, values)
        choices = holdings.platforms if name == "platform" else values or choices
    if choices is not None and operand not in choices:
        return unknown(name, operand, choices)
    if holdings is not None and name == "owner":
        return _owner_fault(operand, holdings.owners)
    if holdings is not None and name == "from":
        handle = operand.lower().lstrip("@")
        if all(handle != registered for _platform, registered in holdings.registry):
            return Message("query.no_registered_account", {"account": operand})
    return None


def unknown(name: Parameter, operand: str, choices: Collection[str]) -> Message:
    """That there is no such value, which there are, and which is the nearest."""
    nearest = _nearest(operand, choices)
    parameters = {"field": name, "operand": operand, "choices": list(choices)}
    if nearest is None:
        return Message("query.no_such_operand", {**parameters})
    return Message("query.no_such_operand_nearest", {**parameters, "nearest": nearest})


def _nearest(operand: str, choices: Collection[str]) -> str | None:
    near = get_close_matches(operand.lower(), choices, n=1)
    return near[0] if near else None


def owner_ids(owner: str) -> tuple[str, ...]:
    """The ids that a value of owner: can mean: msedcl is body:msedcl."""
    return (owner, OWN + owner, OTHER + owner)


def place_id(place: str) -> str:
    """The id that a value of place: means: kothrud is place:kothrud. It is always a
    place's, since texts also name people."""
    return place if place.startswith(_PLACE) else _PLACE + place


def ward_id(ward: str) -> str:
    """The id that a value of ward: means: aundh-baner is ward:aundh-baner."""
    return ward if ":" in ward or ward == NO_WARD else _WARD + ward


def without_field(name: str, id_: str) -> str:
    """An id as a query says it after its field: ward:aundh-baner is aundh-baner."""
    return id_.removeprefix(f"{name}:")


def _value_of(name: str, operand: str) -> str:
    """What a restriction is compared by: the ids of wards and places are whole."""
    if name == "ward":
        return ward_id(operand)
    return place_id(operand) if name == "place" else operand


def _no_place(place: str, places: Collection[str]) -> Message:
    written = without_field("place", place)
    nearest = _nearest(written, [without_field("place", id_) for id_ in places])
    if nearest is None:
        return Message("query.no_such_place", {"place": written})
    return Message(
        "query.no_such_place_nearest", {"place": written, "nearest": nearest}
    )


def _owner_fault(owner: str, owners: Collection[str]) -> Message | None:
    if owner in OWNERS or any(id_ in owners for id_ in owner_ids(owner)):
        return None
    choices = [*OWNERS, *owners, *(id_.partition(":")[2] for id_ in owners)]
    nearest = _nearest(owner, choices)
    if nearest is None:
        return Message("query.no_such_owner", {"owner": owner, "choices": OWNERS})
    return Message(
        "query.no_such_owner_nearest",
        {"owner": owner, "choices": OWNERS, "nearest": nearest},
    )


class _QueryParser:
    def __init__(
        self,
        query: str,
        tokens: list[Token],
        now: datetime | None,
        holdings: Holdings | None,
    ) -> None:
        self._query = query
        self._tokens = tokens
        self._now = now
        self._holdings = holdings
        self._at = 0
        self._depth = 0
        self._concepts = 0

    @property
    def rest(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def alternatives(self) -> Node:
        parts = [self._all()]
        while self.rest and self.rest.kind == "OR":
            self._at += 1
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Node:
        parts = [self._negated()]
        while self.rest and self.rest.kind not in ("OR", ")"):
            if self.rest.kind == "AND":
                self._at += 1
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _negated(self) -> Node:
        # A loop: as many signs as a query is long are deeper than Python goes.
        is_negated = False
        while self.rest and self.rest.kind == "NOT":
            self._at += 1
            is_negated = not is_negated
        part = self._part()
        return Not(part) if is_negated else part

    def _part(self) -> Node:
        token = self.rest
        if token is None:
            end = len(self._query) + 1
            raise QueryError("query.incomplete", self._query, end)
        self._at += 1
        if token.kind == "(":
            return self._group(token)
        if token.kind == "field":
            return self._restriction(token)
        if token.kind in ("word", "phrase"):
            return self._words(token)
        if token.kind == "concept":
            return self._spellings(token)
        raise QueryError(
            "query.unexpected_token",
            self._query,
            token.position,
            token=token.text or token.kind,
        )

    def _restriction(self, token: Token) -> FieldTerm:
        name, _, written = token.text.partition(":")
        operand = _value_of(name, written)
        if fault := find_fault(name, operand, self._holdings):
            raise QueryError(
                fault.code, self._query, token.position, **fault.parameters
            )
        if name in ("since", "until"):
            operand = self._moment(name, operand, token.position)
        return FieldTerm(name, operand, token.position)

    def _moment(self, name: str, written: str, position: int) -> str:
        """A day as it is written; a time before now as the moment that it is."""
        try:
            moment = day_start(written, f"{name}:", self._now)
        except UsageError as error:
            raise QueryError(
                error.message.code, self._query, position, **error.message.parameters
            ) from error
        return written if len(written) == _DAY else moment.isoformat()

    def _group(self, opening: Token) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise QueryError("query.deep_parentheses", self._query, opening.position)
        node = self.alternatives()
        self._depth -= 1
        if self.rest is None:
            raise QueryError("query.open_parenthesis", self._query, opening.position)
        self._at += 1
        return node

    def _words(self, token: Token) -> TextTerm:
        prefix = token.kind == "word" and token.text.endswith("*")
        text = index_form(token.text)
        if not text:
            raise QueryError(
                "query.no_letter", self._query, token.position, word=token.text
            )
        return TextTerm(text, prefix, token.text)

    def _spellings(self, token: Token) -> Node:
        concept = concepts.find(token.text.rstrip("*"))
        if concept is None:
            raise QueryError(
                "query.no_such_concept", self._query, token.position, word=token.text
            )
        prefix = token.text.endswith("*")
        if concept.id.startswith(_PLACE):
            # What was read as the place has its endings already.
            spelt = Or(tuple(TextTerm(name, prefix) for name in concept.spellings))
            return Or((spelt, FieldTerm("place", concept.id, token.position)))
        self._concepts += 1
        is_inflected = self._concepts <= _MOST_INFLECTED
        return Or(
            tuple(
                TextTerm(spelling, prefix, is_inflected=is_inflected)
                for spelling in concept.spellings
            )
        )
