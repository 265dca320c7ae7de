"""Queries about campaigns, outcomes and visits."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.links.model import ClickDay, TrackedLink
from socialcell.campaigns.outcomes.figures_model import Measure
from socialcell.campaigns.outcomes.model import (
    Campaign,
    OutcomeDay,
    Restatement,
    VisitDay,
)

"""A figure as it was stored: a number, a mark, numbers by action, or nothing."""

_OUTCOME = db.table(OutcomeDay)
_VISIT = db.table(VisitDay)


@dataclass(frozen=True, slots=True)
class OutcomeSummary:
    """The stored days of an outcome."""

    outcome: str
    areas: int
    first: date
    last: date
    rows: int
    withheld: int
    restated: int


@dataclass(frozen=True, slots=True)
class FormerFigures:
    """Figures as they were from `said_at` until they were restated at `replaced_at`."""

    figures: Mapping[str, Measure]
    said_at: datetime
    replaced_at: datetime


def campaign(session: Session, name: str) -> Campaign | None:
    return session.get(Campaign, name)


def campaigns(session: Session) -> list[Campaign]:
    """All of them, the newest start first."""
    query = select(Campaign).order_by(col(Campaign.start).desc(), col(Campaign.name))
    return list(session.scalars(query))


def campaigns_before(
    session: Session, before: tuple[date, str] | None, limit: int
) -> list[Campaign]:
    """At most `limit` campaigns, the newest start first, that come after the one with
    this start and name; None: from the newest on."""
    start, name = col(Campaign.start), col(Campaign.name)
    query = select(Campaign).order_by(start.desc(), name).limit(limit)
    if before is not None:
        day, last_name = before
        query = query.where(or_(start < day, and_(start == day, name > last_name)))
    return list(session.scalars(query))


def clicks_query(names: Collection[str]) -> Select[str, int]:
    """Clicks of people on the links of these campaigns, in each one's days; a campaign
    without a link is not there."""
    link, day = db.table(TrackedLink).c, db.table(ClickDay).c
    campaign_row = db.table(Campaign).c
    return (
        select(campaign_row.name, func.coalesce(func.sum(day.n), 0))
        .select_from(db.table(Campaign))
        .join(db.table(TrackedLink), link.campaign == campaign_row.name)
        .outerjoin(
            db.table(ClickDay),
            and_(
                day.link_id == link.id,
                day.kind == "human",
                day.day.between(campaign_row.start, campaign_row.end),
            ),
        )
        .where(campaign_row.name.in_(names))
        .group_by(campaign_row.name)
    )


def outcome_summaries(session: Session) -> list[OutcomeSummary]:
    """Every outcome by name."""
    row = _OUTCOME.c
    query = (
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
    return [OutcomeSummary(*summary) for summary in session.execute(query)]


def outcome_days(
    session: Session, outcome: str, since: date, until: date
) -> list[OutcomeDay]:
    """Days of an outcome in all areas, both ends included."""
    row = _OUTCOME.c
    query = (
        select(_OUTCOME)
        .where(row.outcome == outcome, row.day >= since, row.day <= until)
        .order_by(row.day, row.area)
    )
    return [OutcomeDay(**columns) for columns in session.execute(query).mappings()]


def elsewhere_days(session: Session, since: date, until: date) -> list[OutcomeDay]:
    """Days of any outcome in places that no campaign of ours reaches."""
    row = _OUTCOME.c
    query = (
        select(_OUTCOME)
        .where(row.area.like("elsewhere:%"), row.day >= since, row.day <= until)
        .order_by(row.day, row.outcome, row.area)
    )
    return [OutcomeDay(**columns) for columns in session.execute(query).mappings()]


def restatements(
    session: Session, keys: Iterable[str]
) -> dict[str, list[FormerFigures]]:
    """Former figures of rows by key, oldest first."""
    figures_by_key: dict[str, list[FormerFigures]] = defaultdict(list)
    for chunk in db.chunks(sorted(keys)):
        query = (
            select(Restatement)
            .where(col(Restatement.key).in_(chunk))
            .order_by(col(Restatement.key), col(Restatement.n))
        )
        for restatement in session.scalars(query):
            figures_by_key[restatement.key].append(
                FormerFigures(
                    restatement.figures, restatement.said_at, restatement.replaced_at
                )
            )
    return dict(figures_by_key)


def visit_days(session: Session, since: date, until: date) -> Sequence[VisitDay]:
    """Days of all sites' visits, both ends included."""
    row = _VISIT.c
    query = (
        select(_VISIT)
        .where(row.day >= since, row.day <= until)
        .order_by(row.site, row.day, row.key)
    )
    return [VisitDay(**columns) for columns in session.execute(query).mappings()]
