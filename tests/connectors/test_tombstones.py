"""What was deleted at its source: nothing is left of it, and it stays away."""

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import Tombstone
from socialcell.listening.model import (
    Annotation,
    Engagement,
    Link,
    RawItem,
    Removal,
    Upkeep,
)
from socialcell.listening.store import integrity
from socialcell.listening.store.mentions import rollups
from socialcell.listening.store.pages import recheck_queue as upkeep_store
from socialcell.ops.model import FrozenReport
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector, recheck
from socialcell.services.context import Context
from socialcell.services.mentions import tagging
from socialcell.services.reporting import weekly_report
from tests.builders import make_record, make_source
from tests.connectors.stored_mentions import DAY, HOUR, answer, count, mention, run

pytestmark = pytest.mark.swept_on_postgresql


@pytest.mark.fault("F15")
def test_nothing_is_left_of_what_is_gone_but_that_it_was_there(
    context: Context, engine: Engine
) -> None:
    source = make_source(engine)
    gone = make_record("1", text="My number is 98, water please https://a.example/b")
    carrier = make_record(
        "3", text="Look at this", raw={"id": "3", "quoted": {"id": "1"}}
    )
    run(context, source, gone, make_record("2", text="Water in Aundh"), carrier)
    tagging.tag_waiting(context)

    result = answer(context, source, Tombstone("x", "1", "deleted"))

    assert result.counts["updated"] == 1
    row = mention(engine, "1")
    assert (row.state, row.text, row.folded, row.url) == ("deleted", None, None, None)
    assert (row.author_id, row.raw_id, row.intent) == (None, None, None)
    for model in (Annotation, Link, Engagement, Upkeep):
        assert count(engine, model, mention_id=row.id) == 0
    with db.reading(engine) as session:
        bodies = session.scalars(select(db.table(RawItem).c.body)).all()
        assert all("98" not in body for body in bodies)
        assert integrity.problems(session) == []
        counts = rollups.everything(session)
    with db.writing(engine) as session:
        rollups.rebuild(session)
        assert rollups.everything(session) == counts


@pytest.mark.fault("F15")
def test_what_is_gone_does_not_come_back_with_an_old_page(
    context: Context, engine: Engine
) -> None:
    source = make_source(engine)
    run(context, source, make_record("1"))
    answer(context, source, Tombstone("x", "1", "deleted"))

    again = run(context, source, make_record("1"), make_record("2"))

    assert again.filtered_by == {"deleted at its source": 1}
    assert again.counts["stored"] == 1
    assert mention(engine, "1").text is None


def test_every_tombstone_has_one_outcome(context: Context, engine: Engine) -> None:
    source = make_source(engine)
    run(context, source, make_record("1"), make_record("2"))
    answer(context, source, Tombstone("x", "2", "deleted"))

    result = answer(
        context,
        source,
        Tombstone("x", "1", "deleted"),
        Tombstone("x", "1", "deleted"),
        Tombstone("x", "2", "deleted"),
        Tombstone("x", "404", "deleted"),
    )

    counts = result.counts
    assert counts["received"] == 4
    assert (counts["updated"], counts["duplicate"], counts["unchanged"]) == (1, 1, 1)
    assert result.filtered_by == {"not held here": 1}
    assert count(engine, Removal) == 2


def test_the_lag_is_from_when_it_was_last_seen(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    run(context, source, make_record("1"), make_record("2"))
    clock.advance(2 * HOUR)
    answer(context, source, Tombstone("x", "1", "deleted"))
    clock.advance(24 * HOUR)
    answer(context, source, Tombstone("x", "2", "deleted"))

    with db.reading(engine) as session:
        lag = upkeep_store.lag(session, clock.now() - 7 * DAY)

    assert (lag.removals, lag.longest, lag.over_a_day) == (2, 26 * HOUR, 1)


@pytest.mark.fault("F15")
def test_a_report_that_quoted_it_is_written_without_it(
    served: Sandbox, city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    tagging.tag_waiting(city)
    made = weekly_report.write_weekly(city, as_of=city_clock.now(), lang="en")
    with db.reading(engine) as session:
        quoted = session.scalars(select(FrozenReport)).one().numbers["quotations"][0]
    words = mention(engine, quoted["external_id"]).text[:25]
    assert words in made.text.read_text("utf-8")
    served.platform("x").remove(quoted["external_id"])
    city_clock.advance(DAY)

    results = recheck.recheck(city)

    assert any(result.quoting for result in results)
    assert words not in made.text.read_text("utf-8")
    assert words not in made.html.read_text("utf-8")
