"""Platforms' own JSON: kept, found by the person it names, and dropped."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from sqlalchemy import delete, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.connectors.base import Record, Reject
from socialcell.json_types import JsonValue
from socialcell.listening.model import Mention, RawItem
from socialcell.listening.people.masking import is_distinct
from socialcell.listening.store.pages.page_arrival import Arrival
from socialcell.ops.model import Run
from socialcell.text import clean_text

RAW = db.table(RawItem)
MENTION = db.table(Mention)
RUN = db.table(Run)
MAPPER_VERSION = 1
_ENCODER = json.JSONEncoder(ensure_ascii=True, sort_keys=True, default=str)
_WORD = re.compile(r'[^\s",;|\\\[\]{}]{6,}')


class _NewRow(TypedDict):
    """A row to insert, by column."""

    platform: str
    sha256: str
    run_id: int | None
    received_at: datetime
    state: str
    reason: str | None
    mapper_version: int
    body: str


@dataclass(frozen=True, slots=True)
class Raw:
    """One raw item: when it came, whether it could be mapped, and its JSON."""

    id: int
    received_at: datetime
    state: str
    body: str


def of_source(
    session: Session, source_id: int, since: datetime, after: int, limit: int
) -> list[Raw]:
    """Raw items that a source brought since a moment, behind an id, in their order."""
    rows = session.execute(
        select(RAW.c.id, RAW.c.received_at, RAW.c.state, RAW.c.body)
        .join(RUN, RUN.c.id == RAW.c.run_id)
        .where(
            RUN.c.source_id == source_id,
            RAW.c.received_at >= since,
            RAW.c.id > after,
        )
        .order_by(RAW.c.id)
        .limit(limit)
    )
    return [Raw(*row) for row in rows]


def note_mapped(session: Session, ids: Iterable[int]) -> None:
    """These can be read by the mapper of today."""
    for chunk in db.chunks(list(ids)):
        session.execute(
            update(RAW)
            .where(RAW.c.id.in_(chunk))
            .values(state="mapped", reason=None, mapper_version=MAPPER_VERSION)
        )


def store_raws(
    session: Session, platform: str, records: Sequence[Record], arrival: Arrival
) -> dict[str, int]:
    """Keep what new and changed records were made of; native id → raw id."""
    rows = {
        record.external_id: _row(platform, record.raw, arrival) for record in records
    }
    _insert(session, rows.values())
    ids: dict[str, int] = {}
    for chunk in db.chunks({row["sha256"] for row in rows.values()}):
        rows_found = session.execute(
            select(RAW.c.sha256, RAW.c.id).where(
                RAW.c.platform == platform, RAW.c.sha256.in_(chunk)
            )
        )
        ids.update((digest, id_) for digest, id_ in rows_found)
    return {external_id: ids[row["sha256"]] for external_id, row in rows.items()}


def quarantine(
    session: Session, platform: str, rejects: Iterable[Reject], arrival: Arrival
) -> None:
    """Keep items that could not be mapped, with the reason."""
    _insert(
        session,
        [
            _row(platform, reject.raw, arrival)
            | {"state": "quarantined", "reason": clean_text(reject.reason)}
            for reject in rejects
        ],
    )


def _row(platform: str, raw: JsonValue, arrival: Arrival) -> _NewRow:
    # ASCII escapes keep what no database takes: a lone surrogate, NUL.
    body = _ENCODER.encode(raw)
    return {
        "platform": platform,
        "sha256": hashlib.sha256(body.encode()).hexdigest(),
        "run_id": arrival.run_id,
        "received_at": arrival.at,
        "state": "mapped",
        "reason": None,
        "mapper_version": MAPPER_VERSION,
        "body": body,
    }


def _insert(session: Session, rows: Iterable[_NewRow]) -> None:
    # Two items of a file may have the same bytes; one row keeps them.
    db.insert_new(session, RAW, list({row["sha256"]: row for row in rows}.values()))


def ids_with_terms(session: Session, platform: str, terms: Iterable[str]) -> list[int]:
    """Ids of the platform's raw items that hold a term as a value, or as a word when
    it can be no word of a language; upper and lower case are the same.

    Reads them all: they are kept for weeks, and this is asked rarely. A file's rows
    that could not be read are kept under the platform `file`.
    """
    sorted_terms = sorted({term for term in terms if term}, key=len, reverse=True)
    if not sorted_terms:
        return []
    named = _pattern(sorted_terms)
    statement = select(RAW.c.id, RAW.c.body).where(
        RAW.c.platform.in_([platform, "file"])
    )
    rows = session.execute(statement, execution_options={"yield_per": 1000})
    return [id_ for id_, body in rows if named.search(body)]


def bodies_with_ids(
    session: Session, platform: str, ids: Mapping[str, datetime]
) -> Iterator[tuple[datetime, list[str]]]:
    """When each raw item of a platform came that holds native ids of these, and which.

    For many ids at once: those of six characters or more that are one word each.
    """
    statement = select(RAW.c.received_at, RAW.c.body).where(RAW.c.platform == platform)
    rows = session.execute(statement, execution_options={"yield_per": 1000})
    for received_at, body in rows:
        named = ids.keys() & set(_WORD.findall(body))
        ids_in_body = [
            native_id for native_id in named if _pattern([native_id]).search(body)
        ]
        if ids_in_body:
            yield received_at, ids_in_body


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
    for chunk in db.chunks(ids):
        session.execute(
            update(MENTION).where(MENTION.c.raw_id.in_(chunk)).values(raw_id=None)
        )
        session.execute(delete(RAW).where(RAW.c.id.in_(chunk)))
    return len(ids)
