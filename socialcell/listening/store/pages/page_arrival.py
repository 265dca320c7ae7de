"""How a page of records came to us: through which source and run, and when."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Arrival:
    """How a page came to us: through which source and run, and when.

    `observed_at` is the moment of which the figures are, for a file before now.
    """

    source_id: int
    run_id: int
    at: datetime
    observed_at: datetime | None = None

    @property
    def observed(self) -> datetime:
        return min(self.observed_at or self.at, self.at)
