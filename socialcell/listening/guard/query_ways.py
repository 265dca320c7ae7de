"""The ways in which a query can be fulfilled: the terms that stand together."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from socialcell.listening.query.query_language import (
    And,
    FieldTerm,
    Node,
    Not,
    Or,
    TextTerm,
)

Term: TypeAlias = TextTerm | FieldTerm
# Terms that stand together, for each way in which a question can be fulfilled.
Ways: TypeAlias = Sequence[Sequence[Term]]

_MOST_WAYS = 64


def ways_of(node: Node) -> Ways:
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
            judged = [branch for branch in branches if branch is not None]
            if len(judged) < len(branches):
                return None
            # What is not both is not one or not the other.
            if isinstance(node, And) is is_included:
                return _product(judged)
            united = [way for branch in judged for way in branch]
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
