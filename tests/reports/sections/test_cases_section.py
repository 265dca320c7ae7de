"""What the weekly report says of cases, word for word."""

from typing import Any

from socialcell.i18n import language
from socialcell.reports.page import Paragraph, Table
from socialcell.reports.phrases import Phrases
from socialcell.reports.sections import cases
from socialcell.reports.sections.report_context import ChartFiles, ReportContext

NUMBERS: dict[str, Any] = {
    "names": {"dept:water": {"en": "Water Supply", "mr": "पाणीपुरवठा", "hi": "जल"}},
    "opened": {"complaint": 30, "question": 5, "suggestion": 1, "help": 4},
    "answers": {
        "n": 40,
        "answered": 38,
        "minutes": [55] * 38,
        "median": 55,
        "p90": 239.6,
        "in_time": 30,
        "decided": 39,
    },
    "registered": {
        "complaints": 30,
        "n": 20,
        "in_time": 12,
        "asked": 9,
        "replied": 4,
    },
    "outcomes": {
        "n": 50,
        "confirmed": 20,
        "silent": 15,
        "denied": 5,
        "open": 8,
        "referred": 2,
    },
    "overdue": {
        "n": 15,
        "open": 60,
        "buckets": [5, 4, 3, 2, 1],
        "owners": {"dept:water": 14, "": 1},
        "areas": {"ward:bibwewadi": 15},
        "oldest": [{"number": "26-000007", "owner": "dept:water", "days": 63}],
    },
    "sample": {"drawn": 20, "reached": 18, "contradicted": 3},
    "bodies": [
        {"body": "body:msedcl", "n": 4, "soon": 3, "before": 6, "answered": 5},
        {"body": "body:nhai", "n": 0, "soon": 0, "before": 1, "answered": 0},
    ],
}


def blocks(numbers: dict[str, Any] | None = None, lang: str = "en") -> list[Any]:
    week: Any = {"cases": NUMBERS if numbers is None else numbers}
    context = ReportContext(week, (), ChartFiles(), Phrases(language(lang)))
    return list(cases.section(context).blocks)


def sentences(numbers: dict[str, Any]) -> list[str]:
    return [one.text for one in blocks(numbers) if isinstance(one, Paragraph)]


def table(caption: str) -> tuple[Any, list[tuple[str, ...]]]:
    (one,) = [
        one for one in blocks() if isinstance(one, Table) and one.caption == caption
    ]
    return one.headings, [tuple(" ".join(cell) for cell in row) for row in one.rows]


def test_how_soon_people_were_answered_is_said() -> None:
    assert sentences(NUMBERS) == [
        "38 of 40 cases of the week have an answer from a person. Nine of ten were "
        "answered within 240 minutes. In time by their priority: 30 of 39.",
        "The place had to be asked for in 9 of 30 complaints; in 4 of 9 of these the "
        "citizen wrote again.",
        "Overdue for longest: 26-000007 (Water Supply, 63 days).",
    ]


def test_where_fewer_than_nine_of_ten_have_an_answer_no_minutes_are_named() -> None:
    answers = NUMBERS["answers"] | {"p90": None, "decided": 0, "in_time": 0}

    first, *_others = sentences(NUMBERS | {"answers": answers})

    assert first == "38 of 40 cases of the week have an answer from a person."


def test_the_five_parts_of_four_weeks_before_stand_in_a_table() -> None:
    heads, rows = table("Cases opened four weeks before")

    assert heads == ("Where they stand", "Cases", "Share")
    assert rows == [
        ("Confirmed by the citizen", "20", "40%"),
        ("Department says done, citizen silent", "15", "30%"),
        ("Denied by the citizen", "5", "10%"),
        ("Still open", "8", "16%"),
        ("With another body", "2", "4%"),
    ]


def test_what_is_overdue_stands_by_age_department_and_ward_office() -> None:
    assert table("Overdue cases by age") == (
        ("Overdue for", "Cases"),
        [
            ("under 7 days", "5"),
            ("7 to 15 days", "4"),
            ("15 to 30 days", "3"),
            ("30 to 60 days", "2"),
            ("60 days and more", "1"),
        ],
    )
    assert table("Overdue cases by department") == (
        ("Department", "Cases"),
        [("Water Supply", "14"), ("not known", "1")],
    )
    assert table("Overdue cases by ward office") == (
        ("Ward office", "Cases"),
        [("ward:bibwewadi", "15")],
    )


def test_other_bodies_stand_with_how_soon_and_what_they_answered() -> None:
    assert table("Cases of other bodies") == (
        (
            "Body",
            "Passed on",
            "Within 4 working hours",
            "Of the week before, answered in 7 days",
        ),
        [
            ("body:msedcl", "4", "3 of 4", "5 of 6"),
            ("body:nhai", "0", "–", "0 of 1"),
        ],
    )


def test_a_week_that_was_frozen_before_has_no_such_section() -> None:
    context = ReportContext({}, (), ChartFiles(), Phrases(language("en")))

    assert cases.section(context).blocks == []


def test_a_quiet_week_says_nothing_of_what_did_not_happen() -> None:
    quiet = NUMBERS | {
        "answers": NUMBERS["answers"] | {"n": 0},
        "registered": NUMBERS["registered"] | {"asked": 0},
        "outcomes": NUMBERS["outcomes"] | {"n": 0},
        "overdue": NUMBERS["overdue"] | {"n": 0},
        "bodies": [],
    }

    assert blocks(quiet) == []
