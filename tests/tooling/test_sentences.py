"""Each sentence of reports and letters is compared by a test: list and search."""

from pathlib import Path

import pytest

from scripts import sentences
from scripts.sentences import WHOLE, Part
from tests import sentence_changes, sentence_quotes

MORE = "More: %(where)s"
FILE = "tests/tooling/test_sentences.py"
HERE = f"{FILE}::test_words_of_pages_and_commands_are_judged_elsewhere"
GONE = f"{FILE}::test_gone"


def test_every_part_of_every_sentence_is_compared_by_a_test_that_is_there() -> None:
    assert sentences.faults() == []


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A list of the test's own."""
    return tmp_path / "sentences.tsv"


def test_the_list_names_what_is_missing_gone_or_compared_by_nothing(
    place: Path,
) -> None:
    known = Part(MORE, "where")
    sentences.record(place, {known: HERE})
    with place.open("a", encoding="utf-8") as rows:
        rows.write(f"Nobody says this.\t{WHOLE}\t{HERE}\n{MORE}\tfew\t{GONE}\n")

    faults = sentences.faults(sentences.read(place))

    assert f"no longer said: {Part('Nobody says this.', WHOLE)}" in faults
    assert f"no such test: {GONE}" in faults
    assert f"compared by no test: {known}" not in faults
    others = len(sentences.parts()) - 1
    assert sum(fault.startswith("compared by no test") for fault in faults) == others


def test_a_recorded_test_stays_in_the_list_while_it_is_there(place: Path) -> None:
    known = Part(MORE, "where")
    sentences.record(place, {known: HERE})

    assert sentences.record(place, {})[known] == HERE

    place.write_text(place.read_text("utf-8").replace(HERE, GONE), "utf-8")
    assert sentences.record(place, {})[known] == ""


def test_words_of_pages_and_commands_are_judged_elsewhere() -> None:
    shown = {part.sentence for part in sentences.parts()}

    assert MORE in shown
    assert "Stop the daily brief?" not in shown  # a page of socialcell/web


@pytest.mark.parametrize(
    ("written", "other"),
    [
        (4, 5),
        ("1,299", "2,300"),
        ("२०९", "३१०"),
        ("Aundh", "¤Aundh¤"),
    ],
)
def test_a_value_is_changed_into_another_of_its_form(
    written: str | float, other: str | float
) -> None:
    assert sentence_changes.changed(written) == other


def test_the_parts_that_a_test_compares_are_found_by_halving() -> None:
    parts = [Part("a", str(n)) for n in range(13)]
    compared = {parts[2], parts[3], parts[11]}

    def passes(changing: frozenset[Part]) -> bool:
        return not changing & compared

    assert set(sentence_changes._compared(parts, passes)) == compared


def test_a_file_quotes_a_sentence_by_three_words_of_a_language(tmp_path: Path) -> None:
    file = tmp_path / "test_quotes.py"
    file.write_text('LINE = "Most mentions " "name Aundh"\nOTHER = "व्यक्ती 4 name"\n')

    quoted = sentence_quotes.quoted(file)

    assert "Most mentions name %(name)s: %(n)s of %(total)s" in quoted
    assert "Costs are planned, not spent." not in quoted
    assert "Approved by %(by)s, %(at)s." not in quoted
