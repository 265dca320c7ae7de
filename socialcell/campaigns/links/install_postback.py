"""An install as the app's server tells it: signed, read, checked against the click.

The app asks Google Play's Install Referrer once, when it is first opened, and its
server hands that on. The names of the values are those of Google's library; times are
whole seconds since 1970, and 0 stands for one that the store does not know.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from socialcell.campaigns.links.destinations import CLICK
from socialcell.campaigns.links.visitor_kinds import PEOPLE
from socialcell.connectors import strict_json

SIGNATURE = "x-socialcell-signature"
TIMESTAMP = "x-socialcell-timestamp"
SKEW = timedelta(minutes=5)
"""How far the clocks of the app's server and ours may be apart."""

APART = timedelta(minutes=5)
"""How far the phone and the store may differ on the time between the two."""

# What the store says itself: for a search in it, and for a link that says nothing.
_ORGANIC = ("google-play", "organic")
_NOT_SET = frozenset({"", "(not set)"})
_KEY = re.compile(r"[A-Za-z0-9_.:-]{8,100}")
_CLICK_ID = re.compile(r"[A-Za-z0-9_-]{16,40}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,49}")
_LATEST = 1 << 36  # seconds: the year 4147


class Unreadable(ValueError):  # noqa: N818 - named for what it is
    """A signed postback that is not of the form; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Postback:
    """What was told of one install. Times are None where the store knows none."""

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
        """What the referrer says; the last one counts where a name comes twice."""
        return dict(parse_qsl(self.referrer, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between a click and the start of its install: the longest and shortest time in
    which the one is put down to the other. Quicker is nobody's finger."""

    longest: timedelta = timedelta(days=7)
    shortest: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Known:
    """The click that a postback names, as far as it is known."""

    id: str
    link_id: int
    at: datetime
    kind: str
    led_to: str
    used: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """attributed, organic, unattributed or refused; and why."""

    outcome: str
    reason: str | None = None


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 of the timestamp, a full stop and the body, hexadecimal."""
    said = timestamp.encode("ascii", "replace") + b"." + body
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def refusal(
    secret: str, timestamp: str, signature: str, body: bytes, now: datetime
) -> str | None:
    """Why it is turned away unread: unsigned, forged or stale; None: it is not."""
    if not timestamp or not signature:
        return "unsigned"
    if not hmac.compare_digest(
        sign(secret, timestamp, body).encode(), signature.strip().lower().encode()
    ):
        return "forged"
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        return "stale"
    told = datetime.fromtimestamp(min(int(timestamp), _LATEST), UTC)
    return "stale" if abs(told - now) > SKEW else None


def read(body: bytes) -> Postback:
    """The postback in a signed body. Unreadable says what is wrong with it."""
    try:
        said = strict_json.page(body)
    except ValueError as error:
        raise Unreadable(str(error)) from None
    if not isinstance(said, dict):
        raise Unreadable("it is no JSON object")
    return Postback(
        key=_text(said, "id", _KEY),
        app=_text(said, "app", None),
        referrer=_text(said, "install_referrer", None),
        clicked_at=_time(said, "referrer_click_timestamp_server_seconds"),
        begun_at=_time(said, "install_begin_timestamp_server_seconds"),
        clicked_client_at=_time(said, "referrer_click_timestamp_seconds"),
        begun_client_at=_time(said, "install_begin_timestamp_seconds"),
        app_version=_version(said),
        instant=_optional(said, "google_play_instant", bool),
    )


def click_id(postback: Postback) -> str | None:
    """The click of ours that the referrer names, if it names one."""
    found = postback.values.get(CLICK)
    return found if found is not None and _CLICK_ID.fullmatch(found) else None


def judge(
    postback: Postback,
    click: Known | None,
    apps: tuple[str, ...],
    now: datetime,
    bounds: Bounds,
) -> Verdict:
    """What an install counts as; `click` is the one it names, None if it is unknown."""
    if postback.app not in apps:
        return Verdict("refused", "another_app")
    reason = _impossible(postback, now)
    if reason is not None:
        return Verdict("refused", reason)
    values = postback.values
    if (values.get("utm_source"), values.get("utm_medium")) == _ORGANIC:
        return Verdict("organic")
    if CLICK not in values:
        return Verdict("unattributed", _unnamed(values))
    reason = _doubtful(postback, click, bounds)
    return Verdict("attributed") if reason is None else Verdict("refused", reason)


def _impossible(told: Postback, now: datetime) -> str | None:
    """What cannot be, whoever brought the install."""
    if told.begun_at is not None and told.begun_at > now + SKEW:
        return "in_the_future"
    if told.app_version is None:
        return "version_missing"
    return None


def _doubtful(told: Postback, click: Known | None, bounds: Bounds) -> str | None:
    """Why an install is not put down to the click that it names."""
    if click is None:
        return "click_unknown"
    if click.kind not in PEOPLE:
        return f"click_of_{click.kind}"
    if told.clicked_at is None or told.begun_at is None:
        return "times_missing"
    if told.begun_at < told.clicked_at:
        return "installed_before_click"
    if told.clicked_at < click.at - APART:
        return "clicked_before_ours"
    if told.begun_at - told.clicked_at < bounds.shortest:
        return "too_quick"
    if told.begun_at - min(told.clicked_at, click.at) > bounds.longest:
        return "too_late"
    if _clocks_disagree(told):
        return "clocks_disagree"
    return "click_used" if click.used else None


def _clocks_disagree(told: Postback) -> bool:
    """A phone's clock may be wrong; how long it took must be the same on both."""
    if told.clicked_client_at is None or told.begun_client_at is None:
        return True
    assert told.clicked_at is not None
    assert told.begun_at is not None
    by_phone = told.begun_client_at - told.clicked_client_at
    return abs(by_phone - (told.begun_at - told.clicked_at)) > APART


def _unnamed(values: dict[str, str]) -> str:
    source = values.get("utm_source", "")
    return "not_set" if source in _NOT_SET else "no_click_of_ours"


def _text(said: dict[str, Any], name: str, form: re.Pattern[str] | None) -> str:
    value = said.get(name)
    if not isinstance(value, str) or len(value) > 4000 or not _storable(value):
        raise Unreadable(f"{name} is no text")
    if form is not None and not form.fullmatch(value):
        raise Unreadable(f"{name} is not of the form {form.pattern}")
    return value


def _version(said: dict[str, Any]) -> str | None:
    """The app's version; None where the store knows none, or it is of no such form."""
    value = _optional(said, "install_version", str)
    return value if value is not None and _VERSION.fullmatch(value) else None


def _storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def _optional(said: dict[str, Any], name: str, kind: type) -> Any:
    value = said.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise Unreadable(f"{name} is no {kind.__name__}")


def _time(said: dict[str, Any], name: str) -> datetime | None:
    seconds = said.get(name, 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise Unreadable(f"{name} is no whole number")
    if not 0 <= seconds < _LATEST:
        raise Unreadable(f"{name} is no time")
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
