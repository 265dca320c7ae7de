"""The promises of read(): any string, order and batch; offsets that cut the text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from socialcell import language
from socialcell.language import lexicon
from socialcell.language.pipeline import LONGEST
from socialcell.text import clean_text

_CIVIC = st.sampled_from(
    [
        "कोथरूडमध्ये",
        "पाणी नाही",
        "pune",
        "Camp",
        "3 days",
        "😡",
        "र्‍य",
        "\u200d",
        "@PMCPune",
        "#BanerRoad",
        "https://example.org/a",
        "नऱ्हे",
        "é",
        "\ud83d",
        "\x00",
        "not good",
        "वडगाव शेरीत",
    ]
)
_ANY_TEXT = st.one_of(
    st.text(st.characters(codec=None), max_size=60),
    st.lists(_CIVIC, max_size=6).map(" ".join),
)


@settings(max_examples=150, deadline=None)
@given(_ANY_TEXT)
def test_any_string_gives_a_reading_of_the_vocabularies(text: str) -> None:
    (reading,) = language.read([text])

    assert reading.text == clean_text(text)
    assert reading.language in lexicon.vocabulary("language")
    assert reading.sentiment.label in lexicon.vocabulary("sentiment")
    assert abs(sum(reading.sentiment.probabilities.values()) - 1) < 0.001
    assert -1 <= reading.sentiment.score <= 1
    assert reading.intent.label in lexicon.vocabulary("intent")
    assert {topic.id for topic in reading.topics} <= set(lexicon.vocabulary("topic"))
    assert reading.urgency.level in lexicon.vocabulary("urgency")
    assert 0 <= reading.urgency.score <= 1
    assert not reading.truncated


@settings(max_examples=150, deadline=None)
@given(_ANY_TEXT)
def test_offsets_always_cut_the_cleaned_text_at_the_entity(text: str) -> None:
    (reading,) = language.read([text])

    ends = 0
    for entity in reading.entities:
        assert ends <= entity.start < entity.end
        assert reading.text[entity.start : entity.end] == entity.text
        ends = entity.end


@settings(max_examples=40, deadline=None)
@given(st.lists(_ANY_TEXT, max_size=12), st.integers(1, 5), st.randoms())
def test_neither_order_nor_batch_size_changes_a_result(texts, size, random) -> None:
    alone = {text: language.read([text])[0] for text in texts}
    shuffled = random.sample(texts, len(texts))

    together = list(language.read_stream(shuffled, batch_size=size))

    assert together == [alone[text] for text in shuffled]


def test_a_text_longer_than_spacy_takes_is_read_at_its_beginning_and_flagged() -> None:
    text = "पाणी नाही. " + "अ" * LONGEST

    (reading,) = language.read([text])

    assert reading.truncated
    assert reading.text == text
    assert [topic.id for topic in reading.topics] == ["water"]
    assert reading.as_dict()["truncated"] is True


def test_a_reading_as_a_dict_has_exactly_the_fields_of_the_tag_command() -> None:
    (reading,) = language.read(["कोथरूडमध्ये पाणी नाही"])

    plain = reading.as_dict()

    assert list(plain) == [
        "text",
        "language",
        "mixed",
        "script",
        "sentiment",
        "entities",
        "intent",
        "topics",
        "urgency",
        "model",
    ]
    assert set(plain["sentiment"]) == {"label", "score", "confident", "probabilities"}
    assert set(plain["entities"][0]) == {"start", "end", "text", "label", "id"}
    assert set(plain["intent"]) == {"label", "score", "confident", "detail"}
    assert set(plain["topics"][0]) == {"id", "score"}
    assert set(plain["urgency"]) == {"level", "score", "reasons"}
    assert set(plain["model"]) == {"name", "version"}


def test_the_words_of_one_reader_are_forgotten_before_they_weigh(monkeypatch) -> None:
    from socialcell.language import pipeline

    reader = pipeline.TextReader()
    first = reader._nlp
    before = list(reader.stream(["Kothrudla pani nahi"], 1))
    monkeypatch.setattr(pipeline, "MOST_WORDS", 0)

    after = list(reader.stream(["Kothrudla pani nahi"], 1))

    assert reader._nlp is not first
    assert after == before


def test_no_texts_give_no_readings() -> None:
    assert language.read([]) == []
