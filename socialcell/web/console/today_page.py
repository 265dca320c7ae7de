"""Today: what needs a decision, before what was collected."""

from collections.abc import Sequence
from dataclasses import dataclass

from socialcell.roles import Permission
from socialcell.services import waiting_work
from socialcell.services.alerts import commitments, incident_overview
from socialcell.services.daemon import status
from socialcell.services.daemon.status import SourceState
from socialcell.services.desk.pages import desk_today
from socialcell.web.console import words
from socialcell.web.console.desk.desk_words import few_desk_words
from socialcell.web.console.navigation import first_path
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import OpenTo, Row, Screen

_MOST_OTHERS = 8
_FIRST_CASES = 6


@dataclass(frozen=True)
class QuietSource:
    """A source of which we do not know what it would bring."""

    source: SourceState
    state: str


def show_first(request: PageRequest) -> Answer:
    """Today; whoever may not see the whole city is led to the first page that is
    theirs."""
    visitor = request.visitor
    if visitor is not None and visitor.places(Permission.READ) is None:
        return show_today(request)
    return RedirectTo(first_path(request))


def show_today(request: PageRequest) -> Answer:
    """Open incidents, decisions that wait, promises due, sources that are silent."""
    context, lang, now = request.context, request.lang, request.context.clock.now()
    overview = incident_overview.open_incidents(context, lang)
    current, waiting = (
        status.read_collection(context),
        waiting_work.read_waiting(context),
    )
    promises = commitments.list_commitments(context)
    return WebPage(
        "today.html",
        {
            "cases": desk_today.read_first_cases(context, _FIRST_CASES),
            "counts": waiting.cases,
            "desk_answers": waiting.case_answers,
            "reopened": waiting.reopened,
            "requests": waiting.requests,
            "breaches": waiting.breaches,
            "may_erase": request.may(Permission.ERASE),
            "w": few_desk_words(context, lang, ()),
            "mark": overview.mark,
            "leading": overview.leading,
            "others": overview.others[:_MOST_OTHERS],
            "more_others": len(rest := overview.others[_MOST_OTHERS:]),
            "more_dangers": sum(line.is_danger for line in rest),
            "mode": words.outbox_mode(waiting.mode, lang),
            "backlog": waiting.outbox,
            "untagged": waiting.tagging,
            "daemon": current.process,
            "posts": waiting.posts,
            "answers": waiting.answers,
            "doubts": waiting.doubts,
            "missed": [promise for promise in promises if promise.missed],
            "due": [p for p in promises if commitments.is_due_soon(p, now)],
            "quiet": _quiet_sources(current.sources, request),
            "healthy": sum(source.state == "ok" for source in current.sources),
            "may_triage": request.may(Permission.TRIAGE),
        },
    )


def _quiet_sources(
    sources: Sequence[SourceState], request: PageRequest
) -> list[QuietSource]:
    return [
        QuietSource(source, words.source_state(source.state, request.lang))
        for source in sources
        if not source.is_calm
    ]


ROWS: tuple[Row, ...] = (Screen("/", OpenTo.SIGNED_IN, show_first),)
