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
from socialcell.services.operators import browser_sessions, sign_in
from socialcell.web.pages import form_guard
from socialcell.web.pages.form_guard import ONCE_FIELD, TOKEN_FIELD
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.screens import Row

KEPT_FIELD = "kept"
SECONDS = 15 * 60
MOST_CHARACTERS = 500_000
"""Of the encrypted form, which comes back as a field of the sign-in: half of what a
form may be."""
OWN_FIELDS = frozenset({TOKEN_FIELD, ONCE_FIELD, KEPT_FIELD})
"""Fields of a form that are ours, not typed."""
_SECRETS = ("password", "password_again", "code", "proof", "secret")  # never kept


@dataclass(frozen=True)
class KeptForm:
    """A form as it was typed: the path of its row in the table, and of its address.
    `owner`: the number of the operator who typed it."""

    owner: int
    row_path: str
    path: str
    params: Mapping[str, int | str]
    fields: Mapping[str, str]


class NotKept(Exception):  # noqa: N818 - named for what happened
    """A form is not kept. `too_long`: for its length alone."""

    def __init__(self, *, too_long: bool) -> None:
        super().__init__(too_long)
        self.too_long = too_long


def keep(page_request: PageRequest, row: Row, fields: Mapping[str, str]) -> str:
    """The form as a text that only this workspace can read.

    NotKept: it is not known who typed it, since it is not of a page of the session
    that has ended; there is no key to encrypt it; or it is too long.
    """
    token = page_request.token
    is_own = form_guard.is_token(token, fields.get(TOKEN_FIELD, ""))
    owner = browser_sessions.find_owner(page_request.context, token) if is_own else None
    cipher = _cipher(page_request.context)
    if cipher is None or owner is None:
        raise NotKept(too_long=False)
    left_out = {*_SECRETS, *OWN_FIELDS}
    typed = {name: text for name, text in fields.items() if name not in left_out}
    form = [owner, row.path, page_request.path, dict(page_request.params), typed]
    content = json.dumps(form, ensure_ascii=False).encode()
    at = int(page_request.context.clock.now().timestamp())
    text = cipher.encrypt_at_time(content, at).decode()
    if len(text) > MOST_CHARACTERS:
        raise NotKept(too_long=True)
    return text


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
