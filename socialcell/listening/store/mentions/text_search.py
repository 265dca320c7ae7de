"""Words of a query as one look into the database's index of texts."""

from sqlalchemy import (
    BindParameter,
    String,
    TextualSelect,
    bindparam,
    literal,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql import ColumnElement

from socialcell import db
from socialcell.listening.model import Mention
from socialcell.listening.query import inflections
from socialcell.listening.query.query_language import And, Node, Or, TextTerm

M = db.table(Mention).c


def is_text(node: Node) -> bool:
    """Whether a part of a query is of words alone, joined by AND and OR."""
    match node:
        case TextTerm():
            return True
        case And(parts) | Or(parts):
            return bool(parts) and all(map(is_text, parts))
        case _:
            return False


def ids_in_fts(node: Node, first: int) -> TextualSelect:
    """The ids of the mentions that hold the words, from an id on; on SQLite."""
    words: BindParameter[str] = bindparam("words", _fts(node), unique=True)
    least: BindParameter[int] = bindparam("first", first, unique=True)
    query = text(
        "SELECT rowid AS id FROM mention_fts "
        "WHERE mention_fts MATCH :words AND rowid >= :first"
    )
    return query.bindparams(words, least).columns(M.id)


def in_search(node: Node) -> ColumnElement[bool]:
    """The condition that a mention holds the words; on PostgreSQL."""
    query = literal(_tsquery(node), String).cast(TSQUERY)
    return literal_column("mention.search").op("@@", is_comparison=True)(query)


def _fts(node: Node) -> str:
    match node:
        case TextTerm(words, prefix):
            phrases = [words + "*" * prefix, *_other_forms(node)]
            terms = [_fts_phrase(form) for form in phrases]
            return _joined(" OR ", terms) if len(terms) > 1 else terms[0]
        case And(parts):
            return _joined(" AND ", [_fts(part) for part in parts])
        case Or(parts):
            return _joined(" OR ", [_fts(part) for part in parts])
    raise AssertionError("is_text was not asked")


def _tsquery(node: Node) -> str:
    match node:
        case TextTerm(words, prefix):
            phrases = [words + "*" * prefix, *_other_forms(node)]
            terms = [_ts_phrase(form) for form in phrases]
            return _joined(" | ", [f"({t})" for t in terms]) if terms[1:] else terms[0]
        case And(parts):
            return _joined(" & ", [f"({_tsquery(part)})" for part in parts])
        case Or(parts):
            return _joined(" | ", [f"({_tsquery(part)})" for part in parts])
    raise AssertionError("is_text was not asked")


def _fts_phrase(form: str) -> str:
    words = form.removesuffix("*")
    return f'"{words}"{form[len(words) :]}'


def _ts_phrase(form: str) -> str:
    words = form.removesuffix("*")
    phrase = " <-> ".join(f"'{word}'" for word in words.split())
    return phrase + (":*" if words != form else "")


def _other_forms(term: TextTerm) -> tuple[str, ...]:
    return inflections.forms(term.text) if term.is_inflected else ()


def _joined(operator: str, parts: list[str]) -> str:
    return f"({operator.join(parts)})"
