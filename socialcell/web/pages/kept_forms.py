"""A form whose session had ended: encrypted, and shown again after the sign-in."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken

from socialcell.errors import MissingSecret
from socialcell.services.context import Context
from socialcell.services.operators import sign_in
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Row

KEPT_FIELD = "kept"
SECONDS = 15 * 60
_SECRETS = ("password", "password_again", "code", "proof", "secret")  # never kept


@dataclass(frozen=True)
class KeptForm:
    """A form as it was typed: the path of its row in the table, and of its address."""

    row_path: str
    path: str
    params: Mapping[str, int | str]
    fields: Mapping[str, str]


def keep(asked: PageRequest, row: Row, fields: Mapping[str, str]) -> str:
    """The form as a text that only this workspace can read; "" without a key."""
    cipher = _cipher(asked.context)
    if cipher is None:
        return ""
    shown = {name: text for name, text in fields.items() if name not in _SECRETS}
    form = [row.path, asked.path, dict(asked.params), shown]
    at = int(asked.context.clock.now().timestamp())
    return cipher.encrypt_at_time(json.dumps(form).encode(), at).decode()


def open_kept(context: Context, text: str) -> KeptForm | None:
    """The form again; None when it is none of ours or older than SECONDS."""
    cipher = _cipher(context)
    if cipher is None or not text.isascii():
        return None
    now = int(context.clock.now().timestamp())
    try:
        document = cipher.decrypt_at_time(text.encode(), SECONDS, now)
    except InvalidToken:
        return None
    return KeptForm(*json.loads(document))


def _cipher(context: Context) -> Fernet | None:
    """With a key of its own, derived from that of second factors: nothing that was
    encrypted as the one is ever read as the other."""
    try:
        key = sign_in.factor_key(context)
    except MissingSecret:
        return None
    derived = hmac.new(key.encode(), b"kept form", hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(derived))
