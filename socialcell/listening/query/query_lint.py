"""What is doubtful in a query that can be read: it cannot match, or means too much."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter

from socialcell.language import lexicon
from socialcell.language.words import key_of
from socialcell.listening.areas.area_table import read_areas
from socialcell.listening.areas.owner_table import read_owners
from socialcell.listening.day_ranges import day_end, day_start
from socialcell.listening.query.query_language import (
    NO_WARD,
    OWNERS,
    And,
    FieldTerm,
    Holdings,
    Node,
    Not,
    Or,
    TextTerm,
    Token,
    owner_ids,
    parse,
    tokens,
    ward_id,
)
from socialcell.message_catalog import Message
from socialcell.text import clean_text

_ONE_VALUE = frozenset({"platform", "lang", "sentiment", "intent", "urgency", "from"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """A warning; `position` counts characters of the query from 1."""

    position: int
    message: Message


def lint(
    query: str, now: datetime | None = None, holdings: Holdings | None = None
) -> list[Doubt]:
    """The doubts in order of position. QueryError for what cannot be read at all; with
    the holdings of a workspace, these say which values there are."""
    query = clean_text(query)
    tree = parse(query, holdings, now)
    query_tokens = list(tokens(query))
    doubts = [
        *_mixed(query_tokens),
        *_small_operators(query_tokens),
        *(_values(query_tokens) if holdings is None else ()),
        *_contradictions(tree, now),
    ]
    return _ordered(doubts)


def lint_rule_query(
    query: str, now: datetime | None = None, holdings: Holdings | None = None
) -> list[Doubt]:
    """The same of the query of a rule: also that it would match too much. What a search
    matches is counted beside it."""
    tree = parse(clean_text(query), holdings, now)
    return _ordered([*lint(query, now, holdings), *_too_common(tree)])


def _ordered(doubts: Iterable[Doubt]) -> list[Doubt]:
    by_sentence = {(doubt.position, str(doubt.message)): doubt for doubt in doubts}
    return [doubt for _, doubt in sorted(by_sentence.items(), key=itemgetter(0))]


def _mixed(query_tokens: list[Token]) -> Iterator[Doubt]:
    """OR beside AND, spoken or not, on one level of parentheses."""
    levels: list[tuple[list[Token], bool]] = [([], False)]
    before: Token | None = None
    for token in query_tokens:
        if token.kind == "(":
            levels[-1] = _joined(levels[-1], before)
            levels.append(([], False))
        elif token.kind == ")":
            yield from _mixed_level(levels.pop())
        elif token.kind == "OR":
            levels[-1][0].append(token)
        elif token.kind != "AND" and (before is None or before.kind != "NOT"):
            levels[-1] = _joined(levels[-1], before)
        before = token
    yield from _mixed_level(levels.pop())


def _joined(
    level: tuple[list[Token], bool], before: Token | None
) -> tuple[list[Token], bool]:
    ors, is_joined = level
    opens = before is None or before.kind in ("(", "OR", "NOT")
    return ors, is_joined or not opens


def _mixed_level(level: tuple[list[Token], bool]) -> Iterator[Doubt]:
    ors, is_joined = level
    if ors and is_joined:
        yield Doubt(ors[0].position, Message("query.or_beside_and"))


def _small_operators(query_tokens: list[Token]) -> Iterator[Doubt]:
    for token in query_tokens:
        if token.kind == "word" and token.text in ("and", "or", "not"):
            message = Message(
                "query.small_operator",
                {"word": token.text, "operator": token.text.upper()},
            )
            yield Doubt(token.position, message)


def _values(query_tokens: list[Token]) -> Iterator[Doubt]:
    """Fields whose value no mention can have."""
    known_values = {
        "lang": {*lexicon.LANGUAGES, "und"},
        "sentiment": {"negative", "neutral", "positive"},
        "topic": set(lexicon.vocabulary("topic")),
    }
    for token in query_tokens:
        if token.kind != "field":
            continue
        name, _, operand = token.text.partition(":")
        if name in known_values and operand not in known_values[name]:
            message = Message(
                "query.matches_nothing",
                {
                    "restriction": token.text,
                    "field": name,
                    "choices": sorted(known_values[name]),
                },
            )
            yield Doubt(token.position, message)
        if name == "ward" and ward_id(operand) not in {NO_WARD, *_wards()}:
            message = Message("query.matches_no_ward", {"restriction": token.text})
            yield Doubt(token.position, message)
        if name == "owner" and _is_no_owner(operand):
            message = Message("query.matches_no_owner", {"restriction": token.text})
            yield Doubt(token.position, message)


def _wards() -> set[str]:
    return {area.id for area in read_areas() if area.kind == "ward_office"}


def _is_no_owner(owner_name: str) -> bool:
    owners = {owner.owner for owner in read_owners()}
    return owner_name not in OWNERS and owners.isdisjoint(owner_ids(owner_name))


def _contradictions(node: Node, now: datetime | None) -> Iterator[Doubt]:
    match node:
        case And(parts):
            yield from _against_each_other(parts, now)
            for part in parts:
                yield from _contradictions(part, now)
        case Or(parts):
            for part in parts:
                yield from _contradictions(part, now)
        case Not(part):
            yield from _contradictions(part, now)


def _against_each_other(
    parts: tuple[Node, ...], now: datetime | None
) -> Iterator[Doubt]:
    fields = [part for part in parts if isinstance(part, FieldTerm)]
    for name in sorted(_ONE_VALUE):
        same = [field for field in fields if field.name == name]
        if len({field.value for field in same}) > 1:
            message = Message("query.two_values", {"field": name})
            yield Doubt(same[1].position, message)
    starts = [day_start(f.value, "since:", now) for f in fields if f.name == "since"]
    ends = [day_end(f.value, "until:", now) for f in fields if f.name == "until"]
    if starts and ends and max(starts) >= min(ends):
        late = next(field for field in fields if field.name in ("since", "until"))
        yield Doubt(late.position, Message("query.since_after_until"))
    denied = {_placeless(part.part) for part in parts if isinstance(part, Not)}
    for part in parts:
        if _placeless(part) in denied:
            position = part.position if isinstance(part, FieldTerm) else 1
            yield Doubt(position, Message("query.included_and_excluded"))


def _placeless(node: Node) -> Node:
    """A field wherever it stands in the query."""
    return replace(node, position=0) if isinstance(node, FieldTerm) else node


def _too_common(tree: Node) -> Iterator[Doubt]:
    if isinstance(tree, Not):
        yield Doubt(1, Message("query.only_exclusion"))
    if isinstance(tree, TextTerm) and " " not in tree.text:
        if key_of(tree.text) in _common():
            yield Doubt(1, Message("query.common_word", {"word": tree.text}))
        elif tree.prefix and len(tree.text) < 3:
            yield Doubt(1, Message("query.common_beginning", {"beginning": tree.text}))


def _common() -> set[str]:
    by_language = lexicon.data("function_words")["words"]
    return {
        key_of(word)
        for weights in by_language.values()
        for words in weights.values()
        for word in words
    }
