"""Store daily figures: new ones, the same ones again, and restated ones."""

import hashlib
import json
from collections.abc import Mapping, Sequence
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

Row = dict[str, Any]


@dataclass(frozen=True)
class _Kind:
    """A table of facts: what names a row, and what in it is a figure."""

    table: Table
    names: tuple[str, ...]
    measures: tuple[str, ...]


_ADS = _Kind(
    db.table(AdDay),
    ("network", "account", "level", "campaign", "ad_group", "ad", "day"),
    (
        *("impressions", "reach", "clicks", "link_clicks", "video_views"),
        *("cost_micros", "conversions", "installs"),
    ),
)
_SEARCH = _Kind(
    db.table(SearchDay),
    ("site", "dimension", "value", "day"),
    ("clicks", "impressions", "position"),
)
_STORES = _Kind(
    db.table(StoreDay),
    ("store", "app", "metric", "definition", "dimension", "cut", "day"),
    ("value", "withheld"),
)
_OUTCOMES = _Kind(
    db.table(OutcomeDay), ("outcome", "area", "day"), ("value", "withheld")
)
_VISITS = _Kind(
    db.table(VisitDay),
    ("site", "source", "medium", "campaign", "content", "term", "day"),
    ("visits",),
)
_KINDS = (_ADS, _SEARCH, _STORES, _OUTCOMES, _VISITS)
_RESTATED = db.table(Restatement)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of facts; the three add up to how many were given."""

    stored: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Stored") -> "Stored":
        return Stored(
            self.stored + other.stored,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
        )


def store_facts(session: Session, facts: Sequence[Fact], at: datetime) -> Stored:
    """Store what networks and stores report; `at` (aware) is when they said it.

    A later fact of the same thing and day replaces the figures; the first ones are
    kept beside them, and all that were replaced as restatements. A figure that is not
    reported (None, no installs) leaves the known one in place: only a number or
    "withheld" replaces a number.
    """
    total = Stored()
    for kind in _KINDS:
        rows = [row for fact in facts if (row := _row(fact, kind)) is not None]
        if rows:
            db.take_turn(session, str(kind.table.name))
        for some in db.chunks(rows):
            total += _keep(session, kind, some, at)
    return total


def _keep(session: Session, kind: _Kind, rows: list[Row], at: datetime) -> Stored:
    known = _known(session, kind.table, [row["key"] for row in rows])
    new: dict[str, Row] = {}
    changed: dict[str, Row] = {}
    restated: list[Row] = []
    stored = updated = 0
    for row in rows:
        key = row["key"]
        if key not in known:
            known[key] = new[key] = row | _history(at)
            stored += 1
            continue
        merged = _merged(known[key], row, kind.measures, at)
        if merged == known[key]:
            continue
        if merged["restatements"] > known[key]["restatements"]:
            restated.append(_replaced(known[key], merged, kind.measures))
        (new if key in new else changed)[key] = known[key] = merged
        updated += 1
    db.insert(session, kind.table, list(new.values()))
    db.insert(session, _RESTATED, restated)
    for key, row in changed.items():
        session.execute(update(kind.table).where(kind.table.c.key == key).values(row))
    return Stored(stored, updated, len(rows) - stored - updated)


def _known(session: Session, table: Table, keys: list[str]) -> dict[str, Row]:
    found = session.execute(select(table).where(table.c.key.in_(keys)))
    return {row["key"]: dict(row) for row in found.mappings()}


def _history(at: datetime) -> Row:
    return {"stored_at": at, "restated_at": None, "restatements": 0, "first": None}


def _merged(old: Row, new: Row, measures: Sequence[str], at: datetime) -> Row:
    """The old row with what the new one says; its first figures if they changed."""
    said = {name: value for name, value in new.items() if _is_said(name, value, new)}
    merged = old | said
    before = {name: old[name] for name in measures}
    if any(merged[name] != value for name, value in before.items()):
        merged["first"] = old["first"] or before
        merged["restated_at"] = at
        merged["restatements"] = old["restatements"] + 1
    return merged


def _replaced(old: Row, new: Row, measures: Sequence[str]) -> Row:
    return {
        "key": old["key"],
        "n": new["restatements"],
        "figures": {name: old[name] for name in measures},
        "said_at": old["restated_at"] or old["stored_at"],
        "replaced_at": new["restated_at"],
    }


def _is_said(name: str, value: Any, row: Row) -> bool:
    if name == "value" and row.get("withheld"):
        return True
    if name == "withheld":
        return bool(value) or row.get("value") is not None
    return value is not None and value != {}


def _row(fact: Fact, kind: _Kind) -> Row | None:
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


def _key(kind: _Kind, row: Mapping[str, Any]) -> str:
    named = [row[name] for name in kind.names]
    text = json.dumps(named, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
