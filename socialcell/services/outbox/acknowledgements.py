"""Somebody looks after an incident: its calls stop. The first one counts."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from socialcell import db, phone
from socialcell.errors import UsageError
from socialcell.listening.alerts.model import Incident
from socialcell.listening.people.visibility import SECRET_NAME
from socialcell.listening.store.alerts import critical_calls
from socialcell.ops import audit, outbox_store
from socialcell.services.context import Context
from socialcell.text import one_line

PATH = "/acknowledge/"
_LONGEST_NOTE = 300
_LONGEST_NUMBER = 18  # digits
_TOKEN = 40  # hexadecimal digits: 160 bits


def acknowledge(context: Context, incident_id: int, note: str = "") -> bool:
    """Whoever works here looks after it: nobody is called about it any more, and it is
    told again only when it grows worse. False when somebody did before: then nothing
    changes. UsageError when there is none. Audited."""
    detail = {"note": one_line(note, _LONGEST_NOTE)} if note else {}
    now = context.clock.now()
    with db.writing(context.engine) as session:
        return _acknowledge(session, incident_id, audit.operator(), detail, now)


def by_phone(
    session: Session, mention_id: int, name: str, phone: str, now: datetime
) -> bool:
    """Somebody said on the telephone that they look after the incident of an item, in
    the caller's transaction. False when somebody did before. Audited."""
    found = critical_calls.of_item(session, mention_id)
    if found is None or found.acked_at is not None:
        return False
    detail = {"phone": phone, "item": mention_id}
    who = name or phone
    return _acknowledge(session, found.incident_id, who, detail, now)


def path(context: Context, mention_id: int) -> str:
    """Where a telephone's webhook acknowledges the incident of an item later than in
    its answer, on the server of webhooks. Whoever knows it may do that and no more."""
    return f"{PATH}{mention_id}/{_token(context, mention_id)}"


def item_of(context: Context, asked: str) -> int | None:
    """The item whose incident may be acknowledged at a path; None for any other."""
    item, _, token = asked.removeprefix(PATH).partition("/")
    if not item.isdecimal() or len(item) > _LONGEST_NUMBER:
        return None
    known = _token(context, int(item))
    return int(item) if hmac.compare_digest(token.encode(), known.encode()) else None


def by_webhook(context: Context, mention_id: int, body: bytes) -> bool | None:
    """Take what a telephone's webhook says of an item: whether the incident is
    acknowledged by it now; None when it does not say that."""
    name = phone.acknowledged_by(body)
    if name is None:
        return None
    with db.writing(context.engine) as session:
        now = context.clock.now()
        return by_phone(session, mention_id, name, "webhook", now)


def _token(context: Context, mention_id: int) -> str:
    key = context.workspace.secret(SECRET_NAME).get_secret_value()
    words = f"acknowledge\0{mention_id}"
    return hmac.new(key.encode(), words.encode(), hashlib.sha256).hexdigest()[:_TOKEN]


def _acknowledge(
    session: Session,
    incident_id: int,
    who: str,
    detail: Mapping[str, object],
    now: datetime,
) -> bool:
    incident = session.get(Incident, incident_id, with_for_update=True)
    if incident is None:
        raise UsageError(f"There is no incident {incident_id}.")
    if incident.state == "acked" or (incident.state == "over" and incident.acked_at):
        return False
    if incident.state == "open":
        incident.state = "acked"
    incident.acked_by, incident.acked_at = who, now
    for escalation in critical_calls.of_incident(session, incident_id):
        if escalation.acked_at is None:
            escalation.acked_at = now
        if escalation.climbs and escalation.next_at is not None:
            escalation.next_at = None
            outbox_store.drop_calls(session, escalation.mention_id)
    audit.append(session, who, "alerts.ack", str(incident_id), detail, now)
    return True
