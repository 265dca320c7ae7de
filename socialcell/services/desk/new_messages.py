"""What follows from a new message of a citizen in a case."""

from sqlmodel import Session

from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store.cases import StepDraft
from socialcell.services.context import Context
from socialcell.services.desk import case_steps
from socialcell.services.desk.closing import closing_replies


def on_message(
    context: Context, session: Session, contact: CaseContact, message: CaseMessage
) -> None:
    """Called in the transaction that enters a message of a contact in a locked case:
    nobody waits for the citizen any more, and the case has changed. It may answer the
    closing question, or reopen the case."""
    case = session.get_one(DeskCase, contact.case_id)
    if case.waits_for == "citizen":
        case.waits_for = None
    step = StepDraft("message", context.actor.name, detail={"message": message.id})
    case_steps.enter_step(context, session, case, step)
    closing_replies.on_message(context, session, contact, message)
