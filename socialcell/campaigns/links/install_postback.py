"""Install postbacks of the app's server: signature, parsing, check against the click.

The app asks Google Play's Install Referrer once, when it is first opened, and its
server hands that on. The names of the values are those of Google's library; times are
whole seconds since 1970, and 0 stands for one that the store does not know.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import parse_qsl

from socialcell.campaigns.links.destinations import CLICK
from socialcell.campaigns.links.visitor_kinds import PEOPLE
from socialcell.connectors import strict_json
from socialcell.json_types import JsonObject

SIGNATURE = "x-socialcell-signature"
TIMESTAMP = "x-socialcell-timestamp"
MAX_CLOCK_SKEW = timedelta(minutes=5)
"""How far the clocks of the app's server and ours may be apart."""

MAX_CLOCK_DIFFERENCE = timedelta(minutes=5)
"""How far the phone and the store may differ on the time between the two."""

# The store's own values: for a search in it, and for a link without values.
_ORGANIC = ("google-play", "organic")
_NOT_SET = frozenset({"", "(not set)"})
_KEY = re.compile(r"[A-Za-z0-9_.:-]{8,100}")
_CLICK_ID = re.compile(r"[A-Za-z0-9_-]{16,40}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,49}")
_T = TypeVar("_T")
_LATEST = 1 << 36  # seconds: the year 4147


class UnreadablePostback(ValueError):  # noqa: N818 - named for what it is
    """A signed postback that is not of the form; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Postback:
    """A postback on one install. Times are None where the store knows none."""

    key: str
    app: str
    referrer: str
    clicked_at: datetime | None
    begun_at: datetime | None
    clicked_client_at: datetime | None
    begun_client_at: datetime | None
    app_version: str | None
    instant: bool | None

    @property
    def values(self) -> dict[str, str]:
        """The values of the referrer; the last one counts where a name comes twice."""
        return dict(parse_qsl(self.referrer, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class AttributionWindow:
    """The longest and shortest time between a click and the start of its install in
    which the install is attributed to the click. A person is never quicker."""

    longest: timedelta = timedelta(days=7)
    shortest: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class PostbackClick:
    """The click that a postback names; `used`: another install has it."""

    id: str
    link_id: int
    at: datetime
    kind: str
    target: str
    used: bool


@dataclass(frozen=True, slots=True)
class InstallVerdict:
    """attributed, organic, unattributed or refused; and why."""

    outcome: str
    reason: str | None = None


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 of the timestamp, a full stop and the body, hexadecimal."""
    message = timestamp.encode("ascii", "replace") + b"." + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def refusal_reason(
    secret: str, timestamp: str, signature: str, body: bytes, now: datetime
) -> str | None:
    """Why a postback is refused before it is parsed: unsigned, forged or stale."""
    if not timestamp or not signature:
        return "unsigned"
    if not hmac.compare_digest(
        signature_of(secret, timestamp, body).encode(),
        signature.strip().lower().encode(),
    ):
        return "forged"
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        return "stale"
    sent_at = datetime.fromtimestamp(min(int(timestamp), _LATEST), UTC)
    return "stale" if abs(sent_at - now) > MAX_CLOCK_SKEW else None


def parse_postback(body: bytes) -> Postback:
    """The postback in a signed body. Unreadable says what is wrong with it."""
    try:
        fields = strict_json.parse_body(body)
    except ValueError as error:
        raise UnreadablePostback(str(error)) from None
    if not isinstance(fields, dict):
        raise UnreadablePostback("it is no JSON object")
    return Postback(
        key=_text(fields, "id", _KEY),
        app=_text(fields, "app", None),
        referrer=_text(fields, "install_referrer", None),
        clicked_at=_time(fields, "referrer_click_timestamp_server_seconds"),
        begun_at=_time(fields, "install_begin_timestamp_server_seconds"),
        clicked_client_at=_time(fields, "referrer_click_timestamp_seconds"),
        begun_client_at=_time(fields, "install_begin_timestamp_seconds"),
        app_version=_version(fields),
        instant=_optional(fields, "google_play_instant", bool),
    )


def click_id(postback: Postback) -> str | None:
    """The click of ours that the referrer names, if it names one."""
    id_ = postback.values.get(CLICK)
    return id_ if id_ is not None and _CLICK_ID.fullmatch(id_) else None


def classify_install(
    postback: Postback,
    click: PostbackClick | None,
    apps: tuple[str, ...],
    now: datetime,
    bounds: AttributionWindow,
) -> InstallVerdict:
    """The outcome of an install; `click` is the one it names, None if it is unknown."""
    if postback.app not in apps:
        return InstallVerdict("refused", "another_app")
    reason = _impossible_reason(postback, now)
    if reason is not None:
        return InstallVerdict("refused", reason)
    values = postback.values
    if (values.get("utm_source"), values.get("utm_medium")) == _ORGANIC:
        return InstallVerdict("organic")
    if CLICK not in values:
        return InstallVerdict("unattributed", _unattributed_reason(values))
    reason = _mismatch_reason(postback, click, bounds)
    return (
        InstallVerdict("attributed")
        if reason is None
        else InstallVerdict("refused", reason)
    )


def _impossible_reason(postback: Postback, now: datetime) -> str | None:
    """Why a postback is impossible, whatever click it names."""
    if postback.begun_at is not None and postback.begun_at > now + MAX_CLOCK_SKEW:
        return "in_the_future"
    if postback.app_version is None:
        return "version_missing"
    return None


def _mismatch_reason(
    postback: Postback, click: PostbackClick | None, bounds: AttributionWindow
) -> str | None:
    """Why an install is not attributed to the click that it names."""
    if click is None:
        return "click_unknown"
    if click.kind not in PEOPLE:
        return f"click_of_{click.kind}"
    if postback.clicked_at is None or postback.begun_at is None:
        return "times_missing"
    if postback.begun_at < postback.clicked_at:
        return "installed_before_click"
    if postback.clicked_at < click.at - MAX_CLOCK_DIFFERENCE:
        return "clicked_before_ours"
    if postback.begun_at - postback.clicked_at < bounds.shortest:
        return "too_quick"
    if postback.begun_at - min(postback.clicked_at, click.at) > bounds.longest:
        return "too_late"
    if _clocks_disagree(postback):
        return "clocks_disagree"
    return "click_used" if click.used else None


def _clocks_disagree(postback: Postback) -> bool:
    """A phone's clock may be wrong; how long it took must be the same on both."""
    if postback.clicked_client_at is None or postback.begun_client_at is None:
        return True
    assert postback.clicked_at is not None
    assert postback.begun_at is not None
    by_phone = postback.begun_client_at - postback.clicked_client_at
    return (
        abs(by_phone - (postback.begun_at - postback.clicked_at)) > MAX_CLOCK_DIFFERENCE
    )


def _unattributed_reason(values: dict[str, str]) -> str:
    source = values.get("utm_source", "")
    return "not_set" if source in _NOT_SET else "no_click_of_ours"


def _text(fields: JsonObject, name: str, form: re.Pattern[str] | None) -> str:
    text = fields.get(name)
    if not isinstance(text, str) or len(text) > 4000 or not _storable(text):
        raise UnreadablePostback(f"{name} is no text")
    if form is not None and not form.fullmatch(text):
        raise UnreadablePostback(f"{name} is not of the form {form.pattern}")
    return text


def _version(fields: JsonObject) -> str | None:
    """The app's version; None where the store knows none, or it is of no such form."""
    version = _optional(fields, "install_version", str)
    return version if version is not None and _VERSION.fullmatch(version) else None


def _storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def _optional(fields: JsonObject, name: str, kind: type[_T]) -> _T | None:
    field = fields.get(name)
    if field is None or isinstance(field, kind):
        return field
    raise UnreadablePostback(f"{name} is no {kind.__name__}")


def _time(fields: JsonObject, name: str) -> datetime | None:
    seconds = fields.get(name, 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise UnreadablePostback(f"{name} is no whole number")
    if not 0 <= seconds < _LATEST:
        raise UnreadablePostback(f"{name} is no time")
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
