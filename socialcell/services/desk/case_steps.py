"""Enter a step of a case: the one way by which a case changes."""

from sqlmodel import Session

from socialcell.desk.case_states import END_STATES, CaseState
from socialcell.desk.model import CaseStep, DeskCase
from socialcell.desk.store import cases, leases
from socialcell.desk.store.cases import StepDraft
from socialcell.services.context import Context
from socialcell.services.desk import case_clocks


def was_decided(session: Session, case: DeskCase, field: str) -> bool:
    """Whether a person decided a field of a case, such as its owner or priority."""
    assert case.id is not None
    return any(decides(step, field) for step in cases.steps_of(session, case.id))


def decides(step: CaseStep, field: str) -> bool:
    """Whether a step decided a field."""
    decided = step.detail.get("decided")
    return isinstance(decided, dict) and field in decided


def enter_step(
    context: Context, session: Session, case: DeskCase, step: StepDraft
) -> CaseStep:
    """Enter a step of a locked case, with what follows from it: its clocks, and the
    lease, which the actor's work renews and the case's end ends.

    What the step changes in the case (priority, topic, place, whom it waits for) is set
    before: its clocks are those of the case as it is then. UsageError: a state that may
    not follow the case's.
    """
    now = context.clock.now()
    row = cases.enter_step(session, case, step, now)
    case_clocks.follow_step(context, session, case, row)
    assert case.id is not None
    if CaseState(case.state) in END_STATES:
        leases.end_lease(session, case.id)
    elif context.actor.id is not None:
        leases.renew(session, case.id, context.actor.id, now)
    return row
