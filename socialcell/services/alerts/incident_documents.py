"""Incidents as JSON documents: their alerts, current numbers, and who was notified."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.listening import incident_state
from socialcell.listening.alerts.model import Alert, Incident
from socialcell.listening.incident_state import (
    AlertFields,
    IncidentFields,
    IncidentState,
)
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.alerts import critical_calls
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.reports.incidents.incident_page import worst_alert
from socialcell.services.context import Context

_MOST_IDS = 3  # mentions of an alert


class NoticeFields(TypedDict):
    """A notice of an incident: where it went, and what became of it."""

    channel: str
    recipient: str
    state: str
    at: datetime | None


class WorstAlertFields(TypedDict):
    """The worst alert of an incident; all None where it has none."""

    kind: str | None
    observed: int | None
    expected: float | None
    unit: str | None
    at: datetime | None


class IncidentDocument(IncidentFields):
    """An incident as plain JSON."""

    id: int | None
    kind: str
    subject: str
    severity: str
    state: str
    opened_at: datetime
    last_at: datetime
    ended_at: datetime | None
    lasted_minutes: int | None
    said: str | None
    acked_by: str | None
    worst: WorstAlertFields
    alerts: list[AlertFields]
    told: list[NoticeFields]


def list_incidents(
    context: Context, states: Iterable[str], *, texts: bool = True
) -> list[IncidentDocument]:
    """Incidents in these states (any without), newest first. Without `texts` neither
    figures nor rumours are searched."""
    with db.reading(context.engine) as session:
        return [
            _read(context, session, incident, texts=texts)
            for incident in alert_store.incidents(session, states)
        ]


def show_incident(context: Context, incident_id: int) -> IncidentDocument:
    """One incident that is there."""
    with db.reading(context.engine) as session:
        incident = session.get_one(Incident, incident_id)
        return _read(context, session, incident, texts=True)


def _read(
    context: Context, session: Session, incident: Incident, *, texts: bool
) -> IncidentDocument:
    alerts = alert_store.alerts_of(session, incident.id or 0)
    now = context.clock.now()
    state = incident_state.state_of(session, incident, alerts, now, texts=texts)
    return _document(incident, alerts, state, _notices(session, incident.id or 0))


def _notices(session: Session, incident_id: int) -> list[Outgoing]:
    items = [
        f"{outbox_store.ABOUT_ITEM}{call.mention_id}{sign}"
        for call in critical_calls.escalations_of_incident(session, incident_id)
        for sign in ".|"
    ]
    return [
        message
        for prefix in (f"incident.{incident_id}.", *items)
        for message in outbox_store.messages_with_prefix(session, prefix)
    ]


def _document(
    incident: Incident,
    alerts: Sequence[Alert],
    state: IncidentState,
    notices: Sequence[Outgoing],
) -> IncidentDocument:
    first = worst_alert(alerts)
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
        "worst": {
            "kind": first.kind if first else None,
            "observed": first.observed if first else None,
            "expected": first.expected if first else None,
            "unit": first.unit if first else None,
            "at": first.at if first else None,
        },
        "alerts": [incident_state.alert_fields(alert, _MOST_IDS) for alert in alerts],
        "told": [
            {
                "channel": message.channel,
                "recipient": message.recipient,
                "state": message.state,
                "at": message.ended_at,
            }
            for message in notices
        ],
    }


def _minutes(incident: Incident) -> int | None:
    if incident.ended_at is None:
        return None
    return round((incident.ended_at - incident.opened_at).total_seconds() / 60)
