"""Sentences on coverage and on what is not known beside the numbers of a week."""

from typing import Any

from socialcell.reports.sections import coverage_notes
from tests.reports.sections.numbers import context, words


def platform(id_: str, missing: int = 0, **changes: Any) -> dict[str, Any]:
    """A platform that was collected whole but for hours of Monday."""
    gap = {
        "from": "2026-11-16T04:00:00+05:30",
        "to": f"2026-11-16T{4 + missing:02}:00:00+05:30",
        "hours": missing,
        "causes": {"x.mentions": "quota", "x.city": "quota"},
    }
    return {
        "id": id_,
        "due": 168,
        "covered": 168 - missing,
        "covered_before": 168,
        "common": 168 - missing,
        "missing": [gap] if missing else [],
        **changes,
    }


def covered(*platforms: dict[str, Any], **changes: Any) -> list[str]:
    numbers = {"platforms": list(platforms), "not_watched": [], **changes}
    return words(coverage_notes.coverage(context({"coverage": numbers})))


def test_without_a_source_the_section_on_coverage_says_so() -> None:
    assert "No source is watched." in covered()


def test_platforms_that_were_collected_whole_are_counted() -> None:
    (_title, whole, *each) = covered(platform("x"), platform("youtube"))

    assert whole == (
        "All 2 platforms were collected without gaps in this week and the week before."
    )
    assert each == ["X: nothing is missing.", "YouTube: nothing is missing."]


def test_hours_that_are_missing_stand_with_their_span_and_cause() -> None:
    assert covered(platform("x", missing=3))[-1] == (
        "X: 3 hours not collected, 16 Nov 2026, 04:00 to 16 Nov 2026, 07:00, because "
        "the allowance for the month was spent (x.city, x.mentions)."
    )


def test_gaps_beyond_the_list_are_counted_with_their_hours() -> None:
    # Of one platform with gaps eight are listed; two of three hours are left.
    gaps = platform("x", missing=3)["missing"] * 10

    assert covered(platform("x", missing=3) | {"missing": gaps})[-1] == (
        "X: 2 more stretches, 6 hours in all."
    )


def test_sources_that_do_not_say_what_was_deleted_are_named() -> None:
    sentences = covered(
        platform("x"), unchecked=["whatsapp.export"], not_watched=["youtube"]
    )

    assert sentences[-2:] == [
        "Whether posts were deleted at their source could not be asked for all of "
        "them: whatsapp.export. Some that are gone may still be counted.",
        "YouTube: not watched; its mentions came from imported files, and their "
        "coverage is not known.",
    ]


def unknown(**changes: Any) -> list[str]:
    numbers = {"undated": 0, "unread": 0, "unplaced": 0, "topics": [], "messages": 0}
    return words(coverage_notes.unknown(context(numbers | changes)))


ALWAYS_UNKNOWN = [
    "Language, intent, topic, sentiment and urgency are classified by a program, which "
    "is sometimes wrong. A person's correction goes first.",
    "Posts of this week that were collected after the numbers were frozen are not in "
    "them.",
    "Engagement is not compared between weeks and not added up across platforms: each "
    "platform counts in its own way.",
]


def test_what_is_never_known_is_said_each_week() -> None:
    program, counted, *frozen = unknown()[1:]

    assert [program, *frozen] == ALWAYS_UNKNOWN
    assert counted == (
        "Only public posts on the platforms named here are counted: no calls, no "
        "letters, no visits, no private messages."
    )


def test_what_was_left_out_of_the_numbers_is_counted() -> None:
    sentences = unknown(
        undated=2,
        unread=3,
        unplaced=4,
        topics=[{"id": "politics", "n": 5}, {"id": "water", "n": 9}],
        messages=6,
    )

    assert sentences[1:5] == [
        "2 posts without a time are stored and in no count by time.",
        "3 mentions of the week had not been read for topic, sentiment and intent when "
        "the numbers were frozen.",
        "4 mentions name no place that lies in a ward office.",
        "5 mentions about politics are set aside: they count in the total and are not "
        "shown as a topic.",
    ]
    assert sentences[6] == (
        "Counted are public posts on the platforms named here, and private messages "
        "that people wrote to the city there; no message is quoted. Calls, letters and "
        "visits are not counted. 6 mentions of the week are such messages."
    )
