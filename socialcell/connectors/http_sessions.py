"""HTTP sessions of connectors: each origin has its adapter, the environment none."""

from collections.abc import Callable, Mapping

import requests

from socialcell.http import PoliteAdapter


def open_session(
    base_url: Callable[[str], str | None], *origins: str
) -> requests.Session:
    """A session for these origins, each sent to its base URL, as `set_up_session`."""
    adapters = {origin: PoliteAdapter(base_url(origin)) for origin in origins}
    return set_up_session(requests.Session(), adapters)


def set_up_session(
    session: requests.Session, adapters: Mapping[str, PoliteAdapter]
) -> requests.Session:
    """The session with an adapter for each prefix of addresses. Proxies and passwords
    of the environment and of .netrc are not used: a secret goes to its origin alone."""
    session.trust_env = False
    for prefix, adapter in adapters.items():
        session.mount(prefix, adapter)
    return session
