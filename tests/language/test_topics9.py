"""The nine-class head inside read(): mapped to our topics, for English civic posts."""

from pathlib import Path

import pytest
from spacy.language import Language

from socialcell.language import lexicon, weights
from socialcell.language.classifiers import nine_topics
from socialcell.language.notes import notes_of
from socialcell.language.pipeline import build

DOCS = Path(__file__).resolve().parents[2] / "docs" / "language.md"


@pytest.fixture(scope="module")
def nlp() -> Language:
    return build()


def cues(nlp: Language, text: str) -> list[tuple[str, str]]:
    """What the head said of a text, as one of our topics and its own words."""
    hits = notes_of(nlp(text)).hits
    return [
        (hit.cue.value, hit.cue.phrase)
        for hit in hits
        if hit.cue.phrase.startswith("topics9: ")
    ]


def test_every_class_of_the_model_has_a_topic_of_ours() -> None:
    model = weights.linear(nine_topics.MODEL)
    mapped = lexicon.data("topics9")["topics"]

    assert model is not None
    assert set(mapped) == set(model.classes)
    assert set(mapped.values()) <= set(lexicon.vocabulary("topic"))


def test_the_mapping_is_published() -> None:
    table = DOCS.read_text("utf-8")

    for label, topic in lexicon.data("topics9")["topics"].items():
        assert f"| {label} | `{topic}` |" in table


def test_the_head_sees_a_topic_that_no_rule_names(nlp: Language) -> None:
    text = "Lung disease is rising because of factories, unsafe for residents"
    ruled = [
        hit.cue.value
        for hit in notes_of(nlp(text)).hits
        if hit.cue.kind == "topic" and not hit.cue.phrase.startswith("topics9")
    ]

    assert "air" not in ruled
    assert cues(nlp, text) == [("air", "topics9: Air")]


def test_the_head_is_silent_where_no_rule_saw_a_civic_matter(nlp: Language) -> None:
    text = "Her novel is about factories, lungs and breathing"
    model = weights.linear(nine_topics.MODEL)
    assert model is not None
    (chances,) = model.chances([text])
    assert max(chances.values()) > 0.6

    assert cues(nlp, text) == []


def test_the_head_is_for_english_only(nlp: Language) -> None:
    said = (
        "factory ke dhuen se lung disease ho raha hai, unsafe hai, pollution bandh karo"
    )
    doc = nlp(said)

    assert notes_of(doc).language == "hi-Latn"
    assert cues(nlp, said) == []


def test_a_batch_says_what_one_text_says(nlp: Language) -> None:
    texts = [
        "Lung disease is rising because of factories, unsafe for residents",
        "कोथरूडमध्ये पाणी नाही",
        "Potholes everywhere, the road is broken and dangerous",
    ]

    together = [
        [hit.cue.phrase for hit in notes_of(doc).hits] for doc in nlp.pipe(texts)
    ]

    assert together == [
        [hit.cue.phrase for hit in notes_of(nlp(text)).hits] for text in texts
    ]
