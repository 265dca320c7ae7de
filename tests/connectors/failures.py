"""How answers fail, which kind each failure is, and what is never said of it."""

from collections.abc import Iterable

import pytest

from socialcell.connectors.base import ConnectorError, Kind

COMMON = {
    "expire_token": Kind.AUTH,
    "missing_permission": Kind.ACCESS,
    "limit": Kind.RATE,
    "server_error": Kind.TRANSIENT,
    "truncate": Kind.TRANSIENT,
    "drop_connection": Kind.TRANSIENT,
    "html_instead_of_json": Kind.DRIFT,
}


def each_failure(**own: Kind) -> pytest.MarkDecorator:
    """Runs a test of `fault` and `kind` once for each: the common ones, and `own`."""
    return pytest.mark.parametrize(("fault", "kind"), list((COMMON | own).items()))


def assert_plain(said: str, secrets: Iterable[str]) -> None:
    """No secret, no address, no traceback in what an operator reads."""
    assert [secret for secret in secrets if secret in said] == []
    assert "127.0.0.1" not in said
    assert "Traceback" not in said


class Spent:
    """A budget of which nothing is left."""

    def take(self, bucket: str, n: int = 1) -> None:
        raise ConnectorError(Kind.QUOTA, "spent")
