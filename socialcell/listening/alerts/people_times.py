"""Times of mentions by series, where what counts is how many people speak."""

from collections.abc import Hashable
from datetime import datetime, timedelta

STEP = timedelta(minutes=5)
HOUR = timedelta(hours=1)


class PeopleTimes:
    """Times of mentions by series, filled in the order of time.

    What counts is how many people speak: somebody counts once an hour in a series. A
    negative mention is in the negative series, too.
    """

    def __init__(self) -> None:
        self.times: dict[str, list[datetime]] = {}
        self._counted: dict[tuple[str, Hashable], datetime] = {}

    def add(
        self, name: str, at: datetime, author: Hashable | None, sentiment: str | None
    ) -> None:
        """Count a mention; of an unknown author each one counts."""
        names = [name, f"negative {name}"] if sentiment == "negative" else [name]
        for series in names:
            if author is not None:
                last = self._counted.get((series, author))
                if last is not None and at - last < HOUR:
                    continue
                self._counted[series, author] = at
            self.times.setdefault(series, []).append(at)
