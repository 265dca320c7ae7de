"""What a quotation tells that nobody has confirmed: a contradicted figure, a rumour."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell.language.quantities import figures
from socialcell.listening.alerts import contradictions
from socialcell.listening.alerts.model import Rumour
from socialcell.reports.week_incidents import ContradictoryFigures, IncidentNumbers

_SAME = 0.03
"""Two figures that are no further apart are one, as contradictions.py has it."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A quoted text, as rumours are looked for in it."""

    id: int
    author_id: int | None
    authored_at: datetime
    text: str


def is_unconfirmed(
    text: str,
    at: datetime,
    incidents: Iterable[IncidentNumbers],
    rumours: Sequence[Rumour],
) -> bool:
    """Whether a text written at a moment gives one of several figures that differ, or
    repeats what a person marked as a rumour."""
    if contradictions.spreads([_Text(0, None, at, text)], {}, rumours):
        return True
    given = [(figure.quantity, figure.value) for figure in figures(text)]
    return any(
        quantity == contradiction["quantity"]
        and abs(figure["value"] - number) <= _SAME * max(figure["value"], number)
        for incident in incidents
        for contradiction in _contradictions(incident)
        for figure in contradiction["values"]
        for quantity, number in given
    )


def _contradictions(incident: IncidentNumbers) -> Sequence[ContradictoryFigures]:
    situation = incident.get("situation")
    return situation["figures"] if situation else ()
