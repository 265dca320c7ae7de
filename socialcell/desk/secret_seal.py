"""Encryption of what a citizen gave to be reached: the database alone shows nobody."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from socialcell.errors import ConfigError

KEY_NAME = "desk_key"
"""The secret with the keys: one line, several with spaces between, the newest first."""


def new_key() -> str:
    """A key for `seal`."""
    return Fernet.generate_key().decode()


def seal(text: str, keys: str) -> str:
    """The text as the database stores it, under the newest key. ConfigError: no key."""
    return _cipher(keys).encrypt(text.encode()).decode()


def unseal(sealed: str, keys: str) -> str:
    """The text again. ConfigError: it was sealed with a key that is not among these."""
    try:
        return _cipher(keys).decrypt(sealed).decode()
    except InvalidToken:
        raise ConfigError("desk.other_key", name=KEY_NAME) from None


def renew(sealed: str, keys: str) -> str:
    """The same under the newest key. ConfigError as of `unseal`."""
    try:
        return _cipher(keys).rotate(sealed.encode()).decode()
    except InvalidToken:
        raise ConfigError("desk.other_key", name=KEY_NAME) from None


def _cipher(keys: str) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys.split()])
    except ValueError:
        raise ConfigError("desk.no_valid_key", name=KEY_NAME) from None
