"""K2 to K8 of a week whose cases were set up, and counted, by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from socialcell import db
from socialcell.clock import IST, FixedClock
from socialcell.desk.case_states import CaseState
from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.model import CaseReferral
from socialcell.desk.store import case_lists, cases
from socialcell.desk.store.case_lists import CaseFilter
from socialcell.desk.store.cases import StepDraft
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.commissioner import kpi_figures
from socialcell.reports.daily import brief_facts
from socialcell.reports.daily.brief_facts import BriefCases
from socialcell.reports.weekly import frozen_week
from socialcell.services.desk import case_steps
from tests import desk_builders
from tests.reports.world import BEFORE, MADE, MONDAY, NEXT, World

S = CaseState
WARD = "ward:kothrud-bavdhan"


def pune(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=IST).astimezone(UTC)


class Cases:
    """Cases of a world, each thing at its time."""

    def __init__(self, world: World) -> None:
        self.world = world
        clock = world.context.clock
        assert isinstance(clock, FixedClock)
        self.clock = clock

    def open(self, at: datetime, **fields: Any) -> str:
        self.clock.set(at)
        with db.writing(self.world.engine) as session:
            case = desk_builders.make_case(session, at, **fields)
            contact = desk_builders.make_contact(session, case)
            desk_builders.make_message(session, case, contact, at=at)
            case_steps.enter_step(
                self.world.context, session, case, StepDraft("open", "tests")
            )
            return case.number

    def step(self, number: str, at: datetime, kind: str, to: CaseState) -> None:
        self.clock.set(at)
        with db.writing(self.world.engine) as session:
            case = cases.lock_case(session, number)
            case.waits_for = "citizen" if to is S.RESOLVED_CLAIMED else None
            draft = StepDraft(kind, "tests", to=to)
            case_steps.enter_step(self.world.context, session, case, draft)

    def say(self, number: str, at: datetime, **fields: Any) -> None:
        """A message of the case's contact; an answer that was sent, unless told."""
        self.clock.set(at)
        values = {"direction": "out", "purpose": "answer", "state": "sent"} | fields
        if values["direction"] == "out":
            values["sent_at"] = at
        with db.writing(self.world.engine) as session:
            case = cases.lock_case(session, number)
            (contact,) = cases.contacts_of(session, [case.id or 0])
            desk_builders.make_message(session, case, contact, "–", at=at, **values)
            case_steps.enter_step(
                self.world.context, session, case, StepDraft("answer", "tests")
            )

    def register(self, number: str, at: datetime) -> None:
        with db.writing(self.world.engine) as session:
            cases.lock_case(session, number).registered_at = at

    def refer(
        self, number: str, at: datetime, answered_at: datetime | None = None
    ) -> None:
        self.step(number, at, "refer", S.REFERRED)
        with db.writing(self.world.engine) as session:
            case = cases.lock_case(session, number)
            session.add(
                CaseReferral(
                    case_id=case.id or 0,
                    body="body:msedcl",
                    way="tag",
                    made_by="tests",
                    made_at=at,
                    due_at=at,
                    answered_at=answered_at,
                )
            )

    def sample(self, number: str, answer: str, called_at: datetime) -> None:
        with db.writing(self.world.engine) as session:
            case = cases.lock_case(session, number)
            (contact,) = cases.contacts_of(session, [case.id or 0])
            session.add(
                ClosureCheck(
                    case_id=case.id or 0,
                    contact_id=contact.id or 0,
                    round=1,
                    asked_at=BEFORE,
                    asked_by="tests",
                    way="private",
                    answer=answer,
                    in_sample=True,
                    drawn_for=date(2026, 11, 9),
                    called_at=called_at,
                )
            )


@pytest.fixture
def numbers(world: World) -> dict[str, Any]:
    """The week of 16 to 22 November 2026, and what came before it."""
    world.covered()
    for _ in range(40):
        world.mention(MONDAY)
    city = Cases(world)
    _four_weeks_before(city)
    _week_before(city)
    _week_itself(city)
    city.clock.set(MADE)
    found = frozen_week.numbers_of_week(
        world.engine, frozen_week.period(MADE, MADE), MADE
    )
    return dict(found)


def _four_weeks_before(city: Cases) -> None:
    """Opened on 19 October; Tuesday the 20th is Dussehra. Water has 17 hours."""
    monday = pune(10, 19, 10)
    ends: list[Callable[[str], None]] = [
        lambda number: city.step(number, pune(10, 21, 10), "close", S.CLOSED_CONFIRMED),
        lambda number: city.step(
            number, pune(10, 28, 10), "close", S.CLOSED_UNCONFIRMED
        ),
        # Confirmed after the week has ended: silent as yet.
        lambda number: city.step(number, pune(11, 23, 8), "close", S.CLOSED_CONFIRMED),
        # One of 17 hours was used; 16 are left on Monday the 26th: due on the 27th at
        # 17:30.
        lambda number: city.step(number, pune(10, 26, 10), "reopen", S.ASSIGNED),
    ]
    for end in ends:
        number = city.open(monday)
        city.step(number, monday, "assign", S.ASSIGNED)
        city.step(number, pune(10, 19, 11), "claim", S.RESOLVED_CLAIMED)
        end(number)
    city.open(monday)  # nobody did anything: due on Thursday the 22nd at 10:00
    city.step(city.open(monday), monday, "refer", S.REFERRED)
    for state in (S.CANCELLED, S.DUPLICATE, S.DROPPED):
        city.step(city.open(monday), monday, "state", state)


def _week_before(city: Cases) -> None:
    """A case that was passed on after seven working hours, and answered in time."""
    number = city.open(pune(11, 12, 10), kind="help", priority="P3")
    city.refer(number, pune(11, 12, 17), answered_at=pune(11, 18, 9))
    for answer, called_at in (
        ("yes", pune(11, 17, 10)),
        ("no", pune(11, 17, 10)),
        ("no_reply", pune(11, 17, 10)),
        ("no", pune(11, 23, 8)),  # after the week
    ):
        closed = city.open(pune(10, 12, 10), kind="praise")
        city.step(closed, pune(10, 12, 11), "assign", S.ASSIGNED)
        city.step(closed, pune(10, 12, 12), "claim", S.RESOLVED_CLAIMED)
        city.step(closed, pune(11, 11, 12), "close", S.CLOSED_UNCONFIRMED)
        city.sample(closed, answer, called_at)


def _week_itself(city: Cases) -> None:
    # Answered after 60 minutes; a token after three hours; due on Wednesday 10:00.
    first = city.open(pune(11, 16, 10))
    city.say(first, pune(11, 16, 11))
    city.register(first, pune(11, 16, 13))
    # No place: asked, answered. 240 working minutes, which is just in time.
    second = city.open(pune(11, 16, 17, 15), area=None)
    city.say(second, pune(11, 17, 12, 45), purpose="place_question")
    city.say(second, pune(11, 17, 13), direction="in", purpose="", state="received")
    # No answer, and none due yet.
    city.open(pune(11, 20, 10), kind="question", priority="P3")
    # Life and limb, on a Saturday night: 20 minutes, five too many.
    city.say(
        city.open(pune(11, 21, 20), kind="help", priority="P0"), pune(11, 21, 20, 20)
    )
    city.open(pune(11, 22, 23, 50), priority="P1")
    # Another body's, after three hours; told after 30 minutes.
    other = city.open(pune(11, 17, 10), kind="suggestion", priority="P3")
    city.say(other, pune(11, 17, 10, 30))
    city.refer(other, pune(11, 17, 13))
    city.open(pune(11, 20, 12), kind="praise")
    for state in (S.DUPLICATE, S.DROPPED):
        city.step(city.open(pune(11, 18, 10)), pune(11, 18, 11), "state", state)


def of(numbers: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in numbers["measures"] if one["id"] == name)


def told(numbers: dict[str, Any], name: str) -> tuple[Any, Any, Any]:
    one = of(numbers, name)
    return one["now"], one["before"], one["rests"]


def test_the_week_is_the_one_that_was_set_up() -> None:
    assert (pune(11, 16, 0), pune(11, 23, 0)) == (MONDAY, NEXT)


def test_every_measure_of_cases_is_what_was_counted_by_hand(
    numbers: dict[str, Any],
) -> None:
    assert told(numbers, "cases_opened") == (6, 1, ["per_mentions", 6, 40])
    # 20, 30, 60 and 240 minutes, and two without an answer.
    assert told(numbers, "first_answer") == (150, None, ["answered", 4, 6])
    assert told(numbers, "registered") == (1.0, None, ["complaints", 1, 1])
    assert told(numbers, "confirmed") == (1 / 6, None, ["cases", 1, 6])
    assert told(numbers, "overdue") == (5, 2, ["open", 5, 8])
    assert told(numbers, "false_closure") == (0.5, None, ["sampled", 1, 2])
    assert told(numbers, "referred") == (1.0, 0.0, ["cases", 1, 1])


def test_what_stands_beside_the_measures_is_counted_too(
    numbers: dict[str, Any],
) -> None:
    names = numbers["cases"].pop("names")
    assert set(names) == {"body:msedcl", "dept:water", WARD}
    assert names["dept:water"]["en"] == "Water Supply Department"
    assert numbers["cases"] == {
        "opened": {"complaint": 3, "question": 1, "suggestion": 1, "help": 1},
        "answers": {
            "n": 6,
            "answered": 4,
            "minutes": [20, 30, 60, 240],
            "median": 150,
            "p90": None,
            "in_time": 3,
            "decided": 4,
        },
        "registered": {
            "complaints": 3,
            "n": 1,
            "in_time": 1,
            "asked": 1,
            "replied": 1,
        },
        "outcomes": {
            "n": 6,
            "confirmed": 1,
            "silent": 2,
            "denied": 1,
            "open": 1,
            "referred": 1,
        },
        "overdue": {
            "n": 5,
            "open": 8,
            # Three of this week; since the 27th and the 22nd of October.
            "buckets": [3, 0, 1, 1, 0],
            "owners": {"dept:water": 5},
            "areas": {WARD: 4, "": 1},
            "oldest": [
                {"number": "26-000005", "owner": "dept:water", "days": 31},
                {"number": "26-000004", "owner": "dept:water", "days": 26},
                {"number": "26-000015", "owner": "dept:water", "days": 4},
            ],
        },
        "sample": {"drawn": 4, "reached": 2, "contradicted": 1},
        "bodies": [
            {"body": "body:msedcl", "n": 1, "soon": 1, "before": 1, "answered": 1}
        ],
    }


def test_the_five_parts_are_the_whole(numbers: dict[str, Any]) -> None:
    outcomes = dict(numbers["cases"]["outcomes"])

    assert outcomes.pop("n") == sum(outcomes.values())


def test_without_any_case_the_week_says_so(world: World) -> None:
    world.covered()
    world.mention(MONDAY)

    found = frozen_week.numbers_of_week(
        world.engine, frozen_week.period(MADE, MADE), MADE
    )

    assert found.get("cases") is None
    assert of(dict(found), "overdue")["why"] == "cases"


def test_a_week_without_cases_has_reasons_and_no_nought_for_unknown(
    world: World,
) -> None:
    world.covered()
    world.mention(MONDAY)
    Cases(world).open(pune(6, 1, 10))
    Cases(world).clock.set(MADE)

    found = dict(
        frozen_week.numbers_of_week(world.engine, frozen_week.period(MADE, MADE), MADE)
    )

    assert told(found, "cases_opened")[0] == 0
    assert told(found, "overdue")[:2] == (1, 1)
    reasons = {
        name: of(found, name)["why"]
        for name in (
            "first_answer",
            "registered",
            "confirmed",
            "false_closure",
            "referred",
        )
    }
    assert reasons == {
        "first_answer": "no_case",
        "registered": "no_complaint",
        "confirmed": "no_cohort",
        "false_closure": "no_sample",
        "referred": "no_referral",
    }


def test_a_brief_counts_the_cases_of_its_hours(
    world: World, numbers: dict[str, Any]
) -> None:
    # Monday 09:00 to Tuesday 12:45, at which the second answer was sent.
    span = TimeSpan(pune(11, 16, 9), pune(11, 17, 12, 45))
    with db.reading(world.engine) as session:
        monday = brief_facts.collect(session, span).cases
        october = TimeSpan(pune(10, 21, 9), pune(10, 21, 18))
        earlier = brief_facts.collect(session, october).cases

    # Two complaints and the suggestion; the first and the suggestion were answered.
    # Five of those before were never answered, and Monday's has not moved since 14:00.
    assert monday == BriefCases(opened=3, answered=2, confirmed=0, overdue=6, open=8)
    assert earlier is not None
    assert earlier.confirmed == 1


@pytest.mark.usefixtures("numbers")
def test_a_brief_counts_the_overdue_as_the_list_of_cases_does(world: World) -> None:
    with db.reading(world.engine) as session:
        cases_now = brief_facts.collect(session, TimeSpan(NEXT, MADE)).cases
        listed = case_lists.count_by_view(session, CaseFilter(), MADE)
        urgent = case_lists.count_by_view(session, CaseFilter(priority="P0"), MADE)

    assert cases_now is not None
    assert (cases_now.overdue, cases_now.open) == (listed["overdue"], listed["open"])
    assert cases_now.overdue_p0 == urgent["overdue"] == 1


def test_a_brief_of_a_city_without_cases_says_nothing_of_them(world: World) -> None:
    span = TimeSpan(MONDAY, NEXT)

    with db.reading(world.engine) as session:
        assert brief_facts.collect(session, span).cases is None


@pytest.mark.parametrize(
    ("first", "opened", "overdue"),
    [
        # On the Tuesday before, in which only a part of the week is counted.
        (pune(11, 10, 9), (1, None), (3, None)),
        (pune(11, 6, 9), (1, 1), (3, 2)),
    ],
)
def test_a_week_is_compared_only_with_one_in_which_the_desk_was_in_use(
    world: World,
    first: datetime,
    opened: tuple[int, int | None],
    overdue: tuple[int, int | None],
) -> None:
    world.covered()
    own = Cases(world)
    own.open(first, kind="suggestion")
    own.open(pune(11, 10, 10))
    own.open(pune(11, 17, 10))
    own.clock.set(MADE)

    made = frozen_week.numbers_of_week(
        world.engine, frozen_week.period(MADE, MADE), MADE
    )

    assert told(dict(made), "cases_opened")[:2] == opened
    assert told(dict(made), "overdue")[:2] == overdue


def test_a_week_before_the_first_case_says_that_no_cases_are_recorded(
    world: World,
) -> None:
    world.covered()
    world.mention(MONDAY)
    Cases(world).open(NEXT + timedelta(hours=2))

    made = frozen_week.numbers_of_week(
        world.engine, frozen_week.period(MADE, MADE), MADE
    )

    assert made.get("cases") is None
    assert of(dict(made), "cases_opened")["why"] == "cases"


def test_the_median_has_an_interval_where_enough_have_an_answer(
    numbers: dict[str, Any],
) -> None:
    # Of six values the interval is from the least to the greatest, which is unknown.
    figures = {own.id: own for own in kpi_figures.week_kpis(numbers, set()).figures}
    assert figures["first_answer"].interval is None
    assert (figures["first_answer"].n, figures["overdue"].n) == (4, 5)

    answers = numbers["cases"]["answers"]
    answers["minutes"], answers["answered"] = [20, 30, 60, 90, 120, 240], 6
    figures = {own.id: own for own in kpi_figures.week_kpis(numbers, set()).figures}
    assert figures["first_answer"].interval == (20, 240)
