"""The runner: pages commit whole, every item is accounted for, failures are kept."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from socialcell import db
from socialcell.connectors.base import (
    Batch,
    Bucket,
    ConnectorError,
    Filtered,
    Kind,
    Limits,
    Metric,
    RecordRelation,
    Reject,
)
from socialcell.errors import UsageError
from socialcell.listening.store.mentions import mention_queries
from socialcell.ops import store
from socialcell.ops.model import Run, Source
from socialcell.services.collection import collector
from socialcell.services.collection.allowance_ledger import Ledger, month_of
from socialcell.services.context import Context
from tests.builders import NOON, ScriptedConnector, make_batch, make_record, make_source

HOUR = timedelta(hours=1)


def run(
    context: Context, source: Source, *batches: Batch, **options: Any
) -> collector.RunResult:
    error = options.pop("error", None)
    connector = options.pop("connector", None) or ScriptedConnector(batches, error)
    ledger = Ledger(context.engine, context.clock, "x", options.pop("caps", {}))
    return collector.run(context, source, connector, ledger, kind="pull", **options)


def source_now(context: Context, source: Source) -> Source:
    with db.reading(context.engine) as session:
        found = session.get(Source, source.id)
        assert found is not None
        return found


def spans(context: Context) -> list[tuple[str, datetime, datetime]]:
    with db.reading(context.engine) as session:
        return [(c.state, c.from_at, c.to_at) for c in store.coverage(session)]


def test_every_item_of_a_page_has_an_outcome(context: Context) -> None:
    source = make_source(context.engine)
    page = make_batch(
        make_record("1"),
        make_record("1"),
        Reject(raw={"odd": True}, reason="no id", row=3),
        Filtered("users"),
        Filtered("users"),
    )

    result = run(context, source, page)

    assert result.state == "ok"
    assert result.counts == {
        "received": 5,
        "stored": 1,
        "updated": 0,
        "unchanged": 0,
        "duplicate": 1,
        "quarantined": 1,
        "filtered": 2,
        "snapshots": 1,
    }
    assert result.filtered_by == {"users": 2}
    assert [reject.row for reject in result.rejects] == [3]


def test_the_cursor_is_that_of_the_last_page_that_was_stored(context: Context) -> None:
    source = make_source(context.engine)
    pages = [make_batch(make_record(str(n)), cursor={"at": n}) for n in range(3)]

    run(context, source, *pages, error=ConnectorError(Kind.TRANSIENT, "line dropped"))

    with db.reading(context.engine) as session:
        found = store.cursor(session, source.id or 0)
        assert found is not None
        assert found.state == {"at": 2}
        assert mention_queries.present_count(session) == 3


def test_a_failure_after_a_page_is_partial_and_before_it_failed(
    context: Context,
) -> None:
    source = make_source(context.engine)
    refused = ConnectorError(Kind.ACCESS, "the plan does not allow it")

    first = run(context, source, make_batch(make_record()), error=refused)
    second = run(context, source, error=refused)

    assert (first.state, second.state) == ("partial", "failed")
    assert second.reason == "the plan does not allow it"


@pytest.mark.parametrize(
    ("kind", "state", "wait"),
    [
        (Kind.AUTH, "needs_attention", timedelta(days=1)),
        (Kind.ACCESS, "needs_attention", timedelta(days=1)),
        (Kind.CONFIG, "needs_attention", timedelta(days=1)),
        (Kind.RATE, "rate_limited", timedelta(minutes=15)),
        (Kind.QUOTA, "quota_spent", timedelta(days=1)),
        (Kind.GONE, "gone", timedelta(days=1)),
        (Kind.DRIFT, "ok", HOUR),
    ],
)
def test_each_kind_of_failure_has_its_state_and_its_wait(
    context: Context, kind: Kind, state: str, wait: timedelta
) -> None:
    source = make_source(context.engine)

    run(context, source, error=ConnectorError(kind, "no"))

    now = source_now(context, source)
    assert now.state == state
    assert now.not_before == context.clock.now() + wait


@pytest.mark.fault("F09")
def test_trouble_on_the_line_is_tried_again_later_and_later(context: Context) -> None:
    source = make_source(context.engine)
    waits = []
    for _attempt in range(9):
        run(context, source, error=ConnectorError(Kind.TRANSIENT, "503"))
        not_before = source_now(context, source).not_before
        assert not_before is not None
        waits.append((not_before - context.clock.now()).total_seconds() / 60)

    assert 0.75 <= waits[0] <= 1.25
    assert 24 <= waits[5] <= 40
    assert all(45 <= wait <= 75 for wait in waits[6:])


def test_a_wait_that_the_platform_named_is_kept(context: Context) -> None:
    source = make_source(context.engine)
    until = context.clock.now() + timedelta(minutes=7)

    result = run(context, source, error=ConnectorError(Kind.RATE, "slow", until=until))

    assert result.not_before == until
    waiting = collector.pull(context, source_now(context, source))
    assert waiting.state == "waiting"


def test_a_success_clears_what_a_failure_left(context: Context) -> None:
    source = make_source(context.engine)
    run(context, source, error=ConnectorError(Kind.AUTH, "expired"))

    run(context, source, make_batch())

    now = source_now(context, source)
    assert (now.state, now.state_reason, now.failures) == ("ok", None, 0)
    assert now.last_ok_at == context.clock.now()


def test_a_useless_checkpoint_is_dropped_and_the_lost_span_is_a_gap(
    context: Context,
) -> None:
    source = make_source(context.engine)
    run(context, source, make_batch(covered=(NOON, NOON + HOUR)))
    fresh = make_batch(make_record(), covered=(NOON + 5 * HOUR, NOON + 6 * HOUR))

    class OldCursor(ScriptedConnector):
        def pull(self, cursor: Any, budget: Any, stop: Any) -> Any:
            if cursor is not None:
                raise ConnectorError(Kind.CURSOR, "too old")
            return super().pull(cursor, budget, stop)

    result = run(context, source, connector=OldCursor([fresh]))

    assert (result.state, result.counts["stored"]) == ("ok", 1)
    assert spans(context) == [
        ("covered", NOON, NOON + HOUR),
        ("gap", NOON + HOUR, NOON + 5 * HOUR),
        ("covered", NOON + 5 * HOUR, NOON + 6 * HOUR),
    ]


def test_spans_that_touch_grow_together(context: Context) -> None:
    source = make_source(context.engine)

    run(context, source, make_batch(covered=(NOON, NOON + HOUR)))
    run(context, source, make_batch(covered=(NOON + HOUR, NOON + 2 * HOUR)))

    assert spans(context) == [("covered", NOON, NOON + 2 * HOUR)]


def test_no_call_is_made_that_could_pass_the_months_cap(context: Context) -> None:
    source = make_source(context.engine)
    page = make_batch(make_record("1"), make_record("2"))
    caps = {"posts": Bucket("posts", "month", cap=3)}

    first = run(context, source, page, caps=caps)
    second = run(context, source, page, caps=caps)

    assert (first.state, second.error_kind) == ("ok", "quota")
    assert source_now(context, source).not_before == month_of(NOON)[1]


def test_what_the_headers_said_is_kept_beside_the_cost(context: Context) -> None:
    source = make_source(context.engine)

    run(context, source, make_batch(make_record(), limits=Limits(42, NOON)))

    with db.reading(context.engine) as session:
        used = store.usage(session, "x", "posts", month_of(NOON)[0])
        assert used is not None
        assert (used.used, used.remaining, used.reset_at) == (1, 42, NOON)


@pytest.mark.fault("F02")
def test_a_page_that_fails_to_commit_leaves_nothing_of_itself(
    context: Context,
) -> None:
    source = make_source(context.engine)

    def fail(session: Session, run: Run, batch: Batch) -> None:
        raise RuntimeError("the process dies here")

    with pytest.raises(RuntimeError):
        run(context, source, make_batch(make_record()), on_page=fail)

    with db.reading(context.engine) as session:
        assert mention_queries.present_count(session) == 0
        assert store.cursor(session, source.id or 0) is None
        assert store.coverage(session) == []


@pytest.mark.fault("F01")
def test_a_run_that_was_killed_is_closed_by_the_next(context: Context) -> None:
    source = make_source(context.engine)
    with db.writing(context.engine) as session:
        store.start_run(session, source, "pull", "a process that died", NOON)

    run(context, source, make_batch())

    with db.reading(context.engine) as session:
        runs = session.scalars(select(Run).order_by(col(Run.id)))
        states = [found.state for found in runs]
    assert states == ["interrupted", "ok"]


def test_stop_ends_a_run_between_pages(context: Context) -> None:
    source = make_source(context.engine)
    pages = [make_batch(make_record(str(n)), cursor={"at": n}) for n in range(3)]

    result = run(context, source, *pages, stop=lambda: True)

    assert result.counts["stored"] == 1


@pytest.mark.fault("F16")
def test_a_source_with_wrong_settings_fails_alone_and_says_so(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "odd", kind="mentions")
    make_source(engine, "unknown", connector="telepathy", kind="x")

    results = {result.source: result for result in collector.collect(context)}

    assert results["odd"].error_kind == "config"
    assert "user_id" in (results["odd"].reason or "")
    assert "telepathy" in (results["unknown"].reason or "")


def test_an_unknown_name_lists_the_names_there_are(context: Context) -> None:
    make_source(context.engine, "x.mentions")

    with pytest.raises(UsageError, match=r"x\.mentions"):
        collector.collect(context, ["x.mention"])


def test_a_record_that_storage_cannot_take_is_quarantined_and_others_stay(
    context: Context,
) -> None:
    source = make_source(context.engine)
    huge = make_record("2", metrics=(Metric("like_count", 1 << 70),))
    odd = make_record("3", relations=(RecordRelation("reply", None),))

    result = run(context, source, make_batch(make_record("1"), huge, odd))

    assert (result.counts["stored"], result.counts["quarantined"]) == (1, 2)
    assert [reject.reason for reject in result.rejects] == [
        "like_count is out of range",
        "related id is null, text is needed",
    ]
