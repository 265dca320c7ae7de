"""Sign-ins and passwords from a browser: a refusal tells nothing about names."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from socialcell import db
from socialcell.errors import SocialcellError
from socialcell.identity import passwords
from socialcell.ops.web import throttle
from socialcell.services.context import Context
from socialcell.services.operators import own_access, sign_in
from socialcell.services.operators.sign_in import SignedIn

_TELLING = ("operators.wait", "operators.wrong_sign_in")
FAILURES = 60  # of one network in a window
WINDOW = 60  # seconds


@dataclass(frozen=True)
class Browser:
    """A browser as it calls itself, and the address that it comes from."""

    name: str
    address: str


def sign_in_browser(
    context: Context, name: str, password: str, code: str, browser: Browser
) -> SignedIn:
    """Open a session of a browser. Errors of `sign_in.sign_in`, but one that is the
    same for a wrong password, a name that is none, and a wait that is not over.

    A network with more than FAILURES in a WINDOW waits for the next window, so that a
    guess at many names is slow and an office behind one address waits a minute.
    """
    with _same_refusal(context, password, browser):
        return sign_in.sign_in(context, name, password, code, browser=browser.name)


def set_password(
    context: Context, name: str, proof: str, password: str, code: str, browser: Browser
) -> None:
    """Set a password as `own_access.set_password` does, with the same refusal."""
    with _same_refusal(context, proof, browser):
        own_access.set_password(context, name, proof, password, code)


def network_of(address: str) -> str:
    """The network that an address counts for: /24 of IPv4, /64 of IPv6."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network(f"{ip}/{24 if ip.version == 4 else 64}", strict=False))


@contextmanager
def _same_refusal(context: Context, password: str, browser: Browser) -> Iterator[None]:
    key, now = f"sign-in {network_of(browser.address)}", context.clock.now()
    with db.reading(context.engine) as session:
        wait = throttle.waits(session, key, FAILURES, WINDOW, now)
    if wait is not None:
        raise SocialcellError("operators.network_waits", n=wait)
    try:
        yield
    except SocialcellError as error:
        if error.message.code not in _TELLING:
            raise
        with db.writing(context.engine) as session:
            throttle.take(session, key, FAILURES, WINDOW, now)
        if error.message.code == "operators.wait":
            passwords.is_right(password, None)  # so that it takes as long
        raise SocialcellError("operators.refused_in_browser") from None
