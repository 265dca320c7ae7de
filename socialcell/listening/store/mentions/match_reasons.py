"""Why a mention matches a query: the parts of it that are true of the mention."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session

from socialcell.listening.query.query_language import (
    And,
    FieldTerm,
    Node,
    Not,
    Or,
    TextTerm,
)
from socialcell.listening.store.mentions.mention_matching import M, Matching


def matching_parts(session: Session, query: Node, mention_id: int) -> list[str]:
    """The parts of a query that a mention matches, in words, for --explain."""
    matching = Matching(session)
    return [
        _condition_text(part)
        for part in _leaves(query)
        if session.execute(
            select(M.id).where(M.id == mention_id, matching.compiled(part))
        ).first()
    ]


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            yield node


def _condition_text(node: Node) -> str:
    match node:
        case TextTerm(text=said, prefix=prefix, is_inflected=is_inflected):
            words = f"says “{said}{'…' if prefix else ''}”"
            return f"{words} or a form of it" if is_inflected else words
        case FieldTerm(name=name, value=value):
            return f"{name} is {value}"
        case Not(part):
            return f"not: {_condition_text(part)}"
        case _:
            return "a group of conditions"
