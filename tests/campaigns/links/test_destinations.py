"""Where a link leads, and that nothing is lost or added on the way."""

from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcell.campaigns.links import destinations, tracked_link
from socialcell.campaigns.links.destinations import check_address, landing
from socialcell.campaigns.links.utm_naming import Utm
from socialcell.errors import UsageError
from tests.campaigns.links.link_requests import APPLE, PLAY, WEB, referrer_of
from tests.campaigns.links.link_requests import given as said

UTM = Utm("instagram", "creator", "monsoon26", "asha", "kothrud")
TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1
)
CLICK = "AbC_-12345678901"


def test_google_plays_referrer_is_encoded_once() -> None:
    assert landing(PLAY, UTM).of(CLICK) == (
        "https://play.google.com/store/apps/details?id=org.example.care&referrer="
        "utm_source%3Dinstagram%26utm_medium%3Dcreator%26utm_campaign%3Dmonsoon26"
        "%26utm_content%3Dasha%26utm_term%3Dkothrud%26cid%3DAbC_-12345678901"
    )


@given(TEXT, TEXT, TEXT)
def test_a_referrer_decodes_to_what_was_put_in(
    campaign: str, content: str, term: str
) -> None:
    utm = Utm("x", "social", campaign, content, term)
    handed = referrer_of(landing(PLAY, utm).of(CLICK))
    assert handed == {
        "utm_source": "x",
        "utm_medium": "social",
        "utm_campaign": campaign,
        "utm_content": content,
        "utm_term": term,
        "cid": CLICK,
    }


@pytest.mark.parametrize(
    "campaign", ["पावसाळा_२६", "50%", "a+b", "a&b=c", "%2B", "%25", "a#b?c", "र्‍य"]
)
def test_traps_of_the_referrer_come_through(campaign: str) -> None:
    handed = referrer_of(landing(PLAY, Utm("x", "social", campaign)).of(CLICK))
    assert handed["utm_campaign"] == campaign


@given(st.lists(st.tuples(TEXT, TEXT), max_size=4))
def test_the_operators_own_referrer_is_kept_and_decoded_once(
    own: list[tuple[str, str]],
) -> None:
    own = [(key, value) for key, value in own if not key.startswith(("utm_", "cid"))]
    inner = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in own)
    address = check_address(f"{PLAY}&referrer={quote(inner, safe='')}", "android")
    led = landing(address, UTM).of(CLICK)
    outer = parse_qs(urlsplit(led).query)["referrer"][0]
    assert parse_qsl(outer, keep_blank_values=True) == [
        *own,
        *UTM.pairs(),
        ("cid", CLICK),
    ]


def test_the_app_store_is_told_provider_campaign_and_media() -> None:
    led = landing(APPLE, UTM).of(CLICK)
    assert dict(parse_qsl(urlsplit(led).query)) == {
        "pt": "123456",
        "ct": "monsoon26",
        "mt": "8",
    }


def test_a_campaign_token_of_the_address_goes_before_the_campaign() -> None:
    devanagari = Utm("x", "social", "पावसाळा")
    led = landing(f"{APPLE}&ct=Monsoon%2026&mt=8", devanagari).of(CLICK)
    assert dict(parse_qsl(urlsplit(led).query))["ct"] == "Monsoon 26"


@pytest.mark.parametrize(
    "campaign", ["पावसाळा", "a" * 31, "a&b", "a%", ".monsoon", " monsoon", "monsoon "]
)
def test_a_campaign_that_the_app_store_would_not_count_is_refused(
    campaign: str,
) -> None:
    with pytest.raises(UsageError, match="at most 30"):
        landing(APPLE, Utm("x", "social", campaign))


def test_thirty_letters_are_not_too_many() -> None:
    assert destinations.campaign_token(APPLE, "a" * 30) == "a" * 30


def test_the_app_store_needs_a_provider_token() -> None:
    with pytest.raises(UsageError, match="provider token"):
        landing("https://apps.apple.com/app/apple-store/id123456789", UTM)


def test_the_web_gets_utm_before_the_fragment_and_no_click() -> None:
    led = landing("https://care.pune.example/a?x=1#map", UTM).of(CLICK)
    assert led == (
        "https://care.pune.example/a?x=1&utm_source=instagram&utm_medium=creator"
        "&utm_campaign=monsoon26&utm_content=asha&utm_term=kothrud#map"
    )


def test_an_address_in_devanagari_becomes_ascii() -> None:
    made = check_address("https://पुणे.example/पाणी?क=ख", "web")
    assert made.isascii()
    assert unquote(made).startswith("https://xn--")
    assert unquote(urlsplit(made).path) == "/पाणी"


def test_what_is_encoded_already_stays_so() -> None:
    assert check_address("https://a.example/%E0%A4%AA?x=%2B", "web") == (
        "https://a.example/%E0%A4%AA?x=%2B"
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "//evil.example/x",
        "/only/a/path",
        "https://",
        "ftp://files.example/x",
        "https://user:word@a.example/",
        "https://good.example\\@evil.example/",
        "https://a.example/x y",
        "https://a.example/\r\nSet-Cookie: a=b",
        "https://a..example/",
        "https://a.example:port/",
        "data:text/html,hello",
        "https://a.example/" + "x" * 2000,
    ],
)
def test_what_is_no_whole_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        check_address(address, "web")


@pytest.mark.parametrize(
    "address",
    [
        f"{WEB}?utm_source=fb",
        f"{PLAY}&referrer=utm_source%3Dfb",
        f"{PLAY}&referrer=a%3Db%26cid%3Dmine",
    ],
)
def test_values_that_the_link_writes_are_not_taken_from_the_address(
    address: str,
) -> None:
    with pytest.raises(UsageError, match="the link writes it"):
        check_address(address, "web")


def test_a_google_play_address_names_an_app() -> None:
    with pytest.raises(UsageError, match="names the app"):
        landing("https://play.google.com/store/apps/details?hl=mr", UTM)


def test_a_draft_is_checked_with_all_its_addresses() -> None:
    with pytest.raises(UsageError, match="at most 30"):
        tracked_link.check_draft(said(campaign="पावसाळा"))
    with pytest.raises(UsageError, match="needs web"):
        tracked_link.check_draft(said(web=None))
    with pytest.raises(UsageError, match="expires"):
        tracked_link.check_draft(said(expires="31-12-2026"))
