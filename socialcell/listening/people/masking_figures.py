"""Figures that look like a person's number and are none: dates, times, money, lists."""

import re
from itertools import pairwise

from socialcell.listening.people.masking_copy import before, behind

DATE = re.compile(
    r"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])([.\-\s/])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d"
    r"|(?:19|20)\d\d([.\-/])(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01]))(?!\d)"
)
YEAR = re.compile(r"(?:19|20)\d\d")
_TIMES = re.compile(r"[0-2]?\d\.[0-5]\d(?:[\s\-–—,.]{1,3}[0-2]?\d\.[0-5]\d)*")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:(?:,\d{2})*,\d{3}|(?:,\d{3})+)")  # ₹ 7,50,00,000
_OF_AMOUNTS = "0123456789,"


def looks_like_figures(hit: re.Match[str]) -> bool:
    """Dates, times of day, money with its commas, and lists such as 6, 7, 8, 10, 11."""
    number = hit[0]
    if number.isdigit():
        return False
    if DATE.search(number) or _TIMES.fullmatch(number):
        return True
    # A hit may be the middle of an amount: "0,00,00,00,000" of one crore crore.
    head, tail = before(hit), behind(hit)
    amounts = (
        head[len(head.rstrip(_OF_AMOUNTS)) :]
        + number
        + tail[: len(tail) - len(tail.lstrip(_OF_AMOUNTS))]
    )
    if all(_GROUPED.fullmatch(amount.strip(",.")) for amount in amounts.split()):
        return True
    pieces = re.findall(r"\d+", number)
    if len(pieces) < 4 or any(len(piece) > 2 for piece in pieces):
        return False
    values = [int(piece) for piece in pieces]
    spaced = number.count(", ") == len(pieces) - 1 and max(map(len, pieces)) == 2
    return spaced or all(a < b for a, b in pairwise(values))
