"""Hide numbers that stand for one person: telephones, papers, accounts, vehicles.

Numbers are looked for in a copy of the text, of the same length, in which the digits of
every script are 0 to 9. All expressions are bounded: time grows with the text's length.
"""

from functools import partial

from socialcell.listening.city_numbers import certain_numbers
from socialcell.listening.people.masking_accounts import hide_accounts
from socialcell.listening.people.masking_copy import (
    MASK,
    ascii_digits,
    digit_count,
    has_digit,
)
from socialcell.listening.people.masking_documents import hide_documents, is_verhoeff
from socialcell.listening.people.masking_homes import hide_homes
from socialcell.listening.people.masking_registers import (
    hide_births,
    hide_register_numbers,
)
from socialcell.listening.people.masking_telephones import hide_telephones
from socialcell.listening.people.masking_vehicles import hide_vehicles

__all__ = ["MASK", "ascii_digits", "hide_numbers", "is_verhoeff"]

_MOST_ROUNDS = 4


def hide_numbers(text: str, published: frozenset[str] | None = None) -> str:
    """The text with every number of a person as •••; what looks alike stays, and
    telephone numbers that the city has `published` (None: the package's certain ones).

    Dates, times, money, lists and numbers of posts stay. A number of twelve digits is
    an Aadhaar when its check digit is right or the text says so; nine to eighteen
    digits are an account only where a word or an IFSC code beside them says so.
    """
    if not has_digit(text):
        return text
    copy = ascii_digits(text)
    # A word that says what a number is comes nearer when what is between is hidden.
    numbers = certain_numbers() if published is None else published
    for _ in range(_MOST_ROUNDS):
        before = text
        text, copy = _hidden_once(text, copy, numbers)
        if text == before:
            break
    return text


def _hidden_once(text: str, copy: str, published: frozenset[str]) -> tuple[str, str]:
    telephones = partial(hide_telephones, published=published)
    for hide_kind, fewest_digits in (*_FIRST, (telephones, 6), *_LAST):
        if digit_count(copy) >= fewest_digits:
            text, copy = hide_kind(text, copy)
    return text, copy


# With the fewest digits that a number of the kind has.
_FIRST = ((hide_births, 1), (hide_homes, 1), (hide_register_numbers, 5))
_LAST = ((hide_documents, 4), (hide_accounts, 1), (hide_vehicles, 2))
