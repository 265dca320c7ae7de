"""What the package facebook-sdk, last released in 2018, may do here, and nothing else.

Its source was read at the version that is pinned. It sends what it is asked to send by
a session of ours, which alone knows the token.
"""

import ast
import hashlib
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import facebook
import requests

from socialcell.clock import FixedClock
from socialcell.connectors.meta import graph_client
from socialcell.connectors.meta.graph_client import Graph

TOKEN = "EAAinventedtoken0123456789"
# SHA-256 of the files that were read.
READ = {
    "__init__.py": "9ac30fa6a8653f2b03b6e183b5d8ed2aee2efeec4cb4f54fa6ab86f038e038fe",
    "version.py": "c8c2677eac6ec04705ce6fa86c630cd19314a5f0a7ba4ee67e3e4e00c0938030",
}
PACKAGE = Path(facebook.__file__).parent
SOURCE = ast.parse(Path(graph_client.__file__).read_text(encoding="utf-8"))


def graph() -> Graph:
    return Graph(
        TOKEN, version="v26.0", clock=FixedClock(datetime(2026, 11, 29, tzinfo=UTC))
    )


def names_of(owner: str) -> set[str]:
    """What the client takes of `owner`, a dotted name."""
    return {
        node.attr
        for node in ast.walk(SOURCE)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == owner
    }


def test_the_package_is_the_one_that_was_read() -> None:
    files = {path.name: path.read_bytes() for path in PACKAGE.glob("*.py")}

    assert version("facebook-sdk") == "3.1.0"
    assert {name: hashlib.sha256(text).hexdigest() for name, text in files.items()} == (
        READ
    )


def test_the_client_takes_one_class_one_error_and_the_address_of_the_package() -> None:
    assert names_of("facebook") == {
        "GraphAPI",
        "GraphAPIError",
        "FACEBOOK_GRAPH_URL",
    }
    assert names_of("self._sdk") == {"request"}


def test_the_package_never_holds_the_token() -> None:
    client = graph()
    held = dict(vars(client._sdk))
    session = held.pop("session")

    assert held == {
        "access_token": None,
        "timeout": 30,
        "proxies": None,
        "version": "v2.8",  # our paths name one of their own
    }
    assert session.headers["Authorization"] == f"Bearer {TOKEN}"
    assert type(session) is requests.Session


def test_the_session_is_ours_to_one_host_and_trusts_no_file_of_the_machine() -> None:
    session = graph()._sdk.session
    ours = graph_client.PoliteAdapter

    assert isinstance(session.get_adapter("https://graph.facebook.com/v26.0/me"), ours)
    assert session.trust_env is False


def test_other_programs_of_the_product_do_not_use_the_package() -> None:
    package = Path(graph_client.__file__).parents[2]
    importing = {
        path.name
        for path in package.rglob("*.py")
        if any(
            _imports_facebook(node) for node in ast.walk(ast.parse(path.read_text()))
        )
    }

    assert importing == {"graph_client.py"}


def _imports_facebook(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(name.name.split(".")[0] == "facebook" for name in node.names)
    return isinstance(node, ast.ImportFrom) and node.module == "facebook"
