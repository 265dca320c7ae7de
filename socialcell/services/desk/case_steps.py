"""Enter a step of a case: the one way by which a case changes."""

from sqlmodel import Session

from socialcell.desk.model import CaseStep, DeskCase
from socialcell.desk.store import cases
from socialcell.desk.store.cases import StepDraft
from socialcell.services.context import Context


def enter_step(
    context: Context, session: Session, case: DeskCase, step: StepDraft
) -> CaseStep:
    """Enter a step of a locked case, with what follows from it. UsageError: a state
    that may not follow the case's."""
    return cases.enter_step(session, case, step, context.clock.now())
