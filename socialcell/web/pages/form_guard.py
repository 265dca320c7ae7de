"""A form counts only if it came from a page of ours, of the session that sends it.

The token is an HMAC of the session's token, which no other site can read (the cookie is
HttpOnly and bound to this host by its prefix). Browsers say with Sec-Fetch-Site where a
request comes from; older ones name the Origin.
"""

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers

TOKEN_FIELD = "token"
ONCE_FIELD = "once"


def form_token(session_token: str) -> str:
    """The token that forms of a session carry."""
    key = session_token.encode("utf-8", "surrogatepass")
    return hmac.new(key, b"form", hashlib.sha256).hexdigest()


def is_token(session_token: str, text: str) -> bool:
    """Whether a text is the token of a session's forms."""
    typed_bytes = text.encode("utf-8", "surrogatepass")
    return bool(session_token) and hmac.compare_digest(
        form_token(session_token).encode(), typed_bytes
    )


def sender_of(session_token: str) -> str:
    """The hash that stands for a session where forms are stored."""
    text = f"sender {session_token}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()


def new_once_key() -> str:
    """The key of one form: it acts once."""
    return secrets.token_urlsafe(16)


def submission_key(once_key: str, path: str) -> str:
    """The key by which a form that goes to a path is stored: the forms of one page
    share its once-key, and each of them acts once."""
    return hashlib.sha256(f"{once_key}\n{path}".encode()).hexdigest()[:32]


def is_same_site(headers: Headers) -> bool:
    """Whether a request was made by a page of this server, as the browser says."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True  # no browser of the last years: the token decides alone
    return urlsplit(origin).netloc == headers.get("host", "")
