"""Figures with their units, in every kind of text."""

import pytest

from socialcell.language.quantities import TextFigure, figures, people_count


def told(text: str) -> list[tuple[str, float]]:
    return [(figure.quantity, figure.value) for figure in figures(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Irrigation says 24,310 cusecs since 4 am", [("discharge", 24310)]),
        ("खडकवासला धरणातून २४,३१० क्युसेक विसर्ग", [("discharge", 24310)]),
        ("51 हजार क्युसेक सोडलंय म्हणे", [("discharge", 51000)]),
        ("साडे तीन हजार क्युसेक", [("discharge", 3500)]),
        ("dedh lakh cusec chhoda hai", [("discharge", 150000)]),
        ("Khadakwasla se 38.5k cusecs", [("discharge", 38500)]),
        (
            "Which is it, 24,310, 38,500 or 51,000 cusecs? Three numbers",
            [("discharge", 24310), ("discharge", 38500), ("discharge", 51000)],
        ),
        ("raised from 13,000 to 24,310 cusecs", [("discharge", 24310)]),
        ("Water level at Bund Garden is 21 feet", [("level_feet", 21)]),
        ("Three people dead, 12 injured and 4 missing",
         [("dead", 3), ("injured", 12), ("missing", 4)]),
        ("दुर्घटनेत पाच जणांचा मृत्यू, १२ जखमी", [("dead", 5), ("injured", 12)]),
        ("हादसे में 7 लोगों की मौत, 3 लापता", [("dead", 7), ("missing", 3)]),
        ("teen log mare, 5 log ghayal", [("dead", 3), ("injured", 5)]),
        ("Death toll: 9 so far", [("dead", 9)]),
        ("पाणी सायंकाळी 6 वाजेपर्यंत बंद", [("until", 18 * 60)]),
        ("Road closed till 9 pm", [("until", 21 * 60)]),
        ("sadak shaam 7 baje tak band hai", [("until", 19 * 60)]),
        ("Bridge closed until 18:30", [("until", 18 * 60 + 30)]),
    ],
)  # fmt: skip
def test_a_figure_has_a_quantity_and_a_value(
    text: str, found: list[tuple[str, float]]
) -> None:
    assert told(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Water is 4 feet deep in our lane",
        "Call 1916 now, 24 hours",
        "Bus 24 is late since 8 pm",
        "He is dead serious about 5 new roads",
        "पाणी ६ वाजेपर्यंत बंद",
    ],
)
def test_numbers_of_something_else_are_none(text: str) -> None:
    assert told(text) == []


def test_a_figure_is_of_the_dam_that_stands_nearest() -> None:
    first, second = figures("Khadakwasla 24,310 cusecs, Panshet 5,000 cusecs")

    assert first != TextFigure("discharge", 24310)
    assert first.of.isdisjoint(second.of)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("No deaths reported", []),
        ("search for missing people", []),
        ("nau log dead", [9.0]),
        ("चार जखमी", [4.0]),
        ("four injured", [4.0]),
    ],
)
def test_an_english_word_that_sounds_like_a_number_is_none(
    text: str, values: list[float]
) -> None:
    assert [figure.value for figure in figures(text)] == values


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("15 people trapped, 3 children", 15),
        ("दीवार गिरी, 12 लोग दबे", 12),
        ("१२ नागरिकांना बाहेर काढले", 12),
        ("पिन 411030 के पास दीवार गिरी, 3 लोग दबे", 3),
        ("Since 1997 we have been asking; 40 are broken", 0),
        ("No people here", 0),
    ],
)
def test_people_are_counted_where_a_word_for_people_follows(
    text: str, count: int
) -> None:
    assert people_count(text) == count
