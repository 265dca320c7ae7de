"""A city with problems: each complaint is of one, and people answer by its truth."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from socialcell.clock import FixedClock
from socialcell.desk.closing_question import question_text
from socialcell.sandbox import City, Sandbox, serve, truth
from socialcell.sandbox.citizens.citizen_replies import (
    SAYS_SOLVED,
    TELLS_PLACE,
    CitizenReplies,
)
from socialcell.sandbox.citizens.city_words import CityQuestion, read_question
from socialcell.sandbox.problems.problem import KINDS, ProblemReport, sentences
from socialcell.sandbox.problems.problem_world import without_requests
from socialcell.sandbox.world import message_world
from socialcell.services.desk.answers import macros
from tests.conftest import MONDAY_MORNING

LANGUAGES = ("mr", "hi", "en", "mr-Latn", "hi-Latn")
PLATFORMS = ("x", "facebook", "whatsapp", "messenger")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def town() -> City:
    return City(seed=5, end=MONDAY_MORNING, days=14, problems=True)


@pytest.fixture
def running(town: City, clock: FixedClock) -> Iterator[Sandbox]:
    with serve(town, clock, PLATFORMS) as served:
        yield served


@pytest.fixture
def people(town: City, running: Sandbox, clock: FixedClock) -> CitizenReplies:
    return CitizenReplies(town, clock, running)


def reports(town: City, platform: str = "") -> list[ProblemReport]:
    assert town.problems is not None
    return [
        report
        for report in town.problems.reports
        if report.act == "report" and platform in ("", report.post.platform)
    ]


def test_what_is_no_complaint_is_as_in_the_city_without_problems(town: City) -> None:
    plain = City(seed=5, end=MONDAY_MORNING, days=14)
    speaking = {report.key for report in town.problems.reports} if town.problems else {}
    for posts, others in ((town.posts, plain.posts), (town.elsewhere, plain.elsewhere)):
        rest = [post for post in posts if (post.platform, post.id) not in speaking]
        assert rest == without_requests(others)
        assert len(rest) < len(posts)
    assert plain.problems is None
    assert "problems" not in truth(plain)


def test_every_complaint_of_the_city_has_one_problem(town: City) -> None:
    speaking = Counter(
        (report["platform"], report["id"])
        for problem in truth(town)["problems"]
        for report in problem["reports"]
    )
    complaints = {
        (item["platform"], item["id"])
        for item in truth(town)["items"]
        if item["intent"] in ("complaint", "help")
    }
    assert complaints <= set(speaking)
    assert set(speaking.values()) == {1}
    assert {platform for platform, _ in speaking} == set(PLATFORMS)


def test_nobody_speaks_of_a_problem_that_is_not_there(town: City) -> None:
    assert town.problems is not None
    for report in town.problems.reports:
        problem = report.problem
        assert problem.begins_at <= report.post.at < problem.repaired_at


def test_each_kind_is_reported_in_each_way_of_writing() -> None:
    for kind in KINDS:
        assert {pattern.language for pattern in sentences(kind)} >= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_understand_what_the_city_asks(language: str) -> None:
    drafts = {
        draft.key: draft.text
        for draft in macros.shipped_macros(MONDAY_MORNING.date())
        if draft.language == language
    }
    asked = {
        key: question
        for key, text in drafts.items()
        if (question := read_question(text)) is not None
    }
    place, solved_macro = CityQuestion.PLACE, CityQuestion.SOLVED
    assert asked == {"ask_place": place, "solved_question": solved_macro}
    solved = question_text("26-000001", language)
    assert read_question(solved) is CityQuestion.SOLVED


def _ask(served: Sandbox, report: ProblemReport, text: str) -> None:
    """The city writes to the author of a report, as the platform takes it."""
    platform: Any = served.platform(report.post.platform)
    if report.post.platform == "x":
        now, city = platform.clock.now(), platform.city.people.city
        platform.world.publish_as(text, now, city, (), report.post.id)
    elif report.post.platform == "facebook":
        platform.publish_own(text, "comment", report.post)
    else:
        id_, body = f"out{len(platform.sent)}", json.dumps({"body": text})
        to = message_world.number(report.post.author)
        platform.sent.append({"id": id_, "to": to, "text": body})


@pytest.mark.parametrize("platform", ["x", "facebook", "whatsapp"])
def test_who_is_asked_names_the_place_of_the_problem(
    platform: str, town: City, running: Sandbox, people: CitizenReplies, clock: Any
) -> None:
    asked = {report.post.author.key: report for report in reports(town, platform)}
    for report in asked.values():
        _ask(running, report, "Please tell us exactly where it is.")
    assert people.respond() == []
    clock.advance(3 * DAY)
    written = people.respond()
    assert {reply.act for reply in written} <= {"place", "pin"}
    assert len(written) == pytest.approx(TELLS_PLACE * len(asked), abs=6)
    for reply in written:
        assert reply.names_place
        assert reply.problem is asked[reply.post.author.key].problem
        if reply.act == "pin":
            assert reply.post.point is not None
            longitude, latitude = reply.post.point[1:]
            assert abs(longitude - reply.problem.point[0]) < 0.0005
            assert abs(latitude - reply.problem.point[1]) < 0.0005
    assert people.respond() == []


def test_whether_it_is_solved_is_answered_by_the_truth_or_not_at_all(
    town: City, running: Sandbox, people: CitizenReplies, clock: Any
) -> None:
    asked = reports(town, "x")
    for report in asked:
        _ask(running, report, question_text("26-000001", "en"))
    people.respond()
    clock.advance(5 * DAY)
    people.respond()
    assert len(people.written) == pytest.approx(SAYS_SOLVED * len(asked), abs=8)
    acts = Counter(reply.act for reply in people.written)
    assert set(acts) == {"solved", "unsolved"}
    for reply in people.written:
        is_repaired = reply.problem.is_repaired(reply.post.at)
        assert (reply.act == "solved") is is_repaired


def test_an_acknowledgement_is_not_answered(
    town: City, running: Sandbox, people: CitizenReplies, clock: Any
) -> None:
    _ask(running, reports(town, "x")[0], "We have your complaint. Thank you.")
    clock.advance(3 * DAY)
    assert people.respond() == []


def test_a_shared_point_is_pushed_as_whatsapp_does(town: City, clock: Any) -> None:
    assert town.problems is not None
    pin = next(report for report in town.problems.reports if report.act == "pin")
    with serve(town, clock, ("whatsapp",)) as served:
        server: Any = served.platform("whatsapp")
        push = server.message_push(pin.post)
    (message,) = push["entry"][0]["changes"][0]["value"]["messages"]
    assert message["type"] == "location"
    point = message["location"]["longitude"], message["location"]["latitude"]
    assert pin.post.point is not None
    assert point == pin.post.point[1:]


def test_a_city_without_problems_has_nobody_to_answer(clock: Any) -> None:
    plain = City(seed=5, end=MONDAY_MORNING, days=7)
    with (
        serve(plain, clock, PLATFORMS) as served,
        pytest.raises(ValueError, match="no problems"),
    ):
        CitizenReplies(plain, clock, served)


def test_two_posts_never_share_an_id(town: City, running: Sandbox) -> None:
    server: Any = running.platform("whatsapp")
    post = reports(town, "whatsapp")[0].post
    with pytest.raises(ValueError, match="already"):
        server.show(replace(post))


def test_what_a_whole_locality_has_does_not_begin_there_again() -> None:
    for seed in range(5):
        city = City(seed=seed, end=MONDAY_MORNING, days=28, problems=True)
        assert city.problems is not None
        wide = [problem for problem in city.problems.problems if problem.kind.wide]
        for earlier, later in combinations(wide, 2):
            if (earlier.kind, earlier.place) == (later.kind, later.place):
                assert earlier.is_repaired(later.begins_at)
