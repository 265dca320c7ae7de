"""The incident room as it is read: the room, a claim, a report, and looking back."""

from datetime import timedelta

from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.i18n import CODES
from socialcell.roles import Permission
from socialcell.services.incident_room import (
    after_action,
    next_updates,
    report_texts,
    room_overview,
)
from socialcell.services.incident_room.room_overview import ReportInLanguages
from socialcell.web.console.desk.desk_words import load_desk_words
from socialcell.web.console.room.room_words import RoomWords
from socialcell.web.pages.addresses import NAMES
from socialcell.web.pages.answers import Answer, Download, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Row, Screen

INCIDENT = "/incidents/{id:number}"
ROOM = f"{INCIDENT}/room"
CLAIM = f"{ROOM}/claims/{{claim:number}}"
REPORT = f"{ROOM}/reports/{{number:number}}"
LINE = f"{REPORT}/{{code}}/{{line:number}}"
_NEWEST_NOTES = 50


def show_room(request: PageRequest) -> Answer:
    """All that is said, decided, reported and promised of an incident."""
    code = request.lang.code
    try:
        room = room_overview.show_room(request.context, request.number("id"), code)
    except UsageError:
        raise NotFound from None
    now, first = request.context.clock.now(), room.figures.first_post
    issued = [report for report in room.reports if report.issued_at is not None]
    drafts = [report for report in room.reports if report.issued_at is None]
    draft = drafts[-1] if drafts else None
    return WebPage(
        "room/room.html",
        {
            "room": room,
            "w": RoomWords(request.lang),
            "issued": issued[::-1],
            "draft": draft,
            "decisions": [note for note in room.notes if note.kind == "decision"],
            "others": [note for note in room.notes if note.kind != "decision"],
            "most_notes": _NEWEST_NOTES,
            "since": None if first is None else request.lang.duration(now - first),
            "next_due": next_updates.next_due(room.updates),
            "status": report_texts.status_text(room.reports, code),
            "preview": report_texts.status_preview(draft, code) if draft else "",
            "soon": f"{(now + timedelta(hours=1)).astimezone(IST):%Y-%m-%dT%H:%M}",
            "may_lead": request.may(Permission.LEAD_INCIDENTS),
        },
    )


def show_claim(request: PageRequest) -> Answer:
    """A claim: whom to ask, what turned out, what was said in public."""
    incident_id = request.number("id")
    try:
        claim = room_overview.show_claim(
            request.context, incident_id, request.number("claim")
        )
    except UsageError:
        raise NotFound from None
    words = RoomWords(request.lang)
    return WebPage(
        "room/claim.html",
        {
            "incident_id": incident_id,
            "claim": claim,
            "w": words,
            "verdicts": [
                (verdict, chip.words)
                for verdict, chip in words.verdicts.items()
                if verdict != "unverified"
            ],
        },
    )


def show_report(request: PageRequest) -> Answer:
    """A situation report in all languages: a draft with its lines to edit."""
    report = read_report(request)
    view = report.views[request.lang.code]
    return WebPage(
        "room/report.html",
        {
            "views": [(code, NAMES[code], report.views[code]) for code in CODES],
            "view": view,
            "version": report.version,
            "is_for_everybody": report_texts.is_for_everybody,
            "preview": report_texts.status_preview(view, request.lang.code),
            "may_lead": request.may(Permission.LEAD_INCIDENTS),
        },
    )


def show_line(request: PageRequest) -> Answer:
    """A line of a draft, beside the report in the other languages."""
    report = read_report(request)
    code, number = str(request.params["code"]), request.number("line")
    if code not in report.views:
        raise NotFound
    lines = [line for line in report.views[code].lines if line.number == number]
    if not lines or report.views[code].issued_at is not None:
        raise NotFound
    (line,) = lines
    return WebPage(
        "room/line.html",
        {
            "view": report.views[code],
            "line": line,
            "code": code,
            "language": NAMES[code],
            "version": report.version,
            "others": [
                (other, NAMES[other], same)
                for other in CODES
                if other != code
                for same in report.views[other].lines
                if same.kind == line.kind
            ],
        },
    )


def read_report(request: PageRequest) -> ReportInLanguages:
    """The report that a path names. NotFound: there is none."""
    try:
        return room_overview.show_report(
            request.context, request.number("id"), request.number("number")
        )
    except UsageError:
        raise NotFound from None


def take_text(request: PageRequest) -> Answer:
    """A report as a text file, in the language of the page."""
    view = read_report(request).views[request.lang.code]
    text = report_texts.report_text(view, request.lang.code)
    name = f"incident-{view.incident_id}-report-{view.number}-{request.lang.code}.txt"
    return Download(name, "text/plain; charset=utf-8", [text.encode()])


def show_look_back(request: PageRequest) -> Answer:
    """What was known, said and done, and how long each took."""
    incident_id = request.number("id")
    try:
        table = after_action.look_back(request.context, incident_id)
    except UsageError:
        raise NotFound from None
    return WebPage(
        "room/look_back.html",
        {
            "incident_id": incident_id,
            "table": table,
            "w": RoomWords(request.lang),
            "desk": load_desk_words(request.context, request.lang),
        },
    )


ROWS: tuple[Row, ...] = (
    Screen(ROOM, Permission.READ, show_room),
    Screen(CLAIM, Permission.LEAD_INCIDENTS, show_claim),
    Screen(REPORT, Permission.READ, show_report),
    Screen(f"{REPORT}/text", Permission.READ, take_text),
    Screen(LINE, Permission.LEAD_INCIDENTS, show_line),
    Screen(f"{INCIDENT}/look-back", Permission.READ, show_look_back),
)
