"""Notes of an incident: what was decided, done, asked, closed or opened, and when."""

from datetime import datetime

from socialcell import db
from socialcell.desk.incident_room_model import IncidentNote
from socialcell.desk.store import incident_room as store
from socialcell.errors import UsageError
from socialcell.listening.people import masking
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.operators import permissions
from socialcell.text import clean_text, one_line

KINDS = (
    *("decision", "done", "asked", "shelter", "road", "contact", "statement"),
    *("event", "lesson"),
)
LONGEST = 300  # characters of a note, a claim, or a line of a report


def add_note(
    context: Context, incident_id: int, kind: str, text: str, at: datetime | None = None
) -> int:
    """Note something of an incident; its id. A statement keeps the promised update.

    Handles and numbers of people are hidden. UsageError: no such incident or kind, an
    empty text, a time to come. NeedsAPerson, SocialcellError: the actor may not.
    """
    now = context.clock.now()
    at = at or now
    if kind not in KINDS:
        raise UsageError("incident_room.no_such_kind", kind=kind, kinds=list(KINDS))
    if at > now:
        raise UsageError("incident_room.note_in_the_future")
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.LEAD_INCIDENTS, ())
        store.incident_of(session, incident_id)
        note = IncidentNote(
            incident_id=incident_id,
            kind=kind,
            text=sentence(text),
            at=at,
            by=context.actor.name,
        )
        session.add(note)
        if kind == "statement":
            store.keep_updates(session, incident_id, at)
        session.flush()
        return note.id or 0


def sentence(text: str) -> str:
    """A text of staff as it is stored: one line, nobody recognisable in it.
    UsageError: it is empty."""
    line = one_line(masking.unnamed(clean_text(text)), LONGEST)
    if not line:
        raise UsageError("incident_room.empty_text")
    return line
