"""Outreach in the database: approvals, the steps of tags, posts that were found."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select, update
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


def hold(session: Session, plan: Plan) -> None:
    """Until this transaction ends nobody else goes past here with the same plan: what
    is read of its steps after this stays true."""
    session.execute(select(_PLAN.c.id).where(_PLAN.c.id == plan.id).with_for_update())


def approval(session: Session, plan: Plan) -> PlanApproval | None:
    """The newest approval of a version of a plan."""
    asked = select(PlanApproval).where(col(PlanApproval.plan_id) == plan.id)
    return session.scalars(asked.order_by(col(PlanApproval.id).desc())).first()


def steps(
    session: Session, campaign: str, terms: Mapping[int, str]
) -> dict[int, list[OutreachStep]]:
    """The steps of tags in order: tag's id → steps. `terms` by tag's id.

    A step belongs to the tag that it was entered for, and to any of the campaign's
    whose terms are the same.
    """
    asked = select(OutreachStep).where(col(OutreachStep.campaign) == campaign)
    of_terms: dict[str, list[int]] = defaultdict(list)
    for tag_id, one in terms.items():
        of_terms[one].append(tag_id)
    found: dict[int, list[OutreachStep]] = {tag_id: [] for tag_id in terms}
    for step in session.scalars(asked.order_by(col(OutreachStep.id))):
        for tag_id in {*of_terms.get(step.terms, ()), step.tag_id} & set(found):
            found[tag_id].append(step)
    return found


def found(session: Session, tag_ids: Iterable[int]) -> dict[int, list[OutreachFound]]:
    """Posts that were found, by tag's id, in the order in which they were."""
    made: dict[int, list[OutreachFound]] = defaultdict(list)
    for some in db.chunks(tag_ids):
        asked = select(OutreachFound).where(col(OutreachFound.tag_id).in_(some))
        for one in session.scalars(asked.order_by(col(OutreachFound.id))):
            made[one.tag_id].append(one)
    return made


def spent(
    session: Session, creator: str, channel: str, first: date, last: date, but: str
) -> int:
    """Micros that the newest plans of all campaigns but one hold for a creator on a
    channel, both days included."""
    ids = [plan.id for plan in store.newest(session) if plan.campaign != but]
    c = _TAG.c
    asked = select(func.sum(c.cost_micros)).where(
        c.plan_id.in_(ids),
        c.creator == creator,
        c.channel == channel,
        c.day.between(first, last),
    )
    return int(session.scalar(asked) or 0)


def of_creator(session: Session, creator: str) -> list[dict[str, Any]]:
    """The steps of a creator's tags, for whom they are about."""
    asked = select(STEP).where(STEP.c.tag_id.in_(_tags_of(creator)))
    return [row._asdict() for row in session.execute(asked.order_by(STEP.c.id))]


def forget(session: Session, creator: str) -> list[str]:
    """Take notes and evidence out of the steps of a creator's tags; that they were, and
    their seals in the audit log, stay. Hashes of files that are evidence no more."""
    held = _files(of_creator(session, creator))
    theirs = STEP.c.tag_id.in_(_tags_of(creator))
    gone: dict[str, Any] = {"note": None, "evidence": None, "detail": {}}
    session.execute(update(STEP).where(theirs).values(**gone))
    return sorted(held - files(session))


def files(session: Session) -> set[str]:
    """The hashes of all files that are evidence of a step."""
    c = STEP.c
    asked = select(c.evidence_kind, c.evidence, c.detail)
    return _files(row._asdict() for row in session.execute(asked))


def _files(steps: Iterable[Mapping[str, Any]]) -> set[str]:
    held: set[str] = set()
    for one in steps:
        pairs = [
            (one["evidence_kind"], one["evidence"]),
            *one["detail"].get("also", ()),
        ]
        held |= {value for kind, value in pairs if kind == "file" and value}
    return held


def _tags_of(creator: str) -> Select[Any]:
    return select(_TAG.c.id).where(_TAG.c.creator == creator)
