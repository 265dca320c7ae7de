"""Ids of tests are short enough to read."""

import pytest

from tests import node_ids


@pytest.mark.parametrize(
    ("value", "id_"),
    [
        ("a" * 60, None),
        ("a" * 100_000, "a" * 30 + "~100000"),
        (b"\xff" * 61, "\\xff" * 30 + "~61"),
        (10**100, None),
    ],
)
def test_a_long_parameter_is_named_by_its_beginning_and_its_length(
    value: object, id_: str | None
) -> None:
    assert node_ids.shortened(value) == id_


def test_the_id_of_a_test_is_short_whatever_its_parameter(
    request: pytest.FixtureRequest, long: str
) -> None:
    assert len(long) == 5000
    assert len(request.node.nodeid) < 200


@pytest.fixture(params=["x" * 5000])
def long(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text
