"""Raw items read again with another mapper: what differs is shown, then stored."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import Record, Reject
from socialcell.errors import UsageError
from socialcell.listening.model import Author, Mention
from socialcell.listening.store import integrity
from socialcell.listening.store.pages import mapping_errors
from socialcell.ops.model import Source
from socialcell.services.collection import collector, reprocessing
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from socialcell.services.mentions import tagging
from tests.builders import (
    ScriptedConnector,
    make_author,
    make_batch,
    make_record,
    make_source,
)

DAY = timedelta(days=1)
POST = {
    "id": "1880000000000000001",
    "text": "Water is back in Aundh",
    "author_id": "42",
    "created_at": "2026-11-20T06:00:00.000Z",
    "edit_history_tweet_ids": ["1880000000000000001"],
}


def run(context: Context, source: Source, *items: Any) -> None:
    ledger = Ledger(context.engine, context.clock, "x")
    connector = ScriptedConnector([make_batch(*items)])
    collector.run(context, source, connector, ledger, kind="pull")


def held_wrongly(text: str = "Water is ba") -> Record:
    """The post as an older mapper cut it off, with the author as X told it."""
    return make_record(
        POST["id"],
        text=text,
        raw=POST,
        url=f"https://x.com/i/web/status/{POST['id']}",
        author=make_author("42"),
        conversation=None,
        metrics=(),
    )


def rows(engine: Engine) -> list[Any]:
    table = db.table(Mention)
    with db.reading(engine) as session:
        return list(session.execute(select(table).order_by(table.c.id)))


def start(context: Context) -> datetime:
    return context.clock.now() - DAY


def test_what_an_older_mapper_read_wrongly_is_put_right(
    context: Context, engine: Engine
) -> None:
    source = make_source(engine)
    run(context, source, held_wrongly())
    tagging.tag_waiting(context)

    (done,) = reprocessing.reprocess(context, start(context))

    assert done.fields == {"text": 1}
    assert done.examples == ((1, ("text",)),)
    assert done.result.counts["updated"] == 1
    (row,) = rows(engine)
    assert (row.text, row.tagged_at) == ("Water is back in Aundh", None)
    authors = db.table(Author)
    with db.reading(engine) as session:
        (author,) = session.execute(select(authors)).all()
        assert integrity.problems(session) == []
    # X's raw posts name their author by number: the handle that is known stays.
    assert (author.uid, author.handle, author.name) == (
        "42",
        "handle_42",
        "Asha Sample",
    )


def test_a_second_time_nothing_differs(context: Context, engine: Engine) -> None:
    source = make_source(engine)
    run(context, source, held_wrongly())
    reprocessing.reprocess(context, start(context))

    (again,) = reprocessing.reprocess(context, start(context))

    assert (again.fields, again.examples) == ({}, ())
    assert again.result.counts["unchanged"] == again.result.counts["received"] == 1


def test_a_dry_run_shows_what_would_change_and_changes_nothing(
    context: Context, engine: Engine
) -> None:
    source = make_source(engine)
    run(context, source, held_wrongly())

    (shown,) = reprocessing.reprocess(context, start(context), dry_run=True)

    assert shown.fields == {"text": 1}
    assert rows(engine)[0].text == "Water is ba"


def test_what_could_not_be_read_is_read_once_it_can(
    context: Context, engine: Engine
) -> None:
    source = make_source(engine)
    broken = {"id": {"not": "an id"}}
    run(context, source, Reject(POST, "KeyError: 'x'"), Reject(broken, "ValueError: y"))
    assert rows(engine) == []

    (done,) = reprocessing.reprocess(context, start(context))

    assert done.mapped == 1
    assert (done.result.counts["stored"], done.result.counts["quarantined"]) == (1, 1)
    assert rows(engine)[0].text == "Water is back in Aundh"
    with db.reading(engine) as session:
        left = mapping_errors.waves(session, start(context))
    assert [(wave.items, wave.signature) for wave in left] == [(1, "ValueError: y")]


def test_only_raw_items_of_that_day_and_later_are_read(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    run(context, source, held_wrongly())
    clock.advance(2 * DAY)

    (done,) = reprocessing.reprocess(context, start(context))

    assert done.result.counts["received"] == 0


def test_a_platform_whose_items_cannot_be_read_alone_says_so_when_named(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "news", "rss", url="https://paper.example/feed")

    assert reprocessing.reprocess(context, start(context)) == []
    with pytest.raises(UsageError, match="cannot be read alone"):
        reprocessing.reprocess(context, start(context), ["news"])


def test_a_wave_is_of_one_kind_and_ends_with_a_calm_day(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    begin = clock.now()
    for hours, reason in ((0, "KeyError: 'a'"), (5, "KeyError: 'b'"), (40, "KeyError")):
        clock.set(begin + timedelta(hours=hours))
        run(context, source, Reject({"n": hours}, reason))
    clock.set(begin + timedelta(hours=45))
    run(context, source, Reject({"n": 45}, "KeyError: 'c'"))

    with db.reading(engine) as session:
        told = mapping_errors.waves(session, begin)
        late = mapping_errors.waves(session, begin + timedelta(hours=41))

    assert [(wave.signature, wave.items) for wave in told] == [
        ("KeyError: …", 1),
        ("KeyError", 1),
        ("KeyError: …", 2),
    ]
    assert [wave.first for wave in late] == [begin + timedelta(hours=45)]
