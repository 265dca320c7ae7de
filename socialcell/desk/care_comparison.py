"""Where a case and PMC Care's row of it disagree, and what follows from that."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from socialcell.desk.case_states import CLOSED_STATES, WORKING_STATES, CaseState


class CareOutcome(StrEnum):
    """What follows from a row of PMC Care: three are acted on, the rest are listed."""

    AGREES = "agrees"
    CLAIM = "claim"  # closed there, open here
    REOPEN = "reopen"  # reopened there, claimed or closed without an answer here
    UNKNOWN_STATUS = "unknown_status"
    NO_CASE = "no_case"
    OTHER_TOKEN = "other_token"
    DENIED_HERE = "denied_here"  # closed there, and the citizen says no
    CLOSED_WITHOUT_LINE = "closed_without_line"
    NODAL_OFFICER = "nodal_officer"
    OPEN_THERE = "open_there"  # closed here
    REOPENED_THERE = "reopened_there"  # confirmed by the citizen here
    ENDED_HERE = "ended_here"  # merged, dropped or cancelled here, closed or open there


@dataclass(frozen=True, slots=True)
class CareFacts:
    """A row of PMC Care, and the case that it names.

    `closed_at` is when it was closed there, as far as the row says; `denied_at` when a
    contact last said no. `state` None: the row names no case of ours.
    """

    token: str
    meaning: str | None
    line: str
    closed_at: datetime
    state: CaseState | None
    case_token: str | None = None
    denied_at: datetime | None = None
    needs_officer: bool = False


def compare(facts: CareFacts) -> CareOutcome:
    """What follows from one row. Nothing is guessed: what no rule covers is listed."""
    if facts.state is None:
        return CareOutcome.NO_CASE
    if facts.case_token is not None and facts.case_token != facts.token:
        return CareOutcome.OTHER_TOKEN
    if facts.meaning is None:
        return CareOutcome.UNKNOWN_STATUS
    is_closed = facts.state in CLOSED_STATES
    is_worked_on = facts.state in (*WORKING_STATES, CaseState.REFERRED)
    is_claimed = facts.state is CaseState.RESOLVED_CLAIMED
    if not (is_closed or is_worked_on or is_claimed):
        return CareOutcome.ENDED_HERE
    if facts.meaning == "closed":
        return _of_closed(facts) if is_worked_on else CareOutcome.AGREES
    if facts.meaning == "open":
        return CareOutcome.OPEN_THERE if is_closed else CareOutcome.AGREES
    if facts.state is CaseState.CLOSED_CONFIRMED:
        return CareOutcome.REOPENED_THERE
    return CareOutcome.AGREES if is_worked_on else CareOutcome.REOPEN


def _of_closed(facts: CareFacts) -> CareOutcome:
    """Closed there, worked on here."""
    if facts.denied_at is not None and facts.closed_at <= facts.denied_at:
        return CareOutcome.DENIED_HERE
    if not facts.line:
        return CareOutcome.CLOSED_WITHOUT_LINE
    return CareOutcome.NODAL_OFFICER if facts.needs_officer else CareOutcome.CLAIM
