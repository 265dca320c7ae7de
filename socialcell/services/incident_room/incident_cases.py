"""The cases of life and limb that belong to an incident, for its page."""

from collections.abc import Sequence
from dataclasses import dataclass

from socialcell import db
from socialcell.desk.store import incident_room as store
from socialcell.listening import incident_state
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.services.context import Context


@dataclass(frozen=True, slots=True)
class IncidentCase:
    """A case's number and its state."""

    number: str
    state: str


def read_cases(context: Context, incident_id: int) -> Sequence[IncidentCase]:
    """The P0 cases of an incident, in order. UsageError: there is no such incident."""
    with db.reading(context.engine) as session:
        incident = store.incident_of(session, incident_id)
        alerts = alert_store.alerts_of(session, incident_id)
        scope = incident_state.scope_at(session, incident, alerts, context.clock.now())
        return [
            IncidentCase(case.number, case.state)
            for case, _answered_at in store.urgent_cases(session, incident_id, scope)
        ]
