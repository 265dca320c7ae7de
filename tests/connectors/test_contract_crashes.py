"""Every connector dies at random pages: nothing is lost or stored twice."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorContext
from socialcell.listening.model import Mention
from socialcell.listening.store import integrity
from socialcell.sandbox import Sandbox
from socialcell.sandbox.post_server import PostServer
from tests.builders import make_source
from tests.connectors.conftest import (
    CITY,
    TRUTH,
    connector_of,
    settings_of,
    source_named,
)
from tests.connectors.contract_sources import FLEETING, PLATFORM, SOURCES
from tests.connectors.crashing import Crash, CrashingConnector
from tests.connectors.pulls import expected_ids, stored_id
from tests.connectors.source_runs import run

pytestmark = pytest.mark.swept_on_postgresql


@pytest.mark.parametrize("schedules", [1, pytest.param(4, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", [n for n in SOURCES if n not in FLEETING])
@pytest.mark.fault("F01", "F13")
def test_random_crashes_lose_nothing_and_store_nothing_twice(
    name: str,
    schedules: int,
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
    engine: Engine,
) -> None:
    random = Random(f"crashes of {name}")
    entered = source_named(served, name)
    flood = flooded(served, name, CITY.end - timedelta(days=6))
    for schedule in range(schedules):
        source = make_source(
            engine, f"{name}.{schedule}", entered["connector"], **settings_of(entered)
        )
        moments = []
        city_clock.set(CITY.end - timedelta(days=6))
        for _run in range(8):
            moments.append(city_clock.now())
            crash_at = random.choice([None, 0, 1, 2, 3])
            pull_and_maybe_crash(engine, served, source, connector_context, crash_at)
            city_clock.advance(timedelta(hours=random.choice([1, 3, 7])))
        pull_and_maybe_crash(engine, served, source, connector_context, None)
        moments.append(city_clock.now())

        new = {id_ for at, id_ in flood if at <= moments[-1]}
        assert expected_ids(name, [moments[-1]]) | new <= stored_ids(engine)
        assert stored_ids(engine) <= all_ids(name) | {id_ for _at, id_ in flood}
    with db.reading(engine) as session:
        assert integrity.problems(session) == []


def flooded(served: Sandbox, name: str, begin: datetime) -> list[tuple[datetime, str]]:
    """Posts that make a quiet platform busy: many pages lie between two runs."""
    platform = served.platform(PLATFORM[name])
    if not isinstance(platform, PostServer):
        return []
    subreddit = source_named(served, name).get("subreddit")
    more = {"title": "Pune", "group": subreddit} if subreddit else {}
    if name == "instagram.media":
        more = {"group": "own"}
    platform.most = 20
    moments = [begin + timedelta(minutes=6 * n) for n in range(280)]
    publish = platform.comment if name.endswith(".comments") else platform.publish
    return [(at, publish("A day in #Pune", at, **more)) for at in moments]


def pull_and_maybe_crash(
    engine: Engine,
    served: Sandbox,
    source: Any,
    connector_context: ConnectorContext,
    at: int | None,
) -> None:
    inner = connector_of(served, source.name.rsplit(".", 1)[0], connector_context)
    connector = CrashingConnector(inner, at)
    try:
        result = run(engine, source, connector, connector_context.clock)
    except Crash:
        return
    assert result.state == "ok", result


def stored_ids(engine: Engine) -> set[str]:
    table = db.table(Mention)
    with db.reading(engine) as session:
        rows = session.execute(
            table.select().with_only_columns(table.c.external_id, table.c.state)
        )
        return {external_id for external_id, state in rows if state == "present"}


def all_ids(name: str) -> set[str]:
    return {stored_id(item) for item in TRUTH["items"] if name in item["sources"]}
