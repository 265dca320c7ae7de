"""What must be told of a breach of personal data, to whom and by when."""

from datetime import datetime, timedelta
from typing import Literal, get_args

Duty = Literal["cert_in", "board", "persons", "board_details"]
DUTIES: tuple[Duty, ...] = get_args(Duty)

DataKind = Literal[
    "names",
    "handles",
    "phones",
    "addresses",
    "texts",
    "photos",
    "identity_numbers",
    "consents",
    "staff",
]
DATA_KINDS: tuple[DataKind, ...] = get_args(DataKind)
"""Kinds of data that letters name in each language; others stand as they are typed."""

CERT_IN = timedelta(hours=6)
"""CERT-In's directions of 2022 (not verified against the Gazette)."""

DETAILS = timedelta(hours=72)
"""Rule 7 of 2025: details to the Board (read in commentaries, not in the Gazette)."""


def duty_times(noticed_at: datetime, breach_hours: int) -> dict[Duty, datetime]:
    """By when each is told. Hours count always: at night, and on closed days.

    "Without delay" is no number of hours: `breach_hours` is the city's own.
    """
    soon = noticed_at + timedelta(hours=breach_hours)
    return {
        "cert_in": noticed_at + CERT_IN,
        "board": soon,
        "persons": soon,
        "board_details": noticed_at + DETAILS,
    }
