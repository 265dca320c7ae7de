"""Passwords: what makes a good one, and their hashes by argon2id.

At least 12 characters and no rule of composition (OWASP ASVS 5.0, 6.2), and nothing of
the operator's own name (NIST SP 800-63B, context-specific words); how easily one is
guessed is estimated by zxcvbn, which knows the commonest passwords and names. The
parameters of argon2id are RFC 9106's for little memory.
"""

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from socialcell.errors import UsageError
from socialcell.text import fold

SHORTEST = 12
LONGEST = 128
_EASIEST = 3  # of zxcvbn's scores 0 to 4: more than 10^8 guesses
_SHORT_NAME = 4  # letters: shorter ones stand in many words
_CONTEXT = ("pmc", "pune", "socialcell", "care", "municipal", "corporation")


def require_good(password: str, name: str) -> None:
    """UsageError when a password is short, long or easily guessed, or holds a name of
    whose it is."""
    if len(password) < SHORTEST:
        raise UsageError("operators.short_password", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise UsageError("operators.long_password", longest=LONGEST)
    parts = name.split()
    folded = fold(password)
    own_names = (*parts, "".join(parts))
    if any(len(part) >= _SHORT_NAME and fold(part) in folded for part in own_names):
        raise UsageError("operators.name_in_password")
    from zxcvbn import zxcvbn  # its lists of words take a while to load

    own_words = [*_CONTEXT, *own_names]
    guess = zxcvbn(password[:72], user_inputs=own_words)
    if guess["score"] < _EASIEST:
        raise UsageError("operators.guessable_password")


def hash_of(password: str) -> str:
    """The argon2id hash, with its salt and parameters."""
    return _hasher().hash(_normal(password))


def is_right(password: str, hash_: str | None) -> bool:
    """Whether a password is the one of a hash. Without a hash the answer is no, and
    takes as long."""
    try:
        _hasher().verify(hash_ or _no_ones_hash(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(hash_)


def _normal(password: str) -> bytes:
    """The form in which a password is hashed: keyboards write letters differently. What
    is no text, as a pipe may bring, has a form too."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@lru_cache(maxsize=1)
def _no_ones_hash() -> str:
    return _hasher().hash("nobody has this password")
