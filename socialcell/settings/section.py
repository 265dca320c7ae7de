"""What every section of config.yaml is made of."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from socialcell.errors import UnreadableValue

TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class ConfigSection(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SecretName(ConfigSection):
    """The name of a secret, as in `bearer: {secret: x_bearer}`."""

    secret: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")


def is_loopback(url: str) -> bool:
    """True for http(s) URLs whose host is a loopback address or localhost."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: str) -> str:
    """The address of a server and nothing else; ValueError for any other."""
    parts = urlsplit(url)
    if parts.scheme != "https" or url != f"https://{parts.hostname}":
        raise UnreadableValue(
            "config.no_server_address", address=url, example="https://server.example"
        )
    return url
