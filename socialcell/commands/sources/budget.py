"""The command `sources budget`: what is spent, what will be, and the caps."""

from typing import TYPE_CHECKING, Any

from socialcell.commands import output
from socialcell.commands.options import Config, Json, open_context

if TYPE_CHECKING:
    from socialcell.services.collection.allowance_usage import (
        AllowanceUsage,
        PlatformSpend,
    )


def budget(config: Config = None, json: Json = False) -> None:
    """Show what the platforms' allowances are used up to, the forecast, and the caps.

    Windows begin where the platform says: its day, its month, its time zone. The
    forecast is the pace of the window so far, once a tenth of it is over. Lower caps
    and a limit of money a month are set under `budget` in config.yaml.

    Example: socialcell sources budget
    """
    from socialcell.services.collection.allowance_usage import spending

    found = spending(open_context(config))
    if json:
        output.as_json(
            {
                "allowances": [_allowance(one) for one in found.allowances],
                "money": [_money(one) for one in found.money],
            }
        )
        return
    if not found.allowances and not found.money:
        output.say("No enabled source is counted by its platform.")
        return
    if found.allowances:
        output.table(
            ("platform", "what", "window", "used", "forecast", "cap", "until"),
            [_row(one) for one in found.allowances],
        )
    if found.money:
        output.table(
            ("platform", "money this month", "spent", "forecast", "cap"),
            [_bill(one) for one in found.money],
        )
    for sentence in found.overruns:
        output.say(f"Will not last: {sentence}.")


def _row(one: "AllowanceUsage") -> tuple[object, ...]:
    return (
        one.platform,
        one.bucket,
        one.period,
        one.used,
        "not yet" if one.forecast is None else one.forecast,
        "none" if one.cap is None else one.cap,
        output.local(one.window[1]),
    )


def _bill(one: "PlatformSpend") -> tuple[object, ...]:
    from socialcell.services.collection.allowance_usage import in_units

    return (
        one.platform,
        one.currency,
        in_units(one.spent),
        "not yet" if one.forecast is None else in_units(one.forecast),
        "none" if one.cap is None else in_units(one.cap),
    )


def _allowance(one: "AllowanceUsage") -> dict[str, Any]:
    return {
        "platform": one.platform,
        "bucket": one.bucket,
        "period": one.period,
        "from": one.window[0],
        "to": one.window[1],
        "used": one.used,
        "forecast": one.forecast,
        "cap": one.cap,
        "remaining": one.remaining,
        "micros": one.micros,
        "currency": one.currency,
    }


def _money(one: "PlatformSpend") -> dict[str, Any]:
    return {
        "platform": one.platform,
        "from": one.window[0],
        "to": one.window[1],
        "spent_micros": one.spent,
        "forecast_micros": one.forecast,
        "cap_micros": one.cap,
        "currency": one.currency,
    }
