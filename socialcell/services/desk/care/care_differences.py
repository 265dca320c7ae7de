"""Where PMC Care and our cases disagree, row by row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.desk.care_comparison import CareFacts, CareOutcome, compare
from socialcell.desk.care_statuses import status_key
from socialcell.desk.case_states import CaseState
from socialcell.desk.store import care as store
from socialcell.desk.store.care import RegisteredRow
from socialcell.services.context import Context
from socialcell.services.desk.care import status_table
from socialcell.services.desk.closing import case_closing

_ACTED_ON = (CareOutcome.CLAIM, CareOutcome.REOPEN)


@dataclass(frozen=True, slots=True)
class CareDifference:
    """A row of PMC Care and its case, and what follows from the two.

    `closed_at` is when it was closed there, or last changed, as far as is known.
    """

    token: str
    case: str | None
    outcome: str
    status: str
    state: str | None
    closed_at: datetime
    denied_at: datetime | None
    reopened: int
    owner: str | None


def list_differences(context: Context) -> list[CareDifference]:
    """The rows that a person has to look at, by what is the matter and token. What the
    next comparison does by itself is not among them."""
    with db.reading(context.engine) as session:
        rows = [
            difference
            for _row, difference in compared(context, session)
            if difference.outcome not in (CareOutcome.AGREES, *_ACTED_ON)
        ]
    return sorted(rows, key=lambda row: (row.outcome, row.token))


def denied_rows(context: Context, session: Session) -> list[CareDifference]:
    """The rows that are closed there though the citizen says no."""
    return [
        difference
        for _row, difference in compared(context, session)
        if difference.outcome == CareOutcome.DENIED_HERE
    ]


def compared(
    context: Context, session: Session
) -> Iterator[tuple[RegisteredRow, CareDifference]]:
    """Every row with what follows from it; what was acted on once agrees since."""
    rows = store.rows_with_cases(session)
    ids = [entry.case.id for entry in rows if entry.case and entry.case.id is not None]
    denials = store.denied_at(session, ids)
    statuses = status_table.load_statuses(context.workspace)
    for entry in rows:
        yield entry, compare_row(entry, denials, statuses)


def compare_row(
    entry: RegisteredRow, denials: Mapping[int, datetime], statuses: Mapping[str, str]
) -> CareDifference:
    """What follows from one row, by the table of statuses as it is now."""
    row, case = entry.row, entry.case
    denied_at = denials.get(case.id or 0) if case else None
    closed_at = row.closed_at or row.changed_at or entry.read_at
    outcome = compare(
        CareFacts(
            token=row.token,
            meaning=statuses.get(status_key(row.status)),
            line=row.line,
            closed_at=closed_at,
            state=CaseState(case.state) if case else None,
            case_token=case.care_token if case else None,
            denied_at=denied_at,
            needs_officer=case is not None and case.reopened >= case_closing.NODAL_FROM,
        )
    )
    if outcome in _ACTED_ON and row.reconciled_at is not None:
        outcome = CareOutcome.AGREES
    return CareDifference(
        token=row.token,
        case=case.number if case else row.case_number,
        outcome=outcome.value,
        status=row.status,
        state=case.state if case else None,
        closed_at=closed_at,
        denied_at=denied_at,
        reopened=case.reopened if case else 0,
        owner=case.owner if case else None,
    )
