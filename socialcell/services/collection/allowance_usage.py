"""How much of the platforms' allowances and of our money is used, with a forecast."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from socialcell import connectors, db
from socialcell.connectors import publisher
from socialcell.connectors.base import Bucket
from socialcell.ops import store
from socialcell.services.collection import allowance_ledger
from socialcell.services.context import Context
from socialcell.settings import Config

# Less of a window than this gives no forecast.
_FORECAST_FROM = 0.1


@dataclass(frozen=True)
class AllowanceUsage:
    """One bucket of a platform in its window of now; the window's end is not in it.

    `forecast` is what the window will have used at its pace so far; None while less
    than a tenth of it is over. Money is in micros of `currency`.
    """

    platform: str
    bucket: str
    period: str
    window: tuple[datetime, datetime]
    used: int
    forecast: int | None
    cap: int | None
    remaining: int | None  # as the platform last said
    micros: int
    currency: str | None


@dataclass(frozen=True)
class PlatformSpend:
    """What a platform costs in the calendar month of now, in micros of `currency`."""

    platform: str
    window: tuple[datetime, datetime]
    spent: int
    forecast: int | None
    cap: int | None
    currency: str


@dataclass(frozen=True)
class Spending:
    """Every allowance of the platforms in use, and what they cost."""

    allowances: tuple[AllowanceUsage, ...]
    money: tuple[PlatformSpend, ...]

    @property
    def overruns(self) -> Iterator[str]:
        """Allowances and costs that exceed their cap at this pace, as sentences."""
        for usage in self.allowances:
            forecast = usage.forecast or usage.used
            if usage.cap is not None and forecast > usage.cap:
                yield (
                    f"{usage.platform}: {usage.used} of this {usage.period}'s "
                    f"{usage.cap} {usage.bucket} are used, {forecast} at this pace"
                )
        for bill in self.money:
            if bill.cap is not None and (bill.forecast or bill.spent) > bill.cap:
                yield (
                    f"{bill.platform}: {in_units(bill.spent)} of "
                    f"{in_units(bill.cap)} {bill.currency} are spent this month, "
                    f"{in_units(bill.forecast or bill.spent)} at this pace"
                )


def spending(context: Context) -> Spending:
    """The state of all allowances of the enabled sources' platforms, and of those on
    which the cell posts."""
    config = context.workspace.config
    allowances: list[AllowanceUsage] = []
    money: list[PlatformSpend] = []
    with db.reading(context.engine) as session:
        used = {source.connector for source in store.enabled(session)}
        for platform, counted in _counted(config, used):
            allowances += [_allowance(context, session, platform, b) for b in counted]
            bill = _money(context, session, platform, counted)
            if bill is not None and bill.platform not in {m.platform for m in money}:
                money.append(bill)
    by_bucket = {
        (allowance.platform, allowance.bucket): allowance for allowance in allowances
    }
    return Spending(tuple(by_bucket.values()), tuple(money))


def _counted(config: Config, used: set[str]) -> Iterator[tuple[str, list[Bucket]]]:
    """Platforms with what is counted there: reading, then posting."""
    for name in sorted(used & set(connectors.CONNECTORS)):
        platform = connectors.platform(name)
        yield platform, list(allowance_ledger.buckets(config, name, platform))
    for name in publisher.connected(config.publishing):
        yield name, list(allowance_ledger.posting_buckets(config, name))


def in_units(micros: int) -> str:
    """Money in its own unit, with two decimals."""
    return f"{micros / allowance_ledger.MICROS:.2f}"


def _allowance(
    context: Context, session: Session, platform: str, bucket: Bucket
) -> AllowanceUsage:
    now = context.clock.now()
    window = allowance_ledger.window(bucket, now)
    row = store.usage(session, platform, bucket.name, window[0])
    used = row.used if row else 0
    return AllowanceUsage(
        platform=platform,
        bucket=bucket.name,
        period=bucket.period,
        window=window,
        used=used,
        forecast=_forecast(used, window, now),
        cap=bucket.cap,
        remaining=row.remaining if row else None,
        micros=row.micros if row else 0,
        currency=bucket.currency if bucket.price_micros else None,
    )


def _money(
    context: Context, session: Session, platform: str, counted: list[Bucket]
) -> PlatformSpend | None:
    priced = [bucket for bucket in counted if bucket.price_micros]
    cap = allowance_ledger.monthly_limit(context.workspace.config, platform)
    if not priced and cap is None:
        return None
    now = context.clock.now()
    first = priced[0] if priced else Bucket("money", "month")
    window = allowance_ledger.window(replace(first, period="month"), now)
    spent = store.spent_micros(session, platform, *window)
    return PlatformSpend(
        platform=platform,
        window=window,
        spent=spent,
        forecast=_forecast(spent, window, now),
        cap=cap,
        currency=first.currency,
    )


def _forecast(
    used: int, window: tuple[datetime, datetime], now: datetime
) -> int | None:
    start, end = window
    over = (now - start) / (end - start)
    return None if over < _FORECAST_FROM else round(used / over)
