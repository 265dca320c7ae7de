"""An incident's room as it is shown: reports, claims, notes, promises, held posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.desk.store import incident_room as store
from socialcell.i18n import language
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.ops import outbox_store
from socialcell.reports.incidents import incident_facts, incident_sentences
from socialcell.reports.phrases import Phrases
from socialcell.services.context import Context
from socialcell.services.incident_room import next_updates, situation_reports
from socialcell.services.incident_room.next_updates import PromisedUpdate
from socialcell.services.incident_room.situation_reports import SituationReportView


@dataclass(frozen=True)
class RoomClaim:
    """A claim; `who` was asked, or says so; `copies` are mentions that repeat it."""

    id: int
    text: str
    verdict: str
    who: str
    at: datetime | None
    correction: str
    corrected_at: datetime | None
    copies: int


@dataclass(frozen=True)
class RoomNote:
    """A note, and who made it."""

    kind: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True)
class IncidentRoom:
    """All of a room in one language; notes are newest first."""

    incident_id: int
    title: str
    reports: Sequence[SituationReportView]
    claims: Sequence[RoomClaim]
    notes: Sequence[RoomNote]
    updates: Sequence[PromisedUpdate]
    held_posts: int


def show_room(context: Context, incident_id: int, code: str) -> IncidentRoom:
    """The room of an incident. UsageError: no such incident, or language."""
    language(code)
    reports = situation_reports.list_reports(context, incident_id, code)
    now = context.clock.now()
    with db.reading(context.engine) as session:
        copies = situation_reports.count_copies(session, incident_id, now)
        return IncidentRoom(
            incident_id=incident_id,
            title=_title(session, incident_id, now, code),
            reports=reports,
            claims=[
                RoomClaim(
                    id=claim.id or 0,
                    text=claim.text,
                    verdict=claim.verdict,
                    who=claim.source or claim.asked,
                    at=claim.decided_at or claim.asked_at,
                    correction=claim.correction,
                    corrected_at=claim.corrected_at,
                    copies=copies.get(claim.rumour_id, 0) if claim.rumour_id else 0,
                )
                for claim in store.claims_of(session, incident_id)
            ],
            notes=[
                RoomNote(note.kind, note.text, note.at, note.by)
                for note in reversed(store.notes_of(session, incident_id))
            ],
            updates=next_updates.promised_updates(session, incident_id, now),
            held_posts=outbox_store.count_held_posts(session),
        )


def text_of_report(context: Context, incident_id: int, number: int, code: str) -> str:
    """A report as plain text. UsageError: no such incident, report or language."""
    language(code)
    with db.reading(context.engine) as session:
        view = situation_reports.view_of(
            store.report_of(session, incident_id, number), code
        )
    return situation_reports.report_text(view, code)


def status_of(context: Context, incident_id: int, code: str) -> str:
    """What the public page says; empty while nothing was issued for it. UsageError: no
    such incident or language."""
    language(code)
    reports = situation_reports.list_reports(context, incident_id, code)
    return situation_reports.status_text(reports, code)


def _title(session: Session, incident_id: int, now: datetime, code: str) -> str:
    incident = store.incident_of(session, incident_id)
    alerts = alert_store.alerts_of(session, incident_id)
    names = incident_facts.area_names(session)
    facts = incident_facts.collect(
        session, incident, alerts, now, texts=False, names=names
    )
    return incident_sentences.title(facts, Phrases(language(code)))
