"""People and what is no person, by what they say they are."""

import pytest

from socialcell.campaigns.links import visitor_kinds
from socialcell.campaigns.links.visitor_kinds import (
    classify_visitor,
    device,
    is_prefetch,
)
from tests.campaigns.links.link_requests import COMPUTER, IPHONE, PHONE

NOBODY = {
    "WhatsApp/2.24.20.89 A": "preview",
    "WhatsApp/2.2450.6 W": "preview",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)": (
        "preview"
    ),
    "meta-externalfetcher/1.1": "preview",
    "Twitterbot/1.0": "preview",
    "TelegramBot (like TwitterBot)": "preview",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)": "preview",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)": "preview",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)": "preview",
    "ShareChatBot/1.0": "preview",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36 (compatible; "
    "Googlebot/2.1; +http://www.google.com/bot.html)": "crawler",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)": (
        "crawler"
    ),
    "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)": "crawler",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/131.0.0.0 Safari/537.36": "tool",
    "curl/8.9.1": "tool",
    "python-requests/2.34.0": "tool",
    "okhttp/4.12.0": "tool",
    "Go-http-client/2.0": "tool",
    "": "tool",
    "   ": "tool",
}
PEOPLE = {
    PHONE: None,
    IPHONE: None,
    COMPUTER: None,
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A.240905.003; wv) "
    "AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.0.0 Mobile "
    "Safari/537.36 Instagram 350.0.0.35.90 Android (34/14; 420dpi)": "instagram",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/480.0.0.30.109;FBBV/6]": (
        "facebook"
    ),
    "Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Chrome/131.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/480.0.0.1;]": (
        "facebook"
    ),
    "Mozilla/5.0 (Mobile; LYF/F320B/LYF-F320B-003; rv:48.0) Gecko/48.0 Firefox/48.0 "
    "KAIOS/2.5": None,
    "Mozilla/5.0 (Linux; U; Android 12; en-US; RMX3085) AppleWebKit/537.36 (KHTML, "
    "like Gecko) Version/4.0 Chrome/100.0.4896.58 UCBrowser/13.6.8 Mobile "
    "Safari/537.36": None,
    "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Chrome/131.0.0.0 Mobile Safari/537.36": None,
    "Mozilla/5.0 (Linux; Android 11; CUBOT_NOTE_20) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Chrome/131.0.0.0 Mobile Safari/537.36": None,
    "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like "
    "Gecko) Chrome/131.0.0.0 Mobile Safari/537.36 GSA/15.48": None,
}


@pytest.mark.parametrize(("agent", "kind"), NOBODY.items())
def test_what_is_no_person_is_known(agent: str, kind: str) -> None:
    assert classify_visitor(agent).kind == kind


@pytest.mark.parametrize(("agent", "in_app"), PEOPLE.items())
def test_nobody_is_taken_for_a_robot(agent: str, in_app: str | None) -> None:
    found = classify_visitor(agent)
    assert (found.kind, found.in_app) == ("human", in_app)


def test_a_robot_that_calls_itself_a_cubot_phone_is_still_a_robot() -> None:
    assert (
        classify_visitor("Mozilla/5.0 (CUBOT P80; compatible; Nutchbot/2)").kind
        == "crawler"
    )


@pytest.mark.parametrize(
    ("header", "value", "ahead"),
    [
        ("sec-purpose", "prefetch", True),
        ("sec-purpose", "prefetch;prerender", True),
        ("purpose", "prefetch", True),
        ("x-moz", "Prefetch", True),
        ("x-purpose", "preview", True),
        ("sec-purpose", "", False),
        ("sec-fetch-mode", "navigate", False),
    ],
)
def test_a_browser_that_looks_ahead_says_so(
    header: str, value: str, ahead: bool
) -> None:
    assert is_prefetch({header: value}) is ahead


@pytest.mark.parametrize(
    ("agent", "found"),
    [
        (PHONE, "android"),
        (IPHONE, "ios"),
        (COMPUTER, "other"),
        (list(NOBODY)[10], "other"),
        ("WhatsApp/2.24.20.89 A", "other"),
        ("Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1) Edge/15", "other"),
        ("", "other"),
    ],
)
def test_a_device_is_where_an_app_can_be_installed(agent: str, found: str) -> None:
    assert device(agent.encode()) == found


def test_every_kind_has_its_name_once() -> None:
    assert len(set(visitor_kinds.KINDS)) == len(visitor_kinds.KINDS) == 8
