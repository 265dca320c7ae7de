"""Situation reports as plain text: the head of a whole one and of the public page."""

from datetime import datetime

from socialcell.clock import IST
from socialcell.services.incident_room.report_texts import report_text, status_text
from socialcell.services.incident_room.situation_reports import (
    ReportLine,
    SituationReportView,
)

AT = datetime(2026, 11, 21, 9, 5, tzinfo=IST)
REPORT = SituationReportView(
    incident_id=14,
    number=3,
    as_of=AT,
    lines=[
        ReportLine(1, "figure", "1,299 mentions", is_noted=False),
        ReportLine(2, "shelter", "Shelters: the school.", is_noted=True),
    ],
    made_by="Asha Sample",
    issued_by="Asha Sample",
    issued_at=AT,
    is_public=True,
)


def test_a_report_names_its_incident_its_number_and_its_moment() -> None:
    assert report_text(REPORT, "en") == (
        "Incident 14. Situation report 3, 21 Nov 2026, 09:05\n"
        "- 1,299 mentions\n"
        "- Shelters: the school.\n"
    )


def test_the_public_page_names_its_moment_and_counts_nothing() -> None:
    assert status_text([REPORT], "en") == (
        "As of 21 Nov 2026, 09:05\n- Shelters: the school.\n"
    )
