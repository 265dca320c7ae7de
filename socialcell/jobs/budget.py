"""The ledger of platform allowances, kept in the database and asked before a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from socialcell import db
from socialcell.clock import Clock
from socialcell.connectors.base import Batch, ConnectorError, Kind
from socialcell.ops import store


@dataclass(frozen=True)
class Ledger:
    """One platform's buckets; `caps` are units per calendar month in UTC."""

    engine: Engine
    clock: Clock
    platform: str
    caps: Mapping[str, int]

    def take(self, bucket: str, n: int = 1) -> None:
        """Allow a call that may cost n units. ConnectorError QUOTA past the cap."""
        cap = self.caps.get(bucket)
        if cap is None:
            return
        start, end = month_of(self.clock.now())
        with db.reading(self.engine) as session:
            found = store.usage(session, self.platform, bucket, start)
        used = found.used if found else 0
        if used + n > cap:
            raise ConnectorError(
                Kind.QUOTA,
                f"{used} of this month's {cap} {bucket} of {self.platform} are used; "
                f"the next call may cost {n}. Raise the limit in config.yaml or wait "
                "for the next month.",
                until=end,
            )

    def book(self, session: Session, batch: Batch) -> None:
        """Write what a page has cost, beside its rows."""
        start, _end = month_of(self.clock.now())
        for bucket, used in batch.cost.items():
            store.add_usage(
                session,
                self.platform,
                bucket,
                start,
                used,
                self.caps.get(bucket),
                remaining=batch.limits.remaining if batch.limits else None,
                reset_at=batch.limits.reset_at if batch.limits else None,
            )


def month_of(moment: datetime) -> tuple[datetime, datetime]:
    """The calendar month (UTC) that holds a moment, half open."""
    start = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    year, month = divmod(start.year * 12 + start.month, 12)
    return start, start.replace(year=year, month=month + 1)
