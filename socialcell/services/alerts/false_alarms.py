"""False alarms: a critical incident ends when people decide that no item of it is one,
and goes on when one of them is decided to be critical after all."""

from collections.abc import Iterable

from socialcell.listening.alerts.model import NO_DANGER, Incident
from socialcell.listening.store.alerts import alerts, critical_calls
from socialcell.ops import outbox_store
from socialcell.services.alerts.incident_grouping import IncidentGrouping


def end_false_alarms(grouping: IncidentGrouping) -> None:
    """End each incident of which people decided every item to be none. Calls that wait
    are not made any more."""
    for incident in critical_calls.false_alarms(grouping.session):
        alerts.close(incident, grouping.now)
        incident.said = NO_DANGER
        for escalation in critical_calls.escalations_of_incident(
            grouping.session, incident.id or 0
        ):
            outbox_store.drop_calls(grouping.session, escalation.mention_id)
    grouping.session.flush()


def resume_incidents(grouping: IncidentGrouping, incident_ids: Iterable[int]) -> None:
    """Those of these incidents that ended as false alarms go on: whoever had charge has
    it again, else the calls go on where they were."""
    for id_ in dict.fromkeys(incident_ids):
        incident = grouping.session.get_one(Incident, id_)
        if not incident.is_false_alarm:
            continue
        incident.state = "acked" if incident.acked_at else "open"
        incident.said, incident.ended_at = None, None
        incident.last_at = grouping.now
        for escalation in critical_calls.escalations_of_incident(grouping.session, id_):
            if escalation.climbs and escalation.acked_at is None:
                escalation.next_at = grouping.now
    grouping.session.flush()
