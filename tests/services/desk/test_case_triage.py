"""People decide what a case is, who has it and where it stands."""

from datetime import timedelta

import pytest

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.desk.case_states import END_STATES, CaseState, next_states
from socialcell.desk.model import CaseStep
from socialcell.desk.store import cases, leases
from socialcell.desk.store.cases import CaseChangedError
from socialcell.errors import NeedsAPerson, SocialcellError, UsageError
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.desk import (
    case_opening,
    case_queue,
    case_reading,
    case_triage,
)
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_leases import CaseHeldError
from socialcell.services.desk.case_opening import NewCase
from socialcell.services.desk.case_triage import TriageDraft
from tests.desk_builders import read_case, read_mention
from tests.operators import acting, operator

pytestmark = pytest.mark.swept_on_postgresql

KOTHRUD, AUNDH = "ward:kothrud-bavdhan", "ward:aundh-baner"


@pytest.fixture
def number(asha: Context) -> str:
    """The number of a new case about water at Kothrud."""
    return case_opening.open_from_mention(asha, read_mention(asha))


def steps(context: Context, number: str) -> list[CaseStep]:
    with db.reading(context.engine) as session:
        case = cases.find_case(session, number)
        rows = list(cases.steps_of(session, case.id or 0))
        session.expunge_all()
    return rows


def test_a_decision_stands_beside_what_was_suggested(
    asha: Context, number: str
) -> None:
    case_triage.triage(asha, number, TriageDraft(topic="roads", priority="P1"))
    case = read_case(asha, number)
    assert (case.topic, case.priority, case.state) == ("roads", "P1", "acknowledged")
    assert case.suggested_priority == "P2"
    opened, decided = steps(asha, number)
    assert isinstance(opened.detail["suggested"], dict)
    assert opened.detail["suggested"]["topic"] == "water"
    assert decided.detail["decided"] == {"topic": "roads", "priority": "P1"}


def test_the_owner_follows_from_topic_and_place_unless_somebody_decided(
    asha: Context, number: str
) -> None:
    case_triage.triage(asha, number, TriageDraft(topic="roads"))
    assert read_case(asha, number).owner == "dept:roads"
    case_triage.triage(asha, number, TriageDraft(owner="dept:drainage"))
    case_triage.triage(asha, number, TriageDraft(topic="water"))
    assert read_case(asha, number).owner == "dept:drainage"


def test_a_danger_whose_words_tell_of_violence_stays_with_the_police(
    asha: Context,
) -> None:
    words = SpokenWords("phone", "A man is stabbing people with a knife, come now.")
    number = case_opening.open_by_hand(asha, NewCase(words, "help", place="Aundh"))
    assert read_case(asha, number).priority == "P0"
    assert read_case(asha, number).owner == "body:police"

    case_triage.triage(asha, number, TriageDraft(topic="roads", place="Kothrud"))

    case = read_case(asha, number)
    assert (case.topic, case.area, case.owner) == ("roads", KOTHRUD, "body:police")


def test_an_unknown_place_in_another_ward_office_takes_the_known_one_away(
    asha: Context, number: str
) -> None:
    case_triage.triage(asha, number, TriageDraft(place="Aundh"))
    other = TriageDraft(place="Lane 3 of Xyz", area="ward:hadapsar-mundhwa")

    case_triage.triage(asha, number, other)

    case = read_case(asha, number)
    assert (case.place, case.place_id) == ("Lane 3 of Xyz", None)
    assert case.area == "ward:hadapsar-mundhwa"


def test_a_danger_of_no_topic_is_somebodys(asha: Context) -> None:
    now = asha.clock.now()
    with db.reading(asha.engine) as session:
        nowhere = (None, None, None, now)
        danger = case_reading.find_owner(session, *nowhere, critical=True)
        other = case_reading.find_owner(session, *nowhere)

    assert (danger, other) == ("dept:disaster", None)


def test_a_place_brings_its_ward_office_and_unknown_words_stand_beside_it(
    asha: Context, number: str
) -> None:
    case_triage.triage(asha, number, TriageDraft(place="औंध"))
    case = read_case(asha, number)
    assert (case.place_id, case.area) == ("place:aundh", AUNDH)
    case_triage.triage(asha, number, TriageDraft(place="behind the old well"))
    case = read_case(asha, number)
    assert (case.place, case.place_id) == ("behind the old well (Aundh)", "place:aundh")
    assert case.area == AUNDH
    case_triage.triage(asha, number, TriageDraft(place=""))
    case_triage.triage(asha, number, TriageDraft(place="behind the old well"))
    case = read_case(asha, number)
    assert (case.place, case.place_id) == ("behind the old well", None)


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        (TriageDraft(), "what you decide"),
        (TriageDraft(topic="weather"), "no topic weather"),
        (TriageDraft(area="ward:atlantis"), "no area ward:atlantis"),
        (TriageDraft(owner="dept:magic"), "dept:magic"),
        (TriageDraft(point=(18.5, 181.0)), "no point"),
        (TriageDraft(kind="rage"), "no kind of case rage"),
    ],
)
def test_a_decision_that_says_nonsense_changes_nothing(
    asha: Context, number: str, draft: TriageDraft, message: str
) -> None:
    before = read_case(asha, number).rev
    with pytest.raises(UsageError, match=message):
        case_triage.triage(asha, number, draft)
    assert read_case(asha, number).rev == before


def test_what_somebody_saw_before_it_changed_is_not_changed_blindly(
    asha: Context, number: str
) -> None:
    rev = read_case(asha, number).rev
    case_triage.triage(asha, number, TriageDraft(topic="roads"), rev)
    with pytest.raises(CaseChangedError):
        case_triage.triage(asha, number, TriageDraft(topic="waste"), rev)
    assert read_case(asha, number).topic == "roads"


def test_a_case_is_given_to_an_operator_who_may_work_on_it(
    asha: Context, number: str
) -> None:
    ravi = operator(asha, "Ravi Sample", Role.OPERATOR, scope=KOTHRUD)
    operator(asha, "Meera Sample", Role.OPERATOR, scope=AUNDH)
    case_triage.assign(asha, number, to="ravi sample")
    case = read_case(asha, number)
    assert (case.assignee, case.state) == (ravi.id, "assigned")
    with pytest.raises(UsageError, match="Meera Sample has no role"):
        case_triage.assign(asha, number, to="Meera Sample")
    with pytest.raises(UsageError, match="no operator Nobody"):
        case_triage.assign(asha, number, to="Nobody")
    with pytest.raises(UsageError, match="an operator or a team"):
        case_triage.assign(asha, number)
    assert read_case(asha, number).assignee == ravi.id


def test_another_team_has_to_give_the_case_to_somebody_of_its_own(
    asha: Context, number: str
) -> None:
    case_triage.assign(asha, number, to="Asha Sample")
    case_triage.assign(asha, number, team="dept:roads")
    case = read_case(asha, number)
    assert (case.team, case.assignee) == ("dept:roads", None)
    with pytest.raises(UsageError, match="no team dept:magic"):
        case_triage.assign(asha, number, team="dept:magic")


@pytest.mark.parametrize("wanted", ["dropped", "cancelled"])
def test_what_is_let_go_needs_a_reason(asha: Context, number: str, wanted: str) -> None:
    with pytest.raises(UsageError, match="10 characters"):
        case_triage.change_state(asha, number, wanted, "spam")
    case_triage.change_state(asha, number, wanted, "An advertisement for pumps")
    case = read_case(asha, number)
    assert case.state == wanted
    assert case.closed_at == asha.clock.now()
    assert steps(asha, number)[-1].reason == "An advertisement for pumps"
    case_triage.change_state(asha, number, "acknowledged")
    assert read_case(asha, number).closed_at is None


@pytest.mark.parametrize(
    "wanted", ["closed_confirmed", "closed_unconfirmed", "duplicate", "referred"]
)
def test_no_state_that_comes_of_an_act_is_entered_by_hand(
    asha: Context, number: str, wanted: str
) -> None:
    with pytest.raises(UsageError, match="act of its own"):
        case_triage.change_state(asha, number, wanted, "It was done long ago")
    with pytest.raises(UsageError, match="no state done"):
        case_triage.change_state(asha, number, "done")


@pytest.mark.parametrize("state", list(CaseState))
@pytest.mark.parametrize("wanted", ["in_progress", "action_scheduled", "dropped"])
def test_only_states_that_may_follow_are_entered(
    asha: Context, number: str, state: CaseState, wanted: str
) -> None:
    with db.writing(asha.engine) as session:
        cases.lock_case(session, number).state = state.value
    if wanted in next_states(state):
        case_triage.change_state(asha, number, wanted, "For this reason here")
        assert read_case(asha, number).state == wanted
    else:
        with pytest.raises(UsageError, match=f"is {state.value} and cannot"):
            case_triage.change_state(asha, number, wanted, "For this reason here")
        assert read_case(asha, number).state == state


def test_a_note_stands_in_the_case(asha: Context, number: str) -> None:
    case_triage.add_note(asha, number, "  Called the ward office  ")
    with db.reading(asha.engine) as session:
        case = cases.find_case(session, number)
        note = cases.messages_of(session, case.id or 0)[-1]
        assert (note.direction, note.text) == ("note", "Called the ward office")
    with pytest.raises(UsageError, match="1 to 4000"):
        case_triage.add_note(asha, number, " ")


def test_nobody_acts_without_a_role_for_the_case(
    context: Context, asha: Context, number: str
) -> None:
    viewer = acting(asha, "Vera Sample", Role.VIEWER)
    elsewhere = acting(asha, "Meera Sample", Role.OPERATOR, scope=AUNDH)
    before = read_case(asha, number).rev
    for actor, error in (
        (context, NeedsAPerson),
        (viewer, SocialcellError),
        (elsewhere, SocialcellError),
    ):
        with pytest.raises(error):
            case_triage.triage(actor, number, TriageDraft(topic="roads"))
        with pytest.raises(error):
            case_triage.add_note(actor, number, "I was here")
        with pytest.raises(error):
            case_queue.take(actor, [number])
    assert read_case(asha, number).rev == before


def test_whoever_works_on_a_case_renews_the_lease_with_each_step(
    asha: Context, number: str, clock: FixedClock
) -> None:
    ravi = acting(asha, "Ravi Sample", Role.OPERATOR)
    assert case_queue.take_next(asha) == [number]
    for _ in range(3):
        clock.advance(timedelta(minutes=4))
        case_triage.add_note(asha, number, "Still at it")
    with pytest.raises(CaseHeldError, match=r"Asha Sample .* since 2026-11-23 09:00"):
        case_triage.add_note(ravi, number, "May I?")
    clock.advance(timedelta(minutes=5))
    case_triage.add_note(ravi, number, "May I?")


def test_what_has_ended_is_held_by_nobody(asha: Context, number: str) -> None:
    case_queue.take(asha, [number])
    case_triage.change_state(asha, number, "dropped", "Nothing was asked")
    assert case_queue.list_taken(asha) == []
    with db.reading(asha.engine) as session:
        case = cases.find_case(session, number)
        assert CaseState(case.state) in END_STATES
        assert leases.holder_of(session, case.id or 0, asha.clock.now()) is None
    with pytest.raises(UsageError, match="open cases only"):
        case_queue.take(asha, [number])
