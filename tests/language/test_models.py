"""Model files, their checksums and licences; figures worked out by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from socialcell.errors import SocialcellError
from socialcell.language import measure, read, weights
from socialcell.language.labelled_posts import (
    LabelledPost,
    require_apart,
    without_held_out,
)
from socialcell.language.linear_model import Linear
from socialcell.language.names import conll
from socialcell.language.ngram_features import Grams, bags
from socialcell.language.normalisation import normalised
from socialcell.language.semantic import encoder
from socialcell.settings.language import NcModels


def test_every_shipped_file_is_the_one_of_its_card() -> None:
    for card in weights.shipped():
        assert weights.content(card.name), card.name


def test_a_changed_file_is_refused(monkeypatch, tmp_path: Path) -> None:
    facts = {"file": "a.npz", "sha256": "0" * 64, "version": "1", "licence": "own"}
    folder = tmp_path / "nc"
    folder.mkdir()
    (folder / "a.npz").write_bytes(b"changed")
    monkeypatch.setattr(weights, "_folder", lambda _: folder)

    with pytest.raises(SocialcellError, match=r"a\.npz is not the file"):
        weights._checked(weights.ModelCard("a", "nc", facts))


def test_with_nc_off_only_open_models_are_used_and_texts_are_still_read() -> None:
    assert {card.folder for card in weights.shipped(nc=NcModels.NONE)} == {"open"}
    (reading,) = read(["कोथरूडमध्ये पाणी नाही"], nc=NcModels.NONE)

    assert reading.language == "mr"
    assert reading.sentiment.label == "negative"
    assert reading.model.name == "socialcell-rules"


def test_licensed_leaves_out_the_models_of_data_without_a_stated_licence() -> None:
    allowed = {card.name for card in weights.shipped(nc=NcModels.LICENSED)}
    everything = {card.name for card in weights.shipped()}

    assert everything - allowed == {
        "encoder",
        "language",
        "public-nets",
        "sentiment-en",
        "sentiment-hi",
        "sentiment-hi-Latn",
    }
    (reading,) = read(["कोथरूडमध्ये पाणी नाही"], nc=NcModels.LICENSED, semantic=True)
    assert reading.language == "mr"
    assert reading.model.name == "socialcell-licensed"


def test_the_models_without_the_encoder_weigh_less_than_25_megabytes() -> None:
    small = [card for card in weights.shipped() if card.name != encoder.NAME]

    assert sum(card.facts["bytes"] for card in small) < 25e6


def test_the_grams_of_a_word_stay_inside_it() -> None:
    (chars, words) = bags([normalised("ab C"), ""], Grams((2, 3), 2, 20))

    # " a", "ab", "b ", " ab", "ab ", " c", "c ", " c "; and a, b, a b as words
    assert chars.lengths.tolist() == [8, 0]
    assert words.lengths.tolist() == [3, 0]


def test_a_margin_is_the_sum_over_the_root_of_the_number() -> None:
    grams = Grams((1, 1), 0, 4)
    weights_ = np.full((1, 2, 16), 0, np.int8)
    weights_[0, 1] = 10
    model = Linear(("a", "b"), grams, weights_, np.array([1.0, 0.5]), np.zeros(2), 1.0)

    assert model.margins(["xxxy"]).tolist() == [[0.0, 4 * 10 * 0.5 / 2]]


def test_scores_by_hand() -> None:
    found = measure.scores(["a", "a", "b", "b"], ["a", "b", "b", "b"])

    assert found["accuracy"] == 0.75
    assert found["macro_recall"] == 0.75
    assert found["macro_f1"] == round((2 / 3 + 4 / 5) / 2, 4)
    assert found["per_class"]["b"] == {
        "precision": 0.6667,
        "recall": 1.0,
        "f1": 0.8,
        "n": 2,
    }


def test_a_span_counts_only_whole_and_with_its_label() -> None:
    truth = [conll.mapped_spans(["B-NEL", "I-NEL", "O", "B-NEP"])]

    found = measure.span_scores(truth, [[(0, 2, "PLACE"), (3, 4, "ORG")]])

    assert truth == [[(0, 2, "PLACE"), (3, 4, "PERSON")]]
    assert (found["precision"], found["recall"], found["f1"]) == (0.5, 0.5, 0.5)


def test_a_text_that_measures_never_trains() -> None:
    held = [LabelledPost("Hello  THERE @x", "neg")]
    training = [
        LabelledPost("hello there @someone", "neg"),
        LabelledPost("another", "pos"),
    ]

    assert without_held_out(training, held) == [LabelledPost("another", "pos")]
    with pytest.raises(SocialcellError, match="1 texts are both"):
        require_apart(training, held)


def test_no_card_holds_a_text_of_the_data() -> None:
    for card in weights.shipped():
        assert not {"text", "texts"} & set(json.dumps(card.facts).split('"'))
