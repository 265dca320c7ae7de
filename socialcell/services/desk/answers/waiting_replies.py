"""An answer to a message that waited for a second person when the message came into a
case: it waits in the case from then on, with its writer, so that it is sent from there.
"""

from sqlmodel import Session

from socialcell.desk.model import CaseContact, CaseMessage, DeskCase
from socialcell.desk.store import answers as answer_store
from socialcell.desk.store.cases import StepDraft
from socialcell.json_types import JsonObject
from socialcell.listening.store.mentions import reply_drafts
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.desk.answers.answer_languages import key_of_words
from socialcell.services.desk.case_steps import enter_step


def take_over(
    context: Context,
    session: Session,
    case: DeskCase,
    contact: CaseContact,
    mention_id: int,
) -> None:
    """Move the answers to a message that wait into the case that it is in now. Audited.

    One that is being sent at this moment, or is in doubt, stays where it is.
    """
    now, who = context.clock.now(), context.actor.name
    for draft in reply_drafts.waiting_for(session, mention_id):
        assert draft.id is not None
        words, made_by, made_at = draft.text, draft.made_by, draft.made_at
        if not reply_drafts.move(session, draft.id, who, now):
            continue  # somebody approved it meanwhile
        key = answer_store.next_key(session, case)
        session.add(
            CaseMessage(
                case_id=case.id or 0,
                contact_id=contact.id,
                direction="out",
                purpose="answer",
                text=words,
                language=key_of_words(contact, words or ""),
                state="waiting",
                answer_key=key,
                safety=True,
                made_by=made_by,
                at=made_at,
            )
        )
        detail: JsonObject = {
            "answer": key,
            "contacts": 1,
            "state": "waiting",
            "reply": draft.id,
        }
        step = StepDraft("answer_draft", made_by, detail=detail)
        enter_step(context, session, case, step)
        note: JsonObject = {"case": case.number, "messages": 1, "reply": draft.id}
        audit.append(session, context.actor, "answer.draft", key, note, now)
