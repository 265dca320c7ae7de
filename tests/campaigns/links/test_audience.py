"""The city's audience at our redirect: every click is known, whatever interrupts it."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell import config, db
from socialcell.clock import FixedClock
from socialcell.sandbox.clicks import click_traffic, tracked_links
from socialcell.sandbox.clicks.audience import Audience, Visit, moments
from socialcell.sandbox.clicks.click_traffic import ClickTraffic
from socialcell.sandbox.world.app_world import PACKAGE
from socialcell.services.context import Context
from socialcell.services.links import link_statistics
from socialcell.services.rehearsal import click_rehearsal
from socialcell.services.workspace import digest
from socialcell.web import redirect_server
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.swept_on_postgresql

AUDIENCE = Audience(3, MONDAY_MORNING - timedelta(days=7), MONDAY_MORNING)
# A day on which a letter goes out, and so scanners are about.
DAY = AUDIENCE.between(None, MONDAY_MORNING - timedelta(days=6))
OURS = {"person": "human", "again": "duplicate"}


@pytest.fixture
def cell(folder: Path, context: Context, clock: FixedClock) -> Context:
    """A workspace behind a web server, which takes in the city's app."""
    settings = (folder / "config.yaml").read_text().replace("{}\n", "")
    links = f"links:\n  trusted: ['127.0.0.1']\n  apps: [{PACKAGE}]\n"
    (folder / "config.yaml").write_text(settings + links)
    (folder / "secrets" / click_traffic.SECRET).write_text(click_traffic.KEY)
    return Context(config.load(folder / "config.yaml"), context.engine, clock)


def step(cell: Context, visits: Sequence[Visit], clock: FixedClock) -> dict[str, str]:
    """One step of a rehearsal, with a redirect of its own; the codes by word."""
    clock.set(visits[-1].end)
    codes = click_rehearsal.link_codes(
        cell, tracked_links.link_forms(AUDIENCE.campaign)
    )
    keys = [visit.install.key for visit in visits if visit.install]
    click_rehearsal.delete_rehearsed(cell, moments(visits), keys)
    with redirect_server.serving(cell) as address:
        audience = ClickTraffic(address, codes, clock)
        audience.send(visits)
        click_rehearsal.wait_for_clicks(cell, moments(visits))
        audience.report_installs(visits)
    return codes


def sent_only(
    cell: Context, visits: Sequence[Visit], n: int, clock: FixedClock
) -> None:
    """A step that ends after so many requests, in the middle of a visit maybe."""
    clock.set(visits[-1].end)
    codes = click_rehearsal.link_codes(
        cell, tracked_links.link_forms(AUDIENCE.campaign)
    )
    cut: list[Visit] = []
    for visit in visits:
        cut.append(Visit(visit.requests[: max(n, 0)], visit.install))
        n -= len(visit.requests)
    with redirect_server.serving(cell) as address:
        ClickTraffic(address, codes, clock).send(cut)


def tables(cell: Context) -> dict[str, str]:
    with db.reading(cell.engine) as session:
        found = digest.table_digests(session)
    return {name: found[name] for name in ("click_day", "install_postback")}


def test_what_is_counted_of_each_link_is_what_the_audience_did(
    cell: Context, clock: FixedClock
) -> None:
    codes = step(cell, AUDIENCE.visits, clock)
    found = {row["code"]: row for row in link_statistics.link_statistics(cell)["rows"]}
    truth = AUDIENCE.truth()
    assert sum(row["scanner"] for row in truth.values()) == 30
    for word, true in truth.items():
        row = found[codes[word]]
        for kind in ("person", "again", "preview", "scanner", "crawler", "tool"):
            assert (word, kind, row[OURS.get(kind, kind)]) == (word, kind, true[kind])
        assert row["dropped"] == row["internal"] == 0
    scanned = link_statistics.link_statistics(cell, by=["trigger"])["rows"]
    poster = truth["ward-offices"]
    assert {row["trigger"]: row["human"] for row in scanned}["qr"] == poster["person"]


def test_each_install_of_a_link_is_attributed_to_its_click(
    cell: Context, clock: FixedClock
) -> None:
    step(cell, AUDIENCE.visits, clock)
    outcomes = {
        row["outcome"]: row["n"]
        for row in link_statistics.link_statistics(cell)["installs"]
    }
    by_links = sum(row["installs"] for row in AUDIENCE.truth().values())
    assert outcomes["attributed"] == by_links > 0
    told = sum(visit.install is not None for visit in AUDIENCE.visits)
    assert sum(outcomes.values()) == told
    assert "refused" not in outcomes


def test_a_step_that_is_interrupted_is_done_again_and_nothing_is_there_twice(
    cell: Context, clock: FixedClock
) -> None:
    """Cut before somebody's second click, in the middle of a scan, and after all."""
    nothing = tables(cell)
    step(cell, DAY, clock)
    whole = tables(cell)
    kinds = [one.kind for visit in DAY for one in visit.requests]
    cuts = (kinds.index("again"), kinds.index("scanner") + 3, len(kinds))
    click_rehearsal.delete_rehearsed(cell, moments(DAY), _keys())
    assert tables(cell) == nothing

    for cut in cuts:
        sent_only(cell, DAY, cut, clock)
        step(cell, DAY, clock)
        assert tables(cell) == whole


def test_in_many_steps_it_is_the_same_as_in_one(
    cell: Context, clock: FixedClock
) -> None:
    step(cell, DAY, clock)
    whole = tables(cell)
    click_rehearsal.delete_rehearsed(cell, moments(DAY), _keys())
    for n in range(0, len(DAY), 100):
        step(cell, DAY[n : n + 100], clock)
    assert tables(cell)["click_day"] == whole["click_day"]


def test_a_door_that_refuses_is_said_so(cell: Context, clock: FixedClock) -> None:
    clock.set(MONDAY_MORNING)
    codes: dict[str, Any] = dict.fromkeys(AUDIENCE.truth(), "zzzzzzz")
    with (
        redirect_server.serving(cell) as address,
        pytest.raises(click_traffic.ClickTrafficError, match="404 for the link"),
    ):
        ClickTraffic(address, codes, clock).send(AUDIENCE.visits)
    assert clock.now() == MONDAY_MORNING


def _keys() -> list[str]:
    return [visit.install.key for visit in DAY if visit.install]
