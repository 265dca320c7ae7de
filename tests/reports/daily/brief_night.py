"""The hours of a brief of a Friday morning, and mentions that came in its night."""

from datetime import datetime, timedelta

from socialcell.clock import IST
from tests.reports.world import World

MORNING = datetime(2026, 11, 20, 8, 30, tzinfo=IST)  # a Friday
EVENING = datetime(2026, 11, 19, 18, 0, tzinfo=IST)
NIGHT = datetime(2026, 11, 20, 2, 0, tzinfo=IST)
HOUR = timedelta(hours=1)


def fill(world: World, n: int = 12) -> None:
    """So many mentions at night, and one on either side of the brief's hours."""
    world.covered()
    for minute in range(n):
        world.mention(NIGHT + timedelta(minutes=minute), topics=("water",))
    world.mention(EVENING - timedelta(minutes=1), topics=("roads",))
    world.mention(MORNING, topics=("roads",))
