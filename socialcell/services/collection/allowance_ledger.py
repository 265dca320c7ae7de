"""The ledger of platform allowances, kept in the database and asked before a call."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from socialcell import connectors, db
from socialcell.clock import Clock
from socialcell.connectors import publisher
from socialcell.connectors.base import Batch, Bucket, ConnectorError, Kind
from socialcell.message_catalog import Message
from socialcell.ops import store
from socialcell.services.context import Context
from socialcell.settings import Config

MICROS = 1_000_000
_PERIODS = {
    "minute": Message("sources.minute"),
    "hour": Message("sources.hour"),
    "day": Message("sources.day"),
    "month": Message("sources.month"),
}


@dataclass(frozen=True)
class Ledger:
    """One platform's buckets by name, and what it may cost in a month (micros).

    A bucket that is not listed has no cap and no price.
    """

    engine: Engine
    clock: Clock
    platform: str
    buckets: Mapping[str, Bucket] = field(default_factory=dict)
    monthly_limit: int | None = None

    def take(self, bucket: str, n: int = 1) -> None:
        """Allow a call that may cost n units. ConnectorError QUOTA past a cap."""
        limit = self.buckets.get(bucket)
        if limit is None or (limit.cap is None and self.monthly_limit is None):
            return
        with db.reading(self.engine) as session:
            self._require_units(session, limit, n)
            if self.monthly_limit is not None and limit.price_micros:
                self._require_money(session, limit, n)

    def spare(self, first: int = 0) -> "SpareLedger":
        """The same allowances for what can wait: half of each stays for what is new.

        `first` is how many mentions have to be asked about each day whether they are
        gone: until the window ends so much is left for these, a quarter of each cap at
        most.
        """
        half = {
            name: replace(
                bucket, cap=None if bucket.cap is None else self._rest(bucket, first)
            )
            for name, bucket in self.buckets.items()
        }
        money = self.monthly_limit
        if money is not None:
            money //= 4 if first else 2
        return SpareLedger(replace(self, buckets=half, monthly_limit=money))

    def _rest(self, bucket: Bucket, first: int) -> int:
        assert bucket.cap is not None
        _, end = window(bucket, self.clock.now())
        days = math.ceil((end - self.clock.now()) / timedelta(days=1))
        return bucket.cap // 2 - min(bucket.cap // 4, first * days)

    def book(self, session: Session, batch: Batch) -> None:
        """Write what a page has cost, beside its rows."""
        for name, used in batch.cost.items():
            bucket = self.buckets.get(name, Bucket(name, "month"))
            start, end = window(bucket, self.clock.now())
            store.add_usage(
                session,
                self.platform,
                name,
                (start, end),
                used,
                bucket.cap,
                micros=used * bucket.price_micros,
                currency=bucket.currency if bucket.price_micros else None,
                remaining=batch.limits.remaining if batch.limits else None,
                reset_at=batch.limits.reset_at if batch.limits else None,
            )

    def _require_units(self, session: Session, bucket: Bucket, n: int) -> None:
        if bucket.cap is None:
            return
        start, end = window(bucket, self.clock.now())
        row = store.usage(session, self.platform, bucket.name, start)
        used = row.used if row else 0
        if used + n > bucket.cap:
            raise ConnectorError(
                Kind.QUOTA,
                "sources.allowance_used_up",
                used=used,
                period=_PERIODS[bucket.period],
                cap=bucket.cap,
                units=bucket.name,
                platform=self.platform,
                cost=n,
                until=end,
                bucket=bucket.name,
            )

    def _require_money(self, session: Session, bucket: Bucket, n: int) -> None:
        assert self.monthly_limit is not None
        month = replace(bucket, period="month")
        start, end = window(month, self.clock.now())
        spent = store.spent_micros(session, self.platform, start, end)
        if spent + n * bucket.price_micros > self.monthly_limit:
            raise ConnectorError(
                Kind.QUOTA,
                "sources.money_spent",
                spent=_money(spent, bucket),
                limit=_money(self.monthly_limit, bucket),
                platform=self.platform,
                cost=_money(n * bucket.price_micros, bucket),
                until=end,
            )


class ShareUsedUp(Exception):  # noqa: N818 - named for what happened
    """Requests that can wait stop here: their share of an allowance is used up, or,
    with another kind, for the reason given."""

    def __init__(self, reason: Message, kind: Kind = Kind.QUOTA) -> None:
        super().__init__(reason.code)
        self.message = reason
        self.kind = kind


@dataclass(frozen=True)
class SpareLedger:
    """A ledger that raises ShareUsedUp where a pull's raises ConnectorError.

    The platform was not asked: nobody has to wait for it.
    """

    ledger: Ledger

    def take(self, bucket: str, n: int = 1) -> None:
        """Allow a call that may cost n units. ShareUsedUp past the share of a cap."""
        try:
            self.ledger.take(bucket, n)
        except ConnectorError as error:
            raise ShareUsedUp(error.message) from None


def ledger_of(context: Context, connector: str, platform: str) -> Ledger:
    """The ledger of a connector: the platform's own buckets under our caps."""
    config = context.workspace.config
    return Ledger(
        context.engine,
        context.clock,
        platform,
        {bucket.name: bucket for bucket in buckets(config, connector, platform)},
        monthly_limit(config, platform),
    )


def buckets(config: Config, connector: str, platform: str) -> Iterable[Bucket]:
    """What a connector is counted in; a cap of config.yaml goes before its own."""
    caps = dict(config.budget.caps.get(platform, {}))
    for bucket in connectors.buckets(connector):
        cap = caps.pop(bucket.name, bucket.cap)
        yield replace(bucket, cap=cap)
    for name, cap in caps.items():
        yield Bucket(name, "month", cap=cap)


def posting_buckets(config: Config, platform: str) -> Iterable[Bucket]:
    """What posting on a platform is counted in; a cap of config.yaml goes before its
    own."""
    caps = config.budget.caps.get(platform, {})
    for bucket in publisher.buckets(platform):
        yield replace(bucket, cap=caps.get(bucket.name, bucket.cap))


def monthly_limit(config: Config, platform: str) -> int | None:
    """What a platform may cost in a month; None has no limit of ours."""
    amount = config.budget.spend_per_month.get(platform)
    return None if amount is None else round(amount * MICROS)


def window(bucket: Bucket, moment: datetime) -> tuple[datetime, datetime]:
    """The bucket's window that holds a moment: half open, aware, ends in its zone."""
    local = moment.astimezone(ZoneInfo(bucket.zone))
    start = local.replace(second=0, microsecond=0)
    if bucket.period == "minute":
        return start, start + timedelta(minutes=1)
    start = start.replace(minute=0)
    if bucket.period == "hour":
        return start, start + timedelta(hours=1)
    start = start.replace(hour=0)
    if bucket.period == "day":
        # By the calendar, not by 24 hours: clocks change in some zones.
        return start, (start + timedelta(days=1)).replace(tzinfo=start.tzinfo)
    if bucket.period == "month":
        return month_of(start)
    raise ValueError(f"there is no period {bucket.period!r}")


def month_of(moment: datetime) -> tuple[datetime, datetime]:
    """The calendar month that holds a moment in its zone, half open."""
    start = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    year, month = divmod(start.year * 12 + start.month, 12)
    return start, start.replace(year=year, month=month + 1)


def _money(micros: int, bucket: Bucket) -> str:
    return f"{micros / MICROS:.2f} {bucket.currency}"
