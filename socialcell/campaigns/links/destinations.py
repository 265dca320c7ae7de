"""Target addresses of a link: web, Google Play or App Store, with UTM values added.

Google Play hands the text of `referrer` to the app when it is first opened. That text
is a query of its own, so its values are encoded within it, and it is encoded once more
as a whole: once, not twice. The App Store knows a provider (`pt`), a campaign (`ct`, at
most 30 characters) and a kind of media (`mt`, 8: apps), and nothing of who clicked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from socialcell.campaigns.links.utm_naming import Utm
from socialcell.errors import UsageError

MAX_LENGTH = 2000
PLAY = "play.google.com"
APPLE = ("apps.apple.com", "itunes.apple.com")
CLICK = "cid"
"""The name of our click's id in a referrer."""

_TOKEN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,28}[A-Za-z0-9._-])?")
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+")
_RESERVED = frozenset(
    {"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", CLICK}
)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f<>\"\\^`{|}]")


@dataclass(frozen=True, slots=True)
class Landing:
    """An address in ASCII; the id of a click goes at its end where `takes_click`."""

    address: str
    takes_click: bool = False

    def of(self, click: str) -> str:
        """The address for one click, whose id needs no encoding."""
        return self.address + click if self.takes_click else self.address


def check_address(address: str, field: str) -> str:
    """A valid target address in ASCII. UsageError says what is wrong.

    A whole http or https address, without a user in it and without the values that
    are added to it.
    """
    address = address.strip()
    if len(address) > MAX_LENGTH:
        raise UsageError("links.long_address", field=field, limit=MAX_LENGTH)
    if _FORBIDDEN.search(address):
        raise UsageError("links.forbidden_character", field=field, address=address)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        ascii_host = host.encode("idna").decode("ascii")
    except ValueError:
        raise UsageError("links.no_address", field=field, address=address) from None
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError("links.no_whole_address", field=field, address=address)
    if "@" in parts.netloc:
        raise UsageError("links.user_in_address", field=field)
    if ":" in host:
        ascii_host = f"[{host}]"
    url = urlunsplit(
        (
            parts.scheme,
            ascii_host if port is None else f"{ascii_host}:{port}",
            _percent_encoded(parts.path or "/"),
            _percent_encoded(parts.query),
            _percent_encoded(parts.fragment),
        )
    )
    _refuse_reserved(url, field)
    return url


def landing(address: str, utm: Utm) -> Landing:
    """The landing page of clicks that are sent to `address`. UsageError as in
    `check_address`."""
    if urlsplit(address).hostname == PLAY:
        return _play(address, utm)
    if is_apple(address):
        return Landing(_apple(address, utm))
    return Landing(_with_query(address, _query(utm.pairs())))


def referrer(utm: Utm, click: str, own: Iterable[tuple[str, str]] = ()) -> str:
    """What Google Play hands to the app: a query, the operator's own values first and
    the click's id last."""
    return _query([*own, *utm.pairs(), (CLICK, click)])


def is_apple(address: str) -> bool:
    return urlsplit(address).hostname in APPLE


def campaign_token(address: str, campaign: str) -> str:
    """The `ct` that the App Store reports a link's installs under.

    The address's own, else the campaign. UsageError: the campaign cannot be one.
    """
    own = dict(parse_qsl(urlsplit(address).query)).get("ct")
    token = campaign if own is None else own
    if not _TOKEN.fullmatch(token):
        raise UsageError("links.no_campaign_token", token=token)
    return token


def _play(address: str, utm: Utm) -> Landing:
    parts = urlsplit(address)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    app = dict(pairs).get("id", "")
    if not _PACKAGE.fullmatch(app):
        raise UsageError("links.play_without_app", address=address)
    own = parse_qsl(dict(pairs).get("referrer", ""), keep_blank_values=True)
    others = _query([(key, text) for key, text in pairs if key != "referrer"])
    start = f"{parts.scheme}://{PLAY}{parts.path}?{others}&referrer="
    return Landing(start + quote(referrer(utm, "", own), safe=""), takes_click=True)


def _apple(address: str, utm: Utm) -> str:
    parts = urlsplit(address)
    pairs = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not re.search(r"/id[0-9]+$", parts.path):
        raise UsageError("links.app_store_without_app", address=address)
    if not re.fullmatch(r"[0-9]{1,20}", pairs.get("pt", "")):
        raise UsageError("links.app_store_without_provider", address=address)
    pairs["ct"] = campaign_token(address, utm.campaign)
    pairs.setdefault("mt", "8")
    return urlunsplit(parts._replace(query=_query(list(pairs.items()))))


def _refuse_reserved(address: str, field: str) -> None:
    query = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    nested = [
        pair
        for key, text in query
        if key == "referrer"
        for pair in parse_qsl(text, keep_blank_values=True)
    ]
    names = sorted({key for key, _ in (*query, *nested) if key in _RESERVED})
    if names:
        raise UsageError("links.reserved_parameters", field=field, names=names)


def _with_query(address: str, extra: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(
        parts._replace(query="&".join(filter(None, (parts.query, extra))))
    )


def _query(pairs: list[tuple[str, str]]) -> str:
    return "&".join(
        f"{quote(key, safe='')}={quote(text, safe='')}" for key, text in pairs
    )


def _percent_encoded(part: str) -> str:
    """Letters of any script as UTF-8 in percents; what is encoded stays so."""
    return quote(part, safe="!#$%&'()*+,/:;=?@[]~")
