"""Situation reports as plain text: whole, and as everybody may read them."""

from collections.abc import Sequence
from dataclasses import replace

from socialcell.clock import IST
from socialcell.i18n import language
from socialcell.reports.incidents.situation_lines import PUBLIC
from socialcell.services.incident_room.situation_reports import (
    ReportLine,
    SituationReportView,
)


def report_text(view: SituationReportView, code: str) -> str:
    """A report as plain text: for a phone, a mail or a file. It rests on nothing but
    what was stored, so it is the same whenever it is made."""
    lang = language(code)
    at = lang.moment(view.as_of.astimezone(IST))
    head = lang.gettext(
        "Incident %(id)s. Situation report %(n)s, %(at)s",
        id=lang.number(view.incident_id),
        n=lang.number(view.number),
        at=at,
    )
    return "\n".join([head, *(f"- {line.text}" for line in view.lines)]) + "\n"


def status_text(views: Sequence[SituationReportView], code: str) -> str:
    """What the public page says of an incident: the newest report that was issued for
    everybody, without counts of posts and without claims that nobody confirmed; empty
    while there is none."""
    public = [view for view in views if view.issued_at is not None and view.is_public]
    if not public:
        return ""
    newest = public[-1]
    lang = language(code)
    at = lang.moment(newest.as_of.astimezone(IST))
    head = lang.gettext("As of %(at)s", at=at)
    lines = [f"- {line.text}" for line in newest.lines if is_for_everybody(line)]
    return "\n".join([head, *lines]) + "\n"


def status_preview(view: SituationReportView, code: str) -> str:
    """What the public page would say if this report was issued for everybody."""
    public = replace(view, issued_at=view.issued_at or view.as_of, is_public=True)
    return status_text([public], code)


def is_for_everybody(line: ReportLine) -> bool:
    """Whether a line of a report may stand on a public page."""
    return line.kind in PUBLIC
