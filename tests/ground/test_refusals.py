"""What a database refuses is told in words, with the exit code of whose fault it is."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from socialcell import db
from socialcell.errors import UsageError
from socialcell.listening.model import Mention
from socialcell.services.context import Context


@pytest.mark.parametrize("number", [2**63, 10**20, -(2**70)])
def test_a_number_that_no_id_can_be_is_a_wrong_call(
    context: Context, number: int
) -> None:
    with (
        pytest.raises(UsageError, match="too large to be an id"),
        db.reading(context.engine) as session,
    ):
        session.get(Mention, number)


@pytest.mark.parametrize(
    ("overflow", "reason"),
    [
        (lambda: float(10**400), "too large"),
        (lambda: date.max + timedelta(days=1), "out of range"),
    ],
)
def test_an_overflow_that_is_not_the_database_s_stays_a_fault(
    context: Context, overflow: Callable[[], object], reason: str
) -> None:
    with pytest.raises(OverflowError, match=reason), db.reading(context.engine):
        overflow()
