import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcell.listening.query import (
    And,
    Field,
    Holdings,
    Node,
    Not,
    Or,
    QueryError,
    Words,
    parse,
    widen_query,
)

HOLDINGS = Holdings(("news", "x"), frozenset({("x", "citydesk")}))


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("Water", Words("water")),
        ("pani*", Words("pani", prefix=True)),
        ('"No Water"', Words("no water")),
        ("a b", And((Words("a"), Words("b")))),
        ("a AND b", And((Words("a"), Words("b")))),
        ("पाणी OR pani", Or((Words("पाणी"), Words("pani")))),
        ("a b OR c", Or((And((Words("a"), Words("b"))), Words("c")))),
        ("a (b OR c)", And((Words("a"), Or((Words("b"), Words("c")))))),
        ("a NOT b", And((Words("a"), Not(Words("b"))))),
        ("a -b", And((Words("a"), Not(Words("b"))))),
        ("urgency:high", Field("urgency", "high", 1)),
        ("a intent:help", And((Words("a"), Field("intent", "help", 3)))),
        ("topic:water a", And((Field("topic", "water", 1), Words("a")))),
        ('ward:"Nagar Road"', Field("ward", "Nagar Road", 1)),
        ("well-known", Words("well known")),
        ("#pothole", Words("pothole")),
        ("सड़क", Words("सडक")),
        ("स्वच्छ्\u200cता", Words("स्वच्छ्ता")),
    ],
)
def test_a_query_is_read_as_its_grammar_says(query: str, tree: Node) -> None:
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "position", "said"),
    [
        ("", 1, "empty"),
        ("water (a OR b", 7, "not closed"),
        ("a)", 2, "too many"),
        ('a "b', 3, "not closed"),
        ("a OR", 5, "missing"),
        ("a AND OR b", 7, "OR is not expected"),
        ("colour:red", 1, "no field"),
        ("a topic:", 3, "needs a value"),
        ("a urgency:hgh", 3, "'hgh'; there are low, normal, high, critical"),
        ("(a OR intent:hlp)", 7, "'hlp'; there are complaint, question, suggestion"),
        ("a 🙏", 3, "no letter or digit"),
        ("(" * 200 + "a" + ")" * 200, 41, "too deep"),
    ],
)
def test_a_syntax_error_names_its_position(
    query: str, position: int, said: str
) -> None:
    with pytest.raises(QueryError, match=said) as caught:
        parse(query)

    assert caught.value.position == position
    assert caught.value.exit_code == 2


@given(st.text(st.sampled_from('ab(पा "-:*OR NDT\u200d'), max_size=60))
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    position = error_position(text)

    assert position is None or 1 <= position <= len(text) + 1


def test_a_query_of_a_thousand_negations_is_refused_not_followed() -> None:
    assert error_position("NOT " * 1000 + "a") == 1
    assert error_position("NOT " * 200 + "a") is None


def error_position(text: str) -> int | None:
    try:
        parse(text)
    except QueryError as error:
        return error.position
    return None


@pytest.mark.parametrize(
    ("query", "position", "said"),
    [
        ("water platform:twitter", 7, "'twitter'; there are news, x"),
        ("from:@a_citizen", 1, "not an account of the registry"),
        ("water -from:a_citizen", 8, "not an account of the registry"),
    ],
)
def test_what_a_workspace_cannot_hold_is_an_error_with_its_position(
    query: str, position: int, said: str
) -> None:
    with pytest.raises(QueryError, match=said) as caught:
        parse(query, HOLDINGS)

    assert caught.value.position == position


@pytest.mark.parametrize("query", ["platform:news", "from:CityDesk", "from:@citydesk"])
def test_what_a_workspace_holds_can_be_asked_for(query: str) -> None:
    assert parse(query, HOLDINGS) == parse(query)


@pytest.mark.parametrize(
    ("query", "wider"),
    [
        ("pani", "~pani"),
        ("pani* topic:water", "~pani* topic:water"),
        ('"no water" OR (kothrud zzzz)', '"no water" OR (~kothrud zzzz)'),
        ("zzzz पाणी", "zzzz ~पाणी"),
        ("pani -kothrud NOT baner", "~pani -kothrud NOT baner"),
        ("~pani", None),
        ("zzzz", None),
        ("topic:water", None),
    ],
)
def test_every_word_that_has_other_spellings_is_widened(
    query: str, wider: str | None
) -> None:
    assert widen_query(query) == wider
