"""Hide where a person's money is: bank account, IFSC, payment address, card."""

import re

from socialcell.listening.people.masking_copy import (
    MASK,
    NO_DIGIT_AFTER,
    NO_DIGIT_BEFORE,
    NO_WORD_AFTER,
    NO_WORD_BEFORE,
    before,
    has_any,
    hide_matches,
    is_beside,
    is_our_number,
    small_letters,
)
from socialcell.listening.people.masking_figures import looks_like_figures

_ACCOUNT = re.compile(rf"{NO_DIGIT_BEFORE}\d(?:[\s\-_.*/]?\d){{8,17}}{NO_DIGIT_AFTER}")
_IFSC = re.compile(
    rf"{NO_WORD_BEFORE}(?P<bank>[A-Za-z]{{4}})(?P<gap>[\s\-]?)[0Oo]"
    rf"(?P<branch>[A-Za-z0-9]{{6}}){NO_WORD_AFTER}"
)
_CARD = re.compile(
    rf"{NO_DIGIT_BEFORE}[2-6]\d{{3}}(?P<gap>[\s\-.]?)\d{{4}}(?P=gap)\d{{4}}(?P=gap)"
    rf"\d{{4}}{NO_DIGIT_AFTER}"
)
_ABOUT_ACCOUNTS = re.compile(
    r"(?<![a-z])(?:a/c|a\.c|ac|acc|acct|accounts?|bank|ifsc|kh?ata|kh?ate|khatyat|khatyache)"
    r"(?![a-z])|खात[ेा]|खात्या|अकाउंट|अकाऊंट|बँक|बॅंक|बैंक|बैङ्क"
    r"|(?<![a-z0-9])[a-z]{4}0[a-z0-9]{6}(?![a-z0-9])",
    re.IGNORECASE,
)
_IFSC_WORDS = ("ifsc", "आयएफएससी", "आईएफएससी")
_ABOUT_IFSC = re.compile("|".join(_IFSC_WORDS), re.IGNORECASE)
_ABOUT_CARDS = re.compile(r"(?<![a-z])(?:debit|credit|card)|कार्ड", re.IGNORECASE)
_FEWEST_BRANCH_DIGITS = 4

# The banks' names in payment addresses (NPCI's list, those that people mostly have).
_BANKS = (
    r"(?:ok(?:axis|hdfcbank|hdfc|icici|sbi|bizaxis)|ybl|ibl|axl|paytm|pt(?:yes|axis|hdfc"
    r"|sbi)|apl|yapl|rapl|upi|fbl|sbi|icici|hdfcbank|axisbank|barodampay|mahb|cnrb|pnb"
    r"|kotak|idfcbank|idfcfirst|indus|federal|aubank|yesbank|unionbank|cboi|jupiteraxis"
    r"|waicici|wahdfcbank|waaxis|wasbi|freecharge|airtel|jio|slice|tapicici|superyes"
    r"|naviaxis|postbank|dbs|hsbc|kbl|rbl|uboi|boi|idbi)"
)
_PAYMENT = re.compile(
    r"(?<![A-Za-z0-9._\-])[A-Za-z0-9][A-Za-z0-9._\-]{1,63}\s{0,2}"
    rf"(?:[@＠﹫]|[\[({{<]\s?(?:at|@)\s?[\])}}>]|\s(?:at|ॲट|ऍट|एट)\s)\s{{0,2}}{_BANKS}"
    r"(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def hide_accounts(text: str, copy: str) -> tuple[str, str]:
    """Text and copy without accounts, IFSC codes and cards.

    Nine to eighteen digits are an account only where a word or an IFSC code beside
    them says so: the codes are hidden behind the accounts.
    """
    text, copy = hide_matches(text, copy, _CARD, _is_card, 16)
    text, copy = hide_matches(text, copy, _ACCOUNT, _is_account, 9)
    # Beside its name a code may have letters alone.
    is_named = has_any(small_letters(copy), _IFSC_WORDS)
    fewest = 0 if is_named else _FEWEST_BRANCH_DIGITS + 1
    return hide_matches(text, copy, _IFSC, _is_ifsc, fewest)


def hide_payment_addresses(text: str) -> str:
    """The text without payment addresses that an address of mail would not be."""
    return _PAYMENT.sub(f"{MASK}@{MASK}", text)


def _is_account(hit: re.Match[str]) -> bool:
    if not is_beside(hit, _ABOUT_ACCOUNTS) or looks_like_figures(hit):
        return False
    # The rest of an address, or a number that the city gave.
    return before(hit, 1) not in ("/", "=") and not is_our_number(hit)


def _is_ifsc(hit: re.Match[str]) -> bool:
    if is_beside(hit, _ABOUT_IFSC):
        return True
    digits = sum(sign.isdigit() for sign in hit["branch"])
    return (
        hit["bank"].isupper()
        and not hit["gap"]
        and hit[0][4] == "0"
        and digits >= _FEWEST_BRANCH_DIGITS
    )


def _is_card(hit: re.Match[str]) -> bool:
    digits = [int(sign) for sign in hit[0] if sign.isdigit()]
    if is_beside(hit, _ABOUT_CARDS):
        return True
    return bool(hit["gap"]) and is_luhn(digits)


def is_luhn(digits: list[int]) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1."""
    doubled = (
        digit if place % 2 == 0 else digit * 2 - 9 * (digit > 4)
        for place, digit in enumerate(reversed(digits))
    )
    return sum(doubled) % 10 == 0
