"""Store daily figures: new, unchanged and restated ones."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.outcomes.figures_model import AdDay, SearchDay, StoreDay
from socialcell.campaigns.outcomes.model import OutcomeDay, Restatement, VisitDay
from socialcell.connectors.facts import (
    AdFact,
    Fact,
    OutcomeFact,
    SearchFact,
    StoreFact,
    VisitFact,
)
from socialcell.json_types import DocumentValue

FactRow = dict[str, Any]


@dataclass(frozen=True)
class FactTable:
    """A table of facts: the columns of its key, and the columns of figures."""

    table: Table
    names: tuple[str, ...]
    measures: tuple[str, ...]


_ADS = FactTable(
    db.table(AdDay),
    ("network", "account", "level", "campaign", "ad_group", "ad", "day"),
    (
        *("impressions", "reach", "clicks", "link_clicks", "video_views"),
        *("cost_micros", "conversions", "installs"),
    ),
)
_SEARCH = FactTable(
    db.table(SearchDay),
    ("site", "dimension", "value", "day"),
    ("clicks", "impressions", "position"),
)
_STORES = FactTable(
    db.table(StoreDay),
    ("store", "app", "metric", "definition", "dimension", "cut", "day"),
    ("value", "withheld"),
)
_OUTCOMES = FactTable(
    db.table(OutcomeDay), ("outcome", "area", "day"), ("value", "withheld")
)
_VISITS = FactTable(
    db.table(VisitDay),
    ("site", "source", "medium", "campaign", "content", "term", "day"),
    ("visits",),
)
_KINDS = (_ADS, _SEARCH, _STORES, _OUTCOMES, _VISITS)
_RESTATED = db.table(Restatement)


@dataclass(frozen=True, slots=True)
class StoredCounts:
    """How many facts were stored, updated and unchanged; together all that came in."""

    stored: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "StoredCounts") -> "StoredCounts":
        return StoredCounts(
            self.stored + other.stored,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
        )


def store_facts(session: Session, facts: Sequence[Fact], at: datetime) -> StoredCounts:
    """Store reported facts; `at` (aware) is the time of the report.

    A later fact of the same thing and day replaces the figures; the first ones are
    kept beside them, and all that were replaced as restatements. A figure that is not
    reported (None, no installs) leaves the known one in place: only a number or
    "withheld" replaces a number.
    """
    total = StoredCounts()
    for kind in _KINDS:
        rows = [row for fact in facts if (row := _row(fact, kind)) is not None]
        if rows:
            db.take_turn(session, str(kind.table.name))
        for chunk in db.chunks(rows):
            total += _store_rows(session, kind, chunk, at)
    return total


def _store_rows(
    session: Session, kind: FactTable, rows: list[FactRow], at: datetime
) -> StoredCounts:
    stored_rows = _stored_rows(session, kind.table, [row["key"] for row in rows])
    new: dict[str, FactRow] = {}
    changed: dict[str, FactRow] = {}
    restated: list[FactRow] = []
    stored = updated = 0
    for row in rows:
        key = row["key"]
        if key not in stored_rows:
            stored_rows[key] = new[key] = row | _history_columns(at)
            stored += 1
            continue
        merged = _merge(stored_rows[key], row, kind.measures, at)
        if merged == stored_rows[key]:
            continue
        if merged["restatements"] > stored_rows[key]["restatements"]:
            restated.append(_restatement(stored_rows[key], merged, kind.measures))
        (new if key in new else changed)[key] = stored_rows[key] = merged
        updated += 1
    db.insert(session, kind.table, list(new.values()))
    db.insert(session, _RESTATED, restated)
    for key, row in changed.items():
        session.execute(update(kind.table).where(kind.table.c.key == key).values(row))
    return StoredCounts(stored, updated, len(rows) - stored - updated)


def _stored_rows(session: Session, table: Table, keys: list[str]) -> dict[str, FactRow]:
    rows = session.execute(select(table).where(table.c.key.in_(keys)))
    return {row["key"]: dict(row) for row in rows.mappings()}


def _history_columns(at: datetime) -> FactRow:
    return {"stored_at": at, "restated_at": None, "restatements": 0, "first": None}


def _merge(
    old: FactRow, new: FactRow, measures: Sequence[str], at: datetime
) -> FactRow:
    """The old row updated with the reported values; with its first figures if
    changed."""
    reported = {
        name: figure for name, figure in new.items() if _is_reported(name, figure, new)
    }
    merged = old | reported
    before = {name: old[name] for name in measures}
    if any(merged[name] != figure for name, figure in before.items()):
        merged["first"] = old["first"] or before
        merged["restated_at"] = at
        merged["restatements"] = old["restatements"] + 1
    return merged


def _restatement(old: FactRow, new: FactRow, measures: Sequence[str]) -> FactRow:
    return {
        "key": old["key"],
        "n": new["restatements"],
        "figures": {name: old[name] for name in measures},
        "said_at": old["restated_at"] or old["stored_at"],
        "replaced_at": new["restated_at"],
    }


def _is_reported(name: str, figure: DocumentValue, row: FactRow) -> bool:
    if name == "value" and row.get("withheld"):
        return True
    if name == "withheld":
        return bool(figure) or row.get("value") is not None
    return figure is not None and figure != {}


def _row(fact: Fact, kind: FactTable) -> FactRow | None:
    """The fact as a row of that table; None when it belongs to another."""
    if isinstance(fact, AdFact) and kind is _ADS:
        row = {name: getattr(fact, name) for name in AdFact.__dataclass_fields__}
        row["installs"] = dict(fact.installs)
    elif isinstance(fact, SearchFact) and kind is _SEARCH:
        row = {
            "site": fact.site,
            "dimension": fact.dimension,
            "value": fact.key,
            "day": fact.day,
            "clicks": fact.clicks,
            "impressions": fact.impressions,
            "position": fact.position,
            "final": fact.final,
        }
    elif isinstance(fact, StoreFact) and kind is _STORES:
        row = {name: getattr(fact, name) for name in StoreFact.__dataclass_fields__}
        row["cut"] = row.pop("key")
    elif isinstance(fact, OutcomeFact) and kind is _OUTCOMES:
        row = {name: getattr(fact, name) for name in OutcomeFact.__dataclass_fields__}
        del row["row"]
    elif isinstance(fact, VisitFact) and kind is _VISITS:
        row = {name: getattr(fact, name) for name in VisitFact.__dataclass_fields__}
    else:
        return None
    return row | {"key": _key(kind, row)}


def _key(kind: FactTable, row: FactRow) -> str:
    named = [row[name] for name in kind.names]
    text = json.dumps(named, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
