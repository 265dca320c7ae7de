"""What the reader takes for life or limb, and nobody has decided about, becomes P0."""

from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.desk.model import DeskCase
from socialcell.desk.store import cases
from socialcell.desk.store.cases import StepDraft
from socialcell.json_types import JsonObject
from socialcell.services.context import Context
from socialcell.services.desk import case_steps

UNDECIDED_FOR = timedelta(minutes=2)
"""So long a person may say that it is not life or limb."""


def promote_critical(context: Context) -> int:
    """Make cases P0 that the reader takes for life or limb and about which nobody has
    decided for two minutes; how many."""
    count = 0
    before = context.clock.now() - UNDECIDED_FOR
    with db.reading(context.engine) as session:
        numbers = cases.suggested_critical(session)
    for number in numbers:
        with db.writing(context.engine) as session:
            case = cases.lock_case(session, number)
            if case.priority == "P0" or not _is_undecided(session, case, before):
                continue
            was, case.priority = case.priority, "P0"
            detail: JsonObject = {"was": was, "now": "P0"}
            step = StepDraft("priority", context.actor.name, detail=detail)
            case_steps.enter_step(context, session, case, step)
            count += 1
    return count


def _is_undecided(session: Session, case: DeskCase, before: datetime) -> bool:
    """Whether it was taken for life or limb before a moment, and nobody has decided
    about the case since."""
    assert case.id is not None
    for step in reversed(cases.steps_of(session, case.id)):
        suggested = step.detail.get("suggested")
        if step.kind == "triage":
            return False
        if isinstance(suggested, dict) and suggested.get("priority") == "P0":
            return step.at <= before
    return False
