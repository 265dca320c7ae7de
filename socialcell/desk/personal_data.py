"""Personal data in the tables of cases: what it is for."""

from socialcell.db.personal_tables import ImpersonalTable, PersonalTable, impersonal
from socialcell.desk.closing_model import (
    AnswerMacro,
    CareFile,
    CareRow,
    ClosureCheck,
    FieldLink,
)
from socialcell.desk.incident_room_model import (
    IncidentClaim,
    IncidentNote,
    NextUpdate,
    SituationReport,
)
from socialcell.desk.model import (
    CaseClock,
    CaseContact,
    CaseFile,
    CaseLease,
    CaseMessage,
    CaseReferral,
    CaseSecret,
    CaseStep,
    CaseSuggestion,
    DeskCase,
    DeskStart,
)
from socialcell.desk.routing_model import DeskRoute

_CASE = "stays with the case, which names nobody"
_ERASED = "an erasure"

PERSONAL = (
    PersonalTable(
        DeskCase,
        ("place", "latitude", "longitude", "summary"),
        "citizens",
        "where the problem is, and what it is",
        "service",
        _CASE,
    ),
    PersonalTable(
        CaseContact,
        ("person", "citizen", "language", "last_heard_at"),
        "citizens",
        "to answer each in their own channel and language, and to ask at the end",
        "service",
        _ERASED,
    ),
    PersonalTable(
        CaseMessage,
        ("text", "external_id"),
        "citizens",
        "what was said by phone or on paper, and our answers",
        "service",
        "an erasure takes what the person said; our words stay as public records",
    ),
    PersonalTable(
        CaseSecret,
        ("sealed",),
        "citizens",
        "name, number, address: to reach whoever gave them (encrypted)",
        "service",
        "retention.case_contact_days after the case ended",
    ),
    PersonalTable(
        CaseStep,
        ("reason", "evidence", "detail"),
        "citizens",
        "to answer for each change of a case",
        "duty",
        "stays; people stand there masked",
    ),
    PersonalTable(
        CaseFile,
        ("sha256",),
        "citizens",
        "photos of a problem and of its end",
        "service",
        _CASE,
    ),
    PersonalTable(
        CaseReferral,
        ("answer",),
        "citizens",
        "what another body answered",
        "service",
        _CASE,
    ),
    PersonalTable(
        ClosureCheck,
        ("words", "call_note"),
        "citizens",
        "whether the person confirms that it is solved",
        "service",
        "an erasure takes the words",
    ),
    PersonalTable(
        FieldLink,
        ("answer", "words"),
        "operators",
        "what an engineer answers from the place; no citizen is named to them",
        "employment",
        _CASE,
    ),
    PersonalTable(
        CareRow,
        ("token", "line"),
        "citizens",
        "PMC Care's state of the same request",
        "service",
        _CASE,
    ),
    PersonalTable(
        IncidentClaim,
        ("text", "asked"),
        "citizens",
        "rumours, who was asked and what they said",
        "service",
        "stays with the incident",
    ),
    PersonalTable(
        IncidentNote,
        ("text",),
        "operators",
        "decisions in an incident",
        "duty",
        "stays with the incident",
    ),
)
IMPERSONAL = (
    *impersonal(CareFile, CaseClock, CaseLease, CaseSuggestion),
    *impersonal(DeskRoute, DeskStart, NextUpdate, SituationReport),
    ImpersonalTable(AnswerMacro, "the text is our own, approved for everybody"),
)
