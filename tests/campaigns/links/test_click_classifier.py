"""What becomes of requests: kinds, second clicks, and nothing that names anybody."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcell.campaigns.links.click_classifier import ClickClassifier, client_address
from socialcell.campaigns.links.visitor_kinds import KINDS
from tests.builders import NOON
from tests.campaigns.links.link_requests import IPHONE, make_request
from tests.campaigns.links.test_visits import NOBODY, PEOPLE

MINUTE = timedelta(minutes=1)


def judged(*requests: Any, **settings: Any) -> list[str]:
    judge = ClickClassifier(**settings)
    return [judge.row(request)["kind"] for request in requests]


def test_the_first_click_is_a_person_and_the_second_is_that_person_again() -> None:
    first, again = make_request(), make_request(at=NOON + 9 * MINUTE)
    assert judged(first, again) == ["human", "duplicate"]


def test_ten_minutes_later_it_is_a_click_of_its_own() -> None:
    later = make_request(at=NOON + 10 * MINUTE)
    assert judged(make_request(), later) == ["human", "human"]


@pytest.mark.parametrize(
    "other",
    [
        {"link_id": 2},
        {"agent": IPHONE.encode()},
        {"peer": "203.0.113.8"},
        {"peer": "2001:db8::7"},
    ],
)
def test_another_link_phone_or_address_is_somebody_else(other: Any) -> None:
    assert judged(make_request(), make_request(**other)) == ["human", "human"]


def test_a_preview_does_not_make_the_person_after_it_a_second_click() -> None:
    head = make_request(method="HEAD")
    prefetch = make_request(is_prefetch=True)
    assert judged(head, prefetch, make_request()) == ["preview", "preview", "human"]


def test_nobody_clicks_without_saying_what_with() -> None:
    assert judged(make_request(agent=b"")) == ["tool"]


def test_the_cells_own_clicks_are_counted_apart() -> None:
    ours = make_request(peer="10.1.2.3")
    assert judged(ours, make_request(), internal=["10.1.0.0/16"]) == [
        "internal",
        "human",
    ]


def test_what_is_before_a_stranger_is_not_believed() -> None:
    made_up = make_request(forwarded=b"10.1.2.3")
    assert judged(made_up, internal=["10.1.0.0/16"]) == ["human"]


def test_what_a_trusted_server_says_is_believed() -> None:
    passed_on = make_request(peer="127.0.0.1", forwarded=b"203.0.113.7")
    other = make_request(peer="127.0.0.1", forwarded=b"203.0.113.8")
    kinds = judged(passed_on, other, make_request(), trusted=["127.0.0.1"])
    assert kinds == ["human", "human", "duplicate"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", b"1.1.1.1", "203.0.113.7"),
        ("127.0.0.1", b"1.1.1.1", "1.1.1.1"),
        ("127.0.0.1", b"9.9.9.9, 1.1.1.1", "1.1.1.1"),
        ("127.0.0.1", b"9.9.9.9, 1.1.1.1, 10.0.0.2", "1.1.1.1"),
        ("127.0.0.1", b"9.9.9.9, nonsense", "127.0.0.1"),
        ("127.0.0.1", b"", "127.0.0.1"),
        ("127.0.0.1", b"::ffff:1.1.1.1", "1.1.1.1"),
        ("::ffff:127.0.0.1", b"1.1.1.1", "1.1.1.1"),
        ("127.0.0.1", b"\xff\xfe", "127.0.0.1"),
    ],
)
def test_a_forwarded_address_is_read_from_its_end(
    peer: str, forwarded: bytes, found: str
) -> None:
    judge = ClickClassifier(trusted=["127.0.0.1", "10.0.0.0/8"])
    address = client_address(peer, forwarded, judge.trusted)
    assert address == bytes(int(part) for part in found.split("."))


def test_an_address_that_is_none_is_nobody_in_particular() -> None:
    row = ClickClassifier().row(make_request(peer="unix:"))
    assert (row["kind"], row["prefix"]) == ("human", None)


def test_networks_are_told_apart_by_24_and_48_bits() -> None:
    judge = ClickClassifier()

    def prefix(peer: str) -> str:
        return str(judge.row(make_request(peer=peer))["prefix"])

    assert prefix("203.0.113.7") == prefix("203.0.113.250")
    assert prefix("203.0.113.7") != prefix("203.0.114.7")
    assert prefix("2001:db8:1:2::7") == prefix("2001:db8:1:ffff::1")
    assert prefix("2001:db8:1::7") != prefix("2001:db8:2::7")


def test_a_network_has_another_hash_tomorrow_and_elsewhere() -> None:
    judge = ClickClassifier()
    today, same = (judge.row(make_request())["prefix"] for _ in range(2))
    midnight = NOON.replace(hour=18, minute=30)  # 00:00 in Pune
    before = judge.row(make_request(at=midnight - MINUTE))["prefix"]
    after = judge.row(make_request(at=midnight))["prefix"]
    assert today == same == before
    assert len({today, after, ClickClassifier().row(make_request())["prefix"]}) == 3


def test_no_row_names_an_address_or_a_phone() -> None:
    row = ClickClassifier().row(make_request())
    said = " ".join(str(value) for value in row.values())
    assert "203.0.113" not in said
    assert "Pixel" not in said
    assert set(row) == {
        *("id", "link_id", "version", "at", "kind", "rules", "method", "trigger"),
        *("device", "in_app", "led_to", "prefix"),
    }


REQUEST = st.builds(
    make_request,
    agent=st.sampled_from([*NOBODY, *PEOPLE]).map(str.encode) | st.binary(max_size=40),
    peer=st.sampled_from(["203.0.113.7", "198.51.100.2", "10.0.0.9", "2001:db8::1"]),
    link_id=st.integers(1, 3),
    method=st.sampled_from(["GET", "GET", "HEAD"]),
    is_prefetch=st.booleans(),
    at=st.integers(0, 3000).map(lambda n: NOON + timedelta(minutes=n)),
)


@given(st.lists(REQUEST, max_size=40))
def test_every_request_is_of_one_kind_and_the_kinds_add_up(requests: list[Any]) -> None:
    requests.sort(key=lambda request: request.at)
    found = Counter(judged(*requests, internal=["10.0.0.0/8"]))
    assert found.total() == len(requests)
    assert set(found) <= set(KINDS)


@given(st.lists(REQUEST, max_size=40))
def test_nobody_is_a_second_click_without_a_first(requests: list[Any]) -> None:
    """By an independent count: minutes since the last one that was a person."""
    requests.sort(key=lambda request: request.at)
    last: dict[Any, Any] = {}
    for request, kind in zip(requests, judged(*requests), strict=True):
        who = (request.link_id, request.peer, request.agent)
        if kind == "duplicate":
            assert request.at - last[who] < 10 * MINUTE
        elif kind == "human":
            assert (
                who not in last
                or request.at - last[who] >= 10 * MINUTE
                or (_day(request.at) != _day(last[who]))
            )
            last[who] = request.at


def _day(at: Any) -> Any:
    return (at + timedelta(hours=5, minutes=30)).date()
