"""The room of an incident as `situation show` prints it, in one language."""

from typing import TYPE_CHECKING

from socialcell.commands import output

if TYPE_CHECKING:
    from socialcell.i18n import Language
    from socialcell.services.incident_room.room_overview import IncidentRoom
    from socialcell.services.incident_room.situation_reports import SituationReportView


def print_room(room: "IncidentRoom", lang: "Language") -> None:
    """Reports, claims, promised updates, notes and held posts, as far as there are."""
    from socialcell.services.incident_room import room_terms

    _ = lang.gettext
    verdicts, outcomes = room_terms.verdicts(lang), room_terms.outcomes(lang)
    note_kinds = room_terms.note_kinds(lang)
    output.say(room.title)
    for report in room.reports:
        _print_report(report, lang)
    if room.claims:
        _head(_("Claims going round"))
    for claim in room.claims:
        verdict = verdicts.get(claim.verdict, claim.verdict)
        who = f"{claim.who}; " if claim.who else ""
        copies, n = _("Copies"), lang.number(claim.copies)
        output.say(f"{claim.id:>3}  {verdict}: {claim.text} ({who}{copies}: {n})")
    if room.updates:
        _head(_("Promised updates"))
    for update in room.updates:
        outcome = outcomes.get(update.outcome, update.outcome)
        output.say(f"     {lang.moment(update.due_at)}: {outcome} ({update.made_by})")
    if room.notes:
        _head(_("Notes of the room"))
    for note in room.notes:
        kind = note_kinds.get(note.kind, note.kind)
        output.say(f"     {lang.moment(note.at)}  {kind}: {note.text} ({note.by})")
    if room.held_posts:
        sentence = lang.ngettext(
            "%(n)s planned post is held.",
            "%(n)s planned posts are held.",
            room.held_posts,
        )
        output.say(f"\n{sentence} socialcell outbox list --state held")


def _print_report(report: "SituationReportView", lang: "Language") -> None:
    _ = lang.gettext
    head, state = _("Report %(n)s", n=lang.number(report.number)), _("Draft")
    if report.issued_at is not None:
        at, who = lang.moment(report.issued_at), report.issued_by or ""
        state = _("Issued %(at)s by %(who)s", at=at, who=who)
    _head(f"{head}: {state}")
    noted = _("as it was noted")
    for line in report.lines:
        mark = f" ({noted})" if line.is_noted else ""
        output.say(f"{line.number:>3}  {line.text}{mark}")


def _head(text: str) -> None:
    output.say(f"\n{text}")
