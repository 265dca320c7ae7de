"""A phrase that many people suddenly use is found; one person's zeal is not."""

from collections.abc import Iterable
from math import log, sqrt

import pytest

from socialcell.listening.alerts.rising_phrases import (
    LISTED_AT,
    PhraseText,
    Rise,
    clauses,
    rising,
    signed_root,
)


def said(texts: Iterable[str], first: int = 0) -> list[PhraseText]:
    """One person a text."""
    return [PhraseText(n, n, clauses(text)) for n, text in enumerate(texts, first)]


def usual(n: int, first: int = 0) -> list[PhraseText]:
    return said([f"road {k} in Aundh is dug up again" for k in range(n)], first)


QUIET = usual(300, 1000)


def phrases(found: list[Rise]) -> list[str]:
    return [rise.phrase for rise in found]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Oxygen tanker stuck at Katraj", "oxygen tanker stuck"),
        ("कात्रजला ऑक्सिजन टँकर अडकला आहे", "ऑक्सिजन टँकर अडकला"),
        ("कात्रज में ऑक्सीजन टैंकर फँसा है", "ऑक्सीजन टैंकर फँसा"),
        ("Katraj la oksijan tanker adakla ahe", "oksijan tanker adakla"),
    ],
)
def test_a_phrase_rises_in_every_language(text: str, phrase: str) -> None:
    now = [*said(f"{text}, {n}" for n in range(8)), *usual(12, 100)]

    (found, *others) = rising(now, QUIET)

    assert others == []
    assert set(phrase.split()) & set(found.phrase.split())
    assert (found.observed, found.expected) == (8, 0.0)
    assert found.mentions == tuple(range(8))


def test_the_score_is_the_signed_root_of_the_likelihood_ratio() -> None:
    # 8 of 20 now, 6 of 300 before: worked out from the table by hand.
    share = 14 / 320
    g2 = 2 * (
        8 * log(8 / (20 * share))
        + 12 * log(12 / (20 * (1 - share)))
        + 6 * log(6 / (300 * share))
        + 294 * log(294 / (300 * (1 - share)))
    )

    assert signed_root(8, 20, 6, 300) == pytest.approx(sqrt(g2))
    assert sqrt(g2) == pytest.approx(5.4, abs=0.01)
    assert signed_root(6, 300, 8, 20) == pytest.approx(-sqrt(g2))
    assert signed_root(3, 30, 30, 300) == pytest.approx(0.0, abs=1e-6)
    assert signed_root(3, 30, 0, 0) == 0.0


def test_who_says_it_ten_times_counts_once() -> None:
    zeal = [PhraseText(n, "one", clauses(f"dead cat in lane {n}")) for n in range(30)]

    assert rising([*zeal, *usual(20, 100)], QUIET) == []


def test_what_was_said_as_often_before_does_not_rise() -> None:
    assert rising(usual(20), QUIET) == []


def test_what_fell_silent_does_not_rise() -> None:
    now = said([f"quiet {n}" for n in range(4)] + ["ok fine"] * 20)

    assert phrases(rising(now, QUIET)) == ["ok fine"]


def test_one_thing_is_told_once_by_its_best_phrase() -> None:
    now = said([f"burst pipe floods Baner, see {n}" for n in range(9)])

    assert len(rising(now, QUIET)) == 1


def test_two_things_are_told_apart() -> None:
    now = said(
        [f"burst pipe in Baner {n}" for n in range(9)]
        + [f"tree fell on wires {n}" for n in range(9)]
    )

    found = rising(now, QUIET)

    assert len(found) == 2
    assert set(found[0].mentions).isdisjoint(found[1].mentions)


@pytest.mark.parametrize(
    "text",
    [
        "Everybody join the morcha tomorrow",
        "मोर्चात सामील व्हा",
        "vote for the lotus",
        "हिंदू सण",
        "dalit vasti",
    ],
)
def test_no_phrase_shows_what_nobody_may_watch(text: str) -> None:
    assert rising(said([f"{text} {n}" for n in range(12)]), QUIET) == []


def test_addresses_and_numbers_are_no_words_and_end_a_phrase() -> None:
    text = "Call 9822012345 or @asha_kale, asha@mail.example https://x.com/a/1 पुणे५ now"

    assert clauses(text) == (("call",), ("or",), ("पुणे५", "now"))


def test_a_phrase_neither_begins_nor_ends_with_a_stop_word() -> None:
    now = said([f"the smell of gas is here {n}" for n in range(9)])

    found = rising(now, QUIET)

    assert phrases(found)[0] in ("smell", "smell of gas", "gas")
    assert found[0].score >= LISTED_AT


def test_without_anything_before_nothing_is_known_to_rise() -> None:
    assert rising(said(["burst pipe in Baner"] * 9), []) == []
