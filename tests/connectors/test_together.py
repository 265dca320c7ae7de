"""One credential, one allowance: its sources wait together, and nobody else does."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorContext, ConnectorError, Kind
from socialcell.ops import store
from socialcell.ops.model import Source
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from tests.builders import ScriptedConnector, make_source
from tests.connectors.conftest import listen_to

pytestmark = pytest.mark.swept_on_postgresql

WINDOW = timedelta(minutes=15)


@pytest.fixture
def city(
    served: Sandbox, context: Context, connector_context: ConnectorContext
) -> Context:
    """A workspace with both sources of X and three others, at the sandbox's time."""
    names = ("x.mentions", "x.search", "reddit.new", "mastodon.pune", "bluesky.pune")
    return listen_to(served, context, connector_context, *names)


def collected(city: Context) -> dict[str, collector.RunResult]:
    return {result.source: result for result in collector.collect(city)}


def source_of(context: Context, name: str) -> Source:
    with db.reading(context.engine) as session:
        return store.source_named(session, name)


def fail(context: Context, source: Source, kind: Kind, **options: Any) -> None:
    connector = ScriptedConnector(error=ConnectorError(kind, "slow down", **options))
    ledger = Ledger(context.engine, context.clock, "x", {})
    collector.run(context, source, connector, ledger, kind="pull")


@pytest.mark.parametrize("fault", ["limit", "quota_spent"])
@pytest.mark.fault("F16")
def test_a_platform_that_refuses_one_source_is_not_asked_by_its_others(
    fault: str, served: Sandbox, city: Context
) -> None:
    getattr(served.platform("x"), fault)()

    results = collected(city)

    assert results["x.mentions"].state == "failed"
    assert results["x.search"].state == "waiting"
    assert results["x.search"].not_before == results["x.mentions"].not_before
    assert "Waits with x.mentions" in (results["x.search"].reason or "")
    assert [asked.platform for asked in served.requests].count("x") == 1
    others = {name: r.state for name, r in results.items() if not name.startswith("x.")}
    assert set(others.values()) == {"ok"}


def test_when_the_wait_is_over_each_of_them_is_asked(
    served: Sandbox, city: Context, city_clock: FixedClock
) -> None:
    served.platform("x").limit()
    collected(city)
    city_clock.advance(WINDOW)

    results = collected(city)

    assert {result.state for result in results.values()} == {"ok"}
    assert source_of(city, "x.search").state == "ok"


def test_feeds_have_no_credential_and_do_not_wait_for_each_other(
    context: Context,
) -> None:
    first = make_source(context.engine, "rss.a", "rss", url="https://a.example/feed")
    make_source(context.engine, "rss.b", "rss", url="https://b.example/feed")

    fail(context, first, Kind.RATE)

    assert source_of(context, "rss.a").state == "rate_limited"
    assert source_of(context, "rss.b").not_before is None


@pytest.mark.parametrize("kind", [Kind.TRANSIENT, Kind.CONFIG, Kind.GONE, Kind.DRIFT])
def test_a_failure_of_one_source_alone_holds_no_other(
    kind: Kind, context: Context
) -> None:
    first = make_source(context.engine, "x.a")
    make_source(context.engine, "x.b")

    fail(context, first, kind)

    assert source_of(context, "x.b").not_before is None


def test_a_longer_wait_and_what_a_person_has_to_mend_are_kept(
    context: Context,
) -> None:
    first = make_source(context.engine, "x.a")
    refused = make_source(context.engine, "x.refused")
    resting = make_source(context.engine, "x.resting")
    asleep = make_source(context.engine, "x.asleep")
    later = context.clock.now() + timedelta(hours=5)
    fail(context, resting, Kind.DRIFT)
    fail(context, refused, Kind.ACCESS)
    with db.writing(context.engine) as session:
        store.source_named(session, "x.resting").not_before = later
        store.source_named(session, "x.asleep").enabled = False

    fail(context, first, Kind.RATE)

    assert source_of(context, "x.resting").not_before == later
    assert source_of(context, "x.refused").state == "needs_attention"
    assert source_of(context, asleep.name).not_before is None


def test_a_spent_allowance_holds_only_the_sources_that_use_it(
    context: Context, engine: Engine
) -> None:
    (context.workspace.folder / "secrets" / "youtube_key").write_text("key\n")
    channel = "UC" + "a" * 22
    search = make_source(engine, "search", "youtube", kind="search", query="pune")
    make_source(engine, "more", "youtube", kind="search", query="pmc")
    make_source(engine, "own", "youtube", kind="uploads", channel_id=channel)

    fail(context, search, Kind.QUOTA, bucket="searches")

    assert source_of(context, "more").state == "quota_spent"
    assert source_of(context, "own").state == "ok"
    assert source_of(context, "own").not_before is None
