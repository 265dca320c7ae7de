"""Sentences of a brief beside counts that are written by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from socialcell.clock import IST
from socialcell.i18n import language
from socialcell.listening.coverage import Missing
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.reports.daily import (
    brief_cases,
    brief_dangers,
    brief_letter,
    brief_sentences,
    brief_text,
)
from socialcell.reports.daily.brief_facts import (
    Brief,
    BriefCases,
    BriefWork,
    CollectedHours,
    DueToday,
    UrgentCounts,
)
from socialcell.reports.daily.repeated_questions import BriefQuestions
from socialcell.reports.daily.single_dangers import (
    DangerMessage,
    SingleDanger,
    SingleIncident,
    Subject,
)
from socialcell.reports.letters import letter_render
from socialcell.reports.phrases import Phrases
from tests.reports.incidents import facts as known
from tests.reports.incidents.facts import PEOPLE, discharge, incident, one_line, state

ENGLISH = language("en")
PHRASES = Phrases(ENGLISH)
MORNING = TimeSpan(
    datetime(2026, 11, 19, 18, 0, tzinfo=IST), datetime(2026, 11, 20, 8, 30, tzinfo=IST)
)
EVENING = TimeSpan(MORNING.end, datetime(2026, 11, 20, 18, 0, tzinfo=IST))
FLOOD = Subject("flood", "ward:aundh-baner", None)
NOTHING: Mapping[str, Any] = {
    "span": MORNING,
    "total": 0,
    "before": None,
    "collection": CollectedHours(),
    "names": known.NAMES,
    "owners": {},
    "urgent": UrgentCounts(),
    "questions": BriefQuestions(0, (), ()),
    "due": DueToday(),
    "work": BriefWork(),
    "press_total": 0,
    "asking_total": 0,
}
LISTS = (
    "intents topics wards critical incidents facts single dangers messages rumours "
    "growth press"
)


def brief(**changes: Any) -> Brief:
    """A morning in which nothing happened, but for the changes."""
    return Brief(**{**dict.fromkeys(LISTS.split(), ()), **NOTHING, **changes})


def letter(**changes: Any) -> str:
    page = brief_letter.letter(brief(**changes), PEOPLE, "Social media cell", ENGLISH)
    return one_line(letter_render.text(page))


def text(**changes: Any) -> str:
    return brief_text.text(brief(**changes), PEOPLE, ENGLISH)


def waiting(n: int) -> SingleIncident:
    return SingleIncident(incident(id=n, subject=f"critical:{n}"), 100 + n, FLOOD)


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        (
            {
                "urgent": UrgentCounts(total=5, critical=3),
                "messages": [DangerMessage(9, "critical", FLOOD)],
            },
            "3 mentions speak of danger to life: Flood: Aundh - Baner",
        ),
        (
            {"single": [waiting(1), waiting(2)]},
            "No one is assigned to 2 earlier dangers to life",
        ),
        (
            {"urgent": UrgentCounts(total=4)},
            "No danger to life; 4 urgent mentions",
        ),
    ],
)
def test_the_subject_counts_what_needs_somebody(
    changes: dict[str, Any], subject: str
) -> None:
    assert brief_sentences.subject(brief(**changes), PHRASES) == subject


def test_the_subject_names_the_first_dangers_that_differ() -> None:
    dangers = [
        replace(a_danger(id_), topic=topic)
        for id_, topic in enumerate(("flood", "fire", "flood"))
    ]
    messages = [
        DangerMessage(id_, "critical", replace(FLOOD, topic=topic))
        for id_, topic in enumerate(("air", "drainage"))
    ]
    urgent = UrgentCounts(total=6, critical=6)

    few = brief(urgent=urgent, dangers=dangers)
    many = brief(urgent=urgent, dangers=dangers, messages=messages)

    assert brief_sentences.subject(few, PHRASES) == (
        "6 mentions speak of danger to life: Flood: Aundh - Baner; "
        "Fire or rescue: Aundh - Baner"
    )
    assert brief_sentences.subject(many, PHRASES) == (
        "6 mentions speak of danger to life: Flood: Aundh - Baner; "
        "Fire or rescue: Aundh - Baner; Air: Aundh - Baner; …"
    )


def test_an_evening_says_its_span() -> None:
    assert brief_sentences.occasion(brief(span=EVENING), ENGLISH) == (
        "Evening brief, Friday, 20 November 2026, 18:00. Since Fri 20 Nov, 08:30."
    )


def test_what_is_to_be_decided_of_an_incident_with_figures_that_differ() -> None:
    taken = known.facts(
        incident(acked_by="asha", acked_at=known.NIGHT),
        state(figures=[discharge(51_000, 24_310)]),
    )

    made = brief(facts=[taken])

    assert brief_sentences.to_decide(made, ENGLISH) == (
        "which figure is right, and when it is published."
    )
    assert brief_sentences.preheader(made, ENGLISH) == (
        "To decide: which figure is right, and when it is published."
    )


def test_every_urgent_mention_is_counted_by_its_kind() -> None:
    counts = UrgentCounts(total=9, critical=4, checked=1, articles=3, messages=2)

    assert brief_sentences.urgent_line(brief(urgent=counts), ENGLISH) == (
        "Urgent mentions: 9, of these critical (danger to life): 4; checked by staff: "
        "1. Of these in the press: 3. In private messages, counted and not quoted: 2."
    )


def test_a_message_is_named_by_level_subject_and_number() -> None:
    lines = [
        brief_dangers.message_line(DangerMessage(9, level, FLOOD), known.NAMES, PHRASES)
        for level in ("critical", "high")
    ]

    assert lines == [
        "Critical (danger to life): Flood: Aundh - Baner (#9)",
        "Urgent: Flood: Aundh - Baner (#9)",
    ]


def test_copies_of_a_text_and_questions_without_a_topic_are_counted() -> None:
    copied: Any = SingleDanger(
        *("critical", None, None, (), ()), 3, known.NIGHT, None, None, is_quotable=True
    )
    asked = brief(questions=BriefQuestions(5, (), ()))

    assert brief_dangers.copies_words(copied, ENGLISH) == (
        "3 posts in nearly the same words"
    )
    assert brief_sentences.question_topics_line(asked, PHRASES) == "5 questions."


def test_the_press_and_what_the_cell_sent_are_counted() -> None:
    made = brief(press_total=6, asking_total=7, work=BriefWork(2, 3, 4))

    assert brief_sentences.kinds_line(made, ENGLISH) == (
        "Press: 6. Questions and requests for help: 7."
    )
    assert brief_sentences.work_line(made, ENGLISH) == (
        "In this time the cell sent 2 alerts and published 4 answers and 3 posts."
    )
    assert brief_sentences.work_line(brief(), ENGLISH) == (
        "In this time the cell sent no alert and published nothing."
    )


def test_hours_that_were_missed_are_named_with_their_cause() -> None:
    stretch = Missing(known.NIGHT, known.NOW, {"x.city": "quota"})
    platforms = ("x", "youtube", "instagram", "reddit", "mastodon")
    collection = CollectedHours(
        covered=1, due=9, platforms=5, missing={id_: [stretch] for id_ in platforms}
    )

    text_of_letter = letter(collection=collection)

    assert (
        "What was said on X between Fri 20 Nov, 02:00 and 08:00: the allowance for the "
        "month was spent." in text_of_letter
    )
    # Three of five are named.
    assert "2 more platforms have gaps." in text_of_letter


def test_a_quiet_morning_says_that_no_incident_is_open() -> None:
    assert "No incident is open." in letter(total=5)


def test_incidents_that_do_not_fit_are_counted() -> None:
    rows = [known.facts(incident(id=n), state(40 - n)) for n in range(1, 9)]

    # One leads, five are listed.
    assert "2 incidents with fewer mentions are open." in letter(facts=rows)
    assert (
        "Incident 2, Flood: 38 mentions since Fri 20 Nov, 02:01, urgent 9."
        in text(facts=rows).splitlines()
    )


def test_earlier_dangers_stand_with_their_time_and_number() -> None:
    assert "Flood: Aundh - Baner since Fri 20 Nov, 02:00 · Incident 1 · #101" in letter(
        single=[waiting(1)]
    )


def test_the_text_for_a_phone_counts_messages_and_says_that_there_is_more() -> None:
    messages = [DangerMessage(n, "critical", FLOOD) for n in (1, 2, 3)]
    long = [
        known.facts(incident(id=n, subject=f"phrase:{'flood ' * 40}{n}"))
        for n in range(1, 9)
    ]

    assert "3 urgent private messages, counted and not quoted." in text(
        messages=messages
    )
    assert text(facts=long).endswith("More is in the letter.")


@pytest.mark.parametrize(
    ("cases", "sentences"),
    [
        (
            BriefCases(
                opened=12, answered=9, confirmed=4, overdue=3, open=40, overdue_p0=2
            ),
            "12 cases were opened. 9 cases were answered for the first time. "
            "4 cases were confirmed solved. Of 40 open cases, 3 are overdue. "
            "2 of the overdue cases are P0.",
        ),
        (
            BriefCases(
                opened=1, answered=1, confirmed=1, overdue=1, open=8, overdue_p0=1
            ),
            "1 case was opened. 1 case was answered for the first time. "
            "1 case was confirmed solved. Of 8 open cases, 1 is overdue. "
            "1 of the overdue cases is P0.",
        ),
        (
            BriefCases(opened=0, answered=0, confirmed=0, overdue=1, open=1),
            "1 case is open, and it is overdue.",
        ),
        (
            BriefCases(opened=0, answered=2, confirmed=0, overdue=5, open=5),
            "2 cases were answered for the first time. "
            "5 cases are open, and all of them are overdue.",
        ),
    ],
)
def test_what_became_of_cases_stands_in_letter_and_text(
    cases: BriefCases, sentences: str
) -> None:
    assert list(brief_cases.case_lines(brief(cases=cases), ENGLISH)) == [sentences]
    assert sentences in letter(cases=cases)
    assert sentences in text(cases=cases)


def test_a_brief_says_nothing_of_cases_of_which_nothing_is_to_be_said() -> None:
    quiet = BriefCases(opened=0, answered=0, confirmed=0, overdue=0, open=7)

    assert list(brief_cases.case_lines(brief(cases=quiet), ENGLISH)) == []
    assert list(brief_cases.case_lines(brief(), ENGLISH)) == []


def a_danger(id_: int, level: str = "critical", same: int = 1) -> SingleDanger:
    post: Any = SimpleNamespace(
        **{"id": id_, "kind": "post", "platform": "x", "owner": None, "text": "Help"}
    )
    return SingleDanger(
        *(level, post, "flood", (), (("ward:aundh-baner", 1),), same, known.NIGHT),
        *(None, None),
        is_quotable=False,
        same_level=same,
    )


def test_dangers_that_are_not_listed_are_counted_with_the_command_that_lists_them() -> (
    None
):
    command = (
        "socialcell mentions list --urgency critical --since 2026-11-19T18:00 "
        "--until 2026-11-20T08:30"
    )
    night: dict[str, Any] = {
        "urgent": UrgentCounts(total=9, critical=8),
        "messages": [DangerMessage(9, "critical", FLOOD)],
        "dangers": [
            a_danger(1, same=2),
            *(a_danger(id_) for id_ in (2, 3, 4)),
            a_danger(5, "high"),
        ],
    }

    # Eight, less the message: four are in the three bullets, five in the letter.
    assert f"• and 3 more ({command})" in text(**night)
    assert f"and 2 more ({command})" in letter(**night)
    assert "more (" not in text(
        **{**night, "urgent": UrgentCounts(total=6, critical=5)}
    )


def test_incidents_that_nobody_has_are_counted_where_not_all_are_numbered() -> None:
    single = [waiting(n) for n in range(1, 8)]

    assert (
        "No one is assigned to 7 single dangers to life: incidents 1, 2, 3, 4, 5 and 2 "
        "more (socialcell alerts list)."
    ) in text(single=single)


@pytest.mark.parametrize(
    ("topic", "wards", "title"),
    [
        ("flood", (("ward:aundh-baner", 1),), "Flood: Aundh - Baner"),
        ("transport", (("ward:aundh-baner", 1),), "Aundh - Baner"),
        ("transport", (), "Public transport"),
    ],
)
def test_a_danger_to_life_is_titled_by_its_place_where_the_topic_does_not_tell(
    topic: str, wards: Any, title: str
) -> None:
    danger = replace(a_danger(1), topic=topic, wards=wards)

    assert brief_dangers.danger_title(danger, known.NAMES, PHRASES) == title
    assert brief_dangers.short_danger_title(danger, known.NAMES, PHRASES) == title


def test_what_is_urgent_alone_is_titled_by_its_topic() -> None:
    danger = replace(a_danger(1, "high"), topic="transport")

    assert brief_dangers.danger_title(danger, known.NAMES, PHRASES) == (
        "Public transport: Aundh - Baner"
    )
