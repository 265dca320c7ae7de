"""Telephone numbers as people in India write them, in their international form."""

import re

from socialcell.errors import UsageError

_SEPARATORS = re.compile(r"[\s().-]+")
_INDIAN = re.compile(r"0?([1-9]\d{9})", re.ASCII)
"""An Indian number without its country code; a 0 before it is dialled within India."""


def indian(number: str) -> str | None:
    """An Indian number without its country code as +91 and ten digits; None for any
    other text."""
    national = _INDIAN.fullmatch(_SEPARATORS.sub("", number))
    return f"+91{national[1]}" if national else None


def international(number: str) -> str:
    """A telephone number with its country code, digits only: 919822012345.

    Ten digits are an Indian number. UsageError for what is no number, and for one of
    another length without a country code.
    """
    bare = _SEPARATORS.sub("", number)
    plain = (indian(number) or bare).removeprefix("+")
    fits = plain.isascii() and plain.isdecimal() and 11 <= len(plain) <= 15
    if not fits or plain.startswith("0"):
        raise UsageError("messages.no_number", digits=sum(c.isdecimal() for c in bare))
    return plain
