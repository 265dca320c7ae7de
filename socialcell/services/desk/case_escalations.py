"""Escalate cases whose time runs out, by escalation.csv: a step that raises the level,
and a message to whoever has that function.

The step is entered once, in the transaction that notes it in the clock. Messages go
through the outbox under the key of their step, so that a process that dies in between
puts them there the next time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from socialcell import db
from socialcell.desk import clock_times
from socialcell.desk.case_states import OPEN_STATES
from socialcell.desk.clock_times import ClockTime, next_percentage
from socialcell.desk.escalation_table import (
    EscalationRule,
    percentages_of,
    rules_at,
    rules_of_reopening,
)
from socialcell.desk.model import CaseClock, CaseStep, DeskCase
from socialcell.desk.store import cases
from socialcell.desk.store import clocks as store
from socialcell.desk.store.cases import StepDraft
from socialcell.i18n import language
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.reports.desk import late_case_page
from socialcell.reports.desk.late_case_page import LateCase
from socialcell.reports.letters.letter_page import LetterPage
from socialcell.services import working_calendar
from socialcell.services.alerts import incident_notifications
from socialcell.services.context import Context
from socialcell.services.desk import case_clocks, case_reading, case_steps
from socialcell.services.letter_sender import letter_sender

_BATCH = 500
_TOLD_WITHIN = timedelta(days=2)
_ESCALATE, _REOPEN = "escalate", "reopen"


@dataclass(frozen=True, slots=True)
class EscalationCount:
    """One run: clocks that were set right, cases that rose, messages that are new in
    the outbox."""

    settled: int
    escalated: int
    messages: int


def escalate_due(
    context: Context, stop: Callable[[], bool] = lambda: False
) -> EscalationCount:
    """Settle clocks that do not fit what has happened, escalate those whose time has
    come, and tell whom it concerns. Done again, nothing happens twice."""
    settled = _settle(context, stop)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        store.mark_missed(session, now)
    with db.reading(context.engine) as session:
        due = store.due_escalations(session, now, _BATCH)
    escalated = 0
    for clock_id, number in due:
        if stop():
            break
        with db.writing(context.engine) as session:
            case = cases.lock_case(session, number)
            escalated += _escalate(context, session, case, clock_id)
    return EscalationCount(settled, escalated, put_messages(context))


def _settle(context: Context, stop: Callable[[], bool]) -> int:
    with db.reading(context.engine) as session:
        numbers = store.unsettled_cases(session, _BATCH)
    settled = 0
    for number in numbers:
        if stop():
            break
        with db.writing(context.engine) as session:
            case = cases.lock_case(session, number)
            case_clocks.settle_clocks(context, session, case, context.clock.now())
            settled += 1
    return settled


def _escalate(
    context: Context, session: Session, case: DeskCase, clock_id: int
) -> bool:
    """Enter the step of the highest share of its time that a clock has reached; whether
    there was one."""
    clock = session.get(CaseClock, clock_id, populate_existing=True)
    if clock is None or clock.stopped_at is not None:
        return False
    now, working = context.clock.now(), working_calendar.load(context)
    time = ClockTime(timedelta(seconds=clock.span_seconds), clock.counts)
    begin = clock.started_at
    remaining = clock_times.left(begin, clock.due_at, clock.counts, working)
    reached = None
    while clock.escalates_at is not None and clock.escalates_at <= now:
        reached = next_percentage(clock.escalated, percentages_of(clock.kind))
        if reached is None:
            break
        clock.escalated = reached
        clock.escalates_at = clock_times.next_escalation(
            begin, time, remaining, reached, percentages_of(clock.kind), working
        )
    if reached is None:
        clock.escalates_at = None
        return False
    levels = [rule.level or 0 for rule in rules_at(clock.kind, reached)]
    draft = StepDraft(
        _ESCALATE,
        context.actor.name,
        level=max(case.level, *levels),
        detail={
            "clock": clock.kind,
            "percent": reached,
            "due_at": clock.due_at.isoformat(),
        },
    )
    case_steps.enter_step(context, session, case, draft)
    return True


def put_messages(context: Context) -> int:
    """Put the messages of escalations and reopenings of the last two days into the
    outbox for those who have not had them; how many are new. What has ended since needs
    nobody any more."""
    if not context.workspace.config.desk.escalation:
        return 0
    now = context.clock.now()
    with db.reading(context.engine) as session:
        rows = store.steps_since(session, (_ESCALATE, _REOPEN), now - _TOLD_WITHIN)
        areas = {
            area.id: area_table.names(area)
            for area in area_store.areas_on(session, now.date())
        }
        session.expunge_all()
    return sum(
        _put(context, step, case, rule, areas.get(case.area or ""))
        for step, case in rows
        if case.state in OPEN_STATES
        for rule in _rules_of(step, case)
    )


def _rules_of(step: CaseStep, case: DeskCase) -> Sequence[EscalationRule]:
    detail = step.detail
    if step.kind == _REOPEN:
        reopened = detail.get("reopened")
        number = reopened if isinstance(reopened, int) else case.reopened
        return rules_of_reopening(step.level, number)
    percent = detail.get("percent")
    return rules_at(
        str(detail.get("clock")), percent if isinstance(percent, int) else 0
    )


def _put(
    context: Context,
    step: CaseStep,
    case: DeskCase,
    rule: EscalationRule,
    area: dict[str, str] | None,
) -> int:
    names = _readers_of(context, rule.function, case)
    if not names:
        return 0
    readers = incident_notifications.readers_among(
        context.workspace.config.alerts, names
    )
    due_at = step.detail.get("due_at")
    late = LateCase(
        number=case.number,
        occasion=rule.clock if step.kind == _ESCALATE else late_case_page.REOPENED,
        at=step.at,
        topic=case.topic,
        area=area,
        assigned=case.assignee is not None,
        functions=area_table.names(rule),
        percent=rule.percent,
        due_at=datetime.fromisoformat(due_at) if isinstance(due_at, str) else None,
        console_url=context.workspace.config.alerts.console_url,
    )
    page = partial(letter_of, context, late)
    return incident_notifications.put_alert(
        context,
        f"case.{case.number}.{step.id}.{rule.function}",
        readers,
        lambda lang: incident_notifications.as_letter(page(lang)),
        lambda lang: incident_notifications.as_card(page(lang)),
    )


def letter_of(context: Context, case: LateCase, lang: str) -> LetterPage:
    """The letter about a case in a language, and its place where that has a name in
    it."""
    if case.place:
        place = case_reading.place_in_words(case.place, language(lang).code)
        case = replace(case, place=place)
    return late_case_page.page(case, letter_sender(context, lang), language(lang))


def _readers_of(context: Context, function: str, case: DeskCase) -> set[str]:
    """Who has a function for a case: readers of its ward office, owner or team, and
    those of all."""
    places = {case.area, case.owner, case.team}
    return {
        name
        for readers in context.workspace.config.desk.escalation
        if readers.function == function and (not readers.of or places & {*readers.of})
        for name in readers.who
    }
