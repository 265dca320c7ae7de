"""The clocks of a case: started and stopped by what its steps and messages say.

A clock is due at a moment that is computed once, when it starts. What runs follows from
the case alone, so that doing it again changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property

from sqlmodel import Session

from socialcell.clock import as_utc
from socialcell.desk import clock_times
from socialcell.desk.case_states import (
    CLOSED_STATES,
    OPEN_STATES,
    WORKING_STATES,
    CaseState,
)
from socialcell.desk.clock_times import WEEK, ClockKind, ClockTime
from socialcell.desk.escalation_table import percentages_of
from socialcell.desk.model import CaseClock, CaseStep, DeskCase
from socialcell.desk.routing_table import WALL
from socialcell.desk.store import clocks as store
from socialcell.desk.store.clocks import ContactTime, StateEntry
from socialcell.desk.working_time import WorkingTime
from socialcell.services import working_calendar
from socialcell.services.context import Context
from socialcell.services.desk import case_routing

_DONE, _RESTARTED, _PAUSED, _OVER = "done", "restarted", "paused", "over"


def follow_step(
    context: Context, session: Session, case: DeskCase, step: CaseStep
) -> None:
    """Start and stop the clocks that a step implies, in the step's transaction."""
    settle_clocks(context, session, case, step.at)


def settle_clocks(
    context: Context, session: Session, case: DeskCase, now: datetime
) -> None:
    """Let those clocks of a locked case run that its state and messages imply."""
    session.flush()
    working = working_calendar.load(context)
    _ClockSettlement(session, case, working, now).settle()


def _stop(session: Session, clock: CaseClock, at: datetime, ending: str) -> None:
    clock.stopped_at, clock.ending = at, ending
    clock.missed = clock.due_at < at
    clock.escalates_at = None
    # The index of clocks that run takes one of each kind.
    session.flush()


class _ClockSettlement:
    """What the clocks of one case are at a moment."""

    def __init__(
        self, session: Session, case: DeskCase, working: WorkingTime, now: datetime
    ) -> None:
        self._session, self._case, self._working = session, case, working
        self._now, self._state = now, CaseState(case.state)
        self._id = case.id or 0
        self._running = store.running_clocks(session, self._id)
        self._answers = store.answers_to(session, self._id)

    def settle(self) -> None:
        self._settle_first_answer()
        self._settle_next_answer()
        self._settle_total()
        self._settle_stage()
        self._settle_next_update()
        self._settle_referral()

    @cached_property
    def _entry(self) -> StateEntry:
        entry = store.state_entry(self._session, self._id)
        return entry or StateEntry(self._case.opened_at, None)

    @cached_property
    def _service_times(self) -> dict[ClockKind, ClockTime]:
        route = case_routing.service_hours(self._session, self._case)
        return dict(clock_times.service_times(self._case.priority, route))

    @property
    def _waits(self) -> bool:
        is_claimed = self._state is CaseState.RESOLVED_CLAIMED
        return is_claimed or self._case.waits_for == "citizen"

    @property
    def _is_worked_on(self) -> bool:
        return (
            self._state in OPEN_STATES
            and self._state is not CaseState.REFERRED
            and not self._waits
        )

    def _settle_first_answer(self) -> None:
        clock = self._running.get(ClockKind.FIRST_ANSWER)
        if self._answers:
            if clock is not None:
                self._stop(clock, self._answers[0].at, _DONE)
        elif self._state not in OPEN_STATES:
            if clock is not None:
                self._stop(clock, self._now, _OVER)
        else:
            time = clock_times.answer_time(self._case.priority, self._working)
            start = self._case.first_contact_at
            self._run_from(ClockKind.FIRST_ANSWER, start, time)

    def _settle_next_answer(self) -> None:
        kind, clock = ClockKind.NEXT_ANSWER, self._running.get(ClockKind.NEXT_ANSWER)
        is_due = self._state in (*WORKING_STATES, CaseState.REFERRED)
        waiting_since = None
        if is_due and self._answers:
            heard = store.heard_from(self._session, self._id)
            waiting_since = _unanswered_since(heard, self._answers)
        if clock is not None and clock.started_at != waiting_since:
            since = clock.started_at
            later = [answer.at for answer in self._answers if answer.at >= since]
            is_answered = bool(later) and is_due
            at = later[0] if is_answered else self._now
            self._stop(clock, at, _DONE if is_answered else _OVER)
        if waiting_since is not None:
            time = clock_times.answer_time(self._case.priority, self._working)
            self._run_from(kind, waiting_since, time)

    def _settle_total(self) -> None:
        kind = ClockKind.TOTAL
        clock = self._running.get(kind)
        is_closed = self._state in CLOSED_STATES
        if self._is_worked_on:
            self._run_service(kind, self._case.opened_at)
        elif clock is not None:
            self._stop(clock, self._now, _DONE if is_closed else _PAUSED)
        elif is_closed:
            # Whoever reopens a closed case starts anew.
            last = store.last_stopped(self._session, self._id, kind)
            if last is not None and last.ending == _PAUSED:
                last.ending = _DONE

    def _settle_stage(self) -> None:
        kind, since = ClockKind.STAGE, self._entry.at
        clock = self._running.get(kind)
        is_earlier = clock is not None and clock.started_at < since
        if clock is not None and (is_earlier or self._state not in WORKING_STATES):
            self._stop(clock, self._now, _DONE)
        elif clock is not None and not self._is_worked_on:
            self._stop(clock, self._now, _PAUSED)
        if self._is_worked_on:
            self._run_service(kind, since)

    def _settle_next_update(self) -> None:
        kind = ClockKind.NEXT_UPDATE
        clock = self._running.get(kind)
        if self._state is not CaseState.ACTION_SCHEDULED:
            if clock is not None:
                self._stop(clock, self._now, _OVER)
            return
        entered = self._entry.at
        since = max([entered, *(answer.at for answer in self._answers)])
        promised = _moment(self._entry.until) if since == entered else None
        span = WEEK if promised is None else max(promised - since, timedelta())
        if clock is not None and clock.started_at != since:
            self._stop(clock, since, _DONE)
        if kind not in self._running:
            self._start(kind, since, ClockTime(span, WALL))

    def _settle_referral(self) -> None:
        kind, since = ClockKind.REFERRAL, self._entry.at
        clock = self._running.get(kind)
        if self._state is not CaseState.REFERRED:
            if clock is not None:
                self._stop(clock, self._now, _DONE)
            return
        answered_at = store.body_answered_at(self._session, self._id)
        if clock is not None and answered_at is not None:
            self._stop(clock, answered_at, _DONE)
        elif clock is None and answered_at is None:
            last = store.last_stopped(self._session, self._id, kind)
            if last is None or last.started_at < since:
                self._start(kind, since, ClockTime(WEEK, WALL))

    def _run_service(self, kind: ClockKind, begin: datetime) -> None:
        """Let a clock of routing.csv run: anew, with the time that was left, or within
        other hours."""
        time, clock = self._service_times[kind], self._running.get(kind)
        if clock is not None and _fits(clock, time):
            return
        last = store.last_stopped(self._session, self._id, kind)
        is_resumed = last is not None and last.ending == _PAUSED
        if kind is ClockKind.STAGE:
            is_resumed = is_resumed and last is not None and last.started_at >= begin
        if clock is None:
            if last is not None and is_resumed and last.stopped_at is not None:
                self._resume(last, last.stopped_at, time)
            else:
                is_first = last is None or kind is ClockKind.STAGE
                self._start(kind, begin if is_first else self._now, time)
        else:
            self._stop(clock, self._now, _RESTARTED)
            if is_resumed:
                self._resume(clock, self._now, time)
            else:
                start = clock.started_at
                self._start(kind, start, time, escalated=clock.escalated)

    def _resume(self, clock: CaseClock, at: datetime, time: ClockTime) -> None:
        """Start a clock with the time that another one had left when it stopped."""
        kind = ClockKind(clock.kind)
        remaining = clock_times.left(at, clock.due_at, clock.counts, self._working)
        if not _fits(clock, time):
            used = timedelta(seconds=clock.span_seconds) - remaining
            remaining = time.span - used
        self._start(kind, self._now, time, remaining, clock.escalated)

    def _run_from(self, kind: ClockKind, start: datetime, time: ClockTime) -> None:
        """Let a clock run from a moment within a time; of another time, anew."""
        clock = self._running.get(kind)
        if clock is not None and not _fits(clock, time):
            self._stop(clock, self._now, _RESTARTED)
        if kind not in self._running:
            self._start(kind, start, time)

    def _start(
        self,
        kind: ClockKind,
        start: datetime,
        time: ClockTime,
        remaining: timedelta | None = None,
        escalated: int = 0,
    ) -> None:
        span = time.span if remaining is None else remaining
        due_at = clock_times.due(start, span, time.counts, self._working)
        clock = CaseClock(
            case_id=self._id,
            kind=kind.value,
            started_at=start,
            due_at=due_at,
            missed=due_at < self._now,
            counts=time.counts,
            span_seconds=time.span_seconds,
            escalated=escalated,
            escalates_at=clock_times.next_escalation(
                start, time, span, escalated, percentages_of(kind), self._working
            ),
        )
        self._session.add(clock)
        self._session.flush()
        self._running[kind.value] = clock

    def _stop(self, clock: CaseClock, at: datetime, ending: str) -> None:
        _stop(self._session, clock, at, ending)
        del self._running[clock.kind]


def _fits(clock: CaseClock, time: ClockTime) -> bool:
    return (clock.span_seconds, clock.counts) == (time.span_seconds, time.counts)


def _unanswered_since(
    heard: Sequence[ContactTime], answers: Sequence[ContactTime]
) -> datetime | None:
    """Since when a contact has waited for an answer, of those who do the one who has
    waited longest; None: nobody does."""
    answered_at = {answer.contact_id: answer.at for answer in answers}
    waiting: dict[int, datetime] = {}
    for message in heard:
        last = answered_at.get(message.contact_id)
        if last is None or message.at > last:
            waiting.setdefault(message.contact_id, message.at)
    return min(waiting.values(), default=None)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else as_utc(datetime.fromisoformat(text))
