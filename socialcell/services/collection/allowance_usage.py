"""How much of the platforms' allowances and of our money is used, with a forecast."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from socialcell import connectors, db
from socialcell.connectors import publisher
from socialcell.connectors.base import Bucket
from socialcell.ops import store
from socialcell.ops.model import Usage
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

    @property
    def expected(self) -> int:
        """What the window will have used, as far as that is known."""
        return self.forecast or self.used

    @property
    def is_over(self) -> bool:
        """Whether it exceeds its cap at this pace."""
        return self.cap is not None and self.expected > self.cap


@dataclass(frozen=True)
class PlatformSpend:
    """What a platform costs in the calendar month of now, in micros of `currency`."""

    platform: str
    window: tuple[datetime, datetime]
    spent: int
    forecast: int | None
    cap: int | None
    currency: str

    @property
    def expected(self) -> int:
        """What the month will have cost, as far as that is known."""
        return self.forecast or self.spent

    @property
    def is_over(self) -> bool:
        """Whether it exceeds its cap at this pace."""
        return self.cap is not None and self.expected > self.cap


@dataclass(frozen=True)
class Spending:
    """Every allowance of the platforms in use, and what they cost."""

    allowances: tuple[AllowanceUsage, ...]
    money: tuple[PlatformSpend, ...]

    @property
    def overruns(self) -> Iterator[str]:
        """Allowances and costs that exceed their cap at this pace, as sentences."""
        for usage in self.allowances:
            if usage.is_over:
                yield (
                    f"{usage.platform}: {usage.used} of this {usage.period}'s "
                    f"{usage.cap} {usage.bucket} are used, "
                    f"{usage.expected} at this pace"
                )
        for bill in self.money:
            if bill.cap is not None and bill.is_over:
                yield (
                    f"{bill.platform}: {in_units(bill.spent)} of "
                    f"{in_units(bill.cap)} {bill.currency} are spent this month, "
                    f"{in_units(bill.expected)} at this pace"
                )


def spending(context: Context) -> Spending:
    """The state of all allowances of the enabled sources' platforms, and of those on
    which the cell posts."""
    config, now = context.workspace.config, context.clock.now()
    with db.reading(context.engine) as session:
        used = {source.connector for source in store.enabled(session)}
        counted = list(_counted(config, used))
        windows = {
            (platform, bucket.name): (bucket, allowance_ledger.window(bucket, now))
            for platform, buckets in counted
            for bucket in buckets
        }
        rows = store.usages(
            session,
            [(*key, start) for key, (_bucket, (start, _end)) in windows.items()],
        )
        paid = _paid(config, counted)
        months = {
            platform: allowance_ledger.window(replace(bucket, period="month"), now)
            for platform, bucket in paid.items()
        }
        spent = store.spent_in(session, months)
    return Spending(
        tuple(
            _allowance(key, bucket, window, rows.get((*key, window[0])), now)
            for key, (bucket, window) in windows.items()
        ),
        tuple(
            PlatformSpend(
                platform=platform,
                window=months[platform],
                spent=spent.get(platform, 0),
                forecast=_forecast(spent.get(platform, 0), months[platform], now),
                cap=allowance_ledger.monthly_limit(config, platform),
                currency=bucket.currency,
            )
            for platform, bucket in paid.items()
        ),
    )


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
    key: tuple[str, str],
    bucket: Bucket,
    window: tuple[datetime, datetime],
    row: Usage | None,
    now: datetime,
) -> AllowanceUsage:
    platform, name = key
    used = row.used if row else 0
    return AllowanceUsage(
        platform=platform,
        bucket=name,
        period=bucket.period,
        window=window,
        used=used,
        forecast=_forecast(used, window, now),
        cap=bucket.cap,
        remaining=row.remaining if row else None,
        micros=row.micros if row else 0,
        currency=bucket.currency if bucket.price_micros else None,
    )


def _paid(
    config: Config, counted: Sequence[tuple[str, Sequence[Bucket]]]
) -> dict[str, Bucket]:
    """The platforms that cost money, or have a limit of it, each with the first bucket
    that says when its month begins and in which currency."""
    paid: dict[str, Bucket] = {}
    for platform, buckets in counted:
        priced = [bucket for bucket in buckets if bucket.price_micros]
        if priced or allowance_ledger.monthly_limit(config, platform) is not None:
            first = priced[0] if priced else Bucket("money", "month")
            paid.setdefault(platform, first)
    return paid


def _forecast(
    used: int, window: tuple[datetime, datetime], now: datetime
) -> int | None:
    start, end = window
    over = (now - start) / (end - start)
    return None if over < _FORECAST_FROM else round(used / over)
