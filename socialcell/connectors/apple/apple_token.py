"""The signed token that App Store Connect wants: ES256, good for some minutes."""

import base64
import json
from datetime import datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from socialcell.errors import ConfigError
from socialcell.json_types import JsonObject

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

AUDIENCE = "appstoreconnect-v1"
LIFE = timedelta(minutes=15)  # Apple refuses more than 20
_HALF = 32  # bytes of each of the two numbers of a signature


def sign_token(key: str, key_id: str, issuer: str, now: datetime) -> str:
    """A JSON Web Token (RFC 7515, 7518) signed by `key`, the .p8 file that Apple gave.

    `now` is the computer's own time. ConfigError when the key is none.
    """
    header = {"alg": "ES256", "kid": key_id, "typ": "JWT"}
    claims: JsonObject = {
        "iss": issuer,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
        "aud": AUDIENCE,
    }
    signing_input = f"{_base64url(_json(header))}.{_base64url(_json(claims))}"
    signature = _signature(_private_key(key), signing_input.encode())
    return f"{signing_input}.{_base64url(signature)}"


def _private_key(key: str) -> "EllipticCurvePrivateKey":
    forms = _cryptography_module("cryptography.hazmat.primitives.serialization")
    elliptic = _cryptography_module("cryptography.hazmat.primitives.asymmetric.ec")
    errors = _cryptography_module("cryptography.exceptions")
    try:
        private: EllipticCurvePrivateKey = forms.load_pem_private_key(
            key.encode(), password=None
        )
    except (ValueError, TypeError, errors.UnsupportedAlgorithm):
        raise _invalid_key_error() from None
    curve = getattr(private, "curve", None)
    if not isinstance(curve, elliptic.SECP256R1):
        raise _invalid_key_error()
    return private


def _signature(private: "EllipticCurvePrivateKey", signing_input: bytes) -> bytes:
    """The two numbers of an ECDSA signature side by side, as RFC 7518 3.4 has them."""
    elliptic = _cryptography_module("cryptography.hazmat.primitives.asymmetric.ec")
    hashes = _cryptography_module("cryptography.hazmat.primitives.hashes")
    utils = _cryptography_module("cryptography.hazmat.primitives.asymmetric.utils")
    signature = private.sign(signing_input, elliptic.ECDSA(hashes.SHA256()))
    pair = utils.decode_dss_signature(signature)
    return b"".join(number.to_bytes(_HALF, "big") for number in pair)


def _invalid_key_error() -> ConfigError:
    return ConfigError("apple.not_a_key")


def _cryptography_module(module: str) -> ModuleType:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "cryptography":
            raise
        raise ConfigError(
            "platforms.absent_package",
            platform="App Store Connect",
            package="cryptography",
            command="pip install 'socialcell[apple]'",
        ) from None


def _json(document: JsonObject) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
