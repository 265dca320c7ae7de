"""What a letter about a late case says, word for word."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from socialcell.i18n import language
from socialcell.reports.desk.late_case_page import LateCase, page
from socialcell.reports.letters.letter_page import plain_text

AT = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
CASE = LateCase(
    number="26-000012",
    occasion="total",
    at=AT,
    topic="water",
    area={"mr": "कोथरूड", "hi": "कोथरुड", "en": "Kothrud"},
    assigned=False,
    functions={"mr": "उप अभियंता", "hi": "उप अभियंता", "en": "Deputy Engineer"},
    percent=50,
    due_at=datetime(2026, 11, 26, 6, 30, tzinfo=UTC),
)


def words(case: LateCase, lang: str = "en") -> list[str]:
    letter = page(case, "Social media cell, Pune", language(lang))
    lines = [*letter.lead, *letter.closing]
    return [letter.subject, *map(plain_text, lines)]


def test_a_late_case_says_what_until_when_and_for_whom() -> None:
    assert words(CASE) == [
        "Case 26-000012: 50% of its time has passed",
        "It is about: Water supply, Kothrud.",
        "It is due on 26 Nov 2026, 12:00.",
        "No one is assigned.",
        "This letter is for: Deputy Engineer.",
        "More: socialcell cases show 26-000012",
    ]


@pytest.mark.parametrize(
    ("occasion", "subject"),
    [
        ("danger", "Danger to life: case 26-000012"),
        ("reopened", "Case 26-000012 was reopened"),
        ("first_answer", "Case 26-000012: nobody has answered in time"),
        ("referral", "Case 26-000012: the other body has not answered in time"),
    ],
)
def test_the_subject_says_why_it_is_written(occasion: str, subject: str) -> None:
    bare = LateCase("26-000012", occasion, AT, None, None, assigned=True)

    assert words(bare) == [subject, "More: socialcell cases show 26-000012"]


@pytest.mark.parametrize(
    ("topic", "dangers", "place", "subject", "about"),
    [
        ("fire", (), "Warje naka", "Fire or rescue, Warje naka", "Warje naka, Kothrud"),
        ("roads", ("collapse", "trapped", "drowning"), None,
         "Collapse, People trapped, Kothrud", "Kothrud"),
        ("water", (), None, "Kothrud", "Kothrud"),
    ],
)  # fmt: skip
def test_a_danger_says_what_it_is_and_where_and_how_it_is_taken_on(
    topic: str, dangers: tuple[str, ...], place: str | None, subject: str, about: str
) -> None:
    danger = replace(
        CASE, occasion="danger", topic=topic, dangers=dangers, place=place,
        functions=None, due_at=None, words="Send help",
    )  # fmt: skip

    title, quoted, what, unassigned, charge, _more = words(danger)

    assert title == f"Danger to life: {subject} (case 26-000012)"
    assert quoted == "“Send help”"
    assert what.endswith(f", {about}.")
    assert unassigned == "No one is assigned."
    assert charge == (
        "Whoever takes charge records it: socialcell inbox take 26-000012"
    )
    assert "socialcell inbox take" not in " ".join(
        words(replace(danger, assigned=True))
    )


def test_what_is_over_is_said_so_and_the_console_is_a_link() -> None:
    late = replace(CASE, percent=150, due_at=AT, console_url="https://c.example")

    letter = page(late, "Social media cell, Pune", language("en"))

    assert words(late)[0] == "Case 26-000012: 150% of its time has passed"
    assert "It was due on 25 Nov 2026, 12:00." in words(late)
    ((link,),) = letter.closing
    assert (link.text, link.url) == (
        "More about this case",
        "https://c.example/cases/26-000012",
    )


def test_in_marathi_nothing_is_english_but_the_number() -> None:
    subject, about, due, *_rest = words(CASE, "mr")

    assert subject == "प्रकरण 26-000012: ५०% वेळ संपली"
    assert about == "हे याबद्दल आहे: पाणीपुरवठा, कोथरूड." or "कोथरूड" in about
    assert due.startswith("त्याची मुदत")
