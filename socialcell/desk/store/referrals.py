"""Referrals of cases to other bodies."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from socialcell.desk.model import CaseMessage, CaseReferral, DeskCase


def newest_referral(session: Session, case_id: int) -> CaseReferral | None:
    """The last referral of a case; None: there is none."""
    query = select(CaseReferral).where(col(CaseReferral.case_id) == case_id)
    return session.scalars(query.order_by(col(CaseReferral.id).desc())).first()


def list_referrals(
    session: Session, *, open_only: bool, due_before: datetime | None = None
) -> Sequence[tuple[CaseReferral, DeskCase]]:
    """Referrals with their cases, the first due first: all, or those whose body has not
    answered, or of these what was due by a moment."""
    query = select(CaseReferral, DeskCase).join(
        DeskCase, col(DeskCase.id) == col(CaseReferral.case_id)
    )
    if open_only or due_before is not None:
        query = query.where(
            col(CaseReferral.answered_at).is_(None),
            col(CaseReferral.came_back_at).is_(None),
        )
    if due_before is not None:
        query = query.where(col(CaseReferral.due_at) <= due_before)
    order = (col(CaseReferral.due_at), col(CaseReferral.id))
    rows = session.execute(query.order_by(*order))
    return [(referral, case) for referral, case in rows]


def first_mention(session: Session, case_id: int) -> int | None:
    """The mention that a case begins with; None: it came by phone or on paper."""
    query = select(col(CaseMessage.mention_id)).where(
        col(CaseMessage.case_id) == case_id,
        col(CaseMessage.direction) == "in",
        col(CaseMessage.mention_id).is_not(None),
    )
    order = (col(CaseMessage.at), col(CaseMessage.id))
    return session.scalars(query.order_by(*order)).first()
