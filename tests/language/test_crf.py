"""Our decoding of CRFsuite's files against CRFsuite itself."""

import random
import struct
from functools import cache

import pycrfsuite
import pytest

from socialcell.errors import SocialcellError
from socialcell.language import weights
from socialcell.language.names import conll
from socialcell.language.names.crf import Crf
from socialcell.language.names.name_tagger import Tagger, features

SAID = (
    "पुण्यात मुंबईत महापालिकेच्या आयुक्त सुनीता पाटील यांनी आज सकाळी नऊ वाजता "
    "शिवाजीनगर येथे १५ ऑगस्टला दिल्ली में प्रधानमंत्री नरेंद्र ने कहा कि भारत सरकार "
    "की बैठक , . ! @someone #पुणे 12:30 PMC < > << | a|b"
)
WORDS = SAID.split()


@cache
def model(language: str) -> bytes:
    found = weights.content(f"entities-{language}")
    assert found is not None
    return found


def made_sentences(seed: int) -> list[list[str]]:
    """Sentences of real and made words, none, one and many of them."""
    rng = random.Random(seed)
    letters = "".join(WORDS)
    made = ["".join(rng.choices(letters, k=rng.randrange(1, 9))) for _ in range(200)]
    return [rng.choices([*WORDS, *made], k=n % 40) for n in range(200)]


@pytest.mark.parametrize("language", ["mr", "hi"])
def test_names_are_those_that_the_library_finds(language: str) -> None:
    peer = pycrfsuite.Tagger()
    peer.open_inmemory(model(language))
    sentences = made_sentences(7)

    found = Tagger(model(language)).spans(sentences)

    expected = [
        conll.mapped_spans(peer.tag(features(words))) if words else []
        for words in sentences
    ]
    assert found == expected
    assert sum(map(len, expected)) > 100


def test_a_sentence_reads_the_same_alone_and_among_others() -> None:
    tagger, sentences = Tagger(model("mr")), made_sentences(8)

    together = tagger.spans(sentences)

    fresh = Tagger(model("mr"))
    assert [fresh.spans([words])[0] for words in reversed(sentences)] == together[::-1]


def test_labels_and_weights_are_those_of_the_library() -> None:
    peer = pycrfsuite.Tagger()
    peer.open_inmemory(model("hi"))
    told = peer.info()

    found = Crf.of(model("hi"))

    assert {name: int(n) for name, n in told.labels.items()} == {
        name: at for at, name in enumerate(found.labels)
    }
    for (attribute, label), weight in random.Random(7).sample(
        sorted(told.state_features.items()), 500
    ):
        at = found.attribute_ids[attribute], found.labels.index(label)
        assert found.emits[at] == pytest.approx(weight, abs=1e-6)
    for (before, after), weight in told.transitions.items():
        at = found.labels.index(before), found.labels.index(after)
        assert found.moves[at] == pytest.approx(weight, abs=1e-6)


def test_no_words_have_no_names() -> None:
    assert Tagger(model("mr")).spans([]) == []
    assert Tagger(model("mr")).spans([[], []]) == [[], []]


@pytest.mark.parametrize(
    "file", [b"", b"PK\x03\x04", struct.pack("<4sI4s", b"lCRF", 0, b"FOMX")]
)
def test_another_kind_of_file_is_refused(file: bytes) -> None:
    with pytest.raises(SocialcellError, match="no first-order CRFsuite model"):
        Crf.of(file)
