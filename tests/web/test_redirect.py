"""The redirect over real sockets: where it leads, what it counts, what it refuses."""

import http.client
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from socialcell import config
from socialcell.campaigns.links import tracked_link as rules
from socialcell.clock import FixedClock
from socialcell.services.context import Context
from socialcell.services.links import link_statistics, tracked_links
from socialcell.web import redirect_server
from tests.builders import NOON
from tests.campaigns.links.link_requests import (
    APPLE,
    COMPUTER,
    IPHONE,
    PHONE,
    WEB,
    ask,
    kinds,
    make_link,
    referrer_of,
)
from tests.campaigns.links.test_visits import NOBODY, PEOPLE
from tests.web.test_click_log import locked

pytestmark = pytest.mark.swept_on_postgresql

FALLBACK = "https://care.pune.example/ended"


def configured(folder: Path, context: Context, lines: str) -> Context:
    settings_ = (folder / "config.yaml").read_text().replace("{}\n", "")
    (folder / "config.yaml").write_text(settings_ + lines)
    return Context(config.load(folder / "config.yaml"), context.engine, context.clock)


def test_each_device_is_led_to_its_own_place(context: Context) -> None:
    link = make_link(context)
    with redirect_server.serving(context) as address:
        answers = [
            ask(address, f"/r/{link.code}", agent=agent)
            for agent in (PHONE, IPHONE, COMPUTER)
        ]
    phone, iphone, computer = (answer.location or "" for answer in answers)
    assert [answer.status for answer in answers] == [302] * 3
    assert referrer_of(phone)["utm_campaign"] == "monsoon26"
    assert iphone == f"{APPLE}&ct=monsoon26&mt=8"
    assert computer == (
        f"{WEB}?utm_source=instagram&utm_medium=social&utm_campaign=monsoon26"
    )


def test_no_click_has_the_id_of_another(context: Context) -> None:
    link = make_link(context)
    with redirect_server.serving(context) as address:
        found = [ask(address, f"/r/{link.code}").location or "" for _ in range(20)]
    ids = {referrer_of(location)["cid"] for location in found}
    assert len(ids) == 20
    assert {len(one) for one in ids} == {16}


def test_a_device_without_its_own_place_goes_where_computers_go(
    context: Context,
) -> None:
    link = make_link(context, android=None, ios=None)
    with redirect_server.serving(context) as address:
        found = {
            ask(address, f"/r/{link.code}", agent=agent).location
            for agent in (PHONE, IPHONE, COMPUTER)
        }
    assert len(found) == 1


def test_nothing_of_an_answer_may_be_kept(context: Context) -> None:
    link = make_link(context)
    with redirect_server.serving(context) as address:
        answer = ask(address, f"/r/{link.code}")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.body == b""


def test_a_code_may_be_typed_in_capitals(context: Context) -> None:
    link = make_link(context)
    with redirect_server.serving(context) as address:
        assert ask(address, f"/r/{link.code.upper()}").status == 302


def test_people_previews_and_tools_are_counted_apart(context: Context) -> None:
    link = make_link(context)
    path = f"/r/{link.code}"
    with redirect_server.serving(context) as address:
        ask(address, path)
        ask(address, path)
        ask(address, path, method="HEAD")
        ask(address, path, Sec_Purpose="prefetch;prerender", agent=IPHONE)
        ask(address, path, agent="WhatsApp/2.24.20.89 A")
        ask(address, path, agent=None)
        ask(address, f"{path}?fbclid=1&qr=1", agent=IPHONE)
    found = link_statistics.link_statistics(context, by=["trigger"])
    by_trigger = {row["trigger"]: row for row in found["rows"]}
    assert kinds(context) == {"human": 2, "duplicate": 1, "preview": 3, "tool": 1}
    assert by_trigger["qr"]["human"] == by_trigger["qr"]["raw"] == 1
    assert by_trigger["link"]["raw"] == 6


def test_the_table_of_visitors_is_counted_without_a_miss(context: Context) -> None:
    link = make_link(context)
    with redirect_server.serving(context) as address:
        for agent in (*NOBODY, *PEOPLE):
            assert ask(address, f"/r/{link.code}", agent=agent).status == 302
    assert kinds(context) == {
        "human": len(PEOPLE),
        "preview": 10,
        "crawler": 3,
        "tool": len(NOBODY) - 13,
    }


def test_a_made_up_address_is_not_believed(folder: Path, context: Context) -> None:
    cell = configured(folder, context, "links: {internal: ['10.0.0.0/8']}\n")
    link = make_link(cell)
    with redirect_server.serving(cell) as address:
        ask(address, f"/r/{link.code}", X_Forwarded_For="10.1.2.3")
    assert kinds(cell) == {"human": 1}


def test_a_trusted_server_is_believed(folder: Path, context: Context) -> None:
    lines = "links: {internal: ['10.0.0.0/8'], trusted: ['127.0.0.1']}\n"
    cell = configured(folder, context, lines)
    link = make_link(cell)
    with redirect_server.serving(cell) as address:
        ask(address, f"/r/{link.code}", X_Forwarded_For="203.0.113.1, 10.1.2.3")
    assert kinds(cell) == {"internal": 1}


def test_an_unknown_code_is_told_in_three_languages(context: Context) -> None:
    with redirect_server.serving(context) as address:
        answer = ask(address, "/r/zzzzzzz")
        style = ask(address, "/notice.css")
    page = answer.body.decode()
    assert answer.status == 404
    assert [f'lang="{code}"' in page for code in ("mr", "hi", "en")] == [True] * 3
    assert "ही लिंक अस्तित्वात नाही" in page
    assert "यह लिंक मौजूद नहीं है" in page
    assert "This link does not exist" in page
    assert "Pune Municipal Corporation" in page
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (style.status, style.headers["content-type"]) == (
        200,
        "text/css; charset=utf-8",
    )
    assert kinds(context) == {}


def test_an_ended_link_leads_to_the_configured_place(
    folder: Path, context: Context, clock: FixedClock
) -> None:
    cell = configured(folder, context, f"links: {{fallback: '{FALLBACK}'}}\n")
    link = make_link(cell, expires="2026-11-23")
    last = NOON.replace(hour=18, minute=29)
    with redirect_server.serving(cell) as address:
        clock.set(last)
        before = ask(address, f"/r/{link.code}").location or ""
        clock.set(last.replace(minute=30))
        after = ask(address, f"/r/{link.code}", agent=IPHONE)
    assert "play.google.com" in before
    assert (after.status, after.location) == (302, FALLBACK)
    assert kinds(cell) == {"human": 2}


def test_without_such_a_place_a_page_says_that_it_has_ended(
    context: Context, clock: FixedClock
) -> None:
    link = make_link(context, expires="2026-11-22")
    clock.set(NOON)
    with redirect_server.serving(context) as address:
        answer = ask(address, f"/r/{link.code}")
    assert answer.status == 410
    assert "ही लिंक आता बंद झाली आहे" in answer.body.decode()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_reading_is_answered(context: Context, method: str) -> None:
    link = make_link(context)
    with redirect_server.serving(context) as address:
        answer = ask(address, f"/r/{link.code}", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert kinds(context) == {}


def test_it_says_that_it_lives_and_that_robots_may_stay_away(context: Context) -> None:
    with redirect_server.serving(context) as address:
        assert b"Disallow: /" in ask(address, "/robots.txt").body
        assert ask(address, "/livez").body == b"ok"
        assert ask(address, "/readyz").status == 404


def test_a_link_that_is_new_or_changed_is_known_without_a_restart(
    context: Context,
) -> None:
    with redirect_server.serving(context) as address:
        link = make_link(context, android=None)
        path = f"/r/{link.code}"
        while ask(address, path).status == 404:
            pass  # it looks once a second
        tracked_links.edit_link(context, link.code, {"web": f"{WEB}/new"}, "moved")
        while f"{WEB}/new" not in (ask(address, path).location or ""):
            pass


def test_a_locked_database_keeps_nobody_from_being_led(context: Context) -> None:
    link = make_link(context, android=None, ios=None)
    with (
        redirect_server.serving(context, capacity=10) as address,
        locked(context.engine),
    ):
        answers = [ask(address, f"/r/{link.code}").status for _ in range(60)]
    found = kinds(context)
    assert answers == [302] * 60
    assert sum(found.values()) == 60
    assert found["human"] == 1
    # One batch at most is in hand when the database is locked; ten may wait.
    assert found["dropped"] >= 1


def test_ninety_nine_of_a_hundred_are_led_on_within_ten_milliseconds(
    context: Context,
) -> None:
    """Over one connection, as a web server before it asks. In one round at least: what
    else the machine does is none of the redirect's."""
    link = make_link(context)
    with redirect_server.serving(context) as address, connected(address) as line:
        rounds = (sorted(waits(line, link.code, 200)) for _ in range(50))
        assert any(one[197] < 0.010 for one in rounds)


@contextmanager
def connected(address: str) -> Iterator[http.client.HTTPConnection]:
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port)
    with closing(line):
        yield line


def waits(line: http.client.HTTPConnection, code: str, n: int) -> Iterator[float]:
    """How long each of n answers took, in seconds."""
    for _ in range(n):
        begun = time.perf_counter()
        line.request("GET", f"/r/{code}", headers={"User-Agent": PHONE})
        answer = line.getresponse()
        answer.read()
        yield time.perf_counter() - begun
        assert answer.status == 302


@pytest.fixture(scope="module")
def opened(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[tuple[str, str, set[str]]]:
    """A redirect for many questions: address, code, and where it may lead."""
    import shutil

    from socialcell import db

    folder = tmp_path_factory.mktemp("redirect")
    (folder / "config.yaml").write_text("{}\n")
    shutil.copy(empty_database, folder / "socialcell.db")
    workspace = config.load(folder / "config.yaml")
    engine = db.connect(workspace.database_url)
    context = Context(workspace, engine, FixedClock(NOON))
    link = make_link(context)
    hosts = {urlsplit(one.address).netloc for one in rules.landings(link).values()}
    with redirect_server.serving(context) as address:
        yield address, link.code, hosts
    engine.dispose()


SCRAPS = st.sampled_from(
    [
        *("//evil.example", "https:", "\\", "%2f%2fevil.example", "@evil.example"),
        *("/", "?", "#", "..", "url=https://evil.example"),
        "%0d%0aLocation:%20https://evil.example",
    ]
)
HEADERS = st.dictionaries(
    st.sampled_from(["Host", "X_Forwarded_Host", "Referer", "X_Original_URL"]),
    st.sampled_from(["evil.example", "https://evil.example/", "//evil.example"]),
)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(scraps=st.lists(SCRAPS, max_size=5), own=st.booleans(), headers=HEADERS)
@example(scraps=["?", "url=https://evil.example"], own=True, headers={})
@example(scraps=["//evil.example"], own=False, headers={"Host": "evil.example"})
def test_no_request_is_led_anywhere_but_to_what_is_stored(
    opened: tuple[str, str, set[str]], scraps: list[str], own: bool, headers: Any
) -> None:
    address, code, hosts = opened
    path = (f"/r/{code}" if own else "/r/") + "".join(scraps)
    agent = headers.pop("agent", PHONE)
    answer = ask(address, path, agent=agent, **headers)
    if answer.location is None:
        assert answer.status in (400, 404)
    else:
        assert urlsplit(answer.location).netloc in hosts
        query = dict(parse_qsl(urlsplit(answer.location).query))
        assert query["id"] == "org.example.care"
    assert b"evil" not in answer.body
