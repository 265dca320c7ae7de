"""Words of every day speak for no topic, and give no reason for haste."""

import pytest

from socialcell.language import pipeline
from socialcell.language.notes import notes_of


def told(text: str) -> set[tuple[str, str]]:
    """Kind and value of every cue of a text."""
    nlp = pipeline.build()
    doc = nlp.make_doc(text)
    notes_of(doc).text = text
    for name, pipe in nlp.pipeline:
        doc = pipe(doc)
        if name == "socialcell_cues":
            break
    return {(hit.cue.kind, hit.cue.value) for hit in notes_of(doc).hits}


@pytest.mark.parametrize(
    "text",
    ["have", "with", "नाही", "ना", "साथ", "गया", "gaya", "gaye", "sab", "tar", "karat"],
)
def test_a_word_of_every_day_is_no_cue(text: str) -> None:
    assert not {kind for kind, _ in told(text)} & {"topic", "urgency"}


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("गायी", "animals"),
        ("हवा प्रदूषण", "air"),
        ("रस्ता", "roads"),
        ("bribe", "conduct"),
    ],
)
def test_the_words_beside_them_still_are(text: str, topic: str) -> None:
    assert ("topic", topic) in told(text)


def test_a_child_is_a_reason_for_haste() -> None:
    assert ("urgency", "children, old or ill people") in told("लहान मुले")
