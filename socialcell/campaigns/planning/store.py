"""Queries and updates of plans: versions, tags, and tags of other plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.links.model import TrackedLink
from socialcell.campaigns.planning.model import Plan, PlanTag
from socialcell.errors import UsageError

_PLAN = db.table(Plan)
_TAG = db.table(PlanTag)


class NoPlan(UsageError):  # noqa: N818 - named for what is wrong
    """There is no such plan."""


@dataclass(frozen=True, slots=True)
class OtherPlanTag:
    """A tag that the newest version of another campaign's plan holds."""

    creator: str
    day: date
    initiative: str


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A version of a campaign's plan, without its content."""

    version: int
    made_by: str
    made_at: datetime


def add(session: Session, plan: Plan, tags: Sequence[PlanTag]) -> Plan:
    """A new version with its tags. Its number follows the newest one."""
    db.take_turn(session, f"plan of {plan.campaign}")
    newest_version = select(func.max(_PLAN.c.version)).where(
        _PLAN.c.campaign == plan.campaign
    )
    plan.version = (session.scalar(newest_version) or 0) + 1
    session.add(plan)
    session.flush()
    assert plan.id is not None
    for tag in tags:
        tag.plan_id = plan.id
        session.add(tag)
    session.flush()
    return plan


def find_plan(
    session: Session, campaign: str, version: int | None = None
) -> Plan | None:
    """A version of a campaign's plan; the newest without one."""
    query = select(Plan).where(col(Plan.campaign) == campaign)
    if version is not None:
        query = query.where(col(Plan.version) == version)
    return session.scalars(query.order_by(col(Plan.version).desc())).first()


def newest_plans(session: Session) -> list[Plan]:
    """The newest version of every campaign's plan."""
    last = newest_versions().subquery()
    query = (
        select(Plan)
        .join(
            last,
            (col(Plan.campaign) == last.c.campaign)
            & (col(Plan.version) == last.c.version),
        )
        .order_by(col(Plan.campaign))
    )
    return list(session.scalars(query))


def newest_versions() -> Select[tuple[str, int]]:
    """Each campaign with the number of its plan's newest `version`, as a question."""
    c = _PLAN.c
    version = func.max(c.version).label("version")
    return select(c.campaign, version).group_by(c.campaign)


def versions(session: Session, campaign: str) -> list[PlanVersion]:
    """Which versions there are, by whom, the newest first."""
    c = _PLAN.c
    query = select(c.version, c.made_by, c.made_at).where(c.campaign == campaign)
    return db.records(session, query.order_by(c.version.desc()), PlanVersion)


def tags(session: Session, plan: Plan) -> list[tuple[PlanTag, TrackedLink]]:
    """A plan's tags in order, each with its link."""
    query = (
        select(PlanTag, TrackedLink)
        .join(TrackedLink, col(PlanTag.link_id) == col(TrackedLink.id))
        .where(col(PlanTag.plan_id) == plan.id)
        .order_by(col(PlanTag.n))
    )
    return [(tag, link) for tag, link in session.execute(query)]


def tags_of_plans(
    session: Session, plan_ids: Sequence[int]
) -> dict[int, list[tuple[PlanTag, TrackedLink]]]:
    """The tags of several plans in order, each with its link: plan's id → tags."""
    query = (
        select(PlanTag, TrackedLink)
        .join(TrackedLink, col(PlanTag.link_id) == col(TrackedLink.id))
        .where(col(PlanTag.plan_id).in_(plan_ids))
        .order_by(col(PlanTag.plan_id), col(PlanTag.n))
    )
    tags_by_plan: dict[int, list[tuple[PlanTag, TrackedLink]]] = {
        plan_id: [] for plan_id in plan_ids
    }
    for tag, link in session.execute(query):
        tags_by_plan[tag.plan_id].append((tag, link))
    return tags_by_plan


def tags_of_other_plans(
    session: Session, since: date, until: date, campaign: str
) -> list[OtherPlanTag]:
    """Tags of the newest plans of all campaigns but one, both days included."""
    tags_found = []
    for plan in newest_plans(session):
        if plan.campaign == campaign:
            continue
        query = (
            select(_TAG.c.creator, _TAG.c.day)
            .where(_TAG.c.plan_id == plan.id, _TAG.c.day.between(since, until))
            .order_by(_TAG.c.n)
        )
        initiative = str(plan.brief["initiative"])
        tags_found += [
            OtherPlanTag(row.creator, row.day, initiative)
            for row in session.execute(query)
        ]
    return tags_found


def erase_texts(session: Session, creator: str) -> None:
    """Delete the texts that name a creator from all plans."""
    session.execute(update(_TAG).where(_TAG.c.creator == creator).values(text=None))
