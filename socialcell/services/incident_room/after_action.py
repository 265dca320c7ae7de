"""What was known, said and done in an incident, and when: the table to learn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.desk.store import incident_room as store
from socialcell.listening import incident_state
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.listening.store.alerts import incidents
from socialcell.services.context import Context
from socialcell.services.incident_room import next_updates
from socialcell.services.incident_room.next_updates import PromisedUpdate


@dataclass(frozen=True)
class ActionStep:
    """One step of the incident, and the minutes from the first post until then; None
    where it is not known, or did not happen."""

    step: str  # first_post | alert | acknowledged | report | public_report | ended
    at: datetime | None
    minutes: int | None


@dataclass(frozen=True)
class ClaimRecord:
    """A claim: the minutes until somebody was asked, it was decided, and corrected."""

    text: str
    verdict: str
    asked: int | None
    decided: int | None
    corrected: int | None


@dataclass(frozen=True)
class UrgentCase:
    """A case of life or limb: the minutes from the first contact to the first answer of
    a person; None while there is none."""

    number: str
    state: str
    answered: int | None


@dataclass(frozen=True)
class AfterAction:
    """An incident looked back at: steps in their order, claims, promised updates, cases
    of life or limb, and lessons as they were noted."""

    steps: Sequence[ActionStep]
    claims: Sequence[ClaimRecord]
    updates: Sequence[PromisedUpdate]
    cases: Sequence[UrgentCase]
    lessons: Sequence[str]

    @property
    def updates_due(self) -> int:
        """How many promised updates were due: neither replaced nor still running."""
        return sum(row.outcome not in ("replaced", "waiting") for row in self.updates)

    @property
    def updates_kept(self) -> int:
        """How many were kept in time."""
        return sum(row.outcome == "kept" for row in self.updates)


def look_back(context: Context, incident_id: int) -> AfterAction:
    """The table of an incident. UsageError: there is none."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        alerts = alert_store.alerts_of(session, incident_id)
        mentions = sorted({id_ for alert in alerts for id_ in alert.mentions})
        incident = store.incident_of(session, incident_id)
        scope = incident_state.scope_at(session, incident, alerts, now)
        return AfterAction(
            steps=_steps(session, incident_id, mentions),
            claims=[
                ClaimRecord(
                    claim.text,
                    claim.verdict,
                    _minutes(claim.heard_at, claim.asked_at),
                    _minutes(claim.heard_at, claim.decided_at),
                    _minutes(claim.heard_at, claim.corrected_at),
                )
                for claim in store.claims_of(session, incident_id)
            ],
            updates=next_updates.promised_updates(session, incident_id, now),
            cases=[
                UrgentCase(
                    case.number,
                    case.state,
                    _minutes(case.first_contact_at, answered_at),
                )
                for case, answered_at in store.urgent_cases(session, incident_id, scope)
            ],
            lessons=[
                note.text
                for note in store.notes_of(session, incident_id)
                if note.kind == "lesson"
            ],
        )


def _steps(
    session: Session, incident_id: int, mentions: Sequence[int]
) -> list[ActionStep]:
    incident = store.incident_of(session, incident_id)
    first = min(incidents.first_posts(session, mentions).values(), default=None)
    issued = [
        report
        for report in store.reports_of(session, incident_id)
        if report.issued_at is not None
    ]
    public = [report.issued_at for report in issued if report.is_public]
    moments = {
        "first_post": first,
        "alert": incident.opened_at,
        "acknowledged": incident.acked_at,
        "report": issued[0].issued_at if issued else None,
        "public_report": public[0] if public else None,
        "ended": incident.ended_at,
    }
    return [ActionStep(step, at, _minutes(first, at)) for step, at in moments.items()]


def _minutes(start: datetime | None, end: datetime | None) -> int | None:
    if start is None or end is None:
        return None
    return int((end - start).total_seconds() // 60)
