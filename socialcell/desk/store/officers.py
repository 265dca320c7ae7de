"""What one operator holds at the desk: open cases, leases, answers that wait."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES
from socialcell.desk.model import CaseLease, CaseMessage, DeskCase

MESSAGE = db.table(CaseMessage)


@dataclass(frozen=True, slots=True)
class UnsentAnswer:
    """An answer that somebody drafted and that waits: its key and its case's number."""

    key: str
    number: str


def open_case_numbers(session: Session, operator_id: int) -> list[str]:
    """The open cases that an operator is assigned to, by number."""
    query = select(col(DeskCase.number)).where(
        col(DeskCase.assignee) == operator_id, col(DeskCase.state).in_(OPEN_STATES)
    )
    return list(session.scalars(query.order_by(col(DeskCase.number))))


def end_leases(session: Session, operator_id: int) -> int:
    """End every lease of an operator; how many."""
    own = col(CaseLease.holder) == operator_id
    return db.changed(session, delete(db.table(CaseLease)).where(own))


def waiting_answers(session: Session, name: str) -> list[UnsentAnswer]:
    """The answers that an operator drafted and nobody has decided on, by case."""
    query = (
        select(
            MESSAGE.c.answer_key.label("key"),
            col(DeskCase.number).label("number"),
        )
        .join(DeskCase, col(DeskCase.id) == MESSAGE.c.case_id)
        .where(MESSAGE.c.state == "waiting", MESSAGE.c.made_by == name)
        .where(MESSAGE.c.answer_key.is_not(None))
        .distinct()
    )
    ordered = query.order_by(col(DeskCase.number), MESSAGE.c.answer_key)
    return db.records(session, ordered, UnsentAnswer)
