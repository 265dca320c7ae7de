"""What is held of X follows what X says later: whole texts, edits, withholding."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorContext, Record, Withholding
from socialcell.listening.model import Author, Engagement, Mention
from socialcell.listening.model import Upkeep as UpkeepRow
from socialcell.ops.model import FrozenReport
from socialcell.sandbox import Sandbox
from socialcell.sandbox.server import ServerResponse
from socialcell.services.collection import collector, recheck
from socialcell.services.collection.reprocessing import reprocess
from socialcell.services.context import Context
from socialcell.services.mentions import tagging
from socialcell.services.reporting import report_redaction, weekly_report
from tests.builders import NOON, make_author, make_record, make_source, store_records
from tests.connectors.pulls import pull, records
from tests.connectors.stored_mentions import mention
from tests.faults.hostile.scripted import SETTINGS, scripted, x_page, x_post
from tests.inside import socialcell

pytestmark = pytest.mark.swept_on_postgresql

DAY = timedelta(days=1)
LONG = "@PuneCityDemo Water & mud stand < 1 m from our doors. " * 12


def history(engine: Engine, mention_id: int, metric: str) -> list[int | None]:
    c = db.table(Engagement).c
    asked = select(c.value).where(c.mention_id == mention_id, c.metric == metric)
    with db.reading(engine) as session:
        return list(session.scalars(asked.order_by(c.taken_at)))


def seen(engine: Engine) -> list[str]:
    """Native ids of what was found to be there, by a question of its own."""
    m, c = db.table(Mention).c, db.table(UpkeepRow).c
    asked = select(m.external_id).join(db.table(UpkeepRow), c.mention_id == m.id)
    with db.reading(engine) as session:
        return list(session.scalars(asked.order_by(m.external_id)))


def stale(context: Context) -> list[Path]:
    """Pages that quote what may not be quoted, as `doctor` finds them."""
    with db.reading(context.engine) as session:
        return list(report_redaction.stale_pages(session, context))


def version(
    number: int, versions: list[str], likes: int = 3, **other: Any
) -> dict[str, Any]:
    return x_post(
        number,
        edit_history_tweet_ids=versions,
        public_metrics={"like_count": likes},
        **other,
    )


def problem(id_: str, kind: str) -> dict[str, str]:
    return {"resource_id": id_, "type": f"https://api.x.com/2/problems/{kind}"}


def answer(*posts: dict[str, Any], **more: Any) -> ServerResponse:
    """What a lookup answers."""
    return ServerResponse(200, ({"data": list(posts)} if posts else {}) | more)


# Long posts and escapes ---------------------------------------------------------------


def test_a_long_post_with_escapes_is_held_as_it_was_written(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    id_ = served.platform("x").publish(LONG)

    held = {
        record.external_id: record
        for record in records(pull(served, "x.mentions", connector_context))
    }

    assert held[id_].text == LONG
    assert "&amp;" in held[id_].raw["text"]


def test_a_post_that_was_held_cut_is_whole_after_the_next_look(
    served: Sandbox, city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    id_ = served.platform("x").publish(LONG)
    collector.collect(city)
    tagging.tag_waiting(city)
    was = mention(engine, id_)
    table = db.table(Mention)
    with db.writing(engine) as session:  # as it was stored when nobody asked for notes
        session.execute(
            table.update()
            .where(table.c.id == was.id)
            .values(text="@PuneCityDemo Wa…", content_hash="of the cut text")
        )
    city_clock.advance(DAY)

    (result,) = recheck.recheck(city)

    row = mention(engine, id_)
    assert row.text == LONG
    assert (row.author_id, row.missing, row.tagged_at) == (was.author_id, [], None)
    assert result.state == "ok"
    with db.reading(engine) as session:
        writer = session.get(Author, row.author_id)
        assert writer is not None
        assert (writer.handle, writer.name) != (None, None)
    city_clock.advance(DAY)
    assert recheck.recheck(city)[0].counts["stored"] == 0
    assert mention(engine, id_).raw_id == row.raw_id  # nothing new was said


def test_a_look_changes_nothing_of_what_says_the_same(
    served: Sandbox, city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    tagging.tag_waiting(city)
    city_clock.advance(timedelta(hours=5))

    (result,) = recheck.snapshot(city)

    assert result.counts["received"] > 10

    m = db.table(Mention).c
    with db.reading(engine) as session:
        unread = session.scalars(
            select(m.id).where(m.tagged_at.is_(None), m.state == "present")
        ).all()
    assert unread == []


# Edits --------------------------------------------------------------------------------


def test_likes_of_an_edited_post_are_not_those_of_its_old_version(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    clock.set(NOON)
    make_source(engine, "x.search", "x", **SETTINGS["x"])
    first, newest = x_post(1)["id"], x_post(2)["id"]
    versions = [first, newest]
    fresh = version(2, versions, likes=32, text="Water again")
    frozen, later = version(1, versions, likes=0), version(2, versions, likes=40)
    later["text"] = fresh["text"]
    with scripted("x", context) as (platform, there):
        platform.answers = [ServerResponse(200, x_page(fresh))]
        collector.collect(there)
        clock.advance(DAY)
        platform.answers = [answer(frozen), answer(later)]
        (result,) = recheck.recheck(there)
        asked = [request.query["ids"] for request in platform.asked[-2:]]

    row = mention(engine, first)
    assert history(engine, row.id, "like_count") == [32, 40]
    assert row.text == "Water again"
    assert asked == [first, newest]
    assert (result.state, result.counts["received"]) == ("ok", 1)


def test_an_edited_post_whose_newest_version_is_gone_goes(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    clock.set(NOON)
    make_source(engine, "x.search", "x", **SETTINGS["x"])
    first, newest = x_post(1)["id"], x_post(2)["id"]
    old = version(1, [first, newest])
    gone = problem(newest, "resource-not-found")
    with scripted("x", context) as (platform, there):
        platform.answers = [ServerResponse(200, x_page(x_post(1)))]
        collector.collect(there)
        clock.advance(DAY)
        platform.answers = [answer(old), answer(errors=[gone])]
        recheck.recheck(there)

    assert mention(engine, first).state == "deleted"


def test_a_silence_about_a_newest_version_keeps_no_other_post_from_its_turn(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    clock.set(NOON)
    make_source(engine, "x.search", "x", **SETTINGS["x"])
    posts = [x_post(3), x_post(1)]
    old = version(1, [posts[1]["id"], x_post(2)["id"]])
    with scripted("x", context) as (platform, there):
        platform.answers = [ServerResponse(200, x_page(*posts))]
        collector.collect(there)
        clock.advance(DAY)
        platform.answers = [answer(posts[0], old), answer()]
        (result,) = recheck.recheck(there)

    assert result.state == "ok"
    assert sum(result.filtered_by.values()) == 1
    assert seen(engine) == [posts[0]["id"]]
    assert mention(engine, posts[1]["id"]).state == "present"


# Problems that nobody knows -----------------------------------------------------------


def test_an_unknown_problem_leaves_its_post_due_and_settles_the_others(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    clock.set(NOON)
    make_source(engine, "x.search", "x", **SETTINGS["x"])
    posts = [x_post(n) for n in (3, 2, 1)]
    there_id, odd_id, gone_id = (post["id"] for post in posts)
    problems = [
        problem(odd_id, "server-trouble"),
        problem(gone_id, "resource-not-found"),
    ]
    with scripted("x", context) as (platform, there):
        platform.answers = [ServerResponse(200, x_page(*posts))]
        collector.collect(there)
        clock.advance(DAY)
        platform.answers = [answer(posts[0], errors=problems)]
        (first,) = recheck.recheck(there)
        held_seen = seen(engine)
        (second,) = recheck.recheck(there)  # X has nothing to say: an odd answer
        asked = [request.query["ids"] for request in platform.asked[-2:]]

    assert first.state == "ok"
    assert first.filtered_by == {"neither shown nor said to be gone: server-trouble": 1}
    assert first.counts["received"] == 3
    assert first.counts["filtered"] == 1
    assert mention(engine, gone_id).state == "deleted"
    assert mention(engine, odd_id).state == "present"
    assert held_seen == [there_id]
    assert set(asked[0].split(",")) == {there_id, odd_id, gone_id}
    assert asked[1] == odd_id  # it alone is asked about again, at once
    assert second.error_kind == "drift"


def test_the_command_says_how_many_are_undecided(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    from socialcell.commands.sources.recheck import _note
    from socialcell.services.collection.batch_ingest import UNDECIDED

    result = collector.RunResult(
        "x", "ok", filtered_by={f"{UNDECIDED}: odd": 2, "x": 1}
    )

    assert _note(result) == f"2 {UNDECIDED}: odd (asked again)"


# Withholding --------------------------------------------------------------------------


def test_a_post_that_x_withholds_later_is_marked_and_shown_so(
    served: Sandbox, city: Context, engine: Engine, city_clock: FixedClock, folder: Any
) -> None:
    x = served.platform("x")
    id_ = x.publish("@PuneCityDemo no water in Kothrud since the morning")
    collector.collect(city)
    tagging.tag_waiting(city)
    assert mention(engine, id_).withheld is None
    x.withhold(id_, "IN", "DE", copyright=True)
    city_clock.advance(DAY)

    recheck.recheck(city)

    row = mention(engine, id_)
    told = {"countries": ["IN", "DE"], "scope": "tweet", "copyright": True}
    assert row.withheld == told
    config = folder / "config.yaml"
    note = "withheld in IN, DE, for a copyright claim"
    said = socialcell("mentions", "show", str(row.id), "--config", config)
    assert f"withheld: {note}\n" in said.stdout
    words = f"[{note}] @••• no water"
    listed = socialcell("mentions", "list", "--config", config)
    assert words in " ".join(listed.stdout.split())
    exported = socialcell("mentions", "export", "--config", config)
    head, *lines = exported.stdout.splitlines()
    (line,) = (
        one for one in csv.DictReader([head, *lines]) if one["id"] == str(row.id)
    )
    assert line["withheld"] == "IN;DE"
    x.world.withhold(id_, None)
    city_clock.advance(DAY)
    recheck.recheck(city)
    assert mention(engine, id_).withheld is None


def test_a_report_that_quoted_what_is_withheld_now_is_written_without_it(
    served: Sandbox, city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    collector.collect(city)
    tagging.tag_waiting(city)
    made = weekly_report.write_weekly(city, as_of=city_clock.now(), lang="en")
    with db.reading(engine) as session:
        quoted = session.scalars(select(FrozenReport)).one().numbers["quotations"][0]
    words = mention(engine, quoted["external_id"]).text[:25]
    before = made.text.read_text("utf-8")
    assert words in before
    served.platform("x").withhold(quoted["external_id"], "IN")
    city_clock.advance(DAY)

    results = recheck.recheck(city)

    assert any(result.quoting for result in results)
    text = " ".join(made.text.read_text("utf-8").split())
    assert words not in text
    assert "the platform withholds the post" in text
    assert words not in made.html.read_text("utf-8")
    assert stale(city) == []
    made.text.write_text(before, "utf-8")  # as if nobody had written it again
    assert stale(city) == [made.text]


def test_a_record_and_its_withholding_are_stored_and_cleared(engine: Engine) -> None:
    barred = make_record("1", withheld=Withholding(("IN",), "user"))
    assert store_records(engine, barred).stored == 1
    told = {"countries": ["IN"], "scope": "user", "copyright": False}
    assert mention(engine, "1").withheld == told

    assert store_records(engine, barred, at=NOON + DAY).unchanged == 1
    assert store_records(engine, make_record("1"), at=NOON + 2 * DAY).updated == 1

    table = db.table(Mention)
    with db.reading(engine) as session:
        asked = select(table.c.id).where(table.c.withheld.is_(None))
        assert len(session.scalars(asked).all()) == 1  # NULL, and not JSON's null


# Old raw forms ------------------------------------------------------------------------


def test_reading_old_raw_forms_again_undoes_their_escapes(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    clock.set(NOON)
    source = make_source(engine)
    raw = x_post(1, text="Water &amp; power")
    cut: Record = make_record(
        raw["id"], text="Water &amp; power", raw=raw, author=make_author("900000001")
    )
    store_records(engine, cut, source=source)

    (done,) = reprocess(context, NOON - DAY, ["x.mentions"])

    assert mention(engine, raw["id"]).text == "Water & power"
    assert done.fields["text"] == 1
