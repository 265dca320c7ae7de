"""Codes that are shown once and stored as hashes, and session tokens."""

import hashlib
import secrets

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0, 1, I or O to be mistaken
_GROUP = 4
GROUPS = 6  # 24 characters of 32: 120 bits
_HALF = GROUPS // 2


def new_code(groups: int = GROUPS) -> str:
    """A code in groups of four, such as K7QD-94MB-…"""
    return "-".join(
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(groups)
    )


def new_half() -> str:
    """One half of a code: three groups, 60 bits."""
    return new_code(_HALF)


def new_token() -> str:
    """A session's token: 256 bits."""
    return secrets.token_urlsafe(32)


def hash_of(code: str) -> str:
    """SHA-256 of a code or token, hexadecimal; of codes without hyphens and case."""
    return hashlib.sha256(_plain(code).encode("utf-8", "surrogatepass")).hexdigest()


def token_hash(token: str) -> str:
    """SHA-256 of a token, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def halves(code: str) -> tuple[str, str]:
    """The two halves of a whole code, as typed."""
    plain = _plain(code)
    middle = _HALF * _GROUP
    return plain[:middle], plain[middle:]


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()
