"""What a connection may take of our HTTP servers."""

from pydantic import Field

from socialcell.settings.section import ConfigSection


class Connections(ConfigSection):
    """Limits of the redirect, the webhooks and each process of the console.

    `redirect` and `webhooks`: connections that may be open (the console's are
    `web.connections`); `by_address`: of one address, and requests at a time that a
    trusted web server passes on from one. Seconds: `head_seconds` and `body_seconds`
    for a request's head and body, `unread_seconds` for a client that does not read its
    answer, `idle_seconds` between two requests. `head_bytes`: of a head. `pipelined`:
    requests on a connection that may wait for the answer to one before.
    """

    redirect: int = Field(default=2000, ge=8, le=20_000)
    webhooks: int = Field(default=256, ge=8, le=10_000)
    by_address: int = Field(default=100, ge=4, le=10_000)
    head_seconds: float = Field(default=10, ge=1, le=120)
    head_bytes: int = Field(default=16_384, ge=4096, le=65_536)
    body_seconds: float = Field(default=60, ge=5, le=600)
    unread_seconds: float = Field(default=30, ge=5, le=600)
    idle_seconds: int = Field(default=5, ge=1, le=120)
    pipelined: int = Field(default=16, ge=1, le=1000)
