"""The desk of a rehearsal: cases open and close as by the daemon, and a sample crew
works on them each morning.

What is done of a case follows from its number, its age and its steps alone, so that a
morning that was interrupted goes on where it was. What is written to citizens leaves on
the last one: a platform of the sandbox knows only what it was told in this process.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.config import Workspace
from socialcell.desk.model import DeskCase
from socialcell.desk.store import case_lists
from socialcell.desk.store.case_lists import CaseFilter, CaseRow
from socialcell.listening.areas.owner_table import OTHER
from socialcell.services.context import Context
from socialcell.services.desk import (
    case_escalations,
    case_grouping,
    case_opening,
    critical_cases,
)
from socialcell.services.desk.answers import answer_sending, macros
from socialcell.services.desk.care import care_in, care_out
from socialcell.services.desk.closing import case_closing, closing_sampling
from socialcell.services.rehearsal import sample_operators, telephone_cases
from socialcell.services.rehearsal.crew_acts import (
    CrewAct,
    PlannedAct,
    SampleCrew,
    registered_rows,
    serial_of,
)
from socialcell.services.rehearsal.crew_letters import write_answers

_A = CrewAct
_READS = timedelta(days=4)  # before the end: from then on posts become cases
_MORNING = 9  # the hour in Pune at which the crew works
_MOST = 2000  # cases
_OWN = ((0, _A.ASSIGN), (0, _A.ANSWER))
_AT_WORK = (*_OWN, (0, _A.WORK))
_SOLVED = (*_AT_WORK, (1, _A.CLAIM), (1, _A.CONFIRM))
_PLANS: tuple[tuple[PlannedAct, ...], ...] = (
    (),
    ((0, _A.TRIAGE), (0, _A.ANSWER)),
    _OWN,
    (*_AT_WORK, (0, _A.NOTE)),
    (*_AT_WORK, (1, _A.SCHEDULE)),
    (*_AT_WORK, (1, _A.CLAIM)),
    _SOLVED,
    (*_AT_WORK, (1, _A.CLAIM), (2, _A.CONTRADICT)),
    _SOLVED,
    (*_AT_WORK, (0, _A.NOTE), (1, _A.CLAIM), (2, _A.CONFIRM)),
)
"""What happens to a case by the last figure of its number: days after the morning on
which the crew first sees it."""


class RehearsedCases(TypedDict):
    """How many cases there are by state, and how many of them are overdue now or were
    reopened at any time."""

    states: dict[str, int]
    overdue: int
    reopened: int


@dataclass(frozen=True)
class RehearsedDesk:
    """The desk of a rehearsal that ends at a moment, a morning."""

    end: datetime

    def moments_before(self, start: datetime) -> list[datetime]:
        """The mornings at the telephone that are before the rehearsal's other steps."""
        mornings = (self.end - timedelta(days=days) for days in telephone_cases.DAYS)
        return [morning for morning in mornings if morning < start]

    def follow_clocks(self, context: Context, moment: datetime) -> None:
        """What the daemon does at a moment, to which the clock is set. It may be done
        again until the crew begins: what a crew that was stopped has left is looked at
        at the next moment."""
        self._open_cases(context, moment)
        critical_cases.promote_critical(context)
        critical_cases.link_incidents(context)
        case_escalations.escalate_due(context)
        case_closing.close_silent(context)
        closing_sampling.draw_last_week(context)

    def work(self, context: Context, moment: datetime) -> None:
        """What the crew does at a moment, if that is a morning."""
        if moment != _first_morning(moment):
            return
        if moment < self.end - timedelta(days=telephone_cases.OPENED):
            return
        sample_operators.ensure(context)
        crew = SampleCrew(
            sample_operators.acting_as(context, sample_operators.MAKER),
            sample_operators.acting_as(context, sample_operators.APPROVER),
        )
        self._begin(crew, moment)
        _decide_suggestions(crew.writer)
        _register(crew.writer, moment)
        for number in _numbers(context):
            self._work_on(crew, number, moment)
        if moment == self.end:
            write_answers(crew, _numbers(context))
            answer_sending.send_due(context)

    def _open_cases(self, context: Context, moment: datetime) -> None:
        """Posts become cases in the last days; what came before stays without."""
        if moment <= self.end - _READS:
            settings = context.workspace.config
            desk = settings.desk.model_copy(update={"open_cases": False})
            closed = settings.model_copy(update={"desk": desk})
            workspace = Workspace(context.workspace.folder, closed)
            context = replace(context, workspace=workspace)
        case_opening.open_pending(context)

    def _begin(self, crew: SampleCrew, moment: datetime) -> None:
        """The book of answers, and the calls of the first morning."""
        if moment != self.end - timedelta(days=telephone_cases.OPENED):
            return
        last = self.end.astimezone(IST).date() + timedelta(days=200)
        macros.import_book(crew.writer, last)
        waiting = {
            row.key for row in macros.list_macros(crew.writer) if not row.approved_by
        }
        for key in sorted(waiting):
            macros.approve_macros(crew.second, key)
        for call in telephone_cases.CALLS[len(_numbers(crew.writer)) :]:
            case_opening.open_by_hand(crew.writer, call.case)

    def _work_on(self, crew: SampleCrew, number: str, moment: datetime) -> None:
        """Do what of a case is due by now and was not done yet."""
        progress = crew.progress_of(number)
        for act in self._due(progress.case, moment):
            if not progress.has(act) and progress.fits(act):
                crew.act(act, progress)
                progress = crew.progress_of(number)

    def _due(self, case: DeskCase, moment: datetime) -> Iterator[CrewAct]:
        serial = serial_of(case.number)
        if serial <= len(telephone_cases.CALLS):
            for days, act in telephone_cases.CALLS[serial - 1].acts:
                if moment >= self.end - timedelta(days=days):
                    yield act
            return
        plan = _PLANS[serial % len(_PLANS)]
        if (case.owner or "").startswith(OTHER):
            plan = ((0, _A.ANSWER), (0, _A.REFER))
        elif case.priority == "P0":
            plan = _SOLVED if serial % 10 else _AT_WORK
        morning = _first_morning(case.opened_at)
        for days, act in plan:
            if moment >= morning + timedelta(days=days):
                yield act


def _first_morning(moment: datetime) -> datetime:
    """The first morning at a moment or after it."""
    local = moment.astimezone(IST)
    morning = local.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    return morning if morning >= local else morning + timedelta(days=1)


def count_cases(session: Session, now: datetime) -> RehearsedCases:
    """What came of the cases by a moment."""
    rows = _cases(session, now)
    by_view = case_lists.count_by_view(session, CaseFilter(), now)
    return {
        "states": dict(sorted(Counter(row.state for row in rows).items())),
        "overdue": by_view["overdue"],
        "reopened": sum(row.reopened > 0 for row in rows),
    }


def _numbers(context: Context) -> list[str]:
    """The numbers of all cases, in their order."""
    with db.reading(context.engine) as session:
        rows = _cases(session, context.clock.now())
    return sorted(row.number for row in rows)


def _cases(session: Session, now: datetime) -> list[CaseRow]:
    everything = CaseFilter(view=case_lists.EVERY)
    return case_lists.list_cases(session, everything, now, limit=_MOST)[0]


def _decide_suggestions(writer: Context) -> None:
    """Every second case is joined with the first that it is suggested to be one with;
    of the others nobody has decided yet."""
    while True:
        pairs = case_grouping.list_suggestions(writer)
        pair = next((p for p in pairs if serial_of(p.number) % 2), None)
        if pair is None:
            return
        case_grouping.decide_suggestion(
            writer, pair.number, pair.other, same=True, reason="The same problem"
        )


def _register(writer: Context, moment: datetime) -> None:
    """Complaints get their tokens of PMC Care, by a file as its office sends it."""
    rows = registered_rows(care_out.care_out(writer))
    if len(rows) > 1:
        folder = writer.workspace.folder / "care"
        folder.mkdir(exist_ok=True)
        place = folder / f"{moment.astimezone(IST):%Y-%m-%d}.csv"
        with place.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        care_in.care_in(writer, place)
