"""Who acts at the desk of a city whose areas and owners are entered."""

import pytest

from socialcell.roles import Role
from socialcell.services.context import Context
from tests.desk_builders import make_registers
from tests.operators import acting


@pytest.fixture
def asha(context: Context) -> Context:
    """An operator of the whole city."""
    make_registers(context)
    return acting(context, "Asha Sample", Role.OPERATOR)
