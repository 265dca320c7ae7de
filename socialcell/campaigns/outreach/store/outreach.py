"""Outreach in the database: approvals, the steps of tags, found posts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pydantic import JsonValue
from sqlalchemy import Select, and_, func, select, update
from sqlmodel import Session, col

from socialcell import db
from socialcell.campaigns.outreach.model import (
    OutreachFound,
    OutreachStep,
    PlanApproval,
)
from socialcell.campaigns.planning import store
from socialcell.campaigns.planning.model import Plan, PlanTag

_PLAN = db.table(Plan)
_TAG = db.table(PlanTag)
STEP = db.table(OutreachStep)


@dataclass(frozen=True, slots=True)
class StoredStep:
    """A row of the table `outreach_step`; see `OutreachStep`."""

    id: int
    campaign: str
    terms: str
    tag_id: int
    state: str
    by: str
    at: datetime
    note: str | None
    evidence_kind: str | None
    evidence: str | None
    detail: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class PlannedCost:
    """What a tag of a campaign's newest plan costs."""

    campaign: str
    creator: str
    channel: str
    day: date
    cost_micros: int


def lock_plan(session: Session, plan: Plan) -> None:
    """Lock a plan until this transaction ends, so that its steps do not change after
    they are read."""
    session.execute(select(_PLAN.c.id).where(_PLAN.c.id == plan.id).with_for_update())


def newest_approval(session: Session, plan: Plan) -> PlanApproval | None:
    """The newest approval of a version of a plan."""
    query = select(PlanApproval).where(col(PlanApproval.plan_id) == plan.id)
    return session.scalars(query.order_by(col(PlanApproval.id).desc())).first()


def newest_approvals(
    session: Session, plan_ids: Collection[int]
) -> dict[int, PlanApproval]:
    """The newest approval of each of these versions of plans that has one."""
    query = select(PlanApproval).where(col(PlanApproval.plan_id).in_(plan_ids))
    rows = session.scalars(query.order_by(col(PlanApproval.id)))
    return {approval.plan_id: approval for approval in rows}


def approved_versions(session: Session) -> list[tuple[str, int, str]]:
    """Campaign, version and hash of the content of every approval, in order."""
    query = (
        select(col(Plan.campaign), col(Plan.version), col(PlanApproval.content))
        .join(PlanApproval, col(PlanApproval.plan_id) == col(Plan.id))
        .distinct()
        .order_by(col(Plan.campaign), col(Plan.version), col(PlanApproval.content))
    )
    return [(row.campaign, row.version, row.content) for row in session.execute(query)]


def steps(
    session: Session, terms: Mapping[str, Mapping[int, str]]
) -> dict[int, list[OutreachStep]]:
    """The steps of tags in order: tag's id → steps. `terms`: campaign → terms by tag's
    id.

    A step belongs to the tag that it was entered for, and to any of the campaign's
    whose terms are the same.
    """
    query = select(OutreachStep).where(col(OutreachStep.campaign).in_(terms))
    of_terms: dict[tuple[str, str], list[int]] = defaultdict(list)
    for campaign, own in terms.items():
        for tag_id, terms_hash in own.items():
            of_terms[campaign, terms_hash].append(tag_id)
    steps_by_tag: dict[int, list[OutreachStep]] = {
        tag_id: [] for own in terms.values() for tag_id in own
    }
    for step in session.scalars(query.order_by(col(OutreachStep.id))):
        same = of_terms.get((step.campaign, step.terms), ())
        for tag_id in {*same, step.tag_id} & set(terms[step.campaign]):
            steps_by_tag[tag_id].append(step)
    return steps_by_tag


def posted_query(campaigns: Collection[str]) -> Select[str, int]:
    """Tags of these campaigns that were posted, by campaign; those without any are not
    there. What a tag says counts: the same tag of two versions is one."""
    return (
        select(
            col(OutreachStep.campaign), func.count(col(OutreachStep.terms).distinct())
        )
        .where(
            col(OutreachStep.campaign).in_(campaigns),
            col(OutreachStep.state) == "posted",
        )
        .group_by(col(OutreachStep.campaign))
    )


def found_posts(
    session: Session, tag_ids: Iterable[int]
) -> dict[int, list[OutreachFound]]:
    """Found posts by tag's id, in the order in which they were found."""
    posts: dict[int, list[OutreachFound]] = defaultdict(list)
    for chunk in db.chunks(tag_ids):
        query = select(OutreachFound).where(col(OutreachFound.tag_id).in_(chunk))
        for post in session.scalars(query.order_by(col(OutreachFound.id))):
            posts[post.tag_id].append(post)
    return posts


def planned_costs(session: Session) -> list[PlannedCost]:
    """What the newest plans of all campaigns hold of money for each of their tags."""
    newest = store.newest_versions().subquery()
    query = (
        select(
            _PLAN.c.campaign,
            _TAG.c.creator,
            _TAG.c.channel,
            _TAG.c.day,
            _TAG.c.cost_micros,
        )
        .join_from(_TAG, _PLAN, _PLAN.c.id == _TAG.c.plan_id)
        .join(
            newest,
            and_(
                newest.c.campaign == _PLAN.c.campaign,
                newest.c.version == _PLAN.c.version,
            ),
        )
        .where(_TAG.c.cost_micros > 0)
    )
    return db.records(session, query, PlannedCost)


def steps_of_creator(session: Session, creator: str) -> list[StoredStep]:
    """The steps of a creator's tags."""
    query = select(STEP).where(STEP.c.tag_id.in_(_tags_of(creator)))
    return db.records(session, query.order_by(STEP.c.id), StoredStep)


def erase_evidence(session: Session, creator: str) -> list[str]:
    """Erase notes and evidence of the steps of a creator's tags; the steps and their
    seals in the audit log stay. Returns hashes of files that are evidence no more."""
    hashes = evidence_files(session, creator)
    erased = update(STEP).where(STEP.c.tag_id.in_(_tags_of(creator)))
    session.execute(erased.values(note=None, evidence=None, detail={}))
    return sorted(hashes - evidence_files(session))


def evidence_files(session: Session, creator: str | None = None) -> set[str]:
    """The hashes of all files that are evidence of a step, or of a creator's steps."""
    c = STEP.c
    query = select(c.evidence_kind, c.evidence, c.detail)
    if creator is not None:
        query = query.where(c.tag_id.in_(_tags_of(creator)))
    return {
        evidence
        for kind, first, detail in session.execute(query)
        for evidence_kind, evidence in ((kind, first), *detail.get("also", ()))
        if evidence_kind == "file" and evidence
    }


def _tags_of(creator: str) -> Select[tuple[int]]:
    return select(_TAG.c.id).where(_TAG.c.creator == creator)
