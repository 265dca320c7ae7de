"""While an event goes on, mentions of its places get its topic without saying it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.listening.alerts.model import EVENTS, Incident
from socialcell.listening.store.alerts import alerts, incident_numbers, incident_topics
from socialcell.listening.store.mentions import rollups
from socialcell.services.context import Context

_SPAN = timedelta(hours=24)
"""How far back an incident's places, and what is written of them, are looked at."""


def give_topics(context: Context) -> int:
    """Give the topic of each open incident of an event to the mentions that its places
    are named in, since its first alert and in a day at most; to how many."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        waits = any(
            incident_topics.find(session, topic, start, now)
            for _, topic, start in _open_events(session, now)
        )
    if not waits:
        return 0
    count = 0
    with db.writing(context.engine) as session:
        rollups.take_turn(session)
        for incident, topic, start in _open_events(session, now):
            topics = incident_topics.find(session, topic, start, now)
            incident_topics.write(session, incident.id or 0, topic, topics, now)
            count += len(topics)
    return count


def _open_events(
    session: Session, now: datetime
) -> Iterator[tuple[Incident, str, datetime]]:
    """Incidents of an event that are not over, with its topic and the moment from which
    mentions belong to it."""
    for topic in EVENTS:
        incident = alerts.incident_of(session, f"topic:{topic}")
        if incident is not None:
            own_alerts = alerts.alerts_of(session, incident.id or 0)
            start = incident_numbers.first_moment(incident, own_alerts)
            yield incident, topic, max(start, now - _SPAN)
