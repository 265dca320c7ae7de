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
_BILLED_AS = {"marketing_lite": "marketing", "referral_conversion": "service"}


@dataclass(frozen=True, slots=True)
class Price:
    """One delivered message of a category from a day on, in micros of `currency`."""

    category: str
    since: date
    micros: int
    currency: str


def price(category: str, day: date) -> Price | None:
    """What a message of a category costs on a day; None when the list has no price."""
    billed_category = _BILLED_AS.get(category, category)
    valid_prices = [
        p for p in prices() if p.category == billed_category and p.since <= day
    ]
    return (
        max(valid_prices, key=lambda candidate: candidate.since)
        if valid_prices
        else None
    )


def bucket_name(category: str) -> str:
    """messages_marketing, messages_utility …"""
    return f"messages_{_BILLED_AS.get(category, category)}"


def buckets() -> tuple[Bucket, ...]:
    """One bucket a category at its newest price, by the month of India."""
    newest_prices = ((name, price(name, date.max)) for name in CATEGORIES)
    return tuple(
        Bucket(
            bucket_name(name),
            "month",
            zone=ZONE,
            price_micros=newest.micros,
            currency=newest.currency,
        )
        for name, newest in newest_prices
        if newest is not None
    )


@cache
def prices() -> tuple[Price, ...]:
    """Every row of the list."""
    path = files("socialcell.connectors") / "data" / "whatsapp_prices.toml"
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        Price(row["category"], row["from"], row["micros"], document["currency"])
        for row in document["price"]
    )
