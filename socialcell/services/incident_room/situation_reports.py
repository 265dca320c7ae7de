"""Situation reports of an incident: made from what is known, edited, issued, and the
same ever after."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

from sqlmodel import Session

from socialcell import db
from socialcell.desk.incident_room_model import IncidentClaim, SituationReport
from socialcell.desk.store import incident_room as store
from socialcell.errors import ChangedMeanwhile, UsageError
from socialcell.i18n import CODES, language
from socialcell.json_types import JsonObject, JsonValue, as_objects, as_text
from socialcell.listening import incident_state
from socialcell.listening.incident_state import IncidentState
from socialcell.listening.store.alerts import alerts as alert_store
from socialcell.ops import audit, outbox_store
from socialcell.reports.incidents import incident_facts
from socialcell.reports.incidents.situation_lines import (
    ReportedClaim,
    SituationFacts,
    situation_lines,
)
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.incident_room import next_updates
from socialcell.services.incident_room.room_notes import sentence
from socialcell.services.operators import permissions

_NOTED = ("shelter", "road", "done", "asked", "decision")
_NEWEST = 3  # notes of a kind in one line


class ReportChangedError(ChangedMeanwhile):
    """A draft has other words than those that a person saw."""


@dataclass(frozen=True)
class ReportLine:
    """A line of a report; `is_noted`: words of staff, in the language of who noted."""

    number: int
    kind: str
    text: str
    is_noted: bool


@dataclass(frozen=True)
class SituationReportView:
    """A report as it is shown in one language; `issued_at` None: a draft."""

    incident_id: int
    number: int
    as_of: datetime
    lines: Sequence[ReportLine]
    made_by: str
    issued_by: str | None
    issued_at: datetime | None
    is_public: bool


def draft_report(context: Context, incident_id: int) -> int:
    """Make a report of what is known now; its number. A draft that nobody issued is
    made anew under its number.

    UsageError: no such incident. NeedsAPerson, SocialcellError: the actor may not, here
    and below.
    """
    now = context.clock.now()
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.LEAD_INCIDENTS, ())
        facts = _facts(session, incident_id, now)
        names = incident_facts.area_names(session)
        lines: dict[str, JsonValue] = {
            code: [
                asdict(line) for line in situation_lines(facts, names, language(code))
            ]
            for code in CODES
        }
        db.take_turn(session, f"reports of incident {incident_id}")
        reports = store.reports_of(session, incident_id)
        draft = next((row for row in reports if row.issued_at is None), None)
        if draft is None:
            draft = SituationReport(
                incident_id=incident_id,
                number=len(reports) + 1,
                as_of=now,
                facts={},
                lines={},
                made_by=context.actor.name,
                made_at=now,
            )
            session.add(draft)
        draft.as_of, draft.facts, draft.lines = now, _plain(facts), lines
        draft.made_by, draft.made_at = context.actor.name, now
        session.flush()
        return draft.number


def edit_line(
    context: Context,
    incident_id: int,
    number: int,
    code: str,
    line: int,
    text: str,
    seen: str | None = None,
) -> None:
    """Write a line of a draft anew, in one language; an empty text takes it out.
    `seen`: the version of the report that a person saw; None: whatever it is now.

    UsageError: no such report, language or line; a report that was issued.
    ReportChangedError: somebody changed it meanwhile, here and below.
    """
    if code not in CODES:
        raise UsageError(
            "incident_room.no_such_language", language=code, languages=list(CODES)
        )
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.LEAD_INCIDENTS, ())
        report = _draft(session, incident_id, number, seen)
        lines = list(as_objects(report.lines[code]))
        if not 1 <= line <= len(lines):
            raise UsageError(
                "incident_room.no_such_line", number=number, line=line, lines=len(lines)
            )
        if text.strip():
            words: JsonObject = {"text": sentence(text), "is_noted": False}
            lines[line - 1] = {**lines[line - 1], **words}
        else:
            del lines[line - 1]
        report.lines = {**report.lines, code: lines}


def issue_report(
    context: Context,
    incident_id: int,
    number: int,
    *,
    public: bool = False,
    seen: str | None = None,
) -> None:
    """Freeze a draft; it keeps the promised update, unless it names that as the next.
    `public`: the status page shows the lines of it that are for everybody. Audited.
    UsageError: no such report, or it was issued before."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.LEAD_INCIDENTS, ())
        report = _draft(session, incident_id, number, seen)
        report.issued_by, report.issued_at = context.actor.name, now
        report.is_public = public
        store.keep_updates(session, incident_id, now, _named_update(report))
        detail = {"incident": incident_id, "number": number, "public": public}
        audit.append(
            session, context.actor, "situation.issue", str(incident_id), detail, now
        )


def _named_update(report: SituationReport) -> datetime | None:
    """By when a report says that the city speaks again; None: it does not say, or all
    its lines that say so were taken out."""
    due = report.facts["next_update"]
    says_so = any(
        row["kind"] == "next_update"
        for lines in report.lines.values()
        for row in as_objects(lines)
    )
    return datetime.fromisoformat(as_text(due)) if due and says_so else None


def list_reports(
    context: Context, incident_id: int, code: str
) -> list[SituationReportView]:
    """The reports of an incident in one language. UsageError: no such incident."""
    with db.reading(context.engine) as session:
        store.incident_of(session, incident_id)
        reports = store.reports_of(session, incident_id)
        return [view_of(report, code) for report in reports]


def _draft(
    session: Session, incident_id: int, number: int, seen: str | None
) -> SituationReport:
    report = store.report_of(session, incident_id, number)
    if report.issued_at is not None:
        raise UsageError("incident_room.report_issued", number=number)
    if seen is not None and seen != version_of(report):
        raise ReportChangedError("incident_room.report_changed", number=number)
    return report


def version_of(report: SituationReport) -> str:
    """A name of the words of a report in all languages; other words have another."""
    words = json.dumps(report.lines, sort_keys=True, ensure_ascii=False)
    return sha256(words.encode()).hexdigest()[:16]


def view_of(report: SituationReport, code: str) -> SituationReportView:
    """A report as it is shown in one language."""
    rows = as_objects(report.lines[code])
    return SituationReportView(
        incident_id=report.incident_id,
        number=report.number,
        as_of=report.as_of,
        lines=[
            ReportLine(
                number,
                as_text(row["kind"]),
                as_text(row["text"]),
                row["is_noted"] is True,
            )
            for number, row in enumerate(rows, 1)
        ],
        made_by=report.made_by,
        issued_by=report.issued_by,
        issued_at=report.issued_at,
        is_public=report.is_public,
    )


def _facts(session: Session, incident_id: int, now: datetime) -> SituationFacts:
    incident = store.incident_of(session, incident_id)
    alerts = alert_store.alerts_of(session, incident_id)
    state = incident_state.state_of(session, incident, alerts, now)
    copies = _copies_in(state)
    updates = next_updates.promised_updates(session, incident_id, now)
    numbers = state.numbers
    return SituationFacts(
        since=state.details.first_at,
        as_of=now,
        mentions=numbers.mentions if numbers else 0,
        people=numbers.people if numbers else None,
        urgent=numbers.urgent if numbers else 0,
        places=list(numbers.wards) if numbers else [],
        cases=store.count_cases(session, incident_id, state.scope),
        claims=[
            _reported(claim, copies) for claim in store.claims_of(session, incident_id)
        ],
        notes=_notes(session, incident_id),
        held_posts=outbox_store.count_held_posts(session),
        next_update=next_updates.next_due(updates),
    )


def _copies_in(state: IncidentState) -> dict[int | None, int]:
    """Rumour → how many mentions of an incident repeat it."""
    return {spread.rumour.id: len(spread.mentions) for spread in state.rumours}


def _notes(session: Session, incident_id: int) -> dict[str, Sequence[str]]:
    by_kind: dict[str, list[str]] = {}
    for note in store.notes_of(session, incident_id):
        if note.kind in _NOTED:
            by_kind.setdefault(note.kind, []).append(note.text)
    return {kind: texts[-_NEWEST:] for kind, texts in by_kind.items()}


def _reported(claim: IncidentClaim, copies: Mapping[int | None, int]) -> ReportedClaim:
    is_open = claim.verdict == "unverified"
    return ReportedClaim(
        text=claim.text.rstrip(".।"),
        verdict=claim.verdict,
        who=claim.asked if is_open else claim.source,
        at=claim.asked_at if is_open else claim.decided_at,
        correction=claim.correction.rstrip(".।"),
        copies=copies.get(claim.rumour_id, 0) if claim.rumour_id else 0,
    )


def _plain(facts: SituationFacts) -> JsonObject:
    def plain(value: object) -> JsonValue:
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        assert value is None or isinstance(value, (str, int, float, bool))
        return value

    return {key: plain(value) for key, value in asdict(facts).items()}
