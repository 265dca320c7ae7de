"""What a query was understood as, piece by piece, or where it cannot be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell.language import concepts
from socialcell.listening.query import query_lint
from socialcell.listening.query.query_language import (
    And,
    FieldTerm,
    Holdings,
    Node,
    Not,
    Or,
    QueryError,
    TextTerm,
    Token,
    parse,
    tokens,
    without_field,
)
from socialcell.listening.query.query_lint import Doubt
from socialcell.message_catalog import Message
from socialcell.text import clean_text, index_form


@dataclass(frozen=True, slots=True)
class QueryFault:
    """Why a query cannot be read; `position` counts its characters from 1. `message`
    shows the query and the place in it; `reason` is the sentence alone."""

    position: int
    message: Message
    reason: Message


@dataclass(frozen=True, slots=True)
class QueryPiece:
    """A piece of a query. `kind` is word, beginning, phrase, concept, field, or an
    operator: AND, OR, NOT, ( and ).

    `understood` is the form that is looked for: of a word without marks and case, of a
    concept all its spellings, of a field its name and value, of a time in it the moment
    that it is.
    """

    position: int
    kind: str
    written: str
    understood: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class QueryExplanation:
    """A query as it was understood.

    `tree` is None where there is no query or a fault. `meaning` has every pair of
    parentheses that the query implies, and concepts in all their spellings.
    """

    query: str
    tree: Node | None = None
    meaning: str = ""
    pieces: Sequence[QueryPiece] = ()
    doubts: Sequence[Doubt] = ()
    fault: QueryFault | None = None


def explain_query(query: str, holdings: Holdings, now: datetime) -> QueryExplanation:
    """What a query of a workspace means; an empty one means every mention."""
    query = clean_text(query).strip()
    if not query:
        return QueryExplanation(query)
    try:
        tree = parse(query, holdings, now)
    except QueryError as error:
        fault = QueryFault(error.position, error.message, error.reason)
        return QueryExplanation(query, fault=fault)
    fields = [node for node in _leaves(tree) if isinstance(node, FieldTerm)]
    by_position = {field.position: field for field in fields}
    return QueryExplanation(
        query,
        tree,
        _meaning(tree),
        [_piece(token, by_position) for token in tokens(query)],
        query_lint.lint(query, now, holdings),
    )


def narrow_query(query: str, tree: Node | None, term: str) -> str | None:
    """The query that finds what a readable query finds and a term as well; None where
    it would be too long to be read."""
    if tree is None:
        narrowed = term
    else:
        narrowed = f"({query}) {term}" if isinstance(tree, Or) else f"{query} {term}"
    try:
        parse(narrowed)
    except QueryError:
        return None
    return narrowed


def _piece(token: Token, fields: dict[int, FieldTerm]) -> QueryPiece:
    kind = token.kind
    understood: Sequence[str] = ()
    match kind:
        case "word" if token.text.endswith("*"):
            kind, understood = "beginning", (index_form(token.text),)
        case "word" | "phrase":
            understood = (index_form(token.text),)
        case "concept":
            concept = concepts.find(token.text.rstrip("*"))
            understood = concept.spellings if concept else ()
        case "field":
            field = fields[token.position]
            understood = (field.name, field.value)
    return QueryPiece(token.position, kind, token.text, understood)


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case _:
            yield node


def _meaning(node: Node, *, is_inside: bool = False) -> str:
    """The node in the query language, each group of parts in parentheses."""
    match node:
        case Or(parts):
            text = " OR ".join(_meaning(part, is_inside=True) for part in parts)
        case And(parts):
            text = " AND ".join(_meaning(part, is_inside=True) for part in parts)
        case Not(part):
            return f"NOT {_meaning(part, is_inside=True)}"
        case TextTerm(words, prefix):
            return (f'"{words}"' if " " in words else words) + ("*" if prefix else "")
        case FieldTerm(name, operand):
            end = without_field(name, operand)
            return f'{name}:"{end}"' if " " in end else f"{name}:{end}"
    return f"({text})" if is_inside else text
