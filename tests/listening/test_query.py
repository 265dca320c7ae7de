from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.listening.day_ranges import day_end, day_start, read_day
from socialcell.listening.query.query_language import (
    And,
    FieldTerm,
    Holdings,
    Node,
    Not,
    Or,
    QueryError,
    TextTerm,
    list_restrictions,
    parse,
    widen_query,
)
from socialcell.message_catalog import LANGUAGES, Message, in_words

HOLDINGS = Holdings(
    ("news", "x"),
    frozenset({("x", "citydesk")}),
    ("body:msedcl", "dept:water"),
    {
        "topic": ("roads", "water"),
        "ward": ("none", "ward:kothrud-bavdhan"),
        "place": ("place:kothrud", "place:wagholi"),
    },
)
NOW = datetime(2026, 11, 23, 12, tzinfo=IST)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("Water", TextTerm("water")),
        ("pani*", TextTerm("pani", prefix=True)),
        ('"No Water"', TextTerm("no water")),
        ("a b", And((TextTerm("a"), TextTerm("b")))),
        ("a AND b", And((TextTerm("a"), TextTerm("b")))),
        ("पाणी OR pani", Or((TextTerm("पाणी"), TextTerm("pani")))),
        ("a b OR c", Or((And((TextTerm("a"), TextTerm("b"))), TextTerm("c")))),
        ("a (b OR c)", And((TextTerm("a"), Or((TextTerm("b"), TextTerm("c")))))),
        ("a NOT b", And((TextTerm("a"), Not(TextTerm("b"))))),
        ("a -b", And((TextTerm("a"), Not(TextTerm("b"))))),
        ("urgency:high", FieldTerm("urgency", "high", 1)),
        ("a intent:help", And((TextTerm("a"), FieldTerm("intent", "help", 3)))),
        ("topic:water a", And((FieldTerm("topic", "water", 1), TextTerm("a")))),
        ('ward:"Nagar Road"', FieldTerm("ward", "ward:Nagar Road", 1)),
        ("well-known", TextTerm("well known")),
        ("#pothole", TextTerm("pothole")),
        ("सड़क", TextTerm("सडक")),
        ("स्वच्छ्\u200cता", TextTerm("स्वच्छ्ता")),
    ],
)
def test_a_query_is_read_as_its_grammar_says(query: str, tree: Node) -> None:
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Urgency:critical", "urgency:critical"),
        ("URGENCY:Critical", "urgency:critical"),
        ("Platform:X", "platform:x"),
        ("Topic:Roads", "topic:roads"),
        ("Place:Kothrud", "place:kothrud"),
        ("Ward:NONE", "ward:none"),
        ("Owner:PMC", "owner:pmc"),
        ("Lang:MR-LATN", "lang:mr-Latn"),
        ("Lang:Und", "lang:und"),
        ('Department:"Water Supply"', 'department:"Water Supply"'),
    ],
)
def test_fields_and_values_of_lists_are_read_in_any_case(
    written: str, meant: str
) -> None:
    assert parse(written) == parse(meant)
    assert list_restrictions(written) == list_restrictions(meant)


def test_the_words_of_a_register_keep_their_capitals() -> None:
    assert parse("Status:Open") == FieldTerm("status", "Open", 1)


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
        ("a Urgncy:critical", 3, "no field"),
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_syntax_error_shows_the_query_with_a_pointer_in_every_language(
    language: str,
) -> None:
    with pytest.raises(QueryError) as caught:
        parse("पाणी (a OR b")

    sentence, query, pointer = in_words(caught.value.message, language).splitlines()
    reason = caught.value.message.parameters["reason"]
    assert isinstance(reason, Message)
    assert reason.code == "query.open_parenthesis"
    assert sentence.startswith(in_words(reason, language))
    assert (query, pointer) == ("  पाणी (a OR b", "       ^")


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
        ("a topic:road", 3, "no topic 'road'; there are .*; the nearest is roads"),
        ("ward:kothrud-bavdan", 1, "the nearest is ward:kothrud-bavdhan"),
        ("ward:ward:kothrud", 1, "There is no ward 'ward:kothrud'"),
        ("place:kotrud", 1, "There is no place 'kotrud' .*; the nearest is kothrud"),
        ("-place:xyzzy", 2, "There is no place 'xyzzy' in the gazetteer"),
    ],
)
def test_what_a_workspace_cannot_hold_is_an_error_with_its_position(
    query: str, position: int, said: str
) -> None:
    with pytest.raises(QueryError, match=said) as caught:
        parse(query, HOLDINGS)

    assert caught.value.position == position


@pytest.mark.parametrize(
    "query",
    [
        *("platform:news", "from:CityDesk", "from:@citydesk", "owner:msedcl"),
        *("topic:roads", "ward:none", "ward:ward:kothrud-bavdhan", "place:kothrud"),
    ],
)
def test_what_a_workspace_holds_can_be_asked_for(query: str) -> None:
    assert parse(query, HOLDINGS) == parse(query)


@pytest.mark.parametrize("name", ["ward", "place"])
def test_an_id_may_stand_without_what_its_field_says_already(name: str) -> None:
    assert parse(f"{name}:kothrud") == parse(f"{name}:{name}:kothrud")
    assert parse(f"{name}:kothrud") == FieldTerm(name, f"{name}:kothrud", 1)


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


@pytest.mark.parametrize(
    ("value", "before"),
    [
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_a_time_before_now_is_a_moment(value: str, before: timedelta) -> None:
    assert day_start(value, "--since", NOW) == NOW - before
    assert day_end(value, "--until", NOW) == NOW - before
    assert read_day(value, "--since", NOW) == (NOW - before).date()
    (field,) = (parse(f"since:{value}", now=NOW),)
    assert isinstance(field, FieldTerm)
    assert datetime.fromisoformat(field.value) == NOW - before


@pytest.mark.parametrize("value", ["24", "h", "-7d", "1.5h", "7 d", "99999d", "3y"])
def test_what_is_no_time_before_now_is_refused_with_the_forms(value: str) -> None:
    for read in (day_start, day_end, read_day):
        with pytest.raises(UsageError, match=r"--since takes a day .* 7d"):
            read(value, "--since", NOW)


@pytest.mark.parametrize("value", ["24h", "7d", "monday"])
def test_what_takes_no_time_before_now_does_not_offer_one(value: str) -> None:
    for read in (day_start, day_end):
        with pytest.raises(UsageError) as refused:
            read(value, "--due")

        assert str(refused.value) == (
            "--due takes a day such as 2026-11-23 or a moment such as "
            f"2026-11-23T09:00, not '{value}'."
        )
    with pytest.raises(UsageError) as refused:
        read_day(value, "--until")

    assert str(refused.value) == (
        f"--until takes a day such as 2026-11-23, not '{value}'."
    )


def test_a_wrong_day_in_a_query_names_its_position() -> None:
    with pytest.raises(QueryError, match="24h or 7d, not 'monday'") as refused:
        parse("water since:monday", now=NOW)

    assert refused.value.position == 7


@pytest.mark.parametrize(
    "value", ["pmc", "other", "none", "body:msedcl", "msedcl", "dept:water", "water"]
)
def test_an_owner_is_known_by_its_id_or_the_end_of_it(value: str) -> None:
    assert parse(f"owner:{value}", HOLDINGS) == FieldTerm("owner", value, 1)


def test_an_unknown_owner_is_refused_with_the_nearest() -> None:
    with pytest.raises(QueryError, match="the nearest is msedcl"):
        parse("owner:msedc", HOLDINGS)
