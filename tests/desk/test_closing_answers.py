"""What counts as yes or no to the closing question, in five ways of writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcell.desk.closing_answers import read_answer

YES = [
    "हो",
    "होय",
    "हो झालं",
    "हो, झालं. धन्यवाद 🙏",
    "ho",
    "Ho zala",
    "kam zala",
    "समस्या सुटली",
    "हाँ",
    "हां हो गया",
    "haan ho gaya",
    "समस्या हल हो गई",
    "Yes",
    "YES!!",
    "y",
    "Yes, thank you, the team came today and repaired it.",
    "The problem is solved",
    "👍🏽",
    "✅",
    "closing:yes",
]
NO = [
    "नाही",
    "झालं नाही",
    "काम झालेलं नाही",
    "पाणी आलं नाही",
    "अजून तसंच आहे",
    "nahi",
    "nahi zala",
    "pani yet nahi",
    "ajun tasach ahe",
    "नहीं",
    "नहीं हुआ",
    "अभी तक नहीं हुआ",
    "हो नहीं रहा",
    "nahi hua",
    "abhi bhi waisa hi hai",
    "No",
    "no still leaking",
    "not solved",
    "the problem is not solved",
    "Nobody came",
    "same problem again",
    "❌",
    "closing:no",
]
UNCLEAR = [
    "",
    "धन्यवाद",
    "Thanks 🙏",
    "झालं का?",
    "is it done?",
    "कधी होणार",
    "Yes but it is still leaking",
    "हो नाही",
    "हो, पण अजून गळतंय",
    "no problem now",
    "नाही, आता काही समस्या नाही",
    "a leak, yes",
    "अर्धं काम झालं",
    "ward no 5",
    "will be solved",
    "पता नहीं",
    "the engineer's number please",
    " ".join(["and then they went away"] * 6) + " no",
]


@pytest.mark.parametrize("text", YES)
def test_a_yes_is_recognised(text):
    assert read_answer(text) == "yes"


@pytest.mark.parametrize("text", NO)
def test_a_no_is_recognised(text):
    assert read_answer(text) == "no"


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_is_neither_is_left_to_a_person(text):
    assert read_answer(text) == "unclear"


@given(st.sampled_from(YES), st.sampled_from(["nahi", "नाही", "not", "❌", "नहीं"]))
def test_a_yes_with_a_negation_is_never_a_yes(text, negation):
    assert read_answer(f"{text} {negation}") != "yes"


@given(st.sampled_from(NO))
def test_a_no_that_asks_something_is_never_guessed(text):
    assert read_answer(f"{text}?") == "unclear"


@given(st.text(max_size=80))
def test_any_text_is_read_without_a_fault(text):
    assert read_answer(text) in ("yes", "no", "unclear")
