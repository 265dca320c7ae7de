"""Incidents as JSON documents: their alerts, current numbers, and who was notified."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.errors import UsageError
from socialcell.listening import incident_fields, incident_state
from socialcell.listening.alerts.model import Alert, Incident
from socialcell.listening.incident_fields import AlertFields, IncidentFields
from socialcell.listening.incident_state import IncidentState
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.alerts import critical_calls
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.ops import outbox_store
from socialcell.ops.outbox_model import Outgoing
from socialcell.reports.incidents.incident_page import worst_alert
from socialcell.roles import ALL, WARD
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
    context: Context, states: Sequence[str], limit: int, *, texts: bool = True
) -> tuple[list[IncidentDocument], int]:
    """Of so many incidents in these states (any without), the newest first, and how
    many there are. Without `texts` neither figures nor rumours are searched."""
    with db.reading(context.engine) as session:
        rows = [
            _read(context, session, incident, texts=texts)
            for incident in alert_store.incidents(session, states, limit)
        ]
        return rows, alert_store.count_incidents(session, states)


def list_page(
    context: Context,
    states: Iterable[str],
    *,
    limit: int,
    before: int | None = None,
    place: str = ALL,
) -> tuple[list[IncidentDocument], int | None]:
    """Of so many incidents, the last opened first, those that concern a place (`all`, a
    ward office or a department); and the number before which the next page begins, None
    after the last. Neither figures nor rumours are searched."""
    with db.reading(context.engine) as session:
        rows = alert_store.opened_before(session, states, before, limit + 1)
        page = [
            document
            for incident in rows[:limit]
            if (document := _read_own(context, session, incident, place, texts=False))
        ]
        return page, rows[limit - 1].id if len(rows) > limit else None


def find_incident(context: Context, incident_id: int, place: str) -> IncidentDocument:
    """One incident that concerns a place. UsageError when there is none."""
    with db.reading(context.engine) as session:
        incident = session.get(Incident, incident_id)
        own = incident and _read_own(context, session, incident, place, texts=True)
    if not own:
        raise UsageError("alerts.no_such_incident", incident=incident_id)
    return own


def show_incident(context: Context, incident_id: int) -> IncidentDocument:
    """One incident that is there."""
    with db.reading(context.engine) as session:
        incident = session.get_one(Incident, incident_id)
        return _read(context, session, incident, texts=True)


def _read(
    context: Context, session: Session, incident: Incident, *, texts: bool
) -> IncidentDocument:
    document = _read_own(context, session, incident, ALL, texts=texts)
    assert document is not None, "every incident concerns the city"
    return document


def _read_own(
    context: Context, session: Session, incident: Incident, place: str, *, texts: bool
) -> IncidentDocument | None:
    """An incident if it concerns a place, with the wards and mentions of it alone."""
    alerts = alert_store.alerts_of(session, incident.id or 0)
    now = context.clock.now()
    state = incident_state.state_of(session, incident, alerts, now, texts=texts)
    if not incident_state.concerns(incident, state.numbers, place):
        return None
    notices = _notices(session, incident.id or 0)
    document = _document(incident, alerts, state, notices)
    return document if place == ALL else _narrowed(session, document, place)


def _narrowed(
    session: Session, document: IncidentDocument, place: str
) -> IncidentDocument:
    """An incident without the wards and mentions of others."""
    if place.startswith(WARD) and document["numbers"]:
        wards = document["numbers"]["wards"]
        document["numbers"]["wards"] = [ward for ward in wards if ward["id"] == place]
    lists = [alert["mentions"] for alert in document["alerts"]]
    lists += [rumour["ids"] for rumour in document["rumours"]]
    for contradiction in document["figures"]:
        lists += [figure["ids"] for figure in contradiction["figures"]]
    every = {id_ for ids in lists for id_ in ids}
    own = mention_queries.mentions_of(session, every, MentionFilter(places=(place,)))
    for ids in lists:
        ids[:] = [id_ for id_ in ids if id_ in own]
    return document


def _notices(session: Session, incident_id: int) -> list[Outgoing]:
    """What left, waits or could not be delivered; without what was ended because a
    newer one took its place or somebody had acknowledged."""
    calls = critical_calls.escalations_of_incident(session, incident_id)
    about_items = outbox_store.prefixes_about(call.mention_id for call in calls)
    return [
        message
        for prefix in (f"incident.{incident_id}.", *about_items)
        for message in outbox_store.messages_with_prefix(session, prefix)
        if message.state != "sent" or outbox_store.has_left(message)
    ]


def _document(
    incident: Incident,
    alerts: Sequence[Alert],
    state: IncidentState,
    notices: Sequence[Outgoing],
) -> IncidentDocument:
    first = worst_alert(incident.subject, alerts)
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
        **incident_fields.as_plain(state),
        "worst": {
            "kind": first.kind if first else None,
            "observed": first.observed if first else None,
            "expected": first.expected if first else None,
            "unit": first.unit if first else None,
            "at": first.at if first else None,
        },
        "alerts": [incident_fields.alert_fields(alert, _MOST_IDS) for alert in alerts],
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
