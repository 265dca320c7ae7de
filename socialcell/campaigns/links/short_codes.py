"""Short codes: no letter that looks like another, no word, no sequence to guess."""

import secrets

# No vowel, so that no code spells a word; no l and no digit that is read as a letter.
ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"
LENGTH = 7  # 28^7: thirteen thousand million, so that trying codes finds none


def new_code() -> str:
    """A code that says nothing about the one before it."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def is_code(text: str) -> bool:
    return len(text) == LENGTH and set(text) <= set(ALPHABET)
