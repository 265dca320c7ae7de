"""What a WhatsApp message costs, by category and day: data/whatsapp_prices.toml."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from socialcell.connectors.base import Bucket

ZONE = "Asia/Kolkata"  # Meta bills by the account's own zone
CATEGORIES = (
    "marketing",
    "utility",
    "authentication",
    "authentication_international",
    "service",
)
# Names under which the platform bills the same thing.
_SAME = {"marketing_lite": "marketing", "referral_conversion": "service"}


@dataclass(frozen=True, slots=True)
class Price:
    """One delivered message of a category from a day on, in micros of `currency`."""

    category: str
    since: date
    micros: int
    currency: str


def price(category: str, day: date) -> Price | None:
    """What a message of a category costs on a day; None when the list does not say."""
    wanted = _SAME.get(category, category)
    held = [p for p in prices() if p.category == wanted and p.since <= day]
    return max(held, key=lambda one: one.since) if held else None


def bucket_name(category: str) -> str:
    """messages_marketing, messages_utility …"""
    return f"messages_{_SAME.get(category, category)}"


def buckets() -> tuple[Bucket, ...]:
    """One bucket a category at its newest price, by the month of India."""
    found = ((name, price(name, date.max)) for name in CATEGORIES)
    return tuple(
        Bucket(
            bucket_name(name),
            "month",
            zone=ZONE,
            price_micros=newest.micros,
            currency=newest.currency,
        )
        for name, newest in found
        if newest is not None
    )


@cache
def prices() -> tuple[Price, ...]:
    """Every row of the list."""
    place = files("socialcell.connectors") / "data" / "whatsapp_prices.toml"
    told = tomllib.loads(place.read_text(encoding="utf-8"))
    return tuple(
        Price(row["category"], row["from"], row["micros"], told["currency"])
        for row in told["price"]
    )
