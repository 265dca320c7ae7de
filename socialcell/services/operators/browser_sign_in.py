"""Sign-ins and passwords from a browser: a refusal tells nothing about names."""

from collections.abc import Iterator
from contextlib import contextmanager

from socialcell.errors import SocialcellError
from socialcell.identity import passwords
from socialcell.services.context import Context
from socialcell.services.operators import own_access, sign_in
from socialcell.services.operators.sign_in import SignedIn

_TELLING = ("operators.wait", "operators.wrong_sign_in")


def sign_in_browser(
    context: Context, name: str, password: str, code: str, browser: str
) -> SignedIn:
    """Open a session of a browser. Errors of `sign_in.sign_in`, but one that is the
    same for a wrong password, a name that is none, and a wait that is not over."""
    with _same_refusal(password):
        return sign_in.sign_in(context, name, password, code, browser=browser)


def set_password(
    context: Context, name: str, proof: str, password: str, code: str
) -> None:
    """Set a password as `own_access.set_password` does, with the same refusal."""
    with _same_refusal(proof):
        own_access.set_password(context, name, proof, password, code)


@contextmanager
def _same_refusal(password: str) -> Iterator[None]:
    try:
        yield
    except SocialcellError as error:
        if error.message.code not in _TELLING:
            raise
        if error.message.code == "operators.wait":
            passwords.is_right(password, None)  # so that it takes as long
        raise SocialcellError("operators.refused_in_browser") from None
