"""The audit log: who did what, newest first, and whether it is whole."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from socialcell.clock import start_of_day
from socialcell.ops.audit import AuditFilter, AuditRecord
from socialcell.roles import Permission
from socialcell.services import audit_log
from socialcell.web.console.office import audit_words, source_words
from socialcell.web.console.typed_moment import day_or_none
from socialcell.web.pages.answers import Answer, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Row, Screen

_MOST = 50
_FILTERS = ("who", "about", "on", "day")
_LONGEST = 200
_SEAL = 64  # hexadecimal digits


@dataclass(frozen=True)
class AuditLine:
    """An entry, what it is about in words, and its details on a line each."""

    entry: AuditRecord
    about: str
    details: list[tuple[str, str]]


def show_audit(request: PageRequest) -> Answer:
    """The newest entries that match the filters of the address."""
    filters = {
        name: request.query.get(name, "").strip()[:_LONGEST] for name in _FILTERS
    }
    day = day_or_none(filters["day"])
    start = start_of_day(day) if day else None
    audit_filter = AuditFilter(
        actor=filters["who"] or None,
        noun=filters["about"] or None,
        subject=filters["on"] or None,
        since=start,
        until=start + timedelta(days=1) if start else None,
    )
    entries = audit_log.search_entries(
        request.context,
        audit_filter,
        _MOST + 1,
        request.query_number("before"),
    )
    nouns = audit_words.nouns(request.lang)
    return WebPage(
        "audit.html",
        {
            "lines": [_line(entry, request) for entry in entries[:_MOST]],
            "next": _next(filters, entries),
            "filters": filters,
            "is_no_day": bool(filters["day"]) and day is None,
            "may_export": request.may(Permission.EXPORT_TEXT),
            "nouns": [("", request.lang.gettext("Everything")), *nouns.items()],
        },
    )


def _next(filters: dict[str, str], entries: list[AuditRecord]) -> str:
    """The address of older entries; "" when there are none."""
    if len(entries) <= _MOST:
        return ""
    chosen = {name: text for name, text in filters.items() if text}
    return f"/audit?{urlencode({**chosen, 'before': entries[_MOST - 1].seq})}"


def _line(entry: AuditRecord, request: PageRequest) -> AuditLine:
    return AuditLine(
        entry,
        audit_words.noun(entry.action, request.lang),
        [(key, source_words.setting(part)) for key, part in entry.detail.items()],
    )


def show_verification(request: PageRequest) -> Answer:
    """Whether the log is whole, and whether tables are as it says."""
    seal = request.query.get("seal", "").strip().lower()
    is_seal = len(seal) == _SEAL and all(sign in "0123456789abcdef" for sign in seal)
    result = audit_log.verify_log(request.context, seal if is_seal else None)
    chain = result.chain
    return WebPage(
        "audit_verify.html",
        {
            "result": result,
            "chain": chain,
            "fault": audit_words.fault(chain.reason or "", request.lang),
            "unexplained": [
                (fault.object, request.say(fault.reason))
                for fault in result.unexplained
            ],
            "seal": seal,
            "is_no_seal": bool(seal) and not is_seal,
        },
    )


ROWS: tuple[Row, ...] = (
    Screen("/audit", Permission.READ_AUDIT, show_audit),
    Screen("/audit/verify", Permission.READ_AUDIT, show_verification),
)
