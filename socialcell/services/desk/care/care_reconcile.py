"""Compare PMC Care's rows with our cases at night, and act where nothing is to guess:
closed there and open here is claimed done and asked; reopened there is reopened."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlmodel import Session

from socialcell import db
from socialcell.desk.care_comparison import CareOutcome
from socialcell.desk.care_statuses import status_key
from socialcell.desk.case_states import CaseState
from socialcell.desk.closing_model import CareRow
from socialcell.desk.model import DeskCase
from socialcell.desk.store import care as store
from socialcell.desk.store import cases
from socialcell.desk.store.care import RegisteredRow
from socialcell.desk.store.cases import StepDraft
from socialcell.services.context import Context
from socialcell.services.desk.care import care_differences, status_table
from socialcell.services.desk.case_steps import enter_step
from socialcell.services.desk.closing import case_closing
from socialcell.services.desk.closing.case_closing import DoneEvidence

CARE = "PMC Care"  # who claims what it has closed
_BEFORE_WORK = (CaseState.NEW, CaseState.ACKNOWLEDGED)


@dataclass
class CareReconciliation:
    """How many cases were claimed done and reopened, and how many rows a person has to
    look at, by what is the matter."""

    claimed: int = 0
    reopened: int = 0
    listed: Counter[str] = field(default_factory=Counter)


def reconcile(
    context: Context, stop: Callable[[], bool] = lambda: False
) -> CareReconciliation:
    """Compare every row with its case. A transaction each, so that the next run goes
    on. For the daemon."""
    result = CareReconciliation()
    statuses = status_table.load_statuses(context.workspace)
    with db.reading(context.engine) as session:
        outcomes = [
            (difference.token, difference.outcome, entry.row.reconciled_at is None)
            for entry, difference in care_differences.compared(context, session)
        ]
    for token, outcome, is_new in outcomes:
        if stop():
            break
        if outcome in (CareOutcome.CLAIM, CareOutcome.REOPEN):
            with db.writing(context.engine) as session:
                _act(context, session, token, statuses, result)
        elif outcome == CareOutcome.AGREES:
            if is_new:
                with db.writing(context.engine) as session:
                    row = session.get_one(CareRow, token)
                    row.meaning = statuses.get(status_key(row.status))
                    row.reconciled_at = context.clock.now()
        else:
            result.listed[outcome] += 1
    return result


def _act(
    context: Context,
    session: Session,
    token: str,
    statuses: Mapping[str, str],
    result: CareReconciliation,
) -> None:
    """Do what follows from a row, if it still does now that its case is locked."""
    row = session.get_one(CareRow, token, with_for_update=True)
    named = store.case_of_row(session, token, row.case_number)
    if named is None:
        return
    case = cases.lock_case(session, named.number)
    row.meaning = statuses.get(status_key(row.status))
    denials = store.denied_at(session, [case.id or 0])
    read_at = store.read_at(session, row)
    entry = RegisteredRow(row, read_at, case)
    outcome = care_differences.compare_row(entry, denials, statuses).outcome
    if outcome == CareOutcome.CLAIM:
        _claim(context, session, case, row)
        result.claimed += 1
    elif outcome == CareOutcome.REOPEN:
        case_closing.reopen(context, session, case, CARE, row.line or row.status)
        result.reopened += 1
    else:
        return
    row.reconciled_at = context.clock.now()


def _claim(context: Context, session: Session, case: DeskCase, row: CareRow) -> None:
    """Claim a case done with PMC Care's closing line as its evidence."""
    if CaseState(case.state) in _BEFORE_WORK:
        draft = StepDraft("state", CARE, to=CaseState.ASSIGNED)
        enter_step(context, session, case, draft)
    evidence = DoneEvidence(care_line=f"{row.token}: {row.line}")
    case_closing.enter_claim(context, session, case, evidence, CARE)
