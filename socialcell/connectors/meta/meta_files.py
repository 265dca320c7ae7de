"""Fetch a file of a message from Meta's hosts, within a size."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import requests

from socialcell.connectors.base import ConnectorContext, ConnectorError, Kind
from socialcell.connectors.http_sessions import open_session
from socialcell.connectors.meta.graph_errors import answer_error
from socialcell.http import USER_AGENT

# Where Meta keeps the files of messages, by what their host ends with.
_HOSTS = (".fbsbx.com", ".fbcdn.net", ".cdninstagram.com")
_WITH_TOKEN = ".fbsbx.com"  # the others are asked without it
_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that was fetched, and what its server calls it."""

    content_type: str
    content: bytes


def fetch_media(
    context: ConnectorContext, connector: str, address: str, cap: int
) -> MediaFile:
    """The file at an address that Graph gave.

    `connector` is the name of the one whose server in the sandbox stands for Meta's.
    ConnectorError CONFIG: it is larger than `cap` bytes, or it is not on Meta's hosts.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" or not host.endswith(_HOSTS):
        raise ConnectorError(Kind.CONFIG, "meta.file_elsewhere")
    origin = f"https://{host}"
    headers = {"User-Agent": USER_AGENT}
    if host.endswith(_WITH_TOKEN):
        token = context.secret(context.config.connectors.meta.token.secret)
        headers["Authorization"] = f"Bearer {token.get_secret_value()}"
    base = context.base_url(origin) or context.base_url(connector)
    answer = _get(address, origin, base, headers)
    if answer.status_code in (404, 410):
        raise ConnectorError(Kind.GONE, "meta.file_gone")
    if answer.status_code in (401, 403):
        raise ConnectorError(Kind.ACCESS, "meta.no_access_to_file")
    if answer.status_code != 200:
        raise answer_error(answer, context.clock.now(), _WAIT)
    require_size(len(answer.content), cap)
    content_type = answer.headers.get("content-type", "")
    return MediaFile(content_type.split(";")[0].strip().lower(), answer.content)


def require_size(size: int, cap: int) -> None:
    """ConnectorError CONFIG when a file is larger than `cap` bytes."""
    if size > cap:
        raise ConnectorError(Kind.CONFIG, "meta.large_file", size=size, limit=cap)


def _get(
    address: str, origin: str, base: str | None, headers: dict[str, str]
) -> requests.Response:
    with open_session({origin: base}.get, origin) as session:
        try:
            # A redirect would carry the token to another host.
            return session.get(address, headers=headers, allow_redirects=False)
        except requests.RequestException as error:
            raise ConnectorError(
                Kind.TRANSIENT, "meta.file_not_reached", reason=type(error).__name__
            ) from None
