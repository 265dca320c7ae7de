"""Sources: the list, one with its four weeks of hours, and what switches it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from socialcell import connectors
from socialcell.ops.model import CALM_STATES, Run, Source
from socialcell.roles import Permission
from socialcell.services.collection import source_edit, source_setup, source_view
from socialcell.services.collection.ingest_run import RunResult
from socialcell.services.collection.source_edit import SourceChange
from socialcell.services.collection.source_setup import SourceStatus
from socialcell.services.collection.source_view import CoverageCalendar, CoverageDay
from socialcell.services.daemon import status
from socialcell.web.console.navigation import SEE_SOURCES
from socialcell.web.console.office import source_words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import FormRefused, NotFound
from socialcell.web.pages.screens import Action, Row, Screen

_RUNS = 15
_STRETCHES = 30
# A person waits for the answer: what is left comes with the next pull.
_PULL_SECONDS = 20.0
MANAGE = Permission.MANAGE_SOURCES


class IntervalForm(Form):
    """Minutes between pulls; 0: as config.yaml says."""

    minutes: Annotated[int, Field(ge=0, le=1440)]


@dataclass(frozen=True)
class SourceLine:
    """A source in the list. `chip`: its state in words, kind and sign."""

    source: Source
    platform: str
    chip: tuple[str, str, str]
    next_pull_at: datetime | None
    stored: int
    unreadable: int


@dataclass(frozen=True)
class RunLine:
    """A run with its kind and state in words."""

    run: Run
    kind: str
    state: str


@dataclass(frozen=True)
class HourStretch:
    """Hours of a day that lie together: the first, how many, and whether they were
    collected."""

    first: int
    count: int
    is_covered: bool


def show_sources(request: PageRequest) -> Answer:
    """Sources that need a person first, then those that work, then what is off."""
    context = request.context
    current = status.read_status(context)
    next_pulls = {source.name: source.next_pull_at for source in current.sources}
    lines = [
        _line(row, next_pulls.get(row.source.name), request)
        for row in source_setup.list_sources(context)
    ]
    return WebPage(
        "sources.html",
        {
            "troubled": [line for line in lines if _state(line) not in CALM_STATES],
            "working": [line for line in lines if _state(line) in ("ok", "new")],
            "off": [line for line in lines if _state(line) == "off"],
            "daemon": current.process,
            "may_manage": request.may(MANAGE),
        },
    )


def _line(
    row: SourceStatus, next_pull_at: datetime | None, request: PageRequest
) -> SourceLine:
    return SourceLine(
        row.source,
        source_words.platform_name(row.source.connector, request.lang),
        source_words.state_chip(row.source, request.lang),
        next_pull_at,
        row.totals["stored"],
        row.totals["quarantined"],
    )


def _state(line: SourceLine) -> str:
    return line.source.state_in_use


def show_source(request: PageRequest) -> Answer:
    """A source: its hours, runs and versions, and what may be done with it."""
    source, lang = require_source(request), request.lang
    view = source_view.view_source(request.context, source, _RUNS)
    calendar = view.calendar
    return WebPage(
        "source.html",
        {
            "source": source,
            "platform": source_words.platform_name(source.connector, lang),
            "chip": source_words.state_chip(source, lang),
            "is_pulled": source.connector in connectors.CONNECTORS
            and connectors.is_pulled(source.connector),
            "is_of_files": source.connector not in connectors.CONNECTORS,
            "calendar": calendar,
            "stretches": _stretches(calendar, request),
            "more_stretches": len(calendar.missing[_STRETCHES:]) if calendar else 0,
            "hours_of": lambda day: [*_hours(day)],
            "runs": [
                RunLine(
                    run,
                    source_words.run_kind(run.kind, lang),
                    source_words.run_state(run.state, lang),
                )
                for run in view.runs
            ],
            "versions": view.versions,
            "setting": source_words.setting,
            "setting_name": lambda key: source_words.setting_name(key, lang),
            "may_manage": request.may(MANAGE),
        },
    )


def require_source(request: PageRequest) -> Source:
    """The source of the address. NotFound: there is none."""
    source = source_setup.find_source(request.context, request.number("id"))
    if source is None:
        raise NotFound
    return source


def _stretches(
    calendar: CoverageCalendar | None, request: PageRequest
) -> list[tuple[datetime, datetime, int, str]]:
    """The newest stretches that are missing: start, end, hours, cause in words."""
    if calendar is None:
        return []
    return [
        (
            missing.start,
            missing.end,
            missing.hours,
            source_words.cause(missing.causes, request.lang),
        )
        for missing in reversed(calendar.missing[-_STRETCHES:])
    ]


def _hours(day: CoverageDay) -> Iterator[HourStretch]:
    first = 0
    for hour in range(1, len(day.hours) + 1):
        if hour == len(day.hours) or day.hours[hour] != day.hours[first]:
            yield HourStretch(first, hour - first, day.hours[first])
            first = hour


def act_enable(request: PageRequest, _form: NoFields) -> Answer:
    """Listen to a source again."""
    source = require_source(request)
    changed = source_setup.enable(request.context, source.name)
    _ = request.lang.gettext
    notice = (
        _("%(source)s is on.", source=source.name)
        if changed
        else _("%(source)s was on already.", source=source.name)
    )
    return _back(source, notice)


def act_disable(request: PageRequest, _form: NoFields) -> Answer:
    """Listen no more to a source."""
    source = require_source(request)
    changed = source_setup.disable(request.context, source.name)
    _ = request.lang.gettext
    notice = (
        _("%(source)s is off. What it brought stays.", source=source.name)
        if changed
        else _("%(source)s was off already.", source=source.name)
    )
    return _back(source, notice)


def act_test(request: PageRequest, _form: NoFields) -> Answer:
    """Ask the platform whether the source can be read."""
    source, _ = require_source(request), request.lang.gettext
    health = source_setup.check_source(request.context, source.name)
    if not health.ok:
        text = _("It does not work. The platform answered: %(answer)s")
        raise FormRefused(("", text % {"answer": health.message}))
    return _back(source, _("It works: the platform lets us read it."))


def act_pull(request: PageRequest, _form: NoFields) -> Answer:
    """Pull a source now, for as long as a person waits."""
    source = require_source(request)
    (result,) = source_setup.pull_now(
        request.context, [source.name], stop=_after(_PULL_SECONDS)
    )
    return _back(source, _pulled(result, request))


def _after(seconds: float) -> Callable[[], bool]:
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() > deadline


def _pulled(result: RunResult, request: PageRequest) -> str:
    lang = request.lang
    if result.state == "waiting":
        if result.not_before is None:
            return lang.gettext("It is being read at this moment by another process.")
        return lang.gettext(
            "The platform asked us to wait until %(until)s. It was not asked.",
            until=lang.when(result.not_before),
        )
    if result.state != "ok":
        cause = source_words.cause({"": result.error_kind or ""}, lang)
        raise FormRefused(("", lang.gettext("It failed: %(cause)s.", cause=cause)))
    return lang.ngettext(
        "%(n)s new mention has come. The daemon reads it within a minute.",
        "%(n)s new mentions have come. The daemon reads them within a minute.",
        result.counts["stored"],
    )


def act_interval(request: PageRequest, form: IntervalForm) -> Answer:
    """Store how often a source is pulled."""
    source = require_source(request)
    change = SourceChange(pull_minutes=form.minutes)
    source_edit.edit_source(request.context, source.name, change)
    return _back(source, request.lang.gettext("How often it is pulled is stored."))


def _back(source: Source, notice: str) -> RedirectTo:
    return RedirectTo(f"/sources/{source.id}", notice)


def _action(
    name: str, act: Callable[[PageRequest, NoFields], Answer]
) -> Action[NoFields]:
    return Action(f"/sources/{{id:number}}/{name}", MANAGE, NoFields, act, show_source)


ROWS: tuple[Row, ...] = (
    Screen("/sources", SEE_SOURCES, show_sources),
    Screen("/sources/{id:number}", SEE_SOURCES, show_source),
    _action("enable", act_enable),
    _action("disable", act_disable),
    _action("test", act_test),
    _action("pull", act_pull),
    Action(
        "/sources/{id:number}/interval",
        MANAGE,
        IntervalForm,
        act_interval,
        show_source,
    ),
)
