"""Claims that go round in an incident: who was asked, the verdict, the correction."""

from socialcell import db
from socialcell.desk.incident_room_model import IncidentClaim
from socialcell.desk.store import incident_room as store
from socialcell.errors import UsageError
from socialcell.ops import audit
from socialcell.roles import Permission
from socialcell.services.alerts import rumours
from socialcell.services.context import Context
from socialcell.services.incident_room.room_notes import sentence
from socialcell.services.operators import permissions

VERDICTS = ("true", "false", "partly")


def add_claim(context: Context, incident_id: int, text: str) -> int:
    """Enter a claim, unverified; its id. UsageError: no such incident, an empty text.
    NeedsAPerson, SocialcellError: the actor may not, here and below."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.LEAD_INCIDENTS, ())
        store.incident_of(session, incident_id)
        claim = IncidentClaim(
            incident_id=incident_id,
            text=sentence(text),
            heard_at=now,
            made_by=context.actor.name,
            made_at=now,
        )
        session.add(claim)
        session.flush()
        return claim.id or 0


def ask(context: Context, incident_id: int, claim_id: int, who: str) -> None:
    """Note who was asked about a claim. UsageError: no such claim, or nobody named."""
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.LEAD_INCIDENTS, ())
        claim = store.claim_of(session, incident_id, claim_id)
        claim.asked, claim.asked_at = sentence(who), context.clock.now()


def decide(
    context: Context,
    incident_id: int,
    claim_id: int,
    verdict: str,
    source: str,
    correction: str = "",
) -> None:
    """Enter what turned out, who says so, and the correction that was said in public.
    What is false is marked as a rumour, so that its copies are found. Audited.

    UsageError: no such claim or verdict, or no source; a correction of what is true; a
    false claim too short to be told from other posts.
    """
    if verdict not in VERDICTS:
        raise UsageError(
            "incident_room.no_such_verdict", verdict=verdict, verdicts=list(VERDICTS)
        )
    if correction and verdict == "true":
        raise UsageError("incident_room.nothing_to_correct", claim=claim_id)
    who, words = sentence(source), sentence(correction) if correction else ""
    rumour_id: int | None = None
    with db.reading(context.engine) as session:
        permissions.require(context, session, Permission.LEAD_INCIDENTS, ())
        claim = store.claim_of(session, incident_id, claim_id)
        is_new_rumour = verdict == "false" and claim.rumour_id is None
        text = claim.text
    if is_new_rumour:
        rumour_id = rumours.find_marked(context, text)
        rumour_id = rumour_id or rumours.add(context, text=text, note=who)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.LEAD_INCIDENTS, ())
        claim = store.claim_of(session, incident_id, claim_id)
        claim.verdict, claim.source = verdict, who
        claim.decided_by, claim.decided_at = context.actor.name, now
        claim.rumour_id = rumour_id or claim.rumour_id
        if words:
            claim.correction, claim.corrected_at = words, now
        detail = {"incident": incident_id, "verdict": verdict}
        audit.append(session, context.actor, "claim.decide", str(claim_id), detail, now)


def correct(context: Context, incident_id: int, claim_id: int, words: str) -> None:
    """Enter the public correction. UsageError: no such claim, or not a false one."""
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.LEAD_INCIDENTS, ())
        claim = store.claim_of(session, incident_id, claim_id)
        if claim.verdict not in ("false", "partly"):
            raise UsageError("incident_room.nothing_to_correct", claim=claim_id)
        claim.correction, claim.corrected_at = sentence(words), context.clock.now()
