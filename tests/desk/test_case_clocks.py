"""Clocks of a case: what starts and stops them, when they are due, what is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.desk.case_states import CaseState
from socialcell.desk.model import (
    CaseClock,
    CaseContact,
    CaseReferral,
    DeskCase,
)
from socialcell.desk.store import clocks as store
from socialcell.desk.store.cases import StepDraft
from socialcell.services.context import Context
from socialcell.services.desk import case_clocks, case_steps
from tests import desk_builders
from tests.builders import NOON

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def pune(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 23rd is a Monday, the 24th a holiday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=IST).astimezone(UTC)


@dataclass
class Desk:
    """A case with one contact, and what happens to it as time goes by."""

    context: Context
    session: Session
    clock: FixedClock
    case: DeskCase
    contact: CaseContact

    def step(
        self, kind: str, to: CaseState | None = None, **fields: Any
    ) -> dict[str, CaseClock]:
        """Enter a step, with what it changes in the case; the clocks that run then."""
        detail = fields.pop("detail", {})
        for name, value in fields.items():
            setattr(self.case, name, value)
        draft = StepDraft(kind, "Asha Sample", to=to, detail=detail)
        case_steps.enter_step(self.context, self.session, self.case, draft)
        return self.running()

    def running(self) -> dict[str, CaseClock]:
        return store.running_clocks(self.session, self.case.id or 0)

    def last(self, kind: str) -> CaseClock:
        clocks = store.clocks_of(self.session, self.case.id or 0)
        return [clock for clock in clocks if clock.kind == kind][-1]

    def hear(self, contact: CaseContact | None = None) -> dict[str, CaseClock]:
        """The citizen writes now."""
        desk_builders.make_message(
            self.session,
            self.case,
            contact or self.contact,
            at=self.clock.now(),
            direction="in",
        )
        return self.step("message")

    def answer(
        self, purpose: str = "answer", state: str = "sent", **fields: Any
    ) -> dict[str, CaseClock]:
        """Something is said to the citizen now."""
        now = self.clock.now()
        desk_builders.make_message(
            self.session,
            self.case,
            fields.pop("contact", self.contact),
            "We are looking at it.",
            direction="out",
            purpose=purpose,
            state=state,
            at=now,
            sent_at=now if state == "sent" else None,
            **fields,
        )
        return self.step("answer")


@pytest.fixture
def desk(context: Context, clock: FixedClock) -> Iterator[Desk]:
    clock.set(NOON)
    with db.writing(context.engine) as session:
        yield open_desk(context, clock, session)


def open_desk(
    context: Context, clock: FixedClock, session: Session, **fields: Any
) -> Desk:
    now = clock.now()
    case = desk_builders.make_case(session, now, **fields)
    contact = desk_builders.make_contact(session, case)
    made = Desk(context, session, clock, case, contact)
    desk_builders.make_message(session, case, contact, direction="in", at=now)
    made.step("open")
    return made


@pytest.mark.parametrize(
    ("priority", "due_at"),
    [
        ("P0", pune(23, 17, 45)),
        ("P1", pune(23, 18, 30)),
        # 45 minutes are left on Monday; Tuesday is Guru Nanak's Jayanti.
        ("P2", pune(25, 13, 0)),
        ("P3", pune(25, 17, 30)),
    ],
)
def test_the_first_answer_is_due_by_priority(
    context: Context, clock: FixedClock, priority: str, due_at: datetime
) -> None:
    clock.set(pune(23, 17, 30))
    with db.writing(context.engine) as session:
        desk = open_desk(context, clock, session, priority=priority)

        assert desk.running()["first_answer"].due_at == due_at


def test_a_new_case_has_its_clocks_by_topic_and_nobody_needs_to_own_it(
    desk: Desk,
) -> None:
    running = desk.running()

    assert set(running) == {"first_answer", "stage", "total"}
    assert desk.case.assignee is None
    # Water: 4 and 17 working hours from Monday 12:00, over a holiday.
    assert running["stage"].due_at == pune(23, 16)
    assert running["total"].due_at == pune(26, 12)
    # Half of the 17 hours.
    assert running["total"].escalates_at == pune(25, 12)


def test_a_change_of_priority_starts_anew_from_the_first_contact(desk: Desk) -> None:
    desk.clock.advance(20 * MINUTE)

    running = desk.step("priority", priority="P0")

    assert running["first_answer"].started_at == NOON
    assert running["first_answer"].due_at == NOON + 15 * MINUTE
    assert running["first_answer"].missed
    before = next(
        clock
        for clock in store.clocks_of(desk.session, desk.case.id or 0)
        if clock.kind == "first_answer"
    )
    assert (before.ending, before.missed) == ("restarted", False)
    # All clocks of life and limb run on the wall clock.
    assert running["total"].due_at == NOON + 17 * HOUR


def test_an_acknowledgement_of_the_machine_stops_nothing(desk: Desk) -> None:
    desk.clock.advance(5 * MINUTE)

    assert "first_answer" in desk.answer("acknowledge")
    assert "first_answer" in desk.answer("closing_question")
    assert "first_answer" in desk.answer("answer", state="queued")
    assert "first_answer" in desk.answer("answer", state="failed")

    desk.clock.advance(5 * MINUTE)
    assert "first_answer" not in desk.answer()
    clock = desk.last("first_answer")
    assert clock.stopped_at == NOON + 10 * MINUTE
    assert (clock.ending, clock.missed) == ("done", False)


def test_a_late_answer_is_missed_by_when_it_was_sent(desk: Desk) -> None:
    desk.clock.set(pune(23, 16, 1))

    desk.answer()

    assert desk.last("first_answer").missed


def test_each_contact_waits_for_an_answer_of_their_own(desk: Desk) -> None:
    desk.clock.advance(MINUTE)
    desk.answer()
    assert "next_answer" not in desk.running()
    other = desk_builders.make_contact(desk.session, desk.case, "facebook")

    desk.clock.advance(MINUTE)
    running = desk.hear(other)
    heard_at = desk.clock.now()
    assert running["next_answer"].started_at == heard_at
    assert running["next_answer"].due_at == heard_at + 4 * HOUR
    # More words of theirs, and an answer to somebody else, change nothing.
    desk.clock.advance(MINUTE)
    desk.hear(other)
    desk.clock.advance(MINUTE)
    assert desk.answer()["next_answer"].started_at == heard_at
    desk.clock.advance(MINUTE)
    assert "next_answer" not in desk.answer(contact=other)
    assert desk.last("next_answer").ending == "done"


def test_while_the_citizen_is_waited_for_the_total_stands_and_goes_on_after(
    desk: Desk,
) -> None:
    # 17 working hours from Monday 12:00; at 14:00 a question is asked.
    desk.clock.set(pune(23, 14))
    running = desk.step("wait", waits_for="citizen")
    assert not {"total", "stage"} & set(running)
    assert desk.last("total").ending == "paused"
    assert store.faults(desk.session) == []

    # The answer comes on Friday at 10:00: 15 hours are left.
    desk.clock.set(pune(27, 10))
    running = desk.step("message", waits_for=None)

    assert running["total"].started_at == pune(27, 10)
    assert running["total"].due_at == pune(30, 16, 30)
    assert running["total"].span_seconds == 17 * 3600
    # Half of the whole is used when 8.5 hours of it are left.
    assert running["total"].escalates_at == pune(27, 16, 30)
    assert running["stage"].due_at == pune(27, 12)


def test_a_referred_case_has_a_week_and_comes_back_with_the_time_that_was_left(
    desk: Desk,
) -> None:
    desk.clock.set(pune(23, 13))
    running = desk.step("refer", to=CaseState.REFERRED)
    assert not {"total", "stage"} & set(running)
    assert running["referral"].due_at == pune(30, 13)

    desk.clock.set(pune(25, 9, 45))
    running = desk.step("return", to=CaseState.ASSIGNED)

    assert "referral" not in running
    # 16 hours are left: Wednesday and 7.5 hours of Thursday.
    assert running["total"].due_at == pune(26, 17, 15)
    # The step is another one now.
    assert running["stage"].due_at == pune(25, 13, 45)


def test_an_answer_of_the_body_stops_its_week_and_not_the_case(desk: Desk) -> None:
    desk.clock.set(pune(23, 13))
    desk.step("refer", to=CaseState.REFERRED)
    referral = CaseReferral(
        case_id=desk.case.id or 0,
        body="body:msedcl",
        way="tag",
        made_by="tests",
        made_at=pune(23, 13),
        due_at=pune(30, 13),
    )
    desk.session.add(referral)
    assert "referral" in desk.step("note")

    desk.clock.set(pune(26, 10))
    referral.answered_at = pune(26, 10)
    assert "referral" not in desk.step("body_answer")
    assert (desk.last("referral").ending, desk.last("referral").missed) == (
        "done",
        False,
    )
    assert "referral" not in desk.step("note")


def test_what_was_overdue_when_it_was_referred_is_so_when_it_comes_back(
    desk: Desk,
) -> None:
    desk.clock.set(pune(27, 12))
    desk.step("refer", to=CaseState.REFERRED)
    assert desk.last("total").missed

    desk.clock.set(pune(29, 12))
    running = desk.step("return", to=CaseState.ASSIGNED)

    assert running["total"].due_at == pune(28, 12)
    assert running["total"].missed


def test_a_claim_that_is_denied_goes_on_and_a_closed_case_starts_anew(
    desk: Desk,
) -> None:
    desk.step("assign", to=CaseState.ASSIGNED)
    desk.clock.set(pune(23, 14))
    running = desk.step("claim", to=CaseState.RESOLVED_CLAIMED)
    assert "total" not in running

    desk.clock.set(pune(25, 10))
    running = desk.step("reopen", to=CaseState.ASSIGNED)
    assert running["total"].due_at == pune(26, 16, 30)

    desk.step("claim", to=CaseState.RESOLVED_CLAIMED)
    assert desk.step("close", to=CaseState.CLOSED_CONFIRMED) == {}
    assert desk.last("total").ending == "done"
    desk.clock.set(pune(26, 10))
    running = desk.step("reopen", to=CaseState.ASSIGNED)
    assert running["total"].started_at == pune(26, 10)
    assert running["total"].due_at == pune(30, 10)
    assert running["total"].escalated == 0


def test_other_hours_count_from_the_begin_and_what_was_used_stays_used(
    desk: Desk,
) -> None:
    running = desk.step("triage", topic="roads")
    # 24 and 72 hours of the wall clock.
    assert running["total"].due_at == NOON + 72 * HOUR
    assert running["stage"].due_at == NOON + 24 * HOUR

    desk.clock.advance(12 * HOUR)
    desk.step("wait", waits_for="citizen")
    desk.clock.advance(48 * HOUR)
    desk.step("message", waits_for=None)
    assert desk.running()["total"].due_at == desk.clock.now() + 60 * HOUR

    desk.clock.advance(6 * HOUR)
    running = desk.step("triage", topic="fire")
    # Four hours in all, and eighteen were used.
    assert running["total"].due_at == desk.clock.now() - 14 * HOUR


def test_a_promised_day_is_when_the_citizen_hears_again(desk: Desk) -> None:
    desk.step("assign", to=CaseState.ASSIGNED)
    promised = (NOON + timedelta(days=20)).isoformat()

    running = desk.step(
        "state", to=CaseState.ACTION_SCHEDULED, detail={"until": promised}
    )

    assert running["next_update"].due_at == NOON + timedelta(days=20)
    desk.clock.advance(HOUR)
    running = desk.answer()
    assert running["next_update"].due_at == NOON + HOUR + timedelta(days=7)
    assert "next_update" not in desk.step("state", to=CaseState.IN_PROGRESS)


@pytest.mark.parametrize(
    "to", [CaseState.DUPLICATE, CaseState.DROPPED, CaseState.CANCELLED]
)
def test_an_end_stops_all_and_what_is_undone_goes_on(desk: Desk, to: CaseState) -> None:
    desk.clock.set(pune(23, 14))
    assert desk.step("state", to=to) == {}
    assert store.faults(desk.session) == []

    desk.clock.set(pune(25, 10))
    running = desk.step("undo", to=CaseState.ACKNOWLEDGED)

    assert running["total"].due_at == pune(26, 16, 30)
    assert running["first_answer"].started_at == NOON
    assert running["first_answer"].missed


def test_doing_it_again_changes_nothing(desk: Desk) -> None:
    desk.hear()
    clocks = [row.model_dump() for row in store.clocks_of(desk.session, 1)]

    desk.clock.advance(HOUR)
    case_clocks.settle_clocks(desk.context, desk.session, desk.case, desk.clock.now())

    assert [row.model_dump() for row in store.clocks_of(desk.session, 1)] == clocks


def test_clocks_that_do_not_fit_their_case_are_faults(desk: Desk) -> None:
    assert store.faults(desk.session) == []
    number = desk.case.number

    desk.case.waits_for = "citizen"
    desk.session.flush()
    (fault,) = store.faults(desk.session)
    assert fault.startswith(f"case {number} waits for the citizen")
    assert store.unsettled_cases(desk.session, 5) == [number]

    desk.case.waits_for, desk.case.state = None, "closed_confirmed"
    desk.session.flush()
    assert store.faults(desk.session) == [
        f"case {number} has ended and a clock of it runs"
    ]

    desk.case.state = "new"
    for clock in desk.running().values():
        desk.session.delete(clock)
    desk.session.flush()
    assert store.faults(desk.session) == [
        f"case {number} is open and no total clock of it runs",
        f"case {number} is open, was never answered, and has no clock for it",
    ]
