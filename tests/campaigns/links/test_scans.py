"""Scanners of mails are told from people, and crowds from scanners."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcell import db
from socialcell.campaigns.links.click_classifier import ClickClassifier
from socialcell.campaigns.links.model import Click
from socialcell.campaigns.links.store import clicks
from socialcell.clock import FixedClock
from socialcell.services.context import Context
from socialcell.web import redirect_server
from socialcell.web.click_log import ClickLog
from tests.builders import NOON
from tests.campaigns.links.link_requests import (
    COMPUTER,
    IPHONE,
    PHONE,
    ask,
    kinds,
    make_link,
)
from tests.campaigns.links.link_requests import make_request as asked_for
from tests.web.test_redirect import configured

SECOND = timedelta(seconds=1)


def at(seconds: float, link: int, peer: str = "198.51.100.9", **changes: Any) -> Any:
    """A browser's request for a link, so many seconds after noon."""
    made = asked_for(
        id=f"click-{seconds:06}-{link:04}-{peer[-4:]}",
        link_id=link,
        at=NOON + timedelta(seconds=seconds),
        peer=peer,
        agent=COMPUTER.encode(),
    )
    return made._replace(**changes)


def judged(requests: list[Any]) -> list[str]:
    """The kinds of requests that came in one go."""
    rows, moved = ClickClassifier().rows(requests)
    assert moved == []
    return [row["kind"] for row in rows]


def test_five_links_at_once_are_a_scanners() -> None:
    assert judged([at(n / 2, n) for n in range(5)]) == ["scanner"] * 5


def test_a_scan_goes_on_while_its_requests_come_soon_after_each_other() -> None:
    scan = [at(n, n) for n in range(5)]
    scan += [at(8, 5), at(12, 6)]
    person = at(18, 7)
    assert judged([*scan, person]) == ["scanner"] * 7 + ["human"]


def test_a_scanner_may_have_several_addresses_and_names() -> None:
    agents = [COMPUTER, PHONE, IPHONE] * 2
    scan = [
        at(n / 4, n, peer=f"198.51.100.{n}", agent=agent.encode())
        for n, agent in enumerate(agents)
    ]
    assert judged(scan) == ["scanner"] * 6


def test_a_scanner_that_opens_each_link_twice_is_known() -> None:
    scan = [at(n / 4, n // 2) for n in range(10)]
    assert judged(scan) == ["scanner"] * 10


@pytest.mark.parametrize(
    "requests",
    [
        pytest.param([at(n, n) for n in range(4)], id="four links"),
        pytest.param(
            [at(1.5 * n, n) for n in range(5)], id="in more than five seconds"
        ),
        pytest.param(
            [at(n / 4, n, peer=f"198.51.{n}.9") for n in range(9)], id="many networks"
        ),
    ],
)
def test_what_a_person_may_do_is_no_scan(requests: list[Any]) -> None:
    assert set(judged(requests)) == {"human"}


def test_a_crowd_behind_one_network_stays_people() -> None:
    """Many people of a mobile network, each with an address of it; one link is what
    most of them want, and all links are wanted within seconds."""
    crowd = [
        at(n / 3, 1 if n % 3 else n % 27, peer=f"198.51.100.{n % 250}")
        for n in range(600)
    ]
    assert Counter(judged(crowd)).keys() <= {"human", "duplicate"}


def test_a_network_where_somebody_has_just_clicked_is_no_scanners() -> None:
    person = at(0, 1)
    assert set(judged([person, *(at(59 + n / 9, n) for n in range(2, 8))])) == {"human"}
    later = judged([person, *(at(60 + n / 9, n) for n in range(2, 8))])
    assert later == ["human"] + ["scanner"] * 6


def test_the_next_letter_is_scanned_too() -> None:
    letters = [at(20 * k + n / 4, n) for k in range(3) for n in range(6)]
    assert judged(letters) == ["scanner"] * 18


def test_who_clicks_after_the_scanner_is_no_second_click_of_it() -> None:
    scan = [at(n / 4, n) for n in range(5)]
    person = at(70, 0)
    assert judged([*scan, person])[-1] == "human"


def test_the_cells_own_and_what_says_that_it_is_a_program_are_no_scan() -> None:
    heads = [at(n / 4, n, method="HEAD") for n in range(6)]
    tools = [at(n / 4, n, agent=b"curl/8.5") for n in range(6)]
    assert set(judged(heads)) == {"preview"}
    assert set(judged(tools)) == {"tool"}
    rows, _ = ClickClassifier(internal=["198.51.100.0/24"]).rows(
        at(n / 4, n) for n in range(6)
    )
    assert {row["kind"] for row in rows} == {"internal"}


def test_an_address_that_cannot_be_read_is_nobodys_network() -> None:
    assert set(judged([at(n / 4, n, peer="unix:") for n in range(6)])) == {"human"}


def test_earlier_clicks_of_a_burst_are_handed_back_as_they_were() -> None:
    judge = ClickClassifier()
    first, nothing = judge.rows([at(0, 1), at(0.1, 1), at(0.2, 2), at(0.3, 3)])
    before = [dict(row) for row in first]
    rest, moved = judge.rows([at(1, 4), at(1.5, 5)])
    assert (nothing, moved) == ([], before)
    assert [row["kind"] for row in before] == ["human", "duplicate", "human", "human"]
    assert [row["kind"] for row in rest] == ["scanner", "scanner"]
    assert judge.rows([])[1] == []


def test_what_was_counted_as_people_is_counted_anew(context: Context) -> None:
    links = [make_link(context, content=f"letter{n}").id or 0 for n in range(6)]
    judge = ClickClassifier()
    for part in ([0, 0, 1, 2], [3], [4, 5]):
        requests = [
            at(one + k / 10, links[one], id=f"click-{part[0]}-{k}-{one:06}")
            for k, one in enumerate(part)
        ]
        rows, moved = judge.rows(requests)
        with db.writing(context.engine) as session:
            clicks.record_clicks(session, rows, reclassified=moved)
        # An answer of the database that was lost: the same again changes nothing.
        with db.writing(context.engine) as session:
            clicks.record_clicks(session, rows, reclassified=moved)
    assert kinds(context) == {"scanner": 7}  # and no count of 0
    assert _kinds_of_rows(context) == {"scanner": 7}


def test_a_burst_in_pieces_is_stored_as_one(context: Context, tmp_path: Path) -> None:
    """Whatever way the requests fall into batches, the counts are the same."""
    links = [make_link(context, content=f"letter{n}").id or 0 for n in range(8)]
    log = ClickLog(context.engine, ClickClassifier(), tmp_path / "waiting")
    log.start()
    for n, link in enumerate(links):
        log.add(at(n / 4, link))
        while n in (2, 5) and log.has_unstored():
            pass
    log.stop()
    assert kinds(context) == {"scanner": 8}
    assert _kinds_of_rows(context) == {"scanner": 8}


def test_the_redirect_counts_a_scan_apart_from_the_person_after_it(
    folder: Path, context: Context, clock: FixedClock
) -> None:
    cell = configured(folder, context, "links: {trusted: ['127.0.0.1']}\n")
    codes = [make_link(context, content=f"letter{n}").code for n in range(6)]
    with redirect_server.serving(cell) as address:
        for code in codes:
            ask(address, f"/r/{code}", agent=COMPUTER, X_Forwarded_For="198.51.100.9")
            clock.advance(SECOND / 2)
        clock.advance(90 * SECOND)
        ask(address, f"/r/{codes[0]}", X_Forwarded_For="198.51.100.30")
    assert kinds(cell) == {"human": 1, "scanner": 6}


CLICKS = st.lists(
    st.tuples(
        st.floats(0, 4, width=16), st.integers(1, 9), st.integers(0, 1), st.booleans()
    ),
    max_size=60,
)


@given(CLICKS)
def test_no_scan_has_fewer_than_five_links_or_one_three_times(
    steps: list[tuple[float, int, int, bool]],
) -> None:
    """Whatever comes: what is called a scan is one by the rule, looked at afresh."""
    now, requests = 0.0, []
    for n, (wait, link, network, other) in enumerate(steps):
        now += wait
        peer = f"198.51.{network}.{1 + other}"
        requests.append(at(now, link, peer=peer, id=f"click-{n:012}"))
    rows, _ = ClickClassifier().rows(requests)
    by_network: dict[str, list[tuple[Any, Any]]] = {}
    for request, row in zip(requests, rows, strict=True):
        by_network.setdefault(str(row["prefix"]), []).append((request, row))
    for pairs in by_network.values():
        for scan in _scans(pairs):
            opened = Counter(request.link_id for request, _ in scan)
            assert len(opened) >= 5
            first_five = [request.at for request, _ in scan]
            assert first_five[4] - first_five[0] <= 5 * SECOND


def _scans(pairs: list[tuple[Any, Any]]) -> list[list[tuple[Any, Any]]]:
    """Runs of a scanner's requests, parted where five seconds lie between or a person
    does."""
    runs: list[list[tuple[Any, Any]]] = [[]]
    before = None
    for request, row in pairs:
        late = before is not None and request.at - before > 5 * SECOND
        if row["kind"] != "scanner" or late:
            runs.append([])
        if row["kind"] == "scanner":
            runs[-1].append((request, row))
        before = request.at
    return [run for run in runs if run]


def _kinds_of_rows(context: Context) -> dict[str, int]:
    with db.reading(context.engine) as session:
        click = db.table(Click)
        return dict(Counter(row.kind for row in session.execute(click.select())))
