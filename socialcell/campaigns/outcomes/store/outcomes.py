"""Questions about campaigns, outcomes and visits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.outcomes.model import (
    Campaign,
    OutcomeDay,
    Restatement,
    VisitDay,
)

_OUTCOME = db.table(OutcomeDay)
_VISIT = db.table(VisitDay)


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of an outcome."""

    outcome: str
    areas: int
    first: date
    last: date
    rows: int
    withheld: int
    restated: int


@dataclass(frozen=True, slots=True)
class Said:
    """A figure as it stood from `said_at` until it was restated at `replaced_at`."""

    figures: Mapping[str, Any]
    said_at: datetime
    replaced_at: datetime


def campaign(session: Session, name: str) -> Campaign | None:
    return session.get(Campaign, name)


def campaigns(session: Session) -> list[Campaign]:
    """All of them, the newest start first."""
    asked = select(Campaign).order_by(col(Campaign.start).desc(), col(Campaign.name))
    return list(session.scalars(asked))


def held(session: Session) -> list[Held]:
    """Every outcome by name."""
    row = _OUTCOME.c
    asked = (
        select(
            row.outcome,
            func.count(row.area.distinct()),
            func.min(row.day),
            func.max(row.day),
            func.count(),
            func.count().filter(row.withheld),
            func.count().filter(row.restatements > 0),
        )
        .group_by(row.outcome)
        .order_by(row.outcome)
    )
    return [Held(*found) for found in session.execute(asked)]


def outcome_days(
    session: Session, outcome: str, since: date, until: date
) -> list[OutcomeDay]:
    """Days of an outcome in all areas, both ends included."""
    row = _OUTCOME.c
    asked = (
        select(_OUTCOME)
        .where(row.outcome == outcome, row.day >= since, row.day <= until)
        .order_by(row.day, row.area)
    )
    return [OutcomeDay(**found) for found in session.execute(asked).mappings()]


def elsewhere_days(session: Session, since: date, until: date) -> list[OutcomeDay]:
    """Days of any outcome in places that no campaign of ours reaches."""
    row = _OUTCOME.c
    asked = (
        select(_OUTCOME)
        .where(row.area.like("elsewhere:%"), row.day >= since, row.day <= until)
        .order_by(row.day, row.outcome, row.area)
    )
    return [OutcomeDay(**found) for found in session.execute(asked).mappings()]


def restatements(session: Session, keys: Iterable[str]) -> dict[str, list[Said]]:
    """What rows said before, by key, oldest first."""
    found: dict[str, list[Said]] = defaultdict(list)
    for some in db.chunks(sorted(keys)):
        asked = (
            select(Restatement)
            .where(col(Restatement.key).in_(some))
            .order_by(col(Restatement.key), col(Restatement.n))
        )
        for one in session.scalars(asked):
            found[one.key].append(Said(one.figures, one.said_at, one.replaced_at))
    return dict(found)


def visit_days(session: Session, since: date, until: date) -> Sequence[VisitDay]:
    """Days of all sites' visits, both ends included."""
    row = _VISIT.c
    asked = (
        select(_VISIT)
        .where(row.day >= since, row.day <= until)
        .order_by(row.site, row.day, row.key)
    )
    return [VisitDay(**found) for found in session.execute(asked).mappings()]
