"""Which installs are put down to a click, and why others are not."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from socialcell.campaigns.links import install_postback
from socialcell.campaigns.links.install_postback import (
    AttributionWindow,
    InstallVerdict,
    PostbackClick,
    UnreadablePostback,
    parse_postback,
    refusal_reason,
    signature_of,
)
from tests.builders import NOON
from tests.campaigns.links.link_requests import seconds

KEY = "a secret that only tests have"
CLICK = "AbC_-12345678901"
APPS = ("org.example.care",)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def told(
    *,
    referrer: str = f"utm_source=instagram&utm_medium=social&cid={CLICK}",
    clicked: datetime = NOON + 5 * SECOND,
    begun: datetime = NOON + 40 * SECOND,
    **changes: Any,
) -> dict[str, Any]:
    """What the app's server says of an install forty seconds after a click at noon."""
    made = {
        "id": "install-0001",
        "app": "org.example.care",
        "install_referrer": referrer,
        "referrer_click_timestamp_seconds": seconds(clicked),
        "install_begin_timestamp_seconds": seconds(begun),
        "referrer_click_timestamp_server_seconds": seconds(clicked),
        "install_begin_timestamp_server_seconds": seconds(begun),
        "install_version": "2.4.1",
        "google_play_instant": False,
    }
    return made | changes


def as_bytes(said: Any) -> bytes:
    return json.dumps(said).encode()


def click(**changes: Any) -> PostbackClick:
    made = {"id": CLICK, "link_id": 7, "at": NOON, "kind": "human"}
    return PostbackClick(**(made | {"target": "android", "used": False} | changes))


def judged(
    said: dict[str, Any],
    known: PostbackClick | None = None,
    bounds: AttributionWindow | None = None,
) -> InstallVerdict:
    now = NOON + 100 * DAY
    found = parse_postback(as_bytes(said))
    return install_postback.classify_install(
        found, known, APPS, now, bounds or AttributionWindow()
    )


def test_an_install_after_a_persons_click_is_attributed() -> None:
    assert judged(told(), click()) == InstallVerdict("attributed")


def test_a_persons_second_click_may_bring_it_too() -> None:
    assert judged(told(), click(kind="duplicate")) == InstallVerdict("attributed")


@pytest.mark.parametrize(
    ("referrer", "verdict"),
    [
        ("utm_source=google-play&utm_medium=organic", InstallVerdict("organic")),
        (
            "utm_source=(not%20set)&utm_medium=(not%20set)",
            InstallVerdict("unattributed", "not_set"),
        ),
        (
            "utm_source=(not set)&utm_medium=(not set)",
            InstallVerdict("unattributed", "not_set"),
        ),
        ("", InstallVerdict("unattributed", "not_set")),
        (
            "utm_source=newsletter&utm_medium=email",
            InstallVerdict("unattributed", "no_click_of_ours"),
        ),
    ],
)
def test_what_the_store_says_itself_is_not_ours(
    referrer: str, verdict: InstallVerdict
) -> None:
    said = told(referrer=referrer, referrer_click_timestamp_server_seconds=0)
    assert judged(said) == verdict


@pytest.mark.parametrize(
    ("said", "known", "reason"),
    [
        (told(app="org.example.other"), click(), "another_app"),
        (told(), None, "click_unknown"),
        (told(), click(used=True), "click_used"),
        (told(), click(kind="preview"), "click_of_preview"),
        (told(), click(kind="crawler"), "click_of_crawler"),
        (told(), click(kind="tool"), "click_of_tool"),
        (told(), click(kind="internal"), "click_of_internal"),
        (
            told(clicked=NOON + 41 * SECOND),
            click(),
            "installed_before_click",
        ),
        (told(), click(at=NOON + 6 * 60 * SECOND), "clicked_before_ours"),
        (told(begun=NOON + 14 * SECOND), click(), "too_quick"),
        (told(begun=NOON + 7 * DAY + SECOND), click(), "too_late"),
        (told(begun=NOON + 101 * DAY), click(), "in_the_future"),
        (told(install_version=None), click(), "version_missing"),
        (told(install_version=""), click(), "version_missing"),
        (told(install_version="<script>"), click(), "version_missing"),
        (
            told(referrer_click_timestamp_server_seconds=0),
            click(),
            "times_missing",
        ),
        (
            told(install_begin_timestamp_server_seconds=0),
            click(),
            "times_missing",
        ),
        (
            told(install_begin_timestamp_seconds=seconds(NOON) + 1000),
            click(),
            "clocks_disagree",
        ),
        (told(install_begin_timestamp_seconds=0), click(), "clocks_disagree"),
    ],
)
def test_an_install_that_fails_a_check_is_refused_with_the_reason(
    said: dict[str, Any], known: PostbackClick | None, reason: str
) -> None:
    assert judged(said, known) == InstallVerdict("refused", reason)


def test_ten_seconds_are_not_too_quick_and_seven_days_not_too_late() -> None:
    assert judged(told(begun=NOON + 15 * SECOND), click()) == InstallVerdict(
        "attributed"
    )
    late = told(begun=NOON + 7 * DAY)
    assert judged(late, click()) == InstallVerdict("attributed")


def test_the_cell_may_set_both_bounds() -> None:
    wide = AttributionWindow(longest=30 * DAY, shortest=3 * SECOND)
    quick, late = told(begun=NOON + 8 * SECOND), told(begun=NOON + 30 * DAY)

    assert judged(quick, click(), wide) == InstallVerdict("attributed")
    assert judged(late, click(), wide) == InstallVerdict("attributed")


def test_a_phone_whose_clock_is_wrong_by_hours_is_believed() -> None:
    hours = 7 * 3600
    said = told(
        referrer_click_timestamp_seconds=seconds(NOON) + 5 + hours,
        install_begin_timestamp_seconds=seconds(NOON) + 40 + hours,
    )
    assert judged(said, click()) == InstallVerdict("attributed")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        as_bytes(told(id="short")),
        as_bytes(told(id=7)),
        as_bytes(told(install_referrer=None)),
        as_bytes(told(install_referrer="a\x00b")),
        b'{"id":"install-0001","app":"a","install_referrer":"\\ud800"}',
        as_bytes(told(install_referrer="x" * 4001)),
        as_bytes(told(install_begin_timestamp_seconds="1")),
        as_bytes(told(install_begin_timestamp_seconds=-1)),
        as_bytes(told(install_begin_timestamp_seconds=1 << 40)),
        as_bytes(told(install_begin_timestamp_seconds=True)),
        as_bytes(told(google_play_instant="yes")),
        b"[" * 100_000,
    ],
)
def test_what_is_no_postback_is_said_in_words(body: bytes) -> None:
    with pytest.raises(UnreadablePostback):
        parse_postback(body)


def test_a_signature_holds_for_its_body_its_moment_and_its_key() -> None:
    at, body = str(seconds(NOON)), as_bytes(told())
    good = signature_of(KEY, at, body)
    later = str(seconds(NOON) + 1)
    assert refusal_reason(KEY, at, good, body, NOON) is None
    assert refusal_reason(KEY, at, good.upper(), body, NOON) is None
    assert refusal_reason(KEY, at, good, body + b" ", NOON) == "forged"
    assert refusal_reason(KEY, later, good, body, NOON) == "forged"
    assert refusal_reason("another key", at, good, body, NOON) == "forged"
    assert refusal_reason(KEY, at, "", body, NOON) == "unsigned"
    assert refusal_reason(KEY, "", good, body, NOON) == "unsigned"
    assert refusal_reason(KEY, at, "é", body, NOON) == "forged"


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 400])
def test_an_old_signature_is_stale(minutes: int) -> None:
    at, body = str(seconds(NOON)), as_bytes(told())
    now = NOON + timedelta(minutes=minutes)
    assert refusal_reason(KEY, at, signature_of(KEY, at, body), body, now) == "stale"


@pytest.mark.parametrize("at", ["soon", "-5", "1e9", "9" * 400, "٣", "999999999999"])
def test_a_moment_that_is_none_is_stale(at: str) -> None:
    body = as_bytes(told())
    assert refusal_reason(KEY, at, signature_of(KEY, at, body), body, NOON) == "stale"
