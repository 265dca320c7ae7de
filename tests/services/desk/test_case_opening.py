"""Cases are opened of what asks for something, and what people write on joins them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.config import Workspace
from socialcell.desk import secret_seal
from socialcell.desk.model import CaseContact, CaseMessage, CaseSecret, DeskCase
from socialcell.desk.store import cases, conversations, opening_queue
from socialcell.errors import NeedsAPerson, UsageError
from socialcell.listening.model import Annotation
from socialcell.listening.store.mentions import tags
from socialcell.services.context import Context
from socialcell.services.desk import (
    case_grouping,
    case_opening,
    case_triage,
    critical_cases,
)
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_opening import NewCase
from socialcell.services.mentions import mention_labels
from tests.desk_builders import read_case, read_mention

pytestmark = pytest.mark.swept_on_postgresql

PHONE = SpokenWords("phone", "No water since Monday.", name="Sunita Sample")


def number_of(context: Context, mention_id: int) -> str | None:
    with db.reading(context.engine) as session:
        case = conversations.case_of_mention(session, mention_id)
        return None if case is None else case.number


def contacts(context: Context, number: str) -> list[CaseContact]:
    with db.reading(context.engine) as session:
        case = cases.find_case(session, number)
        rows = list(cases.contacts_of(session, [case.id or 0]))
        session.expunge_all()
    return rows


def test_a_case_of_a_mention_has_what_the_reader_saw(asha: Context) -> None:
    mention = read_mention(asha, urgency="high")
    case = read_case(asha, case_opening.open_from_mention(asha, mention))
    assert (case.kind, case.topic, case.owner) == ("complaint", "water", "dept:water")
    assert (case.area, case.place_id) == ("ward:kothrud-bavdhan", "place:kothrud")
    assert (case.place, case.priority) == ("Kothrud", "P1")
    assert (case.state, case.opened_by) == ("new", "Asha Sample")
    (contact,) = contacts(asha, case.number)
    assert contact.channel == "x"
    assert contact.person is not None
    assert contact.script == "Latn"
    assert contact.window_until is None


def test_a_case_holds_the_mention_and_no_copy_of_its_words(asha: Context) -> None:
    case_opening.open_from_mention(asha, read_mention(asha))
    with db.reading(asha.engine) as session:
        (message,) = session.scalars(select(CaseMessage)).all()
        assert message.mention_id == 1
        assert message.text is None


@pytest.mark.parametrize(
    ("intent", "urgency", "priority"),
    [
        ("complaint", "normal", "P2"),
        ("complaint", "high", "P1"),
        ("help", "normal", "P1"),
        ("question", "normal", "P3"),
        ("suggestion", "low", "P3"),
        ("question", "critical", "P0"),
        ("help", "critical", "P0"),
    ],
)
def test_the_reader_suggests_a_priority_by_intent_and_urgency(
    asha: Context, intent: str, urgency: str, priority: str
) -> None:
    mention = read_mention(asha, intent=intent, urgency=urgency)
    case = read_case(asha, case_opening.open_from_mention(asha, mention))
    assert case.suggested_priority == priority
    assert case.priority == max(priority, "P1")


def test_life_or_limb_is_p0_after_two_minutes_without_a_person(
    asha: Context, clock: FixedClock
) -> None:
    case_opening.open_from_mention(asha, read_mention(asha, urgency="critical"))
    clock.advance(timedelta(minutes=1, seconds=59))
    assert critical_cases.promote_critical(asha) == 0
    clock.advance(timedelta(seconds=1))
    assert critical_cases.promote_critical(asha) == 1
    assert read_case(asha, "26-000001").priority == "P0"
    assert critical_cases.promote_critical(asha) == 0


def judge(context: Context, mention: int, urgency: str) -> None:
    """A person decides how urgent a mention is."""
    now = context.clock.now()
    reading = {"model": "reader", "model_version": "1", "made_at": now}
    label = Annotation(mention_id=mention, kind="urgency", value="critical", **reading)
    with db.writing(context.engine) as session:
        session.add(label)
        session.flush()
        tags.decide(session, mention, "urgency", urgency, "lead", now)


@pytest.mark.parametrize(
    ("priority", "stays"), [(None, "P1"), ("P0", "P0"), ("P2", "P2")]
)
@pytest.mark.parametrize("minutes", [1, 3])
def test_who_decides_that_a_mention_is_no_danger_takes_the_p0_from_its_case(
    asha: Context, clock: FixedClock, priority: str | None, stays: str, minutes: int
) -> None:
    mention = read_mention(asha, intent="help", urgency="critical")
    number = case_opening.open_from_mention(asha, mention)
    if priority is not None:
        case_triage.triage(asha, number, case_triage.TriageDraft(priority=priority))
    clock.advance(timedelta(minutes=minutes))
    critical_cases.promote_critical(asha)
    judge(asha, mention, "low")

    critical_cases.follow_mentions(asha)
    clock.advance(timedelta(minutes=3))

    assert critical_cases.promote_critical(asha) == 0
    assert read_case(asha, number).priority == stays
    assert read_case(asha, number).suggested_priority == "P1"


def test_a_priority_that_a_person_gave_outlasts_a_later_decision_about_the_mention(
    asha: Context, clock: FixedClock
) -> None:
    mention = read_mention(asha, intent="help", urgency="high")
    number = case_opening.open_from_mention(asha, mention)
    case_triage.triage(asha, number, case_triage.TriageDraft(priority="P2"))
    judge(asha, mention, "critical")

    critical_cases.follow_mentions(asha)
    clock.advance(timedelta(minutes=3))

    assert critical_cases.promote_critical(asha) == 0
    assert read_case(asha, number).priority == "P2"


def test_a_case_stays_p0_while_one_of_its_mentions_is_a_danger(
    asha: Context, clock: FixedClock
) -> None:
    harmless = read_mention(asha, intent="help", urgency="critical")
    number = case_opening.open_from_mention(asha, harmless)
    other = read_mention(asha, intent="help", urgency="critical")
    case_opening.join_mention(asha, number, other)
    clock.advance(timedelta(minutes=3))
    critical_cases.promote_critical(asha)
    judge(asha, harmless, "low")

    assert critical_cases.follow_mentions(asha) == 0
    assert read_case(asha, number).priority == "P0"


def test_a_person_who_decided_otherwise_is_not_overruled(
    asha: Context, clock: FixedClock
) -> None:
    number = case_opening.open_from_mention(
        asha, read_mention(asha, urgency="critical")
    )
    case_triage.triage(asha, number, case_triage.TriageDraft(priority="P2"))
    clock.advance(timedelta(minutes=3))
    assert critical_cases.promote_critical(asha) == 0
    assert read_case(asha, number).priority == "P2"


def test_one_mention_is_in_one_case(asha: Context) -> None:
    mention = read_mention(asha)
    case_opening.open_from_mention(asha, mention)
    with pytest.raises(UsageError, match="26-000001 already"):
        case_opening.open_from_mention(asha, mention)


def test_what_asks_for_nothing_needs_a_kind(asha: Context) -> None:
    mention = read_mention(asha, intent="information")
    with pytest.raises(UsageError, match="--kind"):
        case_opening.open_from_mention(asha, mention)
    number = case_opening.open_from_mention(asha, mention, kind="question")
    assert read_case(asha, number).kind == "question"


def test_nobody_opens_a_case_without_a_sign_in(context: Context) -> None:
    mention = read_mention(context)
    with pytest.raises(NeedsAPerson):
        case_opening.open_from_mention(context, mention)
    assert number_of(context, mention) is None


def test_a_call_is_a_case_whose_number_and_name_are_sealed(asha: Context) -> None:
    (asha.workspace.folder / "secrets" / secret_seal.KEY_NAME).write_text(
        secret_seal.new_key()
    )
    words = SpokenWords("phone", "No water.", name="Sunita", phone="98765 43210")
    new = NewCase(words, "complaint", topic="water", place="कोथरूड")
    case = read_case(asha, case_opening.open_by_hand(asha, new))
    assert (case.area, case.place_id) == ("ward:kothrud-bavdhan", "place:kothrud")
    assert (case.owner, case.opened_from) == ("dept:water", "phone")
    with db.reading(asha.engine) as session:
        (message,) = session.scalars(select(CaseMessage)).all()
        secrets = session.scalars(select(CaseSecret)).all()
        assert message.text == "No water."
        assert {secret.kind for secret in secrets} == {"name", "phone"}
        assert not any("98765" in secret.sealed for secret in secrets)


TRAPPED = (
    "Caller says his wife is trapped in a flooded shop basement, water rising, "
    "Kasba Peth Phadke haud"
)


def test_the_words_of_a_call_are_read_when_its_case_is_opened(asha: Context) -> None:
    new = NewCase(SpokenWords("phone", TRAPPED), "complaint")
    case = read_case(asha, case_opening.open_by_hand(asha, new))
    assert (case.priority, case.suggested_priority) == ("P0", "P0")
    assert (case.topic, case.place_id) == ("flood", "place:kasba-peth")
    assert case.area == "ward:kasba-vishrambaugwada"


def test_what_a_person_enters_of_a_call_stands_beside_what_its_words_say(
    asha: Context, clock: FixedClock
) -> None:
    words = SpokenWords("phone", TRAPPED)
    new = NewCase(words, "help", topic="water", place="Kothrud", priority="P2")
    case = read_case(asha, case_opening.open_by_hand(asha, new))
    clock.advance(timedelta(minutes=3))
    assert critical_cases.promote_critical(asha) == 0
    case = read_case(asha, case.number)
    assert (case.priority, case.suggested_priority) == ("P2", "P0")
    assert (case.topic, case.place_id) == ("water", "place:kothrud")
    with db.reading(asha.engine) as session:
        (step,) = cases.steps_of(session, case.id or 0)
    assert step.detail["suggested"]["topic"] == "flood"
    assert step.detail["decided"]["topic"] == "water"


def test_a_danger_that_nobody_asks_about_opens_a_case(context: Context) -> None:
    for intent in ("information", "not_civic"):
        read_mention(context, uid=intent, intent=intent, urgency="critical")
    read_mention(context, uid="calm", intent="information")
    assert case_opening.open_pending(context) == 2
    case = read_case(context, "26-000001")
    assert (case.kind, case.suggested_priority) == ("help", "P0")
    assert number_of(context, 3) is None


def decide_urgency(context: Context, mention_id: int, level: str) -> None:
    mention_labels.label_mention(context, mention_id, {"urgency": (level,)})


def test_the_machines_priority_follows_what_a_person_decided_about_the_mention(
    asha: Context, clock: FixedClock
) -> None:
    mention = read_mention(asha, urgency="critical")
    number = case_opening.open_from_mention(asha, mention)
    clock.advance(timedelta(minutes=3))
    critical_cases.promote_critical(asha)
    assert critical_cases.follow_mentions(asha) == 0
    decide_urgency(asha, mention, "low")
    assert critical_cases.follow_mentions(asha) == 1
    assert read_case(asha, number).priority == "P2"
    assert critical_cases.follow_mentions(asha) == 0
    decide_urgency(asha, mention, "critical")
    assert critical_cases.follow_mentions(asha) == 1
    assert read_case(asha, number).priority == "P0"


def test_a_priority_that_a_person_set_stays_when_the_mention_is_decided(
    asha: Context,
) -> None:
    mention = read_mention(asha, urgency="critical")
    number = case_opening.open_from_mention(asha, mention)
    case_triage.triage(asha, number, case_triage.TriageDraft(priority="P0"))
    decide_urgency(asha, mention, "low")
    assert critical_cases.follow_mentions(asha) == 1
    case = read_case(asha, number)
    assert (case.priority, case.suggested_priority) == ("P0", "P2")


def test_another_danger_in_the_case_keeps_it_one_of_life_and_limb(
    asha: Context,
) -> None:
    mention = read_mention(asha, urgency="critical")
    number = case_opening.open_from_mention(asha, mention)
    other = read_mention(asha, uid="u2", urgency="critical")
    case_opening.join_mention(asha, number, other)
    decide_urgency(asha, mention, "low")
    assert critical_cases.follow_mentions(asha) == 0
    assert read_case(asha, number).suggested_priority == "P0"


@pytest.mark.parametrize("text_order", ["river first", "locality first"])
def test_the_place_of_a_case_is_one_in_a_ward_office_before_a_river(
    asha: Context, text_order: str
) -> None:
    places = ["Mutha river", "Ekta Nagari"]
    if text_order == "locality first":
        places.reverse()
    words = SpokenWords("phone", f"Water of {places[0]} stands in {places[1]}")
    number = case_opening.open_by_hand(asha, NewCase(words, "complaint"))
    assert read_case(asha, number).place_id == "place:ekta-nagari"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "anger"}, "no kind of case anger"),
        ({"topic": "weather"}, "no topic weather"),
        ({"priority": "P4"}, "no priority P4"),
        ({"words": SpokenWords("phone", " ")}, "1 to 10000"),
        ({"words": SpokenWords("x", "No water")}, "not opened by hand"),
        ({"point": (91.0, 73.0)}, "no point"),
    ],
)
def test_a_case_by_hand_that_says_nonsense_is_refused(
    asha: Context, changes: dict[str, object], message: str
) -> None:
    values: dict[str, object] = {"words": SpokenWords("paper", "No"), "kind": "help"}
    with pytest.raises(UsageError, match=message):
        case_opening.open_by_hand(asha, NewCase(**(values | changes)))
    with db.reading(asha.engine) as session:
        assert session.scalars(select(DeskCase)).all() == []


def test_the_daemon_opens_a_case_of_each_request(context: Context) -> None:
    asked = [
        read_mention(context, uid=f"u{n}", intent=intent)
        for n, intent in enumerate(("complaint", "question", "suggestion", "help"))
    ]
    other = [
        read_mention(context, uid=f"v{n}", intent=intent)
        for n, intent in enumerate(("praise", "information", "spam", "not_civic"))
    ]
    assert case_opening.open_pending(context) == 4
    assert len({number_of(context, mention) for mention in asked}) == 4
    assert not any(number_of(context, mention) for mention in other)
    assert case_opening.open_pending(context) == 0


def test_a_doubtful_request_waits_for_a_person(context: Context) -> None:
    doubtful = read_mention(context, confident=False)
    urgent = read_mention(context, uid="u2", confident=False, urgency="high")
    private = read_mention(context, uid="u3", confident=False, kind="message")
    case_opening.open_pending(context)
    assert number_of(context, doubtful) is None
    assert number_of(context, urgent)
    assert number_of(context, private)
    with db.reading(context.engine) as session:
        assert opening_queue.list_unclear(session, (), 10) == [doubtful]


def test_what_a_person_writes_again_joins_their_case_of_that_topic(
    context: Context, clock: FixedClock
) -> None:
    first = read_mention(context)
    other_topic = read_mention(context, topic="roads")
    case_opening.open_pending(context)
    clock.advance(timedelta(hours=5))
    again = read_mention(context)
    somebody_else = read_mention(context, uid="u2")
    assert case_opening.open_pending(context) == 2
    assert number_of(context, again) == number_of(context, first)
    assert number_of(context, other_topic) != number_of(context, first)
    assert number_of(context, somebody_else) != number_of(context, first)
    assert len(contacts(context, number_of(context, first) or "")) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "message"},
        {"conversation": "below the same post of the city"},
        {"kind": "message", "topic": None},
    ],
)
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Taps dry in Aundh, too", "place:aundh"),
        ("A burst pipe floods the lane", "place:kothrud"),
    ],
)
def test_another_place_or_problem_is_another_case_of_the_same_person(
    context: Context, fields: dict[str, str | None], text: str, place: str
) -> None:
    first = read_mention(context, **{**fields, "topic": "water"})
    case_opening.open_pending(context)
    other = read_mention(context, text, place=place, **fields)
    case_opening.open_pending(context)
    assert number_of(context, other) not in (None, number_of(context, first))


def test_an_answer_that_names_another_place_belongs_to_the_case(
    context: Context,
) -> None:
    first = read_mention(context, kind="message")
    case_opening.open_pending(context)
    answer = read_mention(
        context,
        "On the border to Aundh",
        kind="message",
        intent="information",
        topic=None,
        place="place:aundh",
    )
    case_opening.open_pending(context)
    assert number_of(context, answer) == number_of(context, first)


def test_two_posts_of_a_person_in_one_run_are_one_case(context: Context) -> None:
    first, second = read_mention(context), read_mention(context)
    case_opening.open_pending(context)
    assert number_of(context, first) == number_of(context, second)


def test_a_message_that_asks_for_nothing_goes_on_with_the_case(
    context: Context, clock: FixedClock
) -> None:
    first = read_mention(context, kind="message")
    case_opening.open_pending(context)
    clock.advance(timedelta(hours=1))
    answer = read_mention(
        context, "Near the temple", kind="message", intent="information", topic=None
    )
    stranger = read_mention(
        context, "Hello", uid="u2", kind="message", intent="information", topic=None
    )
    case_opening.open_pending(context)
    assert number_of(context, answer) == number_of(context, first)
    assert number_of(context, stranger) is None
    (contact,) = contacts(context, number_of(context, first) or "")
    assert contact.last_heard_at == clock.now()
    assert contact.window_until == clock.now() + timedelta(hours=24)


def test_what_was_written_a_day_before_belongs_to_the_case_too(
    context: Context, clock: FixedClock
) -> None:
    now = clock.now()
    old = read_mention(
        context,
        "Hello",
        kind="message",
        intent="information",
        topic=None,
        at=now - timedelta(days=2),
    )
    greeting = read_mention(
        context, "Hello", kind="message", intent="information", topic=None, at=now
    )
    request = read_mention(context, kind="message", at=now)
    case_opening.open_pending(context)
    assert number_of(context, greeting) == number_of(context, request)
    assert number_of(context, old) is None


def test_a_person_goes_on_in_the_thread_of_the_case(
    context: Context, clock: FixedClock
) -> None:
    first = read_mention(context, conversation="c1")
    case_opening.open_pending(context)
    clock.advance(timedelta(hours=1))
    own = read_mention(context, intent="information", topic=None, conversation="c1")
    other = read_mention(
        context, uid="u2", intent="information", topic=None, conversation="c1"
    )
    elsewhere = read_mention(
        context, intent="information", topic=None, conversation="c2"
    )
    case_opening.open_pending(context)
    assert number_of(context, own) == number_of(context, first)
    assert number_of(context, other) is None
    assert number_of(context, elsewhere) is None


def test_a_message_ends_the_wait_for_the_citizen(
    context: Context, clock: FixedClock
) -> None:
    number = _opened(context, kind="message")
    with db.writing(context.engine) as session:
        cases.lock_case(session, number).waits_for = "citizen"
    clock.advance(timedelta(hours=1))
    read_mention(context, "At the temple", kind="message", intent="information")
    case_opening.open_pending(context)
    assert read_case(context, number).waits_for is None


def test_a_new_message_may_say_that_it_is_urgent_now(
    context: Context, clock: FixedClock
) -> None:
    number = _opened(context)
    clock.advance(timedelta(hours=1))
    read_mention(context, "A child fell in", urgency="critical")
    case_opening.open_pending(context)
    assert read_case(context, number).suggested_priority == "P0"
    clock.advance(timedelta(minutes=2))
    assert critical_cases.promote_critical(context) == 1


def test_what_was_there_before_the_desk_opens_nothing(context: Context) -> None:
    before = read_mention(context)
    with db.writing(context.engine) as session:
        opening_queue.set_start(session, before)
    after = read_mention(context, uid="u2")
    assert case_opening.open_pending(context) == 1
    assert number_of(context, before) is None
    assert number_of(context, after)


def test_a_place_that_is_shared_later_is_the_cases_and_suggests_its_like(
    context: Context, clock: FixedClock
) -> None:
    first = _opened(context, kind="message", place=None, ward=None)
    number = _opened(
        context, "Taps dry", uid="u2", kind="message", place=None, ward=None
    )
    assert case_grouping.list_suggestions(context) == []
    clock.advance(timedelta(minutes=5))
    for uid, latitude in (("u1", 18.5074), ("u2", 18.5081)):
        pin = {"location": {"latitude": latitude, "longitude": 73.8077}}
        read_mention(
            context,
            "",
            uid=uid,
            kind="message",
            intent="information",
            topic=None,
            place=None,
            ward=None,
            raw={"messages": [pin]},
        )
    case_opening.open_pending(context)
    (pair,) = case_grouping.list_suggestions(context)
    assert (pair.number, pair.other) == (number, first)
    assert pair.reasons == {"topic": "water", "metres": 78}


def test_a_place_that_is_named_later_suggests_its_like(context: Context) -> None:
    first = _opened(context)
    number = _opened(
        context, "Taps dry", uid="u2", kind="message", place=None, ward=None
    )
    assert case_grouping.list_suggestions(context) == []
    read_mention(
        context,
        "In Kothrud",
        uid="u2",
        kind="message",
        intent="information",
        topic=None,
    )
    case_opening.open_pending(context)
    (pair,) = case_grouping.list_suggestions(context)
    assert (pair.number, pair.other) == (number, first)


def test_two_weeks_later_no_case_is_looked_for_any_more(
    context: Context, clock: FixedClock
) -> None:
    old = read_mention(context, intent="information")
    clock.advance(timedelta(days=14, seconds=1))
    new = read_mention(context, intent="information")
    case_opening.open_pending(context)
    with db.reading(context.engine) as session:
        assert opening_queue.start_after(session) == old
    clock.advance(timedelta(days=13))
    case_opening.open_pending(context)
    with db.reading(context.engine) as session:
        assert opening_queue.start_after(session) == old != new


def test_a_desk_that_opens_none_leaves_behind_what_comes_in(
    context: Context, clock: FixedClock
) -> None:
    meanwhile = read_mention(context)
    clock.advance(timedelta(minutes=1))
    closed = replace(context, workspace=_workspace(context, open_cases=False))
    assert case_opening.open_pending(closed) == 0
    later = read_mention(context, uid="u2")
    assert case_opening.open_pending(context) == 1
    assert number_of(context, meanwhile) is None
    assert number_of(context, later)


def test_a_repost_opens_nothing(context: Context) -> None:
    from socialcell.connectors.base import RecordRelation

    original = read_mention(context)
    repost = read_mention(
        context, uid="u2", relations=(RecordRelation("repost", "post-1"),)
    )
    case_opening.open_pending(context)
    assert number_of(context, original)
    assert number_of(context, repost) is None


def test_a_person_joins_a_mention_to_a_case(asha: Context) -> None:
    number = case_opening.open_by_hand(
        asha, NewCase(SpokenWords("paper", "No water"), "complaint", topic="water")
    )
    mention = read_mention(asha)
    case_opening.join_mention(asha, number, mention)
    assert number_of(asha, mention) == number
    assert [contact.channel for contact in contacts(asha, number)] == ["paper", "x"]
    case_triage.change_state(asha, number, "dropped", "Nothing was asked of us")
    with pytest.raises(UsageError, match="dropped"):
        case_opening.join_mention(asha, number, read_mention(asha, uid="u2"))


def test_a_run_that_is_told_to_stop_goes_on_next_time(context: Context) -> None:
    for n in range(3):
        read_mention(context, uid=f"u{n}")
    assert case_opening.open_pending(context, lambda: True) == 0
    assert case_opening.open_pending(context) == 3


def _workspace(context: Context, *, open_cases: bool) -> Workspace:
    config = context.workspace.config
    desk = config.desk.model_copy(update={"open_cases": open_cases})
    changed = config.model_copy(update={"desk": desk})
    return Workspace(context.workspace.folder, changed)


def _opened(context: Context, *text: str, **mention: object) -> str:
    first = read_mention(context, *text, **mention)
    case_opening.open_pending(context)
    return number_of(context, first) or ""
