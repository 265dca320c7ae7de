"""Cases whose time runs out rise, and whoever has the function is told, once."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import get_args

import pytest
from sqlmodel import select

from socialcell import config, db
from socialcell.clock import IST, FixedClock
from socialcell.desk.case_states import CaseState
from socialcell.desk.escalation_table import escalation_rules, functions
from socialcell.desk.model import CaseStep
from socialcell.desk.store import cases, erasure
from socialcell.desk.store import clocks as store
from socialcell.desk.store.cases import StepDraft
from socialcell.i18n import CODES
from socialcell.listening.model import Mention
from socialcell.ops.outbox_model import Outgoing
from socialcell.roles import Role
from socialcell.services.alerts import escalations
from socialcell.services.context import Context
from socialcell.services.desk import (
    case_escalations,
    case_opening,
    case_steps,
    danger_calls,
)
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_opening import NewCase
from socialcell.settings.desk import EscalationFunction
from tests import desk_builders
from tests.builders import NOON, make_record, store_records
from tests.operators import acting, operator

MINUTE = timedelta(minutes=1)
SETTINGS = """
alerts:
  recipients:
    mr: [control.room@city.example, roads@city.example, ac@city.example,
      zone@city.example, add@city.example]
    en: [head@city.example, lead@city.example]
  phone: {command: [/bin/true]}
  ladder:
    - {after: 0, who: [phone]}
    - {after: 5, who: [control.room@city.example]}
    - {after: 600, who: [roads@city.example, ac@city.example, zone@city.example,
        add@city.example, head@city.example, lead@city.example]}
  console_url: https://console.city.example
desk:
  escalation:
    - {function: deputy_engineer, who: [roads@city.example], of: [dept:water]}
    - {function: deputy_engineer, who: [zone@city.example], of: [ward:bibwewadi]}
    - {function: assistant_commissioner, who: [ac@city.example]}
    - {function: department_head, who: [head@city.example]}
    - {function: additional_commissioner, who: [add@city.example]}
    - {function: cell_lead, who: [lead@city.example]}
"""


def pune(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 23rd is a Monday, the 24th a holiday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=IST).astimezone(UTC)


@pytest.fixture
def desk(context: Context, clock: FixedClock) -> Context:
    """A workspace in which functions have readers, at noon."""
    place = context.workspace.folder / "config.yaml"
    text = place.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("alerts:")]
    place.write_text("\n".join(kept) + SETTINGS, encoding="utf-8")
    clock.set(NOON)
    return replace(context, workspace=config.load(place))


def open_case(context: Context, *, answered: bool = True, **fields: object) -> str:
    """A case that was opened now and, if so, answered at once."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        case = desk_builders.make_case(session, now, **fields)
        contact = desk_builders.make_contact(session, case)
        desk_builders.make_message(session, case, contact, at=now)
        if answered:
            desk_builders.make_message(
                session,
                case,
                contact,
                "We are looking at it.",
                direction="out",
                purpose="answer",
                state="sent",
                at=now,
                sent_at=now,
            )
        step = StepDraft("open", "Asha Sample")
        case_steps.enter_step(context, session, case, step)
        return case.number


def do_step(context: Context, number: str, kind: str, **fields: object) -> None:
    to, level = fields.pop("to", None), fields.pop("level", None)
    detail = fields.pop("detail", {})
    with db.writing(context.engine) as session:
        case = cases.lock_case(session, number)
        for name, value in fields.items():
            setattr(case, name, value)
        draft = StepDraft(kind, "Asha Sample", to=to, level=level, detail=detail)
        case_steps.enter_step(context, session, case, draft)


def messages(context: Context) -> list[Outgoing]:
    with db.reading(context.engine) as session:
        rows = session.scalars(select(Outgoing).order_by(Outgoing.id)).all()
        session.expunge_all()
    return list(rows)


def letters(context: Context) -> list[tuple[str, str]]:
    return [
        (message.recipient, message.subject)
        for message in messages(context)
        if message.channel == "mail"
    ]


def steps(context: Context, number: str) -> list[CaseStep]:
    with db.reading(context.engine) as session:
        case = cases.find_case(session, number)
        rows = cases.steps_of(session, case.id or 0)
        session.expunge_all()
    return [step for step in rows if step.kind == "escalate"]


def test_the_table_names_functions_in_three_languages_and_levels_in_order() -> None:
    levels = [rule.level for rule in escalation_rules() if rule.level is not None]

    assert levels == [1, 2, 3, 4, 5]
    assert all(rule.name(code) for rule in escalation_rules() for code in CODES)
    assert functions() == set(get_args(EscalationFunction))


def test_an_unassigned_case_rises_at_50_100_and_150_percent(
    desk: Context, clock: FixedClock
) -> None:
    number = open_case(desk)  # water: 17 working hours from Monday 12:00

    clock.set(pune(25, 11, 59))
    assert case_escalations.escalate_due(desk).escalated == 0
    clock.set(pune(25, 12))
    assert case_escalations.escalate_due(desk).escalated == 1
    (step,) = steps(desk, number)
    assert (step.level, step.detail["percent"]) == (1, 50)
    # P2 has had no answer for more than four hours, too: the cell is told of that.
    subjects = dict(letters(desk))
    assert (
        "50" in subjects["roads@city.example"] or "५०" in subjects["roads@city.example"]
    )
    assert "zone@city.example" not in subjects

    clock.set(pune(26, 12))
    case_escalations.escalate_due(desk)
    assert [step.level for step in steps(desk, number)] == [1, 2]
    assert "ac@city.example" in dict(letters(desk))

    # Half of 17 hours more: 6 h 15 on Thursday, 2 h 15 on Friday.
    clock.set(pune(27, 11, 59))
    assert case_escalations.escalate_due(desk).escalated == 0
    clock.set(pune(27, 12))
    case_escalations.escalate_due(desk)
    assert [step.level for step in steps(desk, number)] == [1, 2, 3]
    clock.advance(timedelta(days=30))
    assert case_escalations.escalate_due(desk).escalated == 0
    with db.reading(desk.engine) as session:
        assert cases.find_case(session, number).level == 3


def test_a_case_that_nobody_answers_is_told_to_the_cell_and_stays_on_its_level(
    desk: Context, clock: FixedClock
) -> None:
    number = open_case(desk, answered=False)
    clock.advance(4 * 60 * MINUTE)

    case_escalations.escalate_due(desk)

    (step,) = steps(desk, number)
    assert (step.level, step.detail["clock"]) == (0, "first_answer")
    assert letters(desk) == [
        ("lead@city.example", f"Case {number}: nobody has answered in time")
    ]


def test_done_again_nothing_happens_twice_and_a_lost_message_follows(
    desk: Context, clock: FixedClock
) -> None:
    number = open_case(desk)
    clock.set(pune(25, 12))
    first = case_escalations.escalate_due(desk)
    assert (first.escalated, first.messages) == (1, 1)

    assert case_escalations.escalate_due(desk).messages == 0
    # A process that died between the step and its message.
    with db.writing(desk.engine) as session:
        for message in session.scalars(select(Outgoing)):
            session.delete(message)
    clock.advance(MINUTE)
    again = case_escalations.escalate_due(desk)

    assert (again.escalated, again.messages) == (0, 1)
    assert len(steps(desk, number)) == 1


def test_after_a_long_absence_the_highest_share_stands_for_all(
    desk: Context, clock: FixedClock
) -> None:
    number = open_case(desk)
    clock.advance(timedelta(days=20))

    case_escalations.escalate_due(desk)

    (step,) = steps(desk, number)
    assert (step.level, step.detail["percent"]) == (3, 150)


def test_who_waits_for_the_citizen_does_not_rise(
    desk: Context, clock: FixedClock
) -> None:
    number = open_case(desk)
    do_step(desk, number, "wait", waits_for="citizen")
    clock.advance(timedelta(days=20))
    assert case_escalations.escalate_due(desk).escalated == 0

    do_step(desk, number, "message", waits_for=None)
    assert case_escalations.escalate_due(desk).escalated == 0
    assert steps(desk, number) == []


def test_the_second_reopening_is_the_additional_commissioners(
    desk: Context, clock: FixedClock
) -> None:
    number = open_case(desk)
    do_step(desk, number, "assign", to=CaseState.ASSIGNED)
    do_step(desk, number, "claim", to=CaseState.RESOLVED_CLAIMED)

    do_step(
        desk,
        number,
        "reopen",
        to=CaseState.ASSIGNED,
        level=1,
        detail={"reopened": 1},
    )
    case_escalations.escalate_due(desk)
    assert [reader for reader, _subject in letters(desk)] == ["roads@city.example"]

    do_step(desk, number, "claim", to=CaseState.RESOLVED_CLAIMED)
    do_step(
        desk,
        number,
        "reopen",
        to=CaseState.ASSIGNED,
        level=2,
        detail={"reopened": 2},
    )
    case_escalations.escalate_due(desk)
    readers = {reader for reader, _subject in letters(desk)}
    assert readers == {
        "roads@city.example",
        "ac@city.example",
        "add@city.example",
    }


def test_what_does_not_fit_is_set_right_and_late_clocks_are_marked(
    desk: Context, clock: FixedClock
) -> None:
    number = open_case(desk, answered=False)
    with db.writing(desk.engine) as session:
        cases.lock_case(session, number).waits_for = "citizen"

    assert case_escalations.escalate_due(desk).settled == 1
    with db.reading(desk.engine) as session:
        assert store.faults(session) == []

    clock.advance(timedelta(hours=6))
    case_escalations.escalate_due(desk)
    with db.reading(desk.engine) as session:
        case = cases.find_case(session, number)
        running = store.running_clocks(session, case.id or 0)
        assert running["first_answer"].missed


def test_a_case_of_life_and_limb_is_called_about_until_somebody_has_it(
    desk: Context, clock: FixedClock
) -> None:
    number = open_case(desk, answered=False, priority="P0")

    assert danger_calls.put_calls(desk) == 1
    assert danger_calls.put_calls(desk) == 0
    (call,) = messages(desk)
    body = json.loads(call.body or b"")
    assert (call.channel, body["case"], body["item"]) == ("phone", number, None)
    assert number in body["title"]

    clock.advance(5 * MINUTE)
    assert danger_calls.put_calls(desk) == 1
    do_step(desk, number, "assign", assignee=operator_id(desk))
    clock.advance(timedelta(hours=2))
    assert danger_calls.put_calls(desk) == 0


def test_a_danger_that_a_caller_tells_of_is_called_about_in_the_next_round(
    desk: Context,
) -> None:
    desk_builders.make_registers(desk)
    asha = acting(desk, "Asha Sample", Role.OPERATOR)
    words = SpokenWords("phone", "आमच्या घरात पाणी शिरले आहे, माझी आई अडकली आहे, वाचवा")
    number = case_opening.open_by_hand(asha, NewCase(words, "complaint"))

    assert danger_calls.put_calls(desk) == 1
    (call,) = messages(desk)
    body = json.loads(call.body or b"")
    assert (call.channel, body["case"], body["topics"]) == ("phone", number, ["flood"])


def test_what_waits_about_a_case_goes_when_its_citizen_is_erased(desk: Context) -> None:
    number = open_case(desk, answered=False, priority="P0", summary="She hangs there")
    danger_calls.put_calls(desk)
    (call,) = messages(desk)
    assert b"She hangs there" in (call.body or b"")

    with db.writing(desk.engine) as session:
        case = cases.lock_case(session, number)
        (contact,) = cases.contacts_of(session, [case.id or 0])
        erasure.erase_contacts(session, [contact.id or 0], desk.clock.now())

    assert messages(desk) == []


def operator_id(context: Context) -> int:
    made = operator(context, "Meera Sample")
    assert made.id is not None
    return made.id


def test_a_case_that_becomes_one_of_life_and_limb_is_called_about_from_then_on(
    desk: Context, clock: FixedClock
) -> None:
    number = open_case(desk, answered=False)
    clock.advance(timedelta(hours=1))
    do_step(desk, number, "priority", priority="P0")

    assert danger_calls.put_calls(desk) == 1
    clock.advance(4 * MINUTE)
    assert danger_calls.put_calls(desk) == 0


def test_no_telephone_rings_twice_for_one_post(
    desk: Context, clock: FixedClock
) -> None:
    store_records(desk.engine, make_record("100"))
    number = open_case(desk, answered=False, priority="P0")
    with db.writing(desk.engine) as session:
        mention = session.scalars(select(Mention)).one()
        mention_id = mention.id
        case = cases.lock_case(session, number)
        (contact,) = cases.contacts_of(session, [case.id or 0])
        desk_builders.make_message(session, case, contact, mention_id=mention.id)

    # It is nobody's critical item: its case is called about, under the item's key.
    assert danger_calls.put_calls(desk) == 1
    with db.writing(desk.engine) as session:
        session.get_one(Mention, mention_id).urgency = "critical"
    assert len(escalations.group_critical_items(desk)) == 1
    assert escalations.put_due_steps(desk) == 0
    clock.advance(5 * MINUTE)
    assert danger_calls.put_calls(desk) == 0
    assert escalations.put_due_steps(desk) == 1


def test_who_decides_that_a_copy_is_no_danger_has_nobody_called_about_its_case(
    desk: Context, clock: FixedClock
) -> None:
    words = "BREAKING the dam has burst, leave Pune now, forward to everybody"
    store_records(
        desk.engine,
        make_record("100", text=words),
        make_record("101", text=f"{words}!!"),
    )
    number = open_case(desk, answered=False, priority="P0")
    with db.writing(desk.engine) as session:
        mentions = session.scalars(select(Mention).order_by(Mention.id)).all()
        for mention in mentions:
            mention.urgency = "critical"
        case = cases.lock_case(session, number)
        (contact,) = cases.contacts_of(session, [case.id or 0])
        desk_builders.make_message(session, case, contact, mention_id=mentions[1].id)
    escalations.advance(desk, deliver=False)
    before = len(messages(desk))
    with db.writing(desk.engine) as session:
        for mention in session.scalars(select(Mention)):
            mention.urgency = "low"

    assert danger_calls.put_calls(desk) == 0
    clock.advance(20 * MINUTE)
    assert danger_calls.put_calls(desk) == 0
    assert len(messages(desk)) == before


def test_calls_and_letters_about_a_case_have_its_masked_words_and_its_place(
    desk: Context, clock: FixedClock
) -> None:
    store_records(
        desk.engine,
        make_record("100", text="A man fell into the well, call 98220 12345"),
    )
    number = open_case(desk, answered=False, priority="P0", place="Warje naka")
    spoken = open_case(
        desk, answered=False, priority="P0", summary="He hangs, call 98220 12345"
    )
    with db.writing(desk.engine) as session:
        mention = session.scalars(select(Mention)).one()
        case = cases.lock_case(session, number)
        (contact,) = cases.contacts_of(session, [case.id or 0])
        desk_builders.make_message(session, case, contact, mention_id=mention.id)

    clock.advance(5 * MINUTE)
    danger_calls.put_calls(desk)

    calls = {
        body["case"]: body
        for message in messages(desk)
        if message.channel == "phone"
        for body in [json.loads(message.body or b"")]
    }
    assert calls[number]["text"] == "A man fell into the well, call •••"
    assert calls[number]["place"] == "Warje naka"
    assert calls[number]["acknowledge"] == f"socialcell inbox take {number}"
    assert calls[number]["title"] == (
        f"जीवितास धोका: लोक पाण्यात, अपघात किंवा दुखापत, Warje naka (प्रकरण {number})"
    )
    assert "Warje naka" in calls[number]["lines"][0]
    assert calls[spoken]["text"] == "He hangs, call •••"
    (letter, *_) = [
        message_from_bytes(message.body or b"", policy=default)
        for message in messages(desk)
        if message.channel == "mail" and number in (message.subject or "")
    ]
    part = letter.get_body(("plain",))
    assert part is not None
    assert "A man fell into the well, call •••" in part.get_content()
    assert "Warje naka" in part.get_content()
