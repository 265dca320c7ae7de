"""The query language of recent search, against posts written by hand."""

import pytest

from socialcell.sandbox.x.x_query import IndexedPost, XQueryError, index_post, parse


def post(
    text: str = "Water in Pune", author: str = "tanvi_sbx1", **facts: object
) -> IndexedPost:
    traits = set(facts.get("traits", ()))
    return index_post(
        text, author, facts.get("to"), str(facts.get("lang", "en")), traits
    )


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("pune", "No water in PUNE!", True),
        ("pune", "punekar writes", False),
        ("water pune", "Pune has water", True),
        ("water pune", "Pune has none", False),
        ("water OR पाणी", "पुण्यात पाणी नाही", True),
        ("पुणे", "पुणेकर", False),
        ("पुणे", "पुणे!", True),
        ('"no water"', "there is no water", True),
        ('"no water"', "no clean water", False),
        ("pune -bank", "Pune bank", False),
        ("pune -bank", "Pune road", True),
        ("(road OR water) pune", "water, Pune", True),
        ("(road OR water) pune", "garbage, Pune", False),
        ("road OR water pune", "road alone", True),
        ("#Pune", "so #pune", True),
        ("#Pune", "so Pune", False),
        ("pune", "so #Pune", True),
        ("@PuneCityDemo", "hey @punecitydemo", True),
        ("@PuneCityDemo", "hey PuneCityDemo", False),
        ("pune", "see https://pune.example/pune", False),
        ("pune -(road OR water)", "Pune water", False),
        ("दर्‍या", "रस्त्यावर दर्‍या", True),
    ],
)
def test_words_phrases_and_brackets(query: str, text: str, found: bool) -> None:
    assert parse(query)(post(text)) is found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("water from:tanvi_sbx1", True),
        ("water from:other", False),
        ("water -from:tanvi_sbx1", False),
        ("water to:punecitydemo", True),
        ("water lang:mr", True),
        ("water lang:en", False),
        ("water is:reply", True),
        ("water -is:reply", False),
        ("water -is:retweet", True),
        ("water has:links", False),
    ],
)
def test_operators(query: str, found: bool) -> None:
    water = post("water", lang="mr", to="PuneCityDemo", traits={"reply"})
    assert parse(query)(water) is found


@pytest.mark.parametrize(
    "query",
    ["", "(pune", "pune)", "-pune", "lang:en", "nonsense:pune", "pune OR", "x" * 513],
)
def test_what_the_platform_would_refuse_is_refused(query: str) -> None:
    with pytest.raises(XQueryError):
        parse(query)
