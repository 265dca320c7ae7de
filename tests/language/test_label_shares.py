"""Shares corrected for what is taken for something else, against simulated readers."""

import json
import math
from collections import Counter
from importlib import resources

import numpy as np
import pytest

from socialcell.language import read
from socialcell.language.label_shares import (
    Counts,
    Share,
    Uncorrectable,
    corrected_shares,
    measured_readers,
    regrouped,
)
from socialcell.settings.language import NcModels

LABELS = ("yes", "no")
Matrix = dict[str, dict[str, float]]


def matrix(yes_as_yes: int, yes_as_no: int, no_as_yes: int, no_as_no: int) -> Counts:
    return Counter(
        {
            ("en", "yes", "yes"): yes_as_yes,
            ("en", "yes", "no"): yes_as_no,
            ("en", "no", "yes"): no_as_yes,
            ("en", "no", "no"): no_as_no,
        }
    )


def share_of(found: dict[str, Share] | Uncorrectable, label: str) -> Share:
    assert not isinstance(found, Uncorrectable)
    return found[label]


def test_a_share_is_corrected_as_by_hand() -> None:
    measured = matrix(90, 10, 20, 80)
    found = share_of(
        corrected_shares(measured, {"en": {"yes": 480, "no": 520}}, LABELS), "yes"
    )
    # (0.48 - 0.2) / (0.9 - 0.2)
    assert found.share == pytest.approx(0.4)


def test_the_interval_is_as_wide_as_the_delta_method_says() -> None:
    measured = matrix(180, 20, 40, 260)
    week = {"en": {"yes": 700, "no": 1300}}
    found = share_of(corrected_shares(measured, week, LABELS), "yes")
    hit, false, q = 180 / 200, 40 / 300, 700 / 2000
    p = (q - false) / (hit - false)
    variance = (
        q * (1 - q) / 2000
        + p**2 * hit * (1 - hit) / 200
        + (1 - p) ** 2 * false * (1 - false) / 300
    ) / (hit - false) ** 2
    width = 2 * 1.96 * math.sqrt(variance)
    assert found.high - found.low == pytest.approx(width, rel=0.06)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6])
def test_ninety_five_of_a_hundred_intervals_hold_the_truth(share: float) -> None:
    rng = np.random.default_rng(11)
    hit, false = 0.88, 0.09
    rounds, held = 400, 0
    for _ in range(rounds):
        right, wrong = rng.binomial(240, hit), rng.binomial(300, false)
        asks = rng.binomial(1500, share)
        read = rng.binomial(asks, hit) + rng.binomial(1500 - asks, false)
        found = share_of(
            corrected_shares(
                matrix(right, 240 - right, wrong, 300 - wrong),
                {"en": {"yes": int(read), "no": int(1500 - read)}},
                LABELS,
            ),
            "yes",
        )
        held += found.low <= share <= found.high
    # Three standard errors of 0.95 from 400 rounds are 0.033.
    assert held / rounds == pytest.approx(0.95, abs=0.035)


def test_three_labels_are_corrected_together_with_intervals_that_hold() -> None:
    rng = np.random.default_rng(5)
    labels = ("negative", "neutral", "positive")
    truth = np.array([0.25, 0.6, 0.15])
    rates = np.array([[0.8, 0.15, 0.05], [0.2, 0.7, 0.1], [0.05, 0.2, 0.75]])
    held = np.zeros(3)
    for _ in range(300):
        counts = [
            rng.multinomial(n, row)
            for n, row in zip((126, 127, 47), rates, strict=True)
        ]
        measured = {
            ("mr", true, read): int(counts[i][j])
            for i, true in enumerate(labels)
            for j, read in enumerate(labels)
        }
        people = rng.multinomial(1500, truth)
        seen = sum(
            rng.multinomial(n, row) for n, row in zip(people, rates, strict=True)
        )
        week = {"mr": dict(zip(labels, map(int, seen), strict=True))}
        for i, label in enumerate(labels):
            found = share_of(corrected_shares(measured, week, labels), label)
            held[i] += found.low <= truth[i] <= found.high
    assert (held / 300 > 0.91).all()


def test_languages_that_are_misread_differently_are_corrected_apart() -> None:
    marathi = matrix(70, 30, 40, 60)
    measured = {
        **matrix(95, 5, 5, 95),
        **{("mr", true, read): n for (_, true, read), n in marathi.items()},
    }
    week = {"en": {"yes": 50, "no": 950}, "mr": {"yes": 400, "no": 600}}
    found = share_of(corrected_shares(measured, week, LABELS), "yes")
    # Nobody asks: 5 % of the English and 40 % of the Marathi are read so by mistake.
    assert found.share == pytest.approx(0, abs=1e-9)


def test_a_language_without_tests_is_corrected_as_all_languages_are() -> None:
    measured = matrix(90, 10, 20, 80)
    week = {"hi": {"yes": 480, "no": 520}}
    found = share_of(corrected_shares(measured, week, LABELS), "yes")
    assert found.share == pytest.approx(0.4)


def test_a_reader_that_guesses_corrects_nothing() -> None:
    found = corrected_shares(
        matrix(55, 45, 50, 50), {"en": {"yes": 5, "no": 5}}, LABELS
    )
    assert found == Uncorrectable("singular")


def test_a_label_measured_on_nine_posts_corrects_nothing() -> None:
    found = corrected_shares(matrix(9, 0, 0, 90), {"en": {"yes": 5, "no": 5}}, LABELS)
    assert found == Uncorrectable("few")


def test_shares_stay_between_nothing_and_all() -> None:
    measured = matrix(90, 10, 20, 80)
    found = corrected_shares(measured, {"en": {"yes": 10, "no": 990}}, LABELS)
    assert share_of(found, "yes") == Share(0.0, 0.0, 0.0)
    assert share_of(found, "no").share == 1.0


def test_the_shipped_counts_are_those_of_the_models_that_ship() -> None:
    counts = measured_readers()
    asking = regrouped(
        counts["socialcell-semantic"]["intent"],
        lambda label: str(label in ("complaint", "question", "suggestion", "help")),
    )
    assert sum(asking.values()) == 550
    assert sum(counts["socialcell-linear"]["topic"].values()) == 300


def test_the_shipped_counts_name_the_version_that_reads() -> None:
    file = resources.files("socialcell.language") / "data" / "reader_counts.json"
    shipped = {
        one["name"]: one["version"] for one in json.loads(file.read_text())["readers"]
    }
    for nc, semantic in (
        (NcModels.ALL, True),
        (NcModels.ALL, False),
        (NcModels.LICENSED, False),
        (NcModels.NONE, False),
    ):
        (reading,) = read(["hello"], nc=nc, semantic=semantic)
        version = reading.model.version.split(".en-")[0]
        assert shipped[reading.model.name] == version, (
            "Run python -m benchmarks.reader_counts: models or words have changed."
        )
