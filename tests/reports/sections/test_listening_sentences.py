"""Sentences on what was said, by whom and where, beside the numbers of a week."""

from typing import Any

import pytest

from socialcell.reports.sections import public_accounts, requests, volume
from socialcell.reports.sections.report_context import ChartFiles
from tests.reports.sections.numbers import context, figure, words


def hours_of_week(**counts: int) -> list[int | None]:
    return [counts.get(f"h{hour}", 0) for hour in range(168)]


DAYS = [
    figure(n, date=f"2026-11-{16 + day}")
    for day, n in enumerate((4, 9, 2, None, 0, 1, 3))
]


def test_the_busiest_hour_is_named_with_its_day() -> None:
    numbers = {
        "peak": {"at": "2026-11-17T05:00:00+05:30", "n": 7},
        "days": DAYS,
        "hours": hours_of_week(h29=7),
    }

    assert (
        "The busiest hour began on Tuesday, 17 November 2026 at 05:00: 7 mentions."
        in words(volume.hours(context(numbers)))
    )


def test_the_picture_of_days_names_the_greatest() -> None:
    numbers = {"days": DAYS, "mentions": figure(19), "reposts": figure(1)}
    charts = ChartFiles(days="days.png")

    assert (
        "Chart: mentions by day, this week and the week before, over the hours that "
        "both covered. Most mentions came on Tuesday, 17 November 2026: 9. The table "
        "below has all numbers." in words(volume.volume(context(numbers, charts)))
    )
    nothing = [{**day, "n": None} for day in DAYS]
    assert "Chart: mentions by day. No data." in words(
        volume.volume(context(numbers | {"days": nothing}, charts))
    )


def topic(id_: str, n: int, negative: int = 0) -> dict[str, Any]:
    sentiment = {"negative": negative, "neutral": n - negative, "positive": 0}
    return figure(n, id=id_, asking=figure(0), sentiment=sentiment)


def test_topics_say_what_they_rest_on_and_how_many_are_not_shown() -> None:
    ids = "water roads waste traffic flood fire health education parks noise air tax"
    numbers = {"topics": [topic(id_, 20 - n, 3) for n, id_ in enumerate(ids.split())]}

    sentences = words(volume.topics(context(numbers, ChartFiles(topics="t.png"))))

    assert "Counted over 300 of 336 platform-hours." in sentences
    assert "2 topics with fewer mentions are not shown." in sentences
    assert (
        "Chart: topics by sentiment. Largest: Water supply with 20 mentions, 3 of them "
        "negative. The table below has all numbers." in sentences
    )


def test_a_week_without_topics_says_so() -> None:
    assert words(volume.topics(context({"topics": []}))) == [
        "Topics",
        "No topic was recognised.",
    ]


def test_numbers_that_rest_on_no_hours_say_so() -> None:
    coverage = {"due": 0, "covered": 0}

    assert context({"coverage": coverage}).basis() == "Coverage is not known."


def test_a_corrected_share_stands_with_its_reader() -> None:
    shares = [
        {"task": "asking", "id": "asking", "n": 46, "of": 100}
        | {"share": 0.46, "low": 0.42, "high": 0.51, "why": None},
        {"task": "intent", "id": "complaint", "n": 30, "of": 100}
        | {"share": None, "low": None, "high": None, "why": "few"},
        {"task": "intent", "id": "praise", "n": 20, "of": 100}
        | {"share": None, "low": None, "high": None, "why": "singular"},
        {"task": "intent", "id": "spam", "n": 10, "of": 100}
        | {"share": None, "low": None, "high": None, "why": "unlike"},
    ]
    agreement = {
        "task": "intent",
        "source": "tests",
        "right": 81,
        "n": 100,
        "languages": [{"id": "mr", "right": 50, "n": 59}],
    }
    intents = [
        figure(n, id=id_)
        for id_, n in (("complaint", 30), ("praise", 20), ("spam", 10))
    ]
    numbers = {
        "intents": intents,
        "mentions": figure(100),
        "reader": {"shares": shares, "agreement": [agreement]},
    }

    sentences = words(volume.intents(context(numbers)))

    assert "Answer expected, corrected for known mistakes: 46% (42 to 51)." in sentences
    assert (
        "The intent is classified correctly in about 8 of 10 posts. Measured on 100 "
        "test posts; the city's may differ. Classified correctly, by language: "
        "Marathi 50 of 59." in sentences
    )
    assert "30% as read; too few test posts to correct it" in sentences
    assert "20% as read; it is confused too often to be corrected" in sentences
    assert "10% as read; corrected once the cell has decided 300" in sentences


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ("topic", "The topic is classified correctly in about 7 of 10 posts."),
        ("sentiment", "Sentiment is classified correctly in about 7 of 10 posts."),
        ("urgency", "Urgency is classified correctly in about 7 of 10 posts."),
    ],
)
def test_the_reader_of_each_task_is_said_in_tenths(task: Any, sentence: str) -> None:
    agreement = {"task": task, "source": "own", "right": 221, "n": 316, "languages": []}
    numbers = {"reader": {"shares": [], "agreement": [agreement]}}

    (paragraph,) = context(numbers).agreement_paragraphs(task)

    assert paragraph.text.startswith(
        f"{sentence} Measured by 316 decisions of the cell."
    )


def ward(id_: str, n: int, before: int = 0) -> dict[str, Any]:
    names = dict.fromkeys(("en", "mr", "hi"), id_.title())
    return figure(n, before, id=f"ward:{id_}", name=names)


def test_the_picture_of_wards_names_the_greatest_and_who_was_not_named() -> None:
    numbers = {"wards": [ward("aundh", 12), ward("kothrud", 0)], "villages": []}

    sentences = words(requests.wards(context(numbers, ChartFiles(wards="w.png"))))

    assert (
        "Chart: mentions by ward office. Most: Aundh with 12. The table below has all "
        "numbers." in sentences
    )
    assert "No mention named a place of: Kothrud." in sentences


def test_a_week_without_urgency_says_so_and_owners_have_their_rule() -> None:
    numbers = {
        "urgencies": [figure(0, id="critical"), figure(0, id="high")],
        "owners": [
            {
                "topic": "water",
                "asking": figure(3),
                "owners": [{"id": "w", "name": {"en": "Water Department"}}],
            }
        ],
    }

    assert "No mention is urgent." in words(requests.urgent(context(numbers)))
    assert (
        "Where several are named, the place or the cause decides; the first is the "
        "usual one." in words(requests.owners(context(numbers)))
    )


def account(name: str, n: int = 1) -> dict[str, Any]:
    return {
        "platform": "x",
        "handle": name.lower(),
        "name": name,
        "class": "media",
        "n": n,
        "sentiment": {"negative": n, "neutral": 0, "positive": 0},
        "gained": {},
    }


def voices(*accounts: dict[str, Any], others: int = 0) -> list[str]:
    joined = {"registered": list(accounts[:1]), "others": others}
    numbers = {"voices": {"accounts": list(accounts), "joined": joined}}
    return words(public_accounts.section(context(numbers)))


def test_accounts_that_joined_an_incident_are_named_or_counted() -> None:
    sentences = voices(*(account(f"Paper {n}") for n in range(8)), others=3)

    # Six are shown.
    assert "2 more accounts are not shown." in sentences
    assert sentences[-1] == (
        "Joined an incident: Paper 0. 3 accounts with many followers joined an "
        "incident; they are not in the registry and are not named."
    )


def test_a_week_in_which_no_account_spoke_says_so() -> None:
    assert voices()[1:] == [
        "No account of the registry spoke on what is watched.",
        "No influential account joined an incident.",
    ]
