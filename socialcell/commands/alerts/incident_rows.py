"""Incidents as plain JSON: their alerts, current numbers, and who was notified."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import Session

from socialcell import db
from socialcell.listening import incident_state
from socialcell.listening.alerts.model import Alert, Incident
from socialcell.listening.incident_state import IncidentState
from socialcell.listening.store.alerts import alerts as store
from socialcell.listening.store.alerts import critical_calls
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.reports.incidents.incident_page import worst_alert
from socialcell.services.context import Context

_SHOWN = 3  # mentions of an alert


def list_incidents(
    context: Context, states: Iterable[str], *, texts: bool = True
) -> list[dict[str, Any]]:
    """Incidents in these states (any without), newest first. Without `texts` neither
    figures nor rumours are looked for."""
    with db.reading(context.engine) as session:
        return [
            _row(context, session, incident, texts=texts)
            for incident in store.incidents(session, states)
        ]


def read_incident(context: Context, incident_id: int) -> dict[str, Any]:
    """One incident that exists."""
    with db.reading(context.engine) as session:
        incident = session.get_one(Incident, incident_id)
        return _row(context, session, incident, texts=True)


def _row(
    context: Context, session: Session, incident: Incident, *, texts: bool
) -> dict[str, Any]:
    alerts = store.alerts_of(session, incident.id or 0)
    now = context.clock.now()
    state = incident_state.state_of(session, incident, alerts, now, texts=texts)
    return _incident_row(
        incident, alerts, state, _notifications(session, incident.id or 0)
    )


def _notifications(session: Session, incident_id: int) -> list[Outgoing]:
    about = [
        f"{outbox_store.ABOUT_ITEM}{call.mention_id}{sign}"
        for call in critical_calls.escalations_of_incident(session, incident_id)
        for sign in ".|"
    ]
    return [
        message
        for prefix in (f"incident.{incident_id}.", *about)
        for message in outbox_store.messages_with_prefix(session, prefix)
    ]


def _incident_row(
    incident: Incident,
    alerts: Sequence[Alert],
    state: IncidentState,
    notifications: Sequence[Outgoing],
) -> dict[str, Any]:
    worst = worst_alert(alerts)
    worst_fields = ("kind", "observed", "expected", "unit", "at")
    return {
        "id": incident.id,
        "kind": incident.kind,
        "subject": incident.subject,
        "severity": incident.severity,
        "state": incident.state,
        "opened_at": incident.opened_at,
        "last_at": incident.last_at,
        "ended_at": incident.ended_at,
        "lasted_minutes": _minutes(incident),
        "said": incident.said,
        "acked_by": incident.acked_by,
        **incident_state.as_plain(state),
        "worst": {name: getattr(worst, name, None) for name in worst_fields},
        "alerts": [incident_state.alert_fields(alert, _SHOWN) for alert in alerts],
        "told": [
            {
                "channel": message.channel,
                "recipient": message.recipient,
                "state": message.state,
                "at": message.ended_at,
            }
            for message in notifications
        ],
    }


def _minutes(incident: Incident) -> int | None:
    if incident.ended_at is None:
        return None
    return round((incident.ended_at - incident.opened_at).total_seconds() / 60)
