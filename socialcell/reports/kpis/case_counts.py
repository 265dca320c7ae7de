"""The measures of cases, K2 to K8, of one week, as it was at the week's end."""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from math import ceil, inf
from statistics import median

from sqlmodel import Session

from socialcell.clock import IST
from socialcell.desk.case_states import CaseState
from socialcell.desk.clock_times import URGENT
from socialcell.desk.store import case_figures as store
from socialcell.desk.store.case_figures import CountedCase, CountedReferral, OverdueCase
from socialcell.desk.working_time import WorkingTime
from socialcell.language.analysis import ASKING
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.named_counts import Names
from socialcell.reports.week_numbers import (
    AnswerNumbers,
    BodyNumbers,
    CaseNumbers,
    OldestCase,
    OutcomeNumbers,
    OverdueNumbers,
    RegisteredNumbers,
)

COHORT = timedelta(weeks=4)
"""So long before the week were the cases opened whose outcome is told."""
SOON = timedelta(hours=4)
"""Working hours within which a case is registered, or passed on."""
BODY_ANSWERS = timedelta(days=7)
BUCKETS = (7, 15, 30, 60)
"""Bounds of how long cases are overdue, in days."""
OLDEST = 3
_WEEK = timedelta(days=7)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class AnswerTime:
    """How many minutes a case waited for its first answer; infinite: none yet.
    `in_time` is None where that is not decided yet."""

    minutes: float
    in_time: bool | None


class WeekOfCases:
    """What is counted of a week."""

    def __init__(self, session: Session, week: TimeSpan, working: WorkingTime) -> None:
        self._session, self._working = session, working
        self._week, self._as_of = week, week.end

    @cached_property
    def opened(self) -> Sequence[CountedCase]:
        """K2: cases that ask for something, opened in the week; duplicates merged, spam
        out."""
        return [case for case in self._opened_in(self._week) if case.kind in ASKING]

    @cached_property
    def answer_times(self) -> Sequence[AnswerTime]:
        """K3: of each case that was opened in the week."""
        ids = [case.id for case in self.opened]
        answers = store.first_answers(self._session, ids, self._as_of)
        due = store.first_answers_due(self._session, ids)
        return [
            self._answer_time(case, answers.get(case.id), due.get(case.id))
            for case in self.opened
        ]

    def numbers_behind(self, measure: str) -> list[str]:
        """The numbers of the cases that a measure counts or rests on."""
        match measure:
            case "cases_opened" | "first_answer":
                return [case.number for case in self.opened]
            case "registered":
                return [case.number for case, _until in self._to_register]
            case "confirmed":
                return [case.number for case in self._cohort]
            case "overdue":
                return [case.number for case in self.overdue_cases]
            case "false_closure":
                return store.sampled_cases(self._session, self._sample_week)
            case "referred":
                return [referral.number for referral in self.referrals]
            case _:
                return []

    @property
    def median_minutes(self) -> float | None:
        """The median; None of nothing, and where half of the cases have no answer."""
        minutes = [time.minutes for time in self.answer_times]
        middle = median(minutes) if minutes else inf
        return None if middle == inf else middle

    @property
    def p90_minutes(self) -> float | None:
        """Within so many minutes nine of ten had their answer; None: they had not."""
        minutes = sorted(time.minutes for time in self.answer_times)
        longest = minutes[ceil(0.9 * len(minutes)) - 1] if minutes else inf
        return None if longest == inf else longest

    @property
    def answers(self) -> AnswerNumbers:
        decided = [
            time.in_time for time in self.answer_times if time.in_time is not None
        ]
        waits = (time.minutes for time in self.answer_times if time.minutes < inf)
        minutes = sorted(round(minutes, 1) for minutes in waits)
        return {
            "n": len(self.answer_times),
            "answered": len(minutes),
            "minutes": minutes,
            "median": self.median_minutes,
            "p90": self.p90_minutes,
            "in_time": sum(decided),
            "decided": len(decided),
        }

    @cached_property
    def registered(self) -> RegisteredNumbers:
        """K4: of complaints with a place whose four working hours are over."""
        complaints, over = self._complaints, self._to_register
        asked = store.places_asked(
            self._session, [case.id for case in complaints], self._as_of
        )
        return {
            "complaints": len(complaints),
            "n": len(over),
            "in_time": sum(
                case.registered_at is not None and case.registered_at <= until
                for case, until in over
            ),
            "asked": len(asked),
            "replied": sum(asked.values()),
        }

    @property
    def _complaints(self) -> list[CountedCase]:
        return [case for case in self.opened if case.kind == "complaint"]

    @cached_property
    def _to_register(self) -> list[tuple[CountedCase, datetime]]:
        """Complaints with a place, and until when each was to be registered, which is
        over."""
        due = [
            (case, self._working.add(case.opened_at, SOON))
            for case in self._complaints
            if case.has_place
        ]
        return [(case, until) for case, until in due if until <= self._as_of]

    @cached_property
    def _cohort(self) -> list[CountedCase]:
        span = TimeSpan(self._week.start - COHORT, self._week.end - COHORT)
        return [
            case
            for case in self._opened_in(span)
            if case.kind in ASKING and case.state != CaseState.CANCELLED
        ]

    @cached_property
    def outcomes(self) -> OutcomeNumbers:
        """K5: where the cases stand that were opened four weeks before; five parts that
        add up to `n`. What the citizen has cancelled is in none."""
        parts = Counter(map(_outcome, self._cohort))
        return {
            "n": parts.total(),
            "confirmed": parts["confirmed"],
            "silent": parts["silent"],
            "denied": parts["denied"],
            "open": parts["open"],
            "referred": parts["referred"],
        }

    @cached_property
    def overdue_cases(self) -> Sequence[OverdueCase]:
        return store.overdue_cases(self._session, self._as_of)

    @cached_property
    def overdue(self) -> OverdueNumbers:
        """K6: open cases past their service time."""
        days = [(self._as_of - case.due_at) / _WEEK * 7 for case in self.overdue_cases]
        bounds = (0, *BUCKETS, inf)
        oldest: list[OldestCase] = [
            {"number": case.number, "owner": case.owner, "days": int(late)}
            for case, late in zip(self.overdue_cases, days, strict=True)
        ]
        return {
            "n": len(days),
            "open": store.running_totals(self._session, self._as_of),
            "buckets": [
                sum(low <= late < high for late in days)
                for low, high in itertools.pairwise(bounds)
            ],
            "owners": _by_size(case.owner for case in self.overdue_cases),
            "areas": _by_size(case.area for case in self.overdue_cases),
            "oldest": oldest[:OLDEST],
        }

    @property
    def _sample_week(self) -> date:
        return (self._week.start - _WEEK).astimezone(IST).date()

    @cached_property
    def sampled(self) -> tuple[int, int, int]:
        """K7: closings of the week before that the citizen contradicts, of those of
        whom it is known, of those drawn; calls are made in the week itself."""
        answers = store.sample_answers(self._session, self._sample_week, self._as_of)
        contradicted = answers.count("no")
        return contradicted, contradicted + answers.count("yes"), len(answers)

    @cached_property
    def referrals(self) -> Sequence[CountedReferral]:
        """K8: what was passed on in the week."""
        return store.referrals_made(self._session, self._week.start, self._as_of)

    @property
    def passed_on_soon(self) -> int:
        return sum(map(self._is_soon, self.referrals))

    @property
    def bodies(self) -> list[BodyNumbers]:
        """By body: passed on in the week, of those within four working hours; passed on
        in the week before, and of those answered within 7 days."""
        earlier = store.referrals_made(
            self._session, self._week.start - _WEEK, self._week.start
        )
        names = {referral.body for referral in (*self.referrals, *earlier)}
        numbers: list[BodyNumbers] = [
            {
                "body": body,
                "n": sum(own.body == body for own in self.referrals),
                "soon": sum(
                    own.body == body and self._is_soon(own) for own in self.referrals
                ),
                "before": sum(own.body == body for own in earlier),
                "answered": sum(
                    own.body == body and _is_answered(own) for own in earlier
                ),
            }
            for body in names
        ]
        return sorted(numbers, key=lambda row: (-row["n"], -row["before"], row["body"]))

    def numbers(self, names: Mapping[str, Names]) -> CaseNumbers:
        """All of it, as plain JSON. `names` are those of owners, bodies and areas."""
        contradicted, reached, drawn = self.sampled
        overdue, bodies = self.overdue, self.bodies
        ids = {*overdue["owners"], *overdue["areas"], *(row["body"] for row in bodies)}
        return {
            "names": {id_: names[id_] for id_ in sorted(ids) if id_ in names},
            "opened": {
                kind: sum(case.kind == kind for case in self.opened) for kind in ASKING
            },
            "answers": self.answers,
            "registered": self.registered,
            "outcomes": self.outcomes,
            "overdue": overdue,
            "sample": {
                "drawn": drawn,
                "reached": reached,
                "contradicted": contradicted,
            },
            "bodies": bodies,
        }

    def _opened_in(self, span: TimeSpan) -> list[CountedCase]:
        return store.cases_opened(self._session, span.start, span.end, self._as_of)

    def _answer_time(
        self, case: CountedCase, at: datetime | None, due_at: datetime | None
    ) -> AnswerTime:
        in_time = None
        if due_at is not None and (at is not None or due_at < self._as_of):
            in_time = at is not None and at <= due_at
        if at is None:
            return AnswerTime(inf, in_time)
        start = case.first_contact_at
        is_urgent = case.priority in URGENT
        span = at - start if is_urgent else self._working.between(start, at)
        return AnswerTime(span / _MINUTE, in_time)

    def _is_soon(self, referral: CountedReferral) -> bool:
        span = self._working.between(referral.opened_at, referral.made_at)
        return span <= SOON


def _outcome(case: CountedCase) -> str:
    match case.state:
        case CaseState.CLOSED_CONFIRMED:
            return "confirmed"
        case CaseState.CLOSED_UNCONFIRMED | CaseState.RESOLVED_CLAIMED:
            return "silent"
        case CaseState.REFERRED:
            return "referred"
        case _:
            return "denied" if case.was_reopened else "open"


def _is_answered(referral: CountedReferral) -> bool:
    at = referral.answered_at
    return at is not None and at - referral.made_at <= BODY_ANSWERS


def _by_size(ids: Iterable[str | None]) -> dict[str, int]:
    """How many of each id, the most first; "" where none is known."""
    counts = Counter(id_ or "" for id_ in ids)
    return dict(sorted(counts.items(), key=lambda row: (-row[1], row[0])))
