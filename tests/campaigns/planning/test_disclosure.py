"""Labels in the words of a post: which, in which language, and where."""

from datetime import date

import pytest

from socialcell.campaigns.outreach import (
    dated_rules,
    disclosure_rules,
    disclosure_status,
)

DAY = date(2026, 11, 30)
MR = "तक्रार नोंदवा, फोटो पाठवा."


def kinds(text: str, tie: str = "paid", language: str = "mr", day: date = DAY) -> list:
    return [one.kind for one in disclosure_rules.label_faults(text, tie, language, day)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (f"#जाहिरात #Ad {MR}", "mr"),
        (f"#प्रायोजित {MR}", "mr"),
        (f"जाहिरात: {MR}", "mr"),
        (f"(जाहिरात) {MR}", "mr"),
        (f"जाहिरात\n{MR}", "mr"),
        ("#विज्ञापन शिकायत दर्ज करें", "hi"),
        ("[Advertisement] Report it", "en"),
        ("#AD Report it", "en"),
        ("Sponsored | Report it", "en"),
    ],
)
def test_a_label_that_is_marked_as_one_discloses(text: str, language: str) -> None:
    assert kinds(text, language=language) == []


@pytest.mark.parametrize(
    "text",
    [
        "Report it, send a photo.",
        "We had to add it",
        "#Adventure in Pune",
        "an ad hoc meeting",
        "Not sponsored by anybody",
        "",
    ],
)
def test_a_word_that_only_looks_like_a_label_does_not(text: str) -> None:
    assert kinds(text, language="en") == ["missing"]


def test_a_marathi_word_ends_where_its_vowel_signs_end() -> None:
    assert kinds(f"#जाहिरातबाजी {MR}") == ["missing"]


def test_an_english_label_alone_is_not_in_the_language_of_the_post() -> None:
    (fault,) = disclosure_rules.label_faults(f"#Ad {MR}", "paid", "mr", DAY)
    assert fault.kind == "language"
    assert "जाहिरात" in str(fault.message)
    assert "CCPA" in fault.source


def test_before_that_rule_was_there_any_language_did() -> None:
    assert kinds(f"#Ad {MR}", day=date(2023, 1, 19)) == []
    assert kinds(f"#Ad {MR}", day=date(2023, 1, 20)) == ["language"]


def test_before_any_rule_was_there_nothing_was_asked_for() -> None:
    assert kinds(MR, day=date(2021, 6, 13)) == []
    assert kinds(MR, day=date(2021, 6, 14)) == ["missing"]


def test_a_label_has_to_come_within_the_first_hundred_characters() -> None:
    assert kinds("x" * 98 + " #Ad", language="en") == []
    assert kinds("x" * 100 + " #Ad", language="en") == ["late"]


def test_a_label_in_a_heap_of_hashtags_is_none_to_be_seen() -> None:
    assert kinds("#Pune #Ad #Monsoon go", language="en") == []
    assert kinds("#Pune #Rain #Ad #Monsoon go", language="en") == ["heap"]
    assert kinds("#Ad Report it. #Pune #Rain #Roads #Monsoon", language="en") == []


@pytest.mark.parametrize(
    ("tie", "text", "said"),
    [
        ("gift", "#FreeGift Report it", []),
        ("gift", "#Free gift Report it", []),
        ("gift", "#Sponsored Report it", ["missing"]),
        ("employee", "#Employee Report it", []),
        ("employee", "#Collaboration Report it", ["missing"]),
        ("family", "#Collaboration Report it", []),
        ("travel", "#Sponsored Report it", []),
        ("other", "#Partnership Report it", []),
        ("paid", "#Partnership Report it", ["missing"]),
        ("none", "Report it", []),
    ],
)
def test_the_label_says_what_the_connection_is(
    tie: str, text: str, said: list[str]
) -> None:
    assert kinds(text, tie, "en") == said


@pytest.mark.parametrize(
    ("connection", "paid", "tie"),
    [
        (None, False, "paid"),
        ("none", True, "paid"),
        ("gift", True, "paid"),
        ("gift", False, "gift"),
        ("none", False, "none"),
    ],
)
def test_money_goes_before_what_was_said_and_silence_counts_as_money(
    connection: str | None, paid: bool, tie: str
) -> None:
    assert disclosure_rules.connection_to_disclose(connection, paid) == tie


@pytest.mark.parametrize(
    ("length", "needed"),
    [(2, 2), (10, 3), (15, 3), (60, 20.004), (120, 40.008), (121, 121), (600, 600)],
)
def test_the_longer_the_film_the_longer_the_label(length: float, needed: float) -> None:
    assert disclosure_rules.required_seconds(length, DAY) == pytest.approx(needed)


def test_no_seconds_are_asked_for_before_the_rule() -> None:
    assert disclosure_rules.required_seconds(60, date(2021, 6, 13)) is None


def test_films_are_to_be_heard_and_seen_stories_seen_and_posts_read() -> None:
    asked = {
        one: [rule.id for rule in disclosure_rules.visual_rules(one, DAY)]
        for one in ("post", "story", "reel", "live")
    }
    assert asked == {
        "post": [],
        "story": ["picture"],
        "reel": ["picture", "spoken"],
        "live": ["picture", "spoken"],
    }


@pytest.mark.parametrize(
    ("format_", "faults", "label", "seconds", "length", "wrong"),
    [
        ("post", [], None, None, None, []),
        ("post", ["late"], None, None, None, ["late"]),
        ("post", ["late"], True, None, None, []),
        ("post", [], False, None, None, ["absent"]),
        ("post", None, None, None, None, ["unread"]),
        ("post", None, True, None, None, []),
        ("story", [], None, None, None, ["picture"]),
        ("story", [], True, None, None, []),
        ("reel", [], True, None, None, ["picture"]),
        ("reel", [], True, 2, 12, ["short"]),
        ("reel", [], True, 3, 12, []),
        ("reel", ["missing"], None, None, None, ["missing", "picture"]),
    ],
)
def test_a_post_that_is_out_is_disclosed_by_what_was_read_and_what_was_seen(
    format_: str,
    faults: list[str] | None,
    label: bool | None,
    seconds: float | None,
    length: float | None,
    wrong: list[str],
) -> None:
    seen = disclosure_status.DisclosureFinding(faults, label, seconds, length)

    assert disclosure_status.disclosure_problems(seen, "paid", format_, DAY) == wrong
    assert disclosure_status.disclosure_problems(seen, "none", format_, DAY) == []
    assert set(wrong) <= set(disclosure_status.PROBLEM_MESSAGES)


def test_every_rule_and_rate_card_says_where_it_is_written_and_from_when() -> None:
    for rule in dated_rules.all_rules():
        assert rule.source
        assert rule.valid_from >= date(2015, 1, 1)
        assert dated_rules.rule_on(rule.id, rule.valid_from) == rule
    card = dated_rules.find_rate_card("up-2024", DAY)
    assert card is not None
    assert card.classes["A"].month["youtube"] == 800_000


def test_a_rate_card_that_has_ended_is_none_any_more() -> None:
    assert dated_rules.find_rate_card("rajasthan-2023", date(2024, 12, 31)) is not None
    assert dated_rules.find_rate_card("rajasthan-2023", date(2025, 1, 1)) is None
    assert dated_rules.find_rate_card(None, DAY) is None
