"""The table of connectors and the list of platforms agree."""

from socialcell import connectors
from socialcell.connectors import CONNECTORS, PLATFORMS
from socialcell.connectors.base import Capability

FIGURES = {
    Capability.AD_METRICS,
    Capability.SEARCH_METRICS,
    Capability.STORE_METRICS,
}


def test_every_platform_that_mentions_come_from_can_be_asked_for() -> None:
    of_mentions = {
        connectors.platform(name)
        for name in CONNECTORS
        if not connectors.capabilities(name) & FIGURES
    }

    assert of_mentions <= set(PLATFORMS)
    assert sorted(PLATFORMS) == list(PLATFORMS)
