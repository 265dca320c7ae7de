"""The command `sources budget`: what is spent, what will be, and the caps."""

from typing import TYPE_CHECKING

from socialcell.commands import output
from socialcell.commands.options import Config, Json, open_context
from socialcell.json_types import DocumentValue
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.services.collection.allowance_usage import (
        AllowanceUsage,
        PlatformSpend,
    )

_ALLOWANCES = ("platform", "what", "window", "used", "forecast", "cap", "until")
_BILLS = ("platform", "money this month", "spent", "forecast", "cap")


def budget(config: Config = None, json: Json = False) -> None:
    """Show what the platforms' allowances are used up to, the forecast, and the caps.

    Windows begin where the platform says: its day, its month, its time zone. The
    forecast is the pace of the window so far, once a tenth of it is over. Lower caps
    and a limit of money a month are set under `budget` in config.yaml.

    Example: socialcell sources budget
    """
    from socialcell.services.collection.allowance_usage import spending

    usage = spending(open_context(config))
    if json:
        output.as_json(
            {
                "allowances": [
                    _allowance_as_json(allowance) for allowance in usage.allowances
                ],
                "money": [_bill_as_json(bill) for bill in usage.money],
            }
        )
        return
    if not usage.allowances and not usage.money:
        output.say("No enabled source is counted by its platform.")
        return
    if usage.allowances:
        output.table(
            _ALLOWANCES,
            [_allowance_row(allowance) for allowance in usage.allowances],
            important=("used", "cap"),
            others=_BILLS,
        )
    if usage.money:
        output.table(
            _BILLS,
            [_bill_row(bill) for bill in usage.money],
            others=_ALLOWANCES,
        )
    for sentence in usage.overruns:
        output.say(f"Will not last: {sentence}.")


def _allowance_row(allowance: "AllowanceUsage") -> tuple[CellContent, ...]:
    return (
        allowance.platform,
        allowance.bucket,
        allowance.period,
        allowance.used,
        "not yet" if allowance.forecast is None else allowance.forecast,
        "none" if allowance.cap is None else allowance.cap,
        output.local(allowance.window[1]),
    )


def _bill_row(bill: "PlatformSpend") -> tuple[CellContent, ...]:
    from socialcell.services.collection.allowance_usage import in_units

    return (
        bill.platform,
        bill.currency,
        in_units(bill.spent),
        "not yet" if bill.forecast is None else in_units(bill.forecast),
        "none" if bill.cap is None else in_units(bill.cap),
    )


def _allowance_as_json(allowance: "AllowanceUsage") -> dict[str, DocumentValue]:
    return {
        "platform": allowance.platform,
        "bucket": allowance.bucket,
        "period": allowance.period,
        "from": allowance.window[0],
        "to": allowance.window[1],
        "used": allowance.used,
        "forecast": allowance.forecast,
        "cap": allowance.cap,
        "remaining": allowance.remaining,
        "micros": allowance.micros,
        "currency": allowance.currency,
    }


def _bill_as_json(bill: "PlatformSpend") -> dict[str, DocumentValue]:
    return {
        "platform": bill.platform,
        "from": bill.window[0],
        "to": bill.window[1],
        "spent_micros": bill.spent,
        "forecast_micros": bill.forecast,
        "cap_micros": bill.cap,
        "currency": bill.currency,
    }
