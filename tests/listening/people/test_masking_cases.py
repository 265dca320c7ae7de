"""Three hundred cases by another hand: what is hidden, and what looks like it."""

from collections import Counter
from datetime import date

import pytest

from socialcell.connectors.base import RecordAuthor
from socialcell.listening.city_numbers import numbers_in_force, package_numbers
from socialcell.listening.people.masking_persons import public_names
from socialcell.listening.people.visibility import People
from socialcell.settings.language import NcModels
from tests.masking_cases import (
    PUBLIC_HANDLES,
    MaskingCase,
    failures,
    judge,
    masking_cases,
)

# As in a workspace that has looked up the numbers that the package lists.
CHECKED = {"checked": date(2026, 11, 2)}
NUMBERS = numbers_in_force(
    [row.model_copy(update=CHECKED) for row in package_numbers()], ()
)
REGISTRY = frozenset(("x", handle.lower()) for handle in PUBLIC_HANDLES)


def people(taggers: NcModels = NcModels.ALL) -> People:
    return People(b"a key", REGISTRY, public_names([], taggers, NUMBERS))


def masked(case: MaskingCase, shown: People) -> str:
    author = RecordAuthor(case.uid, case.handle, case.name)
    return shown.masked("x", case.text, author)


def test_half_of_three_hundred_cases_are_lookalikes() -> None:
    groups = Counter(case.group for case in masking_cases())

    assert groups.total() == 300
    assert groups["lookalike"] == 150
    assert all(
        bool(case.secrets) != (case.group == "lookalike") for case in masking_cases()
    )


@pytest.mark.parametrize("taggers", NcModels)
def test_secrets_are_hidden_and_lookalikes_stay(taggers: NcModels) -> None:
    shown = people(taggers)

    assert failures(judge(lambda case: masked(case, shown))) == {}


def test_masking_a_masked_case_changes_nothing() -> None:
    shown = people()

    for case in masking_cases():
        once = masked(case, shown)
        assert shown.masked("x", once) == once, case.id


def test_the_judge_sees_a_secret_that_is_shown_and_a_lookalike_that_is_hidden() -> None:
    assert set(failures(judge(lambda case: case.text))) == {
        "secret",
        "third_person",
        "digits_in_words",
    }
    assert set(failures(judge(lambda _case: "•••"))) == {"lookalike"}
