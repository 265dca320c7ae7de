"""The demo's database keeps every rule that doctor --deep looks at."""

from socialcell.services.context import open_context
from socialcell.services.doctor import invariants
from tests.end_to_end.conftest import Demo


def test_every_rule_holds_of_the_demo(demo: Demo) -> None:
    context = open_context(demo.config)

    found = {check.name: check for check in invariants.examine(context)}
    context.engine.dispose()

    assert [one for one in found.values() if one.state != "ok"] == []
    assert len(found) == 13
