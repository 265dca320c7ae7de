"""Hashtags in small letters are read as the words that they are made of."""

import pytest

from socialcell.language import read
from socialcell.language.pipeline import build


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("#punefloods", ["#", "pune", "floods"]),
        ("#savepunerivers!", ["#", "save", "pune", "rivers", "!"]),
        ("#kothrudwatercrisis", ["#", "kothrud", "water", "crisis"]),
        ("#campaign", ["#", "campaign"]),
        ("#pothole", ["#", "pothole"]),
        ("#zxqwvpune", ["#", "zxqwvpune"]),
        ("punefloods", ["punefloods"]),
        ("#BanerRoad", ["#", "Baner", "Road"]),
    ],
)
def test_a_tag_is_cut_only_into_words_that_are_known(
    text: str, tokens: list[str]
) -> None:
    assert [token.text for token in build().tokenizer(text)] == tokens


def test_the_place_in_a_tag_is_found_where_it_stands() -> None:
    (reading,) = read(["No supply again #kothrudwatercrisis"])

    found = [(e.start, e.end, e.text, e.id) for e in reading.entities]
    assert found == [(17, 24, "kothrud", "place:kothrud")]
