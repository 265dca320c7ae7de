"""Cases that are one are merged by people, and nothing is ever lost by it."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.desk.case_states import OPEN_STATES, CaseState
from socialcell.desk.model import CaseContact, CaseMessage, CaseSuggestion, DeskCase
from socialcell.desk.store import cases
from socialcell.desk.store.cases import CaseChangedError
from socialcell.errors import SocialcellError, UsageError
from socialcell.ops import audit
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk import case_grouping, case_opening, case_triage
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_opening import NewCase
from socialcell.services.desk.closing import case_closing
from socialcell.services.desk.closing.case_closing import DoneEvidence
from tests.desk_builders import (
    make_case,
    make_contact,
    make_message,
    make_registers,
    read_case,
    read_mention,
)
from tests.operators import acting

pytestmark = pytest.mark.swept_on_postgresql


@pytest.fixture
def asha(context: Context) -> Context:
    return acting(context, "Asha Sample", Role.OPERATOR)


def contacts_of(context: Context, number: str) -> set[int]:
    with db.reading(context.engine) as session:
        case = cases.find_case(session, number)
        rows = cases.contacts_of(session, [case.id or 0])
        return {row.id or 0 for row in rows}


def two_cases(context: Context) -> tuple[str, str]:
    """Two cases of water at Kothrud by two persons, opened by the daemon."""
    read_mention(context, "No water in Kothrud since morning")
    read_mention(context, "Kothrud dry again, when will the tanker come?", uid="u2")
    case_opening.open_pending(context)
    return "26-000001", "26-000002"


def pairs(context: Context) -> list[tuple[str, str]]:
    suggestions = case_grouping.list_suggestions(context)
    return [(pair.number, pair.other) for pair in suggestions]


def test_the_same_topic_and_place_are_suggested_with_their_reason(
    context: Context,
) -> None:
    two_cases(context)
    (pair,) = case_grouping.list_suggestions(context)
    assert (pair.number, pair.other) == ("26-000002", "26-000001")
    assert pair.reasons == {"topic": "water", "places": ["place:kothrud"]}


@pytest.mark.parametrize(
    "difference",
    [
        {"topic": "roads"},
        {"place": "place:aundh"},
        {"place": None},
        {"intent": "suggestion"},
        {"topic": None},
    ],
)
def test_what_is_not_known_to_be_the_same_is_not_suggested(
    context: Context, difference: dict[str, str | None]
) -> None:
    read_mention(context, "No water in Kothrud since morning")
    read_mention(context, "Taps dry again", uid="u2", **difference)
    case_opening.open_pending(context)
    assert pairs(context) == []


@pytest.mark.parametrize(
    ("urgency", "owner", "suggested"),
    [
        ("critical", "dept:disaster", []),
        ("critical", "dept:water", [("26-000002", "26-000001")]),
        ("normal", "dept:disaster", [("26-000002", "26-000001")]),
    ],
)
def test_a_danger_for_who_rescues_is_no_case_of_who_mends(
    context: Context, urgency: str, owner: str, suggested: list[tuple[str, str]]
) -> None:
    read_mention(context, "No water in Kothrud since morning")
    call = "Water to the waist in our house at Kothrud, a baby is here"
    read_mention(context, call, uid="u2", urgency=urgency, owner=owner)
    case_opening.open_pending(context)

    assert pairs(context) == suggested


def test_who_fell_ill_of_a_problem_is_suggested_with_who_mends_it(
    context: Context,
) -> None:
    read_mention(context, "Yellow water in the taps of Kothrud since morning")
    ill = "Yellow water in the taps of Kothrud, our children are ill and vomiting"
    read_mention(context, ill, uid="u2", urgency="critical", owner="dept:disaster")
    case_opening.open_pending(context)

    assert pairs(context) == [("26-000002", "26-000001")]


def test_no_danger_is_suggested_as_a_case_of_another_body(context: Context) -> None:
    read_mention(context, "No light in Kothrud since morning", owner="body:msedcl")
    ill = "No light in Kothrud, my mother is on oxygen at home"
    read_mention(context, ill, uid="u2", urgency="critical", owner="dept:disaster")
    case_opening.open_pending(context)

    assert pairs(context) == []


def test_two_weeks_apart_is_not_the_same(context: Context, clock: FixedClock) -> None:
    read_mention(context)
    case_opening.open_pending(context)
    clock.advance(timedelta(days=14, minutes=1))
    read_mention(context, uid="u2")
    case_opening.open_pending(context)
    assert pairs(context) == []


@pytest.mark.parametrize("earlier_is_claimed", [True, False])
def test_what_is_heard_of_after_a_claim_is_not_the_same(
    asha: Context, clock: FixedClock, earlier_is_claimed: bool
) -> None:
    read_mention(asha, "No water in Kothrud since morning")
    case_opening.open_pending(asha)
    case_triage.assign(asha, "26-000001", to="Asha Sample")
    case_triage.change_state(asha, "26-000001", "in_progress")
    clock.advance(timedelta(hours=1))
    if earlier_is_claimed:
        words = "The pump was repaired, and water runs in all houses."
        case_closing.claim_done(asha, "26-000001", DoneEvidence(words))
    clock.advance(timedelta(hours=1))
    read_mention(asha, "Kothrud dry again, when will the tanker come?", uid="u2")
    case_opening.open_pending(asha)
    assert (pairs(asha) == []) is earlier_is_claimed


def test_what_was_heard_of_before_a_claim_may_be_the_same(
    asha: Context, clock: FixedClock
) -> None:
    read_mention(asha, "No water in Kothrud since morning")
    case_opening.open_pending(asha)
    case_triage.assign(asha, "26-000001", to="Asha Sample")
    case_triage.change_state(asha, "26-000001", "in_progress")
    written_at = clock.now()
    clock.advance(timedelta(hours=1))
    words = "The pump was repaired, and water runs in all houses."
    case_closing.claim_done(asha, "26-000001", DoneEvidence(words))
    read_mention(asha, "Kothrud is dry", uid="u2", at=written_at)
    case_opening.open_pending(asha)
    assert pairs(asha) == [("26-000002", "26-000001")]


def test_nearly_the_same_words_are_suggested_where_the_place_is_unknown(
    context: Context,
) -> None:
    words = "Burst pipe near the Ganesh temple floods the whole lane since six"
    read_mention(context, words, place=None, ward=None)
    read_mention(context, words + " am", uid="u2", place=None, ward=None)
    case_opening.open_pending(context)
    (pair,) = case_grouping.list_suggestions(context)
    assert set(pair.reasons) == {"topic", "words"}


def test_the_same_words_at_two_places_are_not_the_same(context: Context) -> None:
    read_mention(context, "No water since morning, please help")
    read_mention(
        context, "No water since morning, please help", uid="u2", place="place:aundh"
    )
    case_opening.open_pending(context)
    assert pairs(context) == []


@pytest.mark.parametrize(("latitude", "suggested"), [(18.5090, True), (18.5093, False)])
def test_points_within_250_metres_are_suggested(
    asha: Context, latitude: float, suggested: bool
) -> None:
    for number, north in enumerate((18.5069, latitude)):
        words = SpokenWords("paper", f"Letter {number}")
        new = NewCase(words, "complaint", topic="water", point=(north, 73.8077))
        case_opening.open_by_hand(asha, new)
    assert bool(pairs(asha)) is suggested


def test_two_points_far_apart_outweigh_a_common_place(asha: Context) -> None:
    for north in (18.5069, 18.5169):
        words = SpokenWords("paper", "Letter")
        new = NewCase(
            words, "help", topic="water", place="place:kothrud", point=(north, 73.8)
        )
        case_opening.open_by_hand(asha, new)
    assert pairs(asha) == []


def test_a_merge_moves_contacts_and_keeps_both_numbers(asha: Context) -> None:
    first, second = two_cases(asha)
    before = contacts_of(asha, first) | contacts_of(asha, second)
    case_grouping.merge(asha, second, first, "One pipe")
    assert contacts_of(asha, first) == before
    assert contacts_of(asha, second) == set()
    merged = read_case(asha, second)
    assert merged.state == CaseState.DUPLICATE
    assert merged.merged_into == read_case(asha, first).id
    assert pairs(asha) == []
    with db.reading(asha.engine) as session:
        entries = [entry.action for entry in audit.entries(session, 100)]
    assert entries.count("case.merge") == 1


def test_the_case_that_stays_is_as_urgent_as_either(asha: Context) -> None:
    first, second = two_cases(asha)
    case_triage.triage(asha, second, case_triage.TriageDraft(priority="P0"))
    case_grouping.merge(asha, second, first)
    assert read_case(asha, first).priority == "P0"


def test_an_undone_merge_gives_back_contacts_with_all_that_came_since(
    asha: Context, clock: FixedClock
) -> None:
    first, second = two_cases(asha)
    own = contacts_of(asha, second)
    case_grouping.merge(asha, second, first)
    clock.advance(timedelta(hours=1))
    later = read_mention(asha, "Still dry", uid="u2")
    case_opening.open_pending(asha)
    clock.advance(timedelta(days=29))
    case_grouping.unmerge(asha, second, "Two pipes")
    assert contacts_of(asha, second) == own
    assert read_case(asha, second).state == CaseState.NEW
    assert read_case(asha, second).merged_into is None
    with db.reading(asha.engine) as session:
        case = cases.find_case(session, second)
        mentions = [m.mention_id for m in cases.messages_of(session, case.id or 0)]
    assert mentions == [2, later]
    assert pairs(asha) == []


def test_after_thirty_days_a_merge_stays(asha: Context, clock: FixedClock) -> None:
    first, second = two_cases(asha)
    case_grouping.merge(asha, second, first)
    clock.advance(timedelta(days=30))
    with pytest.raises(UsageError, match="30 days"):
        case_grouping.unmerge(asha, second)
    assert read_case(asha, second).state == CaseState.DUPLICATE


def test_a_case_is_merged_neither_into_itself_nor_into_an_ended_one(
    asha: Context,
) -> None:
    first, second = two_cases(asha)
    with pytest.raises(UsageError, match="twice"):
        case_grouping.merge(asha, first, f" {first} ")
    case_triage.change_state(asha, first, "dropped", "An advertisement")
    with pytest.raises(UsageError, match="dropped"):
        case_grouping.merge(asha, second, first)


def test_whoever_merges_may_work_on_both(asha: Context) -> None:
    make_registers(asha)
    first, second = two_cases(asha)
    case_triage.triage(
        asha,
        second,
        case_triage.TriageDraft(area="ward:aundh-baner", owner="", place=""),
    )
    ravi = acting(asha, "Ravi Sample", Role.OPERATOR, scope="ward:kothrud-bavdhan")
    with pytest.raises(SocialcellError, match="ward:kothrud-bavdhan"):
        case_grouping.merge(ravi, second, first)
    assert read_case(asha, second).state == CaseState.ACKNOWLEDGED


def test_a_case_that_changed_meanwhile_is_not_merged(asha: Context) -> None:
    first, second = two_cases(asha)
    rev = read_case(asha, second).rev
    case_triage.add_note(asha, second, "Called the ward office")
    with pytest.raises(CaseChangedError):
        case_grouping.merge(asha, second, first, rev=rev)


def test_cases_that_are_not_the_same_are_never_suggested_again(
    asha: Context,
) -> None:
    first, second = two_cases(asha)
    case_grouping.decide_suggestion(asha, second, first, same=False)
    assert pairs(asha) == []
    with db.writing(asha.engine) as session:
        case_grouping.suggest(asha, session, cases.find_case(session, second))
    assert pairs(asha) == []
    with pytest.raises(UsageError, match="was decided"):
        case_grouping.decide_suggestion(asha, second, first, same=True)


def test_a_suggestion_that_is_right_merges_into_the_earlier_case(
    asha: Context,
) -> None:
    first, second = two_cases(asha)
    case_grouping.decide_suggestion(asha, first, second, same=True)
    assert read_case(asha, second).state == CaseState.DUPLICATE
    with db.reading(asha.engine) as session:
        (suggestion,) = session.scalars(select(CaseSuggestion)).all()
        assert (suggestion.decision, suggestion.decided_by) == ("joined", "Asha Sample")


def test_a_split_gives_one_contact_a_case_of_its_own(asha: Context) -> None:
    first, second = two_cases(asha)
    moved = max(contacts_of(asha, second))
    case_grouping.merge(asha, second, first)
    new = case_grouping.split(asha, first, moved, "Another street")
    assert new == "26-000003"
    assert contacts_of(asha, new) == {moved}
    assert moved not in contacts_of(asha, first)
    assert read_case(asha, new).topic == "water"
    assert pairs(asha) == []
    with pytest.raises(UsageError, match="one conversation only"):
        case_grouping.split(asha, new, moved)
    with pytest.raises(UsageError, match="no conversation 999"):
        case_grouping.split(asha, first, 999)
    with pytest.raises(UsageError, match="in other cases"):
        case_grouping.unmerge(asha, second)


def test_whatever_is_merged_undone_and_split_nothing_is_lost(
    context: Context, clock: FixedClock
) -> None:
    asha = acting(context, "Asha Sample", Role.OPERATOR)
    choice = random.Random(7)
    with db.writing(asha.engine) as session:
        for n in range(12):
            case = make_case(session, asha.clock.now(), area=None, owner=None)
            for m in range(1 + n % 3):
                contact = make_contact(session, case, "phone")
                make_message(session, case, contact, f"Words {n} {m}")
    before = _content(asha)
    done = {"merge": 0, "unmerge": 0, "split": 0}
    for _ in range(120):
        clock.advance(timedelta(hours=3))
        act = choice.choice(list(done))
        numbers = _numbers(asha)
        try:
            if act == "merge":
                merged, into = choice.sample(numbers, 2)
                case_grouping.merge(asha, merged, into)
            elif act == "unmerge":
                case_grouping.unmerge(asha, choice.choice(numbers))
            else:
                number = choice.choice(numbers)
                contacts = sorted(contacts_of(asha, number)) or [0]
                case_grouping.split(asha, number, choice.choice(contacts))
            done[act] += 1
        except UsageError:
            continue
        assert _content(asha) == before
        _assert_sound(asha)
    assert min(done.values()) > 3


def _numbers(context: Context) -> list[str]:
    with db.reading(context.engine) as session:
        return list(session.scalars(select(DeskCase.number).order_by(DeskCase.number)))


def _content(context: Context) -> tuple[set[int], dict[int, tuple[int, str | None]]]:
    """Every contact, and every message with its contact and words."""
    with db.reading(context.engine) as session:
        contacts = set(session.scalars(select(CaseContact.id)).all())
        messages = {
            row.id or 0: (row.contact_id or 0, row.text)
            for row in session.scalars(select(CaseMessage)).all()
        }
    return {id_ or 0 for id_ in contacts}, messages


def _assert_sound(context: Context) -> None:
    """Each contact is in a case that is open; a merged case has none."""
    with db.reading(context.engine) as session:
        by_id = {case.id: case for case in session.scalars(select(DeskCase)).all()}
        for contact in session.scalars(select(CaseContact)).all():
            assert CaseState(by_id[contact.case_id].state) in OPEN_STATES
        for case in by_id.values():
            assert (case.merged_into is None) == (case.state != "duplicate")


def test_nobody_merges_what_somebody_else_works_on(asha: Context) -> None:
    from socialcell.services.desk import case_queue
    from socialcell.services.desk.case_leases import CaseHeldError

    first, second = two_cases(asha)
    ravi = acting(asha, "Ravi Sample", Role.OPERATOR)
    case_queue.take(ravi, [first])
    with pytest.raises(CaseHeldError, match="Ravi Sample has been working"):
        case_grouping.merge(asha, second, first)
    case_grouping.merge(replace(ravi), second, first)


def three_cases(context: Context) -> list[str]:
    """The second and third are suggested as one with the first, by a place; the third
    also with the second, by a point alone."""
    two_cases(context)
    with db.writing(context.engine) as session:
        second = cases.find_case(session, "26-000002")
        second.latitude, second.longitude = 18.5, 73.8
    words = SpokenWords("phone", "There is no water here", "en")
    case_opening.open_by_hand(
        acting(context, "Asha Sample", Role.OPERATOR),
        NewCase(words, "complaint", topic="water", point=(18.5005, 73.8)),
    )
    assert pairs(context) == [("26-000003", "26-000002"), ("26-000002", "26-000001")]
    return ["26-000001", "26-000002", "26-000003"]


def test_what_was_suggested_of_a_merged_case_is_suggested_of_the_one_that_it_is_in(
    context: Context, asha: Context
) -> None:
    first, second, third = three_cases(context)

    case_grouping.decide_suggestion(asha, second, first, same=True)

    assert pairs(context) == [(third, first)]
    case_grouping.decide_suggestion(asha, third, first, same=True)
    assert read_case(context, third).merged_into == read_case(context, first).id


def test_what_a_person_has_said_no_to_is_not_suggested_anew_by_a_merge(
    context: Context, asha: Context
) -> None:
    first, second, third = three_cases(context)
    case_grouping.decide_suggestion(asha, third, second, same=False)

    case_grouping.decide_suggestion(asha, second, first, same=True)

    assert pairs(context) == []


def test_a_case_takes_the_place_that_it_does_not_know_and_gives_it_back(
    context: Context, asha: Context
) -> None:
    first, second, _third = three_cases(context)
    case_grouping.merge(asha, second, first)
    merged = read_case(context, first)
    case_grouping.unmerge(asha, second)

    assert (merged.latitude, merged.longitude) == (18.5, 73.8)
    assert read_case(context, first).latitude is None
    assert read_case(context, first).place_id == "place:kothrud"
    assert read_case(context, second).latitude == 18.5


def test_a_place_that_somebody_decided_since_is_not_given_back(
    context: Context, asha: Context
) -> None:
    first, second, _third = three_cases(context)
    case_grouping.merge(asha, second, first)
    case_triage.triage(asha, first, case_triage.TriageDraft(point=(18.6, 73.9)))
    case_grouping.unmerge(asha, second)

    assert read_case(context, first).latitude == 18.6
