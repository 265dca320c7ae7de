"""Codes of an authenticator app (TOTP, RFC 6238): six digits, a new one each 30 s."""

from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken

from socialcell.errors import ConfigError

KEY_NAME = "second_factor_key"  # the secret that encrypts factors
STEP = 30  # seconds
_DRIFT = 1  # steps that a clock may be off, each way
_ISSUER = "socialcell"
RECOVERY_CODES = 10


def new_secret() -> str:
    """A secret of 160 bits, base32."""
    return pyotp.random_base32()


def address(secret: str, name: str) -> str:
    """The otpauth:// address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The 30 s step whose code this is, at most one before or after; None: of none."""
    totp = pyotp.TOTP(secret)
    now = int(at.timestamp()) // STEP
    plain = "".join(code.split())
    if not plain.isascii():
        return None
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        if pyotp.utils.strings_equal(totp.at(step * STEP), plain):
            return step
    return None


def new_key() -> str:
    """A key for `encrypt`."""
    return Fernet.generate_key().decode()


def encrypt(secret: str, key: str) -> str:
    """The secret as the database stores it."""
    return Fernet(key).encrypt(secret.encode()).decode()


def decrypt(stored: str, key: str) -> str:
    """The secret again. ConfigError when it was encrypted with another key."""
    try:
        return Fernet(key).decrypt(stored).decode()
    except (InvalidToken, ValueError):
        raise ConfigError("operators.other_key") from None
