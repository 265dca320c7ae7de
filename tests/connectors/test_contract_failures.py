"""Every connector meets failures: their kinds, the wait, and what they leave alone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorContext, ConnectorError, Kind, Reject
from socialcell.ops import store
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector
from tests.builders import make_source
from tests.connectors.conftest import CITY, connector_of, settings_of
from tests.connectors.contract_sources import (
    FEED,
    PLATFORM,
    QUOTAS,
    SOURCES,
    every_source,
)
from tests.connectors.failures import assert_plain
from tests.connectors.pulls import expected_ids, pull, records

pytestmark = pytest.mark.swept_on_postgresql

FAULTS: list[tuple[str, str, Kind]] = [
    *[(name, "expire_token", Kind.AUTH) for name in SOURCES if name != FEED],
    (FEED, "expire_token", Kind.ACCESS),
    *[(name, "missing_permission", Kind.ACCESS) for name in SOURCES],
    *[(name, "limit", Kind.RATE) for name in SOURCES],
    *[(name, "quota_spent", Kind.QUOTA) for name in SOURCES if name in QUOTAS],
    *[(name, "server_error", Kind.TRANSIENT) for name in SOURCES],
    *[(name, "truncate", Kind.TRANSIENT) for name in SOURCES],
    *[(name, "drop_connection", Kind.TRANSIENT) for name in SOURCES],
    *[(name, "html_instead_of_json", Kind.DRIFT) for name in SOURCES],
    *[(name, "stuck_cursor", Kind.DRIFT) for name in SOURCES if name != FEED],
    (FEED, "entity_bomb", Kind.DRIFT),
    *[(name, "refuse_grant", Kind.AUTH) for name in ("reddit.new", "reddit.search")],
    ("reddit.new", "block", Kind.ACCESS),
    ("mastodon.pune", "login_required", Kind.ACCESS),
]


@pytest.mark.parametrize(("name", "fault", "kind"), FAULTS)
@pytest.mark.fault("F09", "F16")
def test_it_names_each_failure(
    name: str,
    fault: str,
    kind: Kind,
    served: Sandbox,
    connector_context: ConnectorContext,
) -> None:
    getattr(served.platform(PLATFORM[name]), fault)()

    with pytest.raises(ConnectorError) as caught:
        pull(served, name, connector_context)

    assert caught.value.kind is kind
    assert_plain(str(caught.value), served.secrets.values())


@every_source
def test_a_check_that_fails_says_what_kind_of_failure_it_is(
    name: str, served: Sandbox, connector_context: ConnectorContext
) -> None:
    connector = connector_of(served, name, connector_context)
    assert connector.check().ok
    served.platform(PLATFORM[name]).server_error(times=None)

    told = connector.check()

    assert (told.ok, told.kind) == (False, Kind.TRANSIENT)


@every_source
@pytest.mark.fault("F08")
def test_it_waits_as_long_as_told(
    name: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
) -> None:
    platform = served.platform(PLATFORM[name])
    platform.limit()

    with pytest.raises(ConnectorError) as caught:
        pull(served, name, connector_context)

    assert caught.value.until is not None
    told = caught.value.until - city_clock.now()
    assert abs(told - platform.window) < timedelta(seconds=2)


@every_source
@pytest.mark.fault("F11")
def test_one_malformed_item_does_not_spoil_its_page(
    name: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
) -> None:
    served.platform(PLATFORM[name]).malformed_item()

    batches = pull(served, name, connector_context)

    rejects = [i for batch in batches for i in batch.items if isinstance(i, Reject)]
    assert len(rejects) == 1
    assert rejects[0].reason
    ids = {record.external_id for record in records(batches)}
    assert ids == expected_ids(name, [city_clock.now()])


def test_a_feed_that_is_gone_is_named_so(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    served.platform("rss").gone(CITY.papers[0].slug)

    with pytest.raises(ConnectorError) as caught:
        pull(served, FEED, connector_context)

    assert caught.value.kind is Kind.GONE


@pytest.mark.parametrize("platform", dict.fromkeys(PLATFORM.values()))
@pytest.mark.fault("F08", "F09")
def test_with_a_fault_on_one_platform_the_other_is_unaffected(
    platform: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    engine: Engine,
    context: Any,
) -> None:
    broken = {name for name in SOURCES if PLATFORM[name] == platform}
    others = [name for name in SOURCES if name not in broken]
    # One that is asked before it and one that is asked after it.
    chosen = {*broken, min(others), max(others)}
    for source in served.sources:
        if source["name"] in chosen:
            settings = settings_of(source)
            make_source(engine, source["name"], source["connector"], **settings)
    served.platform(platform).server_error(times=None)
    open_context = collector.Context(
        context.workspace, engine, connector_context.clock, served.base_urls
    )

    results = {result.source: result for result in collector.collect(open_context)}

    assert results.keys() == chosen
    for name, result in results.items():
        assert result.state == ("failed" if name in broken else "ok")
    with db.reading(engine) as session:
        for name in broken:
            failed = store.source_named(session, name)
            assert failed.not_before is not None
            assert failed.state == "ok"
