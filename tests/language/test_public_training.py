"""Which public texts teach, and which are kept to measure."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from benchmarks import real_texts
from socialcell.errors import SocialcellError
from socialcell.language.normalisation import normalised
from socialcell.language.training import public
from socialcell.language.training.encoder_data import mark
from socialcell.language.training.recipes import CITY_TEXTS, TALK_MEASURES, TALK_TEXTS
from tests.shared import shared

WIRE, PIT = "a wire hangs over the lane", "a pit before the school"


def folder_of(
    tmp_path: Path, city: Mapping[str, str] | None = None, talk: Iterable[str] = ()
) -> Path:
    """Public files: what was written to a city, with its label, in the first, talk in
    the first of talk; the others are empty."""
    texts = {
        CITY_TEXTS[0].file: city or {},
        TALK_TEXTS[0].file: dict.fromkeys(talk, ""),
    }
    files = [source.file for source in (*CITY_TEXTS, *TALK_TEXTS)]
    for file in (*files, *TALK_MEASURES):
        path = tmp_path / file
        path.parent.mkdir(exist_ok=True)
        lines = [
            json.dumps({"text": text, "label": label}) + "\n"
            for text, label in texts.get(file, {}).items()
        ]
        path.write_text("".join(lines), "utf-8")
    return tmp_path


def taught(folder: Path, levels: Mapping[str, str]) -> dict[str, set[str]]:
    """The labels of what teaches, by text; `levels` are those of texts read by hand."""
    by_mark = {mark(text): level for text, level in levels.items()}
    examples = public.public_texts(folder, by_mark, 7)
    return {example.text: set(example.labels) for example in examples}


def test_what_was_written_to_a_city_asks_unless_its_file_says_otherwise(
    tmp_path: Path,
) -> None:
    city = {WIRE: "complaint", PIT: "other", "no lamp": "complaint", "hello": "other"}
    folder = folder_of(tmp_path, city)

    assert taught(folder, {WIRE: "critical", PIT: "high"}) == {
        WIRE: {"intent:complaint", "urgency:critical"},
        PIT: {"urgency:high"},
        "no lamp": {"intent:complaint"},
    }


def test_what_was_kept_measures_and_does_not_teach(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {WIRE: "complaint", PIT: "complaint"})

    assert list(taught(folder, {WIRE: "kept", PIT: "high"})) == [PIT]


def test_talk_teaches_that_it_is_low_but_for_one_of_sixteen(tmp_path: Path) -> None:
    words = ["red", "old", "new", "big", "small", "long", "short", "good", "bad"]
    talk = [f"a {a} and {b} film, {c}" for a in words for b in words for c in words[:4]]
    folder = folder_of(tmp_path, {WIRE: "complaint"}, talk)

    labels = taught(folder, {WIRE: "critical"})

    kept = {text for text in talk if public.is_kept(text)}
    assert set(labels) == {WIRE, *talk} - kept
    assert all(labels[text] == {"intent:not_civic", "urgency:low"} for text in talk[:9])
    assert 10 <= len(kept) <= 40


def test_talk_that_was_read_by_hand_has_the_level_that_was_read(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, talk=[PIT, "good night"])

    assert taught(folder, {PIT: "high"})[PIT] == {"intent:not_civic", "urgency:high"}


def test_other_files_than_those_that_were_read_are_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a text of another city": "complaint"})

    with pytest.raises(SocialcellError) as caught:
        public.public_texts(folder, public.read_levels(), 7)

    assert str(folder) in str(caught.value)


def test_no_public_text_that_measures_is_one_that_teaches() -> None:
    folder = shared("data", "language", "train")
    examples = public.public_texts(folder, public.read_levels(), 7)
    measuring = {
        normalised(text)
        for measured in (
            real_texts.labelled_texts(folder),
            real_texts.drawn_talk(folder, 700),
        )
        for _, texts in measured
        for text in texts
    }

    assert len(examples) > 10_000
    assert not {normalised(example.text) for example in examples} & measuring
