"""An incident's room as it is shown: reports, claims, notes, promises, held posts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from socialcell import db
from socialcell.desk.incident_room_model import IncidentClaim
from socialcell.desk.store import incident_room as store
from socialcell.i18n import CODES, language
from socialcell.listening import incident_state
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.ops import outbox_store
from socialcell.reports.incidents import (
    incident_facts,
    incident_titles,
)
from socialcell.reports.incidents.incident_facts import IncidentFacts
from socialcell.reports.phrases import Phrases
from socialcell.services.context import Context
from socialcell.services.incident_room import (
    next_updates,
    report_texts,
    situation_reports,
)
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
    heard_at: datetime
    asked: str
    asked_at: datetime | None


@dataclass(frozen=True)
class RoomNote:
    """A note, and who made it."""

    kind: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True)
class RoomFigures:
    """When an incident's first post was written, mentions, people who wrote them, and
    urgent mentions; None: not known."""

    first_post: datetime | None
    mentions: int | None
    people: int | None
    urgent: int | None


@dataclass(frozen=True)
class ReportInLanguages:
    """A report by language; `version` names its words, as they were seen."""

    views: Mapping[str, SituationReportView]
    version: str


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
    figures: RoomFigures


def show_room(context: Context, incident_id: int, code: str) -> IncidentRoom:
    """The room of an incident. UsageError: no such incident, or language."""
    phrases, now = Phrases(language(code)), context.clock.now()
    with db.reading(context.engine) as session:
        incident = store.incident_of(session, incident_id)
        alerts = alert_store.alerts_of(session, incident_id)
        state = incident_state.counts_of(session, incident, alerts, now)
        claims = store.claims_and_rumours(session, incident_id)
        rumour_ids = [rumour for _, rumour in claims if rumour is not None]
        copies = incident_state.count_copies(session, state.scope, rumour_ids)
        names = {**incident_facts.place_names(), **incident_facts.area_names(session)}
        facts = IncidentFacts(incident, now, state, state.details, names=names)
        return IncidentRoom(
            incident_id=incident_id,
            title=incident_titles.title(
                incident_titles.subject_of_facts(session, facts, alerts), names, phrases
            ),
            reports=[
                situation_reports.view_of(report, code)
                for report in store.reports_of(session, incident_id)
            ],
            claims=[_claim(claim, copies) for claim, _ in claims],
            notes=[
                RoomNote(note.kind, note.text, note.at, note.by)
                for note in reversed(store.notes_of(session, incident_id))
            ],
            updates=next_updates.promised_updates(session, incident_id, now),
            held_posts=outbox_store.count_held_posts(session),
            figures=_figures(facts),
        )


def show_claim(context: Context, incident_id: int, claim_id: int) -> RoomClaim:
    """A claim by itself, its copies not counted. UsageError: no such claim."""
    with db.reading(context.engine) as session:
        return _claim(store.claim_of(session, incident_id, claim_id), {})


def show_report(context: Context, incident_id: int, number: int) -> ReportInLanguages:
    """A report in all languages. UsageError: no such incident or report."""
    with db.reading(context.engine) as session:
        report = store.report_of(session, incident_id, number)
        return ReportInLanguages(
            {code: situation_reports.view_of(report, code) for code in CODES},
            situation_reports.version_of(report),
        )


def text_of_report(context: Context, incident_id: int, number: int, code: str) -> str:
    """A report as plain text. UsageError: no such incident, report or language."""
    language(code)
    with db.reading(context.engine) as session:
        view = situation_reports.view_of(
            store.report_of(session, incident_id, number), code
        )
    return report_texts.report_text(view, code)


def status_of(context: Context, incident_id: int, code: str) -> str:
    """What the public page says; empty while nothing was issued for it. UsageError: no
    such incident or language."""
    language(code)
    reports = situation_reports.list_reports(context, incident_id, code)
    return report_texts.status_text(reports, code)


def _claim(claim: IncidentClaim, copies: Mapping[int, int]) -> RoomClaim:
    return RoomClaim(
        id=claim.id or 0,
        text=claim.text,
        verdict=claim.verdict,
        who=claim.source or claim.asked,
        at=claim.decided_at or claim.asked_at,
        correction=claim.correction,
        corrected_at=claim.corrected_at,
        copies=copies.get(claim.rumour_id, 0) if claim.rumour_id else 0,
        heard_at=claim.heard_at,
        asked=claim.asked,
        asked_at=claim.asked_at,
    )


def _figures(facts: IncidentFacts) -> RoomFigures:
    if (numbers := facts.state.numbers) is None:
        return RoomFigures(facts.details.first_at, None, None, None)
    return RoomFigures(
        facts.details.first_at, numbers.mentions, numbers.people, numbers.urgent
    )
