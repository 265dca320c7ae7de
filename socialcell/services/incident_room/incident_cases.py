"""The cases of life and limb that belong to an incident, for its page."""

from collections.abc import Sequence
from dataclasses import dataclass

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES
from socialcell.desk.store import incident_room as store
from socialcell.services.context import Context
from socialcell.services.desk import case_reading


@dataclass(frozen=True, slots=True)
class IncidentCase:
    """An open case: its number, its state, and its place in a language, "" where that
    is not known."""

    number: str
    state: str
    place: str


@dataclass(frozen=True, slots=True)
class IncidentCases:
    """The P0 cases of an incident: the open ones in order, and how many have ended."""

    open: Sequence[IncidentCase]
    ended: int


def read_cases(context: Context, incident_id: int, code: str) -> IncidentCases:
    """The P0 cases that are linked to an incident, in one statement."""
    with db.reading(context.engine) as session:
        cases = [case for case, _ in store.urgent_cases(session, incident_id, None)]
        is_open = [case for case in cases if case.state in OPEN_STATES]
        return IncidentCases(
            [
                IncidentCase(
                    case.number,
                    case.state,
                    case_reading.place_in_words(case.place, code),
                )
                for case in is_open
            ],
            len(cases) - len(is_open),
        )
