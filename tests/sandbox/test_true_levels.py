"""The true labels of the sandbox city follow the guidelines of docs/labelling.md."""

from datetime import timedelta

import pytest

from benchmarks.base_rates import day_of_flood, quiet
from socialcell.clock import IST
from socialcell.sandbox import City
from socialcell.sandbox.words import table
from socialcell.sandbox.world.phrases import Pattern, patterns

LEVELS = ("low", "normal", "high", "critical")


def of(sentence: str) -> Pattern:
    """The pattern in which these words stand."""
    (pattern,) = [p for p in patterns() if sentence in p.sentence]
    return pattern


@pytest.mark.parametrize(
    "sentence",
    [
        "मॅनहोलचं झाकण गायब",
        "विजेची तार लोंबकळते",
        "Open manhole {spot}",
        "chamber cha zakan nahi",
    ],
)
def test_a_danger_without_a_victim_is_high(sentence: str) -> None:
    assert of(sentence).urgency == "high"


def test_only_who_calls_for_help_is_in_danger_of_life() -> None:
    critical = {p.intent for p in patterns() if p.urgency == "critical"}

    assert critical == {"help", "rescue"}


def test_an_ordinary_complaint_is_normal_at_least() -> None:
    complaints = [p for p in patterns() if p.intent == "complaint"]

    assert {p.urgency for p in complaints} == {"normal", "high"}


def test_no_water_is_high_from_three_days_on() -> None:
    waiting = [p for p in patterns() if p.topic == "water" and "{d3}" in p.sentence]
    days = {row[1]: row[2] for row in table("slots.txt") if row[0] == "d3"}

    assert {p.urgency for p in waiting} == {"high"}
    assert not {
        number
        for numbers in days.values()
        for number in numbers.split("; ")
        if number in ("दोन", "दो", "2", "two", "don", "do")
    }


def test_an_advertisement_feels_nothing_and_has_no_topic() -> None:
    spam = [p for p in patterns() if p.intent == "spam"]

    assert {(p.sentiment, p.topic) for p in spam} == {("neutral", "other")}


def test_a_report_of_a_problem_has_the_level_of_its_sentence() -> None:
    levels: dict[str, set[str]] = {}
    for kind, _, urgency, _ in table("problems.txt"):
        levels.setdefault(kind, set()).add(urgency)

    assert levels["pothole"] == levels["dogs"] == {"normal", "high"}
    assert levels["garbage"] == {"normal"}
    assert set().union(*levels.values()) <= set(LEVELS)


def test_a_submission_has_the_higher_level_of_its_title_and_its_body(
    city: City,
) -> None:
    (post,) = [
        post
        for post in city.elsewhere
        if post.platform == "reddit" and "विजेची तार लोंबकळते" in post.text
    ]

    assert "तासांपासून वीज नाही" in str(post.title)
    assert post.labels.urgency == "high"


def test_the_days_that_are_measured_hold_no_newspaper_and_read_the_title(
    city: City,
) -> None:
    papers = {post.text for post in city.posts if post.author.kind == "paper"}
    submission = next(p for p in city.elsewhere if p.platform == "reddit" and p.text)
    texts = {post.text for post in quiet(city)}

    assert papers
    assert not papers & texts
    assert f"{submission.title}\n{submission.text}" in texts


def test_the_day_of_the_flood_ends_at_midnight(city: City) -> None:
    posts = list(day_of_flood(city))
    flooded = [p for p in city.posts if p.story == "crisis"]
    night = city.crisis_start.astimezone(IST).replace(hour=23, minute=59)
    later = {p.text for p in flooded if p.at > night + timedelta(minutes=1)}
    earlier = {p.text for p in flooded if p.at <= night}

    assert {post.topic for post in posts} == {"flood"}
    assert not {post.text for post in posts} & (later - earlier)
    assert len(posts) > 250
