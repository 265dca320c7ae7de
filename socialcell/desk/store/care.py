"""Files and rows of PMC Care, and the cases that they name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.case_states import WORKING_STATES
from socialcell.desk.closing_model import CareFile, CareRow
from socialcell.desk.model import CaseStep, DeskCase

ROW = db.table(CareRow)
STEP = db.table(CaseStep)
REGISTERED_KINDS = ("complaint", "help")
_OWN = "dept:"


@dataclass(frozen=True, slots=True)
class RegisteredRow:
    """A row of PMC Care, when its file was read, and the case that it names."""

    row: CareRow
    read_at: datetime
    case: DeskCase | None


def find_file(session: Session, sha256: str) -> CareFile | None:
    """The file of this content that was read before; None: there is none."""
    query = select(CareFile).where(col(CareFile.sha256) == sha256)
    return session.scalars(query).one_or_none()


def unregistered(session: Session) -> Sequence[DeskCase]:
    """The cases that PMC Care has to register: complaints to a department that are
    worked on, have no token, and are no service by right; by id."""
    owner = col(DeskCase.owner)
    query = select(DeskCase).where(
        col(DeskCase.care_token).is_(None),
        col(DeskCase.service).is_(None),
        col(DeskCase.kind).in_(REGISTERED_KINDS),
        col(DeskCase.state).in_([state.value for state in WORKING_STATES]),
        or_(owner.is_(None), owner.startswith(_OWN)),
    )
    return session.scalars(query.order_by(col(DeskCase.id))).all()


def case_of_row(
    session: Session, token: str, case_number: str | None
) -> DeskCase | None:
    """The case that has a token, else the one of the number that the row names."""
    by_token = select(DeskCase).where(col(DeskCase.care_token) == token)
    case = session.scalars(by_token.order_by(col(DeskCase.id))).first()
    if case is None and case_number is not None:
        by_number = select(DeskCase).where(col(DeskCase.number) == case_number)
        case = session.scalars(by_number).one_or_none()
    return case


def rows_with_cases(session: Session) -> list[RegisteredRow]:
    """Every row of PMC Care with the case that it names, by token."""
    query = (
        select(CareRow, col(CareFile.read_at))
        .join(CareFile, col(CareFile.id) == col(CareRow.file_id))
        .order_by(col(CareRow.token))
    )
    rows = [(row, read_at) for row, read_at in session.execute(query)]
    by_token: dict[str, DeskCase] = {}
    by_number: dict[str, DeskCase] = {}
    for chunk in db.chunks([row.token for row, _read_at in rows]):
        tokens = select(DeskCase).where(col(DeskCase.care_token).in_(chunk))
        for case in session.scalars(tokens.order_by(col(DeskCase.id).desc())):
            by_token[case.care_token or ""] = case
    numbers = {row.case_number for row, _read_at in rows if row.case_number}
    for chunk in db.chunks(sorted(numbers)):
        named = select(DeskCase).where(col(DeskCase.number).in_(chunk))
        by_number |= {case.number: case for case in session.scalars(named)}
    return [
        RegisteredRow(
            row,
            read_at,
            by_token.get(row.token) or by_number.get(row.case_number or ""),
        )
        for row, read_at in rows
    ]


def denied_at(session: Session, case_ids: Sequence[int]) -> dict[int, datetime]:
    """When each case was last reopened, for those that were."""
    newest: dict[int, datetime] = {}
    for chunk in db.chunks(case_ids):
        query = (
            select(STEP.c.case_id, func.max(STEP.c.at))
            .where(STEP.c.case_id.in_(chunk), STEP.c.kind == "reopen")
            .group_by(STEP.c.case_id)
        )
        for case_id, at in session.execute(query):
            newest[case_id] = at
    return newest


def read_at(session: Session, row: CareRow) -> datetime:
    """When the file was read that a row comes from."""
    return session.get_one(CareFile, row.file_id).read_at
