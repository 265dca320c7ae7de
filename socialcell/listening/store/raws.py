"""Platforms' own JSON: which items name somebody, and how they are dropped."""

import json
import re
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.listening.masking import is_distinct
from socialcell.listening.model import Mention, RawItem

RAW = db.table(RawItem)
MENTION = db.table(Mention)


def of(session: Session, platform: str, terms: Iterable[str]) -> list[int]:
    """Ids of the platform's raw items that hold a term as a value, or as a word when
    it can be no word of a language; upper and lower case are the same.

    Reads them all: they are kept for weeks, and this is asked rarely. A file's rows
    that could not be read are kept under the platform `file`.
    """
    wanted = sorted({term for term in terms if term}, key=len, reverse=True)
    if not wanted:
        return []
    named = _pattern(wanted)
    asked = select(RAW.c.id, RAW.c.body).where(RAW.c.platform.in_([platform, "file"]))
    rows = session.execute(asked, execution_options={"yield_per": 1000})
    return [id_ for id_, body in rows if named.search(body)]


def _pattern(terms: Sequence[str]) -> re.Pattern[str]:
    whole = _any(terms)
    shapes = [rf'(?<=[",;|])(?:{whole})(?=[",;|\\])']
    numbers = [term for term in terms if term.isdecimal() and len(term) >= 6]
    if numbers:
        shapes.append(rf"(?<=[ \[])(?:{_any(numbers)})(?=[,\]}}])")
    distinct = [term for term in terms if is_distinct(term)]
    if distinct:
        shapes.append(rf"(?<![A-Za-z0-9_])(?:{_any(distinct)})(?![A-Za-z0-9_])")
    return re.compile("|".join(shapes), re.IGNORECASE)


def _any(terms: Sequence[str]) -> str:
    # Bodies are ASCII: a letter that is not stands there as its escape.
    return "|".join(re.escape(json.dumps(term)[1:-1]) for term in terms)


def drop(session: Session, ids: Sequence[int]) -> int:
    """Delete raw items; what was made of them stays. How many."""
    for some in db.chunks(ids):
        session.execute(
            update(MENTION).where(MENTION.c.raw_id.in_(some)).values(raw_id=None)
        )
        session.execute(delete(RAW).where(RAW.c.id.in_(some)))
    return len(ids)
