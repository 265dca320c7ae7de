"""Money in a report: whole units beside their currency, and the price of one thing."""

from socialcell.i18n import Language

MICROS = 1_000_000


def amount(lang: Language, micros: float, digits: int = 0) -> str:
    """Whole units of a currency or, with `digits`, finer ones, without its name."""
    units = round(micros / MICROS, digits)
    return lang.number(units if digits else int(units))


def with_currency(
    lang: Language, micros: float, currency: str | None, digits: int = 0
) -> str:
    """The same with the sign of its currency before it; None: a number alone."""
    sign = currency_sign(currency) if currency else ""
    blank = " " if sign not in ("", "₹") else ""
    return f"{sign}{blank}{amount(lang, micros, digits)}"


def price(lang: Language, micros: float | None, count: float | None) -> str | None:
    """What one of something cost, to the hundredth; None when nothing can be said."""
    if micros is None or not count:
        return None
    return amount(lang, micros / count, 2)


def currency_sign(currency: str) -> str:
    """₹ for rupees, else the currency's own letters."""
    return "₹" if currency == "INR" else currency
