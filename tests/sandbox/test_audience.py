"""The audience of the sandbox city: the same every time, and true by the rules."""

import ipaddress
from collections import Counter
from datetime import timedelta
from typing import Any

from socialcell.clock import IST
from socialcell.sandbox.clicks.audience import KINDS, Audience, ClickRequest, moments
from socialcell.sandbox.clicks.tracked_links import LINKS
from socialcell.sandbox.world.app_world import OUTREACH, AppWorld
from tests.conftest import MONDAY_MORNING

WEEKS = Audience(7, MONDAY_MORNING - timedelta(days=28), MONDAY_MORNING)
MINUTE = timedelta(minutes=1)


def asked(kind: str | None = None) -> list[ClickRequest]:
    found = [one for visit in WEEKS.visits for one in visit.requests]
    return [one for one in found if kind in (None, one.kind)]


def test_a_seed_is_one_audience_and_another_seed_another() -> None:
    start = MONDAY_MORNING - timedelta(days=28)
    assert Audience(7, start, MONDAY_MORNING).visits == WEEKS.visits
    assert Audience(8, start, MONDAY_MORNING).visits != WEEKS.visits


def test_a_shorter_demo_has_the_same_visits_on_its_days() -> None:
    week = Audience(7, MONDAY_MORNING - timedelta(days=7), MONDAY_MORNING)
    first = week.visits[0].end
    late = {visit for visit in WEEKS.visits if visit.end > first + timedelta(days=1)}
    assert late <= set(week.visits)


def test_the_requests_are_few_and_of_every_kind() -> None:
    kinds = Counter(one.kind for one in asked())
    assert set(kinds) == set(KINDS)
    assert 1000 < kinds.total() < 2000
    assert {one.method for one in asked("preview")} == {"GET", "HEAD"}
    assert any(one.headers for one in asked("preview"))
    assert any(one.agent is None for one in asked("tool"))
    assert any("CUBOT" in (one.agent or "") for one in asked("person"))


def test_the_truth_is_a_count_of_the_requests(whole: dict[str, Any]) -> None:
    (campaign,) = whole["campaigns"]
    counted = Counter((one.link, one.kind) for one in asked())
    found = campaign["links"]
    assert {
        (word, kind): row[kind] for word, row in found.items() for kind in KINDS
    } == {
        (link.word, kind): counted[link.word, kind] for link in LINKS for kind in KINDS
    }


def test_each_install_that_links_brought_is_one_of_the_citys(
    whole: dict[str, Any],
) -> None:
    (campaign,) = whole["campaigns"]
    by_links = sum(row["installs"] for row in campaign["links"].values())
    assert by_links == campaign["direct"]["play"]


def test_the_apps_server_tells_of_every_install_that_no_ad_brought() -> None:
    days = [WEEKS.campaign.start + timedelta(n) for n in range(14)]
    apps = AppWorld(7, MONDAY_MORNING - timedelta(days=28), MONDAY_MORNING)
    came = sum(
        apps.organic("play", day)
        + sum(apps.outreach("play", link, day) for link in OUTREACH)
        for day in days
    )
    keys = [visit.install.key for visit in WEEKS.visits if visit.install]
    assert len(keys) == len(set(keys)) == came


def test_who_clicks_again_is_known_by_ten_minutes_and_everybody_else_is_new() -> None:
    """By the rule of docs/links.md, counted here by other code."""
    people = sorted(asked("person") + asked("again"), key=lambda one: one.at)
    last: dict[tuple[str, Any, str], Any] = {}
    for one in people:
        who = (one.address, one.agent, one.link)
        before = last.get(who)
        again = before is not None and one.at - before < 10 * MINUTE
        assert one.kind == ("again" if again else "person")
        last.setdefault(who, one.at)


def test_five_links_within_five_seconds_of_a_silent_network_are_a_scanners() -> None:
    by_network: dict[str, list[ClickRequest]] = {}
    for one in sorted(asked(), key=lambda one: one.at):
        network = str(ipaddress.ip_network(f"{one.address}/24", strict=False))
        by_network.setdefault(network, []).append(one)
    for requests in by_network.values():
        for one in requests:
            near = [r for r in requests if abs(r.at - one.at) <= timedelta(seconds=5)]
            links = Counter(r.link for r in near)
            scanned = len(links) >= 5 and max(links.values()) <= 2
            assert (one.kind == "scanner") == scanned


def test_no_two_visits_share_a_second_and_none_is_near_midnight() -> None:
    seconds = [set(moments([visit])) for visit in WEEKS.visits]
    assert len(set().union(*seconds)) == sum(len(one) for one in seconds)
    for visit in WEEKS.visits:
        for at in moments([visit]):
            assert 7 <= at.astimezone(IST).hour < 23


def test_every_visit_belongs_to_one_step() -> None:
    start = MONDAY_MORNING - timedelta(days=28)
    steps = [start + timedelta(hours=6 * n) for n in range(1, 28 * 4 + 1)]
    found = [
        visit
        for before, until in zip([None, *steps], steps, strict=False)
        for visit in WEEKS.between(before, until)
    ]
    assert found == list(WEEKS.visits)
