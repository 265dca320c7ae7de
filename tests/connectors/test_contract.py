"""One suite over every connector, against the sandbox's real sockets."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import Clock, FixedClock
from socialcell.connectors import base
from socialcell.connectors.base import (
    Batch,
    ConnectorContext,
    ConnectorError,
    Kind,
    Record,
    Reject,
)
from socialcell.listening.model import Mention
from socialcell.listening.store import integrity
from socialcell.ops import store
from socialcell.ops.model import Coverage, Source
from socialcell.sandbox import Sandbox
from socialcell.sandbox.post_server import PostServer
from socialcell.sandbox.truth import collected
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger
from tests.builders import make_source
from tests.connectors.conftest import (
    CITY,
    TRUTH,
    Unlimited,
    connector_of,
    settings_of,
    source_named,
)
from tests.connectors.failures import Spent, assert_plain

pytestmark = pytest.mark.swept_on_postgresql

FEED = f"rss.{CITY.papers[0].slug}"
SOURCES = [
    "x.mentions",
    "x.search",
    FEED,
    "reddit.new",
    "reddit.search",
    "mastodon.pune",
    "facebook.feed",
    "facebook.comments",
    "facebook.tagged",
    "instagram.media",
    "instagram.comments",
    "instagram.tags",
    "instagram.hashtag",
    "youtube.search",
    "youtube.uploads",
    "youtube.comments",
    "bluesky.pune",
    "google_play.reviews",
]
PLATFORM = {name: name.split(".")[0] for name in SOURCES}
# They read the last hours again, to find what comes late.
OVERLAPPING = (
    *("reddit.new", "reddit.search", "mastodon.pune"),
    *("facebook.feed", "facebook.comments", "facebook.tagged"),
    *("instagram.media", "instagram.comments"),
    *("instagram.tags", "instagram.hashtag"),
    *("youtube.search", "youtube.uploads", "youtube.comments", "bluesky.pune"),
    "google_play.reviews",
)
PAGED = (
    *("x.mentions", "x.search", "reddit.new", "mastodon.pune"),
    *("facebook.feed", "facebook.tagged", "instagram.tags"),
    *("youtube.search", "youtube.uploads", "bluesky.pune", "google_play.reviews"),
)
# They have an allowance that can be spent.
QUOTAS = (
    *("x.mentions", "x.search", "youtube.search", "youtube.comments"),
    "instagram.hashtag",
)
# What they show is gone within a day: a run that breaks off may lose it, and says so.
FLEETING = ("instagram.hashtag",)
every_source = pytest.mark.parametrize("name", SOURCES)


def expected_ids(name: str, moments: list[Any]) -> set[str]:
    """What the world's truth says this source showed, under the ids that we keep."""
    seen = collected(TRUTH, name, moments)
    by_id = {item["id"]: item for item in TRUTH["items"]}
    return {kept_id(by_id[native]) for native in seen}


def kept_id(item: dict[str, Any]) -> str:
    """An edited post keeps its first id; an article its guid, else its address."""
    if item["platform"] == "x":
        return str((item["supersedes"] or [item["id"]])[0])
    return str(item["id"] if item.get("guid", True) else item["url"])


def pull(
    served: Sandbox,
    name: str,
    connector_context: ConnectorContext,
    cursor: dict[str, Any] | None = None,
    stop: Callable[[], bool] = collector.never_stop,
) -> list[Batch]:
    connector = connector_of(served, name, connector_context)
    return list(connector.pull(cursor, Unlimited(), stop))


def records(batches: list[Batch]) -> list[Record]:
    return [
        item for batch in batches for item in batch.items if isinstance(item, Record)
    ]


def items(batches: list[Batch], id_: str) -> list[Record]:
    """The records of one id."""
    return [record for record in records(batches) if record.external_id == id_]


@every_source
def test_it_reads_everything_that_is_visible(
    name: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
) -> None:
    found = {
        record.external_id for record in records(pull(served, name, connector_context))
    }

    assert found == expected_ids(name, [city_clock.now()])
    assert len(found) > 5


@every_source
def test_it_goes_on_where_it_stopped(
    name: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
) -> None:
    first = pull(served, name, connector_context)
    then = city_clock.now()
    city_clock.advance(timedelta(days=1))

    second = pull(served, name, connector_context, first[-1].cursor)

    new = {record.external_id for record in records(second)}
    assert expected_ids(name, [city_clock.now()]) - expected_ids(name, [then]) <= new
    assert new


@every_source
def test_it_keeps_its_place_when_nothing_is_new(
    name: str, served: Sandbox, connector_context: ConnectorContext
) -> None:
    first = pull(served, name, connector_context)

    again = pull(served, name, connector_context, first[-1].cursor)

    had = records(first) if name in OVERLAPPING else []
    assert {r.external_id for r in records(again)} <= {r.external_id for r in had}
    assert again[-1].cursor == first[-1].cursor


@every_source
def test_it_asks_the_budget_before_every_call(
    name: str, served: Sandbox, connector_context: ConnectorContext
) -> None:
    budget = Unlimited()
    list(
        connector_of(served, name, connector_context).pull(
            None, budget, collector.never_stop
        )
    )

    assert len(budget.taken) == len(served.requests)


@every_source
def test_no_call_is_made_when_the_budget_is_spent(
    name: str, served: Sandbox, connector_context: ConnectorContext
) -> None:
    with pytest.raises(ConnectorError, match="spent"):
        list(
            connector_of(served, name, connector_context).pull(
                None, Spent(), collector.never_stop
            )
        )

    assert served.requests == []


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
    found = {record.external_id for record in records(batches)}
    assert found == expected_ids(name, [city_clock.now()])


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.fault("F13")
def test_posts_inserted_between_pages_come_with_the_next_pull(
    name: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
) -> None:
    inserted = served.platform(PLATFORM[name]).insert_between_pages(3)

    first = pull(served, name, connector_context)
    city_clock.advance(timedelta(minutes=5))
    second = pull(served, name, connector_context, first[-1].cursor)

    both = {record.external_id for record in records(first + second)}
    assert len(first) > 1
    assert set(inserted) <= both


@pytest.mark.parametrize("name", PAGED)
def test_posts_deleted_between_pages_take_no_others_with_them(
    name: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
) -> None:
    platform = served.platform(PLATFORM[name])
    platform.delete_between_pages(2)

    found = {
        record.external_id for record in records(pull(served, name, connector_context))
    }

    assert platform.deleted
    assert expected_ids(name, [city_clock.now()]) - set(platform.deleted) <= found


def test_a_feed_that_is_gone_is_named_so(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    served.platform("rss").gone(CITY.papers[0].slug)

    with pytest.raises(ConnectorError) as caught:
        pull(served, FEED, connector_context)

    assert caught.value.kind is Kind.GONE


def test_xs_other_dialect_is_read_alike(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    plain = records(pull(served, "x.search", connector_context))
    served.platform("x").dialect = "post"

    renamed = records(pull(served, "x.search", connector_context))

    def told(found: list[Record]) -> list[Any]:
        return [
            (r.external_id, r.text, r.metrics, r.relations, r.author) for r in found
        ]

    assert told(plain)[0][2]
    assert [row[:2] for row in told(plain)] == [row[:2] for row in told(renamed)]
    values = [[(m.common, m.value) for m in r.metrics] for r in plain]
    assert values == [[(m.common, m.value) for m in r.metrics] for r in renamed]
    assert [r.relations for r in plain] == [r.relations for r in renamed]


class Crash(Exception):
    """The process dies here."""


class CrashingConnector:
    """Yields another connector's batches and dies before batch number `at`."""

    def __init__(self, inner: base.Connector, at: int | None) -> None:
        self._inner, self._at = inner, at
        self.platform = inner.platform
        self.cursor_version = inner.cursor_version
        self.capabilities = inner.capabilities

    def check(self) -> base.ConnectorHealth:
        return self._inner.check()

    def pull(self, *given: Any) -> Iterator[Batch]:
        for number, batch in enumerate(self._inner.pull(*given)):
            if number == self._at:
                raise Crash
            yield batch


@pytest.mark.parametrize(
    "schedules",
    [
        1,
        pytest.param(2, marks=pytest.mark.faults),
        pytest.param(4, marks=pytest.mark.long),
    ],
)
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


def run(
    engine: Engine, source: Source, connector: base.Connector, clock: Clock
) -> collector.RunResult:
    """What one run of a source comes to."""
    ledger = Ledger(engine, clock, connector.platform, {})
    context: Any = ContextOf(engine, clock)
    return collector.run(context, source, connector, ledger, kind="pull")


def gap_of(engine: Engine, source: Source) -> Coverage:
    """The one gap that the runs of a source recorded."""
    with db.reading(engine) as session:
        spans = store.coverage(session, source.id)
    (gap,) = [span for span in spans if span.state == "gap"]
    return gap


class ContextOf:
    """As much of a context as the runner needs."""

    def __init__(self, engine: Engine, clock: Any) -> None:
        self.engine, self.clock, self.owner = engine, clock, "tests"
        self.workspace = _NowhereListed(Path(os.devnull))


@dataclass(frozen=True)
class _NowhereListed:
    """As much of a workspace as the runner needs: a folder without people.csv."""

    folder: Path


def stored_ids(engine: Engine) -> set[str]:
    table = db.table(Mention)
    with db.reading(engine) as session:
        rows = session.execute(
            table.select().with_only_columns(table.c.external_id, table.c.state)
        )
        return {external_id for external_id, state in rows if state == "present"}


def all_ids(name: str) -> set[str]:
    return {kept_id(item) for item in TRUTH["items"] if name in item["sources"]}


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
