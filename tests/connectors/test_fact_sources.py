"""Figures through the runner: both databases, crashes, a day after a day."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import connectors, db, sandbox
from socialcell.campaigns.outcomes.figures_model import AdDay, SearchDay, StoreDay
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorContext
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from tests.builders import make_source
from tests.connectors.conftest import CITY
from tests.connectors.crashing import Crash, CrashingConnector

pytestmark = pytest.mark.swept_on_postgresql

NAMES = {
    "google_ads": ["google_ads", "google_ads_oauth"],
    "play_console": ["play_console", "google"],
    "app_store": ["app_store"],
    "search_console": ["search_console", "google"],
}
every_connector = pytest.mark.parametrize("name", list(NAMES))


@pytest.fixture
def running(name: str, city_clock: FixedClock) -> Iterator[Sandbox]:
    with sandbox.serve(CITY, city_clock, platforms=NAMES[name]) as served:
        yield served


@pytest.fixture
def opened(
    running: Sandbox, context: Context, city_clock: FixedClock, folder: Path
) -> Context:
    for secret, value in running.secrets.items():
        (folder / "secrets" / secret).write_text(value)
    return Context(context.workspace, context.engine, city_clock, running.base_urls)


def settings(running: Sandbox, name: str) -> dict[str, Any]:
    (row,) = (one for one in running.sources if one["connector"] == name)
    return connectors.settings_in(name, row)


def pull(
    opened: Context, name: str, given: dict[str, Any], source: Any, at: int | None
) -> None:
    connector_context: ConnectorContext = opened.connector_context
    connector = CrashingConnector(connectors.build(name, given, connector_context), at)
    ledger = Ledger(opened.engine, opened.clock, connector.platform, {})
    try:
        result = collector.run(opened, source, connector, ledger, kind="pull")
    except Crash:
        return
    assert result.state == "ok", result


def figures(engine: Engine) -> list[tuple[Any, ...]]:
    """Every figure that is held, in the order of what names it."""
    ads, stores = db.table(AdDay), db.table(StoreDay)
    sites = db.table(SearchDay)
    asked = (
        select(ads.c.key, ads.c.clicks, ads.c.cost_micros, ads.c.conversions),
        select(stores.c.key, stores.c.value, stores.c.withheld, stores.c.day),
        select(sites.c.key, sites.c.clicks, sites.c.impressions, sites.c.position),
    )
    with db.reading(engine) as session:
        rows = [tuple(row) for one in asked for row in session.execute(one)]
    return sorted(rows, key=lambda row: str(row[0]))


@every_connector
def test_crashes_anywhere_come_to_the_same_figures(
    name: str, running: Sandbox, opened: Context, city_clock: FixedClock
) -> None:
    random = Random(f"crashes of {name}")
    given = settings(running, name)
    start = city_clock.now()
    crashed = make_source(opened.engine, f"{name}.crashed", name, **given)
    for _day in range(4):
        pull(opened, name, given, crashed, random.choice([0, 1, 2, 3]))
        pull(opened, name, given, crashed, random.choice([None, 0, 1]))
        city_clock.advance(timedelta(days=1))
    pull(opened, name, given, crashed, None)
    after_crashes = figures(opened.engine)

    whole = make_source(opened.engine, f"{name}.whole", name, **given)
    end = city_clock.now()
    pull(opened, name, given, whole, None)

    assert end - start == timedelta(days=4)
    assert figures(opened.engine) == after_crashes
    assert len(after_crashes) > 20


@every_connector
def test_a_source_of_figures_accounts_for_every_item(
    name: str, running: Sandbox, opened: Context, city_clock: FixedClock
) -> None:
    make_source(opened.engine, f"{name}.app", name, **settings(running, name))

    (first,) = collector.collect(opened)
    (again,) = collector.collect(opened)

    assert first.state == again.state == "ok"
    counts = first.counts
    outcomes = ("stored", "updated", "unchanged", "duplicate", "quarantined")
    assert counts["received"] == sum(counts[one] for one in (*outcomes, "filtered"))
    assert counts["stored"] == len(figures(opened.engine))
    assert (again.counts["stored"], again.counts["updated"]) == (0, 0)
