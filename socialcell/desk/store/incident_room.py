"""Notes, situation reports, claims, promised updates and cases of an incident."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    String,
    Update,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlmodel import Session, col

from socialcell import db
from socialcell.desk.case_states import OPEN_STATES, WORKING_STATES
from socialcell.desk.incident_room_model import (
    IncidentClaim,
    IncidentNote,
    NextUpdate,
    SituationReport,
)
from socialcell.desk.model import CaseClock, CaseContact, CaseMessage, DeskCase
from socialcell.errors import UsageError
from socialcell.listening.alerts.model import CRITICAL, Alert, Incident, Rumour
from socialcell.listening.model import Mention
from socialcell.listening.store.alerts.incident_numbers import Scope

CASE, CLOCK = db.table(DeskCase).c, db.table(CaseClock).c
CONTACT, MESSAGE = db.table(CaseContact).c, db.table(CaseMessage).c
UPDATE = db.table(NextUpdate)


def incident_of(session: Session, incident_id: int) -> Incident:
    """An incident. UsageError: there is none."""
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise UsageError("alerts.no_such_incident", incident=incident_id)
    return incident


def notes_of(session: Session, incident_id: int) -> Sequence[IncidentNote]:
    """The notes of an incident, by the time they tell of."""
    query = select(IncidentNote).where(col(IncidentNote.incident_id) == incident_id)
    return session.scalars(
        query.order_by(col(IncidentNote.at), col(IncidentNote.id))
    ).all()


def claims_of(session: Session, incident_id: int) -> Sequence[IncidentClaim]:
    """The claims of an incident, as they came."""
    query = select(IncidentClaim).where(col(IncidentClaim.incident_id) == incident_id)
    return session.scalars(query.order_by(col(IncidentClaim.id))).all()


def claims_and_rumours(
    session: Session, incident_id: int
) -> Sequence[tuple[IncidentClaim, Rumour | None]]:
    """The claims of an incident, as they came, each with the rumour under which its
    copies are found; None: there is none, or it was ended."""
    rows = session.execute(
        select(IncidentClaim, Rumour)
        .outerjoin(
            Rumour,
            and_(
                col(Rumour.id) == col(IncidentClaim.rumour_id),
                col(Rumour.ended_at).is_(None),
            ),
        )
        .where(col(IncidentClaim.incident_id) == incident_id)
        .order_by(col(IncidentClaim.id))
    )
    return [(claim, rumour) for claim, rumour in rows]


def reports_of(session: Session, incident_id: int) -> Sequence[SituationReport]:
    """The situation reports of an incident, by their numbers."""
    query = select(SituationReport).where(
        col(SituationReport.incident_id) == incident_id
    )
    return session.scalars(query.order_by(col(SituationReport.number))).all()


def report_of(session: Session, incident_id: int, number: int) -> SituationReport:
    """A situation report by its number. UsageError: there is none."""
    for report in reports_of(session, incident_id):
        if report.number == number:
            return report
    raise UsageError(
        "incident_room.no_such_report", incident=incident_id, number=number
    )


def claim_of(session: Session, incident_id: int, claim_id: int) -> IncidentClaim:
    """A claim of an incident. UsageError: it has none of this id."""
    claim = session.get(IncidentClaim, claim_id)
    if claim is None or claim.incident_id != incident_id:
        raise UsageError(
            "incident_room.no_such_claim", incident=incident_id, claim=claim_id
        )
    return claim


def updates_of(session: Session, incident_id: int) -> Sequence[NextUpdate]:
    """The promised updates of an incident, in the order in which they fell due."""
    query = select(NextUpdate).where(col(NextUpdate.incident_id) == incident_id)
    return session.scalars(
        query.order_by(col(NextUpdate.due_at), col(NextUpdate.id))
    ).all()


def keep_updates(
    session: Session, incident_id: int, at: datetime, named: datetime | None = None
) -> int:
    """The city has spoken: every promise that still runs is kept; how many. One that is
    still to come and due when the city `named` its next update runs on."""
    statement = _running(incident_id)
    if named is not None and named > at:
        statement = statement.where(UPDATE.c.due_at != named)
    return db.changed(session, statement.values(kept_at=at))


def replace_updates(session: Session, incident_id: int, at: datetime) -> int:
    """Another time is promised in place of those that are not due yet; how many."""
    statement = _running(incident_id).where(UPDATE.c.due_at >= at)
    return db.changed(session, statement.values(replaced_at=at))


def incidents_of_dangers(session: Session) -> Mapping[int, int]:
    """Open cases that are linked to no incident and hold an item that was gathered into
    one: by the case's id the first such incident."""
    key = literal(f"{CRITICAL}:").concat(cast(MESSAGE.mention_id, String))
    query = (
        select(CASE.id, func.min(col(Alert.incident_id)))
        .join(CONTACT.id.table, CONTACT.case_id == CASE.id)
        .join(MESSAGE.id.table, MESSAGE.contact_id == CONTACT.id)
        .join(Alert, col(Alert.key) == key)
        .where(
            CASE.incident_id.is_(None),
            CASE.state.in_([state.value for state in OPEN_STATES]),
            MESSAGE.direction == "in",
        )
        .group_by(CASE.id)
    )
    return dict(session.execute(query).all())


def link_case(session: Session, case_id: int, incident_id: int) -> None:
    """Link a case to the incident of its danger."""
    statement = update(DeskCase).where(CASE.id == case_id)
    session.execute(statement.values(incident_id=incident_id))


def count_cases(
    session: Session, incident_id: int, scope: Scope | None
) -> dict[str, int]:
    """The cases of an incident with these mentions: open, urgent (open, P0 or P1),
    referred, ended; merged ones are counted with the case that they were merged into.
    """
    rows = session.execute(
        select(CASE.state, CASE.priority, func.count())
        .where(_are_of(incident_id, scope), CASE.merged_into.is_(None))
        .group_by(CASE.state, CASE.priority)
    )
    counts = {"open": 0, "urgent": 0, "referred": 0, "ended": 0}
    for state, priority, count in rows:
        if state in WORKING_STATES or state == "resolved_claimed":
            counts["open"] += count
            counts["urgent"] += count if priority in ("P0", "P1") else 0
        elif state in OPEN_STATES:
            counts["referred"] += count
        else:
            counts["ended"] += count
    return counts


def urgent_cases(
    session: Session, incident_id: int, scope: Scope | None
) -> Sequence[tuple[DeskCase, datetime | None]]:
    """The P0 cases of an incident with these mentions (None: only those that are linked
    to it), each with when a person first answered; None: nobody has."""
    answered = (
        select(CLOCK.case_id, func.min(CLOCK.stopped_at).label("at"))
        .where(CLOCK.kind == "first_answer", CLOCK.ending == "done")
        .group_by(CLOCK.case_id)
        .subquery()
    )
    rows = session.execute(
        select(DeskCase, answered.c.at)
        .outerjoin(answered, answered.c.case_id == col(DeskCase.id))
        .where(
            _are_of(incident_id, scope),
            col(DeskCase.priority) == "P0",
            col(DeskCase.merged_into).is_(None),
        )
        .order_by(col(DeskCase.id))
    )
    return [(case, at) for case, at in rows]


def _are_of(incident_id: int, scope: Scope | None) -> ColumnElement[bool]:
    """Cases that are linked to an incident or hold one of its mentions."""
    is_linked = CASE.incident_id == incident_id
    if scope is None:
        return is_linked
    holding = (
        select(CONTACT.case_id)
        .join(MESSAGE.id.table, MESSAGE.contact_id == CONTACT.id)
        .join(Mention, col(Mention.id) == MESSAGE.mention_id)
        .where(MESSAGE.direction == "in", scope.condition)
    )
    return or_(is_linked, CASE.id.in_(holding))


def _running(incident_id: int) -> Update:
    return update(UPDATE).where(
        UPDATE.c.incident_id == incident_id,
        UPDATE.c.kept_at.is_(None),
        UPDATE.c.replaced_at.is_(None),
    )
