"""Cases of one topic are one only where nothing speaks against it."""

import pytest

from socialcell.desk.case_likeness import CaseTraits, reasons_to_join
from socialcell.desk.spot_words import read_spot

KOTHRUD, AUNDH = frozenset({"place:kothrud"}), frozenset({"place:aundh"})
SAME_PLACE = {"places": ["place:kothrud"]}
NOWHERE: frozenset[str] = frozenset()


def case(
    *texts: str,
    places: frozenset[str] = KOTHRUD,
    point: tuple[float, float] | None = None,
    asks: bool = False,
) -> CaseTraits:
    return CaseTraits(point, places, texts, asks=asks)


@pytest.mark.parametrize(
    ("topic", "text", "other"),
    [
        ("water", "No water in Kothrud since morning", "कोथरूडमध्ये नळ कोरडे पडलेत"),
        ("roads", "Huge pothole near the school", "शाळेसमोर मोठा खड्डा पडलाय"),
        ("roads", "khadda shale samor", "school ke samne gaddha hai"),
        ("waste", "Garbage behind the market", "मंडईजवळ कचरा पडून आहे"),
        # One of them does not name a landmark: nothing speaks against it.
        ("roads", "Huge pothole", "शाळेसमोर मोठा खड्डा पडलाय"),
        # What a whole locality lacks has no landmark of its own.
        ("water", "No water near the school", "बँकेसमोर पाणी नाही"),
    ],
)
def test_the_same_problem_at_one_place_in_any_script(
    topic: str, text: str, other: str
) -> None:
    assert reasons_to_join(topic, case(text), case(other), None) == SAME_PLACE


@pytest.mark.parametrize(
    ("topic", "text", "other"),
    [
        ("water", "No water since morning", "Burst pipe, the lane is flooded"),
        ("water", "नळाला गढूळ पाणी येतंय", "दोन दिवस पाणी नाही"),
        ("roads", "Footpath tiles are broken", "रस्त्यावर खड्डे"),
        ("roads", "Pothole near the school", "बँकेसमोर खड्डा"),
        ("waste", "Garbage behind the market", "kachra school ke samne"),
    ],
)
def test_another_problem_or_landmark_outweighs_the_common_place(
    topic: str, text: str, other: str
) -> None:
    assert reasons_to_join(topic, case(text), case(other), None) == {}


def test_two_problems_within_a_few_metres_are_two() -> None:
    point = (18.5074, 73.8077)
    leak = case("Burst pipe", point=point)
    assert reasons_to_join("water", leak, case("leakage", point=point), None) == {
        "metres": 0
    }
    dry = case("No water in our taps", point=point)
    assert reasons_to_join("water", leak, dry, None) == {}


def test_what_is_said_later_counts_too() -> None:
    first, later = case("Pothole!", "near the bank"), case("खड्डा", "शाळेसमोर")
    assert reasons_to_join("roads", first, later, None) == {}


def test_two_questions_are_one_only_where_they_name_one_problem() -> None:
    certificate = "Do we get the marriage certificate at the ward office?"
    ask = case(certificate, asks=True)
    assert reasons_to_join("records", ask, ask, 1.0) == {}
    dry = case("Why is there no water in Kothrud?", asks=True)
    complaint = case("दोन दिवस पाणी नाही")
    assert reasons_to_join("water", dry, complaint, None) == SAME_PLACE


def test_a_copy_without_a_place_needs_length_and_a_landmark() -> None:
    long = "A huge pothole opposite the school has swallowed two riders since last week"
    short = "A pothole opposite the school"
    bare = "A huge pothole on this road has swallowed two riders since last week now"
    for text, reasons in ((long, {"words": 1.0}), (short, {}), (bare, {})):
        own = case(text, places=NOWHERE)
        assert reasons_to_join("roads", own, own, 1.0) == reasons


def test_the_same_words_at_two_places_are_no_reason() -> None:
    text = "A huge pothole opposite the school has swallowed two riders since last week"
    own, other = case(text), case(text, places=AUNDH)
    assert reasons_to_join("roads", own, other, 1.0) == {}


def test_words_of_another_topic_name_no_problem_of_this_one() -> None:
    assert read_spot("roads", ["No water since morning"]).problems == frozenset()
    spot = read_spot("water", ["पाणी नाही", "गळती आहे"])
    assert spot.problems == {"no_supply", "leak"}
    assert spot.is_whole


def test_a_word_that_only_begins_like_another_is_not_it() -> None:
    assert read_spot("roads", ["ganpati mandira shejari"]).landmarks == {"temple"}
