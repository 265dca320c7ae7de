"""Acknowledgement of incidents: the first one stops the calls."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db, phone
from socialcell.errors import UsageError
from socialcell.identity.actor import Actor, unsigned
from socialcell.json_types import JsonObject
from socialcell.listening.alerts.model import PLANNED, Incident
from socialcell.listening.people.visibility import SECRET_NAME
from socialcell.listening.store.alerts import critical_calls
from socialcell.ops import audit, outbox_store
from socialcell.services.context import Context
from socialcell.text import one_line

PATH = "/acknowledge/"
_LONGEST_NOTE = 300
_LONGEST_NUMBER = 18  # digits
_TOKEN = 40  # hexadecimal digits: 160 bits


@dataclass(frozen=True)
class Charge:
    """Who acknowledged an incident and when; its state, and whether it was over by
    then."""

    name: str
    at: datetime
    state: str  # acked | over
    is_late: bool


def acknowledge(context: Context, incident_id: int, note: str = "") -> bool:
    """Acknowledge an incident as the current operator: the calls stop, and it is
    notified again only when its severity rises. False when it was acknowledged before;
    then nothing changes. UsageError when there is none, and for a planned closure,
    of which nobody was called. Audited."""
    detail: JsonObject = {"note": one_line(note, _LONGEST_NOTE)} if note else {}
    now = context.clock.now()
    with db.writing(context.engine) as session:
        return _acknowledge(session, incident_id, context.actor, detail, now)


def find_charge(context: Context, incident_id: int) -> Charge:
    """Who looks after an incident that was acknowledged."""
    with db.reading(context.engine) as session:
        incident = session.get_one(Incident, incident_id)
        assert incident.acked_by is not None
        assert incident.acked_at is not None
        return Charge(
            incident.acked_by,
            incident.acked_at,
            incident.state,
            incident.is_acknowledged_late,
        )


def acknowledge_by_phone(
    session: Session, mention_id: int, name: str, phone: str, now: datetime
) -> bool:
    """Acknowledge the incident of an item for somebody on the telephone, in the
    caller's transaction. False when somebody did before. Audited."""
    escalation = critical_calls.escalation_of_item(session, mention_id)
    if escalation is None or escalation.acked_at is not None:
        return False
    detail: JsonObject = {"phone": phone, "item": mention_id}
    who = unsigned(name or phone)
    return _acknowledge(session, escalation.incident_id, who, detail, now)


def acknowledge_path(context: Context, mention_id: int) -> str:
    """Where a telephone's webhook acknowledges the incident of an item later than in
    its answer, on the server of webhooks. Whoever knows it may do that and no more."""
    return f"{PATH}{mention_id}/{_token(context, mention_id)}"


def item_of_path(context: Context, request_path: str) -> int | None:
    """The item whose incident may be acknowledged at a path; None for any other."""
    item_id, _, token = request_path.removeprefix(PATH).partition("/")
    if not item_id.isdecimal() or len(item_id) > _LONGEST_NUMBER:
        return None
    expected = _token(context, int(item_id))
    return (
        int(item_id) if hmac.compare_digest(token.encode(), expected.encode()) else None
    )


def acknowledge_by_webhook(
    context: Context, mention_id: int, body: bytes
) -> bool | None:
    """Process a telephone webhook's body: whether it acknowledged the item's incident
    now; None when it is no acknowledgement."""
    name = phone.acknowledged_by(body)
    if name is None:
        return None
    with db.writing(context.engine) as session:
        now = context.clock.now()
        return acknowledge_by_phone(session, mention_id, name, "webhook", now)


def _token(context: Context, mention_id: int) -> str:
    key = context.workspace.secret(SECRET_NAME).get_secret_value()
    words = f"acknowledge\0{mention_id}"
    return hmac.new(key.encode(), words.encode(), hashlib.sha256).hexdigest()[:_TOKEN]


def _acknowledge(
    session: Session,
    incident_id: int,
    who: Actor,
    detail: JsonObject,
    now: datetime,
) -> bool:
    incident = session.get(Incident, incident_id, with_for_update=True)
    if incident is None:
        raise UsageError("alerts.no_such_incident", incident=incident_id)
    called = critical_calls.escalations_of_incident(session, incident_id)
    if incident.kind == PLANNED and not called:
        raise UsageError("alerts.planned_closure", incident=incident_id)
    if incident.state == "acked" or (incident.state == "over" and incident.acked_at):
        return False
    if incident.state == "open":
        incident.state = "acked"
    incident.acked_by, incident.acked_at = who.name, now
    for escalation in called:
        if escalation.acked_at is None:
            escalation.acked_at = now
        if escalation.climbs and escalation.next_at is not None:
            escalation.next_at = None
            outbox_store.drop_calls(session, escalation.mention_id)
    audit.append(session, who, "alerts.ack", str(incident_id), detail, now)
    return True
