"""Counts of areas by hour on both databases, and queries that are written for them."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.listening.model import Annotation, Mention
from socialcell.listening.query.query_language import parse
from socialcell.listening.query.query_writing import write_query
from socialcell.listening.store import area_sets
from socialcell.listening.store.mentions import area_counts
from socialcell.listening.store.mentions.area_counts import GroupCells
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from tests.builders import NOON, make_record, store_records

HOUR = timedelta(hours=1)
SPAN = TimeSpan(NOON - 4 * HOUR, NOON)
GROUPS = {"urgent": ("urgency", ("critical", "high"))}


def annotation(
    mention: int, kind: str, value: str, decided: str | None = None
) -> Annotation:
    return Annotation(
        mention_id=mention,
        kind=kind,
        value=value,
        decided_value=decided,
        model="test",
        model_version="1",
        made_at=NOON,
    )


def place(
    engine: Engine, mention: int, kind: str, value: str, decided: str | None = None
) -> None:
    with db.writing(engine) as session:
        session.add(annotation(mention, kind, value, decided))


def store_mentions(engine: Engine) -> None:
    """Four mentions, an hour apart; the second is urgent."""
    hours = (3.5, 2.5, 1.5, 0.5)
    store_records(
        engine,
        *(
            make_record(str(n), authored_at=NOON - hour * HOUR)
            for n, hour in enumerate(hours, 1)
        ),
    )
    with db.writing(engine) as session:
        second = session.get_one(Mention, 2)
        second.urgency = "high"
        for id_ in (1, 2, 3, 4):
            session.get_one(Mention, id_).intent = "complaint"


def by_every_ward(session: Session) -> dict[str | None, GroupCells]:
    mentions = area_sets.read_mentions(session, SPAN, GROUPS)
    wards = area_sets.read_places(session, mentions, "ward")
    return area_sets.by_area(mentions, wards)


def topics_of_wards(
    session: Session, *intents: str
) -> dict[str | None, list[tuple[str, int]]]:
    groups = {"asking": ("intent", intents)}
    mentions = area_sets.read_mentions(session, SPAN, groups)
    wards = area_sets.read_places(session, mentions, "ward")
    topics = area_sets.read_places(session, mentions, "topic")
    asking = mentions.groups["asking"]
    return area_sets.topics_by_area(mentions, wards, topics, asking)


def test_mentions_are_counted_by_area_as_decided(engine: Engine) -> None:
    store_mentions(engine)
    place(engine, 1, "ward", "ward:a")
    place(engine, 2, "ward", "ward:a", decided="ward:b")
    place(engine, 2, "ward", "ward:b")
    place(engine, 3, "ward", "ward:a")
    place(engine, 3, "ward", "ward:b")
    with db.reading(engine) as session:
        every = area_sets.read_mentions(session, SPAN, GROUPS).count()
        cells = by_every_ward(session)
        some = area_counts.by_area(session, SPAN, "ward", GROUPS, ["ward:b"])
    assert cells == {
        "ward:a": {"all": {("x", 0): 1, ("x", 2): 1}, "urgent": {}},
        "ward:b": {"all": {("x", 1): 1, ("x", 2): 1}, "urgent": {("x", 1): 1}},
        None: {"all": {("x", 3): 1}, "urgent": {}},
    }
    assert some == {"ward:b": cells["ward:b"]}
    assert every["all"] == {("x", hour): 1 for hour in range(4)}
    assert every["urgent"] == {("x", 1): 1}


def test_topics_are_counted_by_area(engine: Engine) -> None:
    store_mentions(engine)
    place(engine, 1, "ward", "ward:a")
    place(engine, 2, "ward", "ward:a")
    for mention, topic in ((1, "water"), (2, "water"), (2, "roads"), (4, "roads")):
        place(engine, mention, "topic", topic)
    with db.reading(engine) as session:
        topics = topics_of_wards(session, "complaint")
        none = topics_of_wards(session, "praise")
    assert topics == {
        "ward:a": [("water", 2), ("roads", 1)],
        None: [("roads", 1)],
    }
    assert none == {}


def test_some_areas_are_counted_as_among_all(engine: Engine) -> None:
    store_mentions(engine)
    place(engine, 1, "ward", "ward:a")
    place(engine, 2, "ward", "ward:a")
    place(engine, 2, "ward", "ward:b", decided="ward:a")
    place(engine, 3, "ward", "ward:a", decided="ward:c")
    place(engine, 4, "ward", "ward:b")
    for mention, topic in ((1, "water"), (2, "roads"), (2, "water"), (3, "water")):
        place(engine, mention, "topic", topic)
    place(engine, 2, "topic", "waste", decided="water")
    ids = ["ward:a", "ward:b", "ward:c", "ward:nowhere"]
    with db.reading(engine) as session:
        every = by_every_ward(session)
        some = area_counts.by_area(session, SPAN, "ward", GROUPS, ids)
        topics = topics_of_wards(session, "complaint")
        own_topics = area_counts.topics(session, SPAN, "ward", ["complaint"], ids)
        totals = area_counts.totals(session, SPAN, "ward", ids)
    assert some == every
    assert own_topics == topics
    assert topics["ward:a"] == [("water", 2), ("roads", 1)]
    assert totals == {"ward:a": 2, "ward:b": 1, "ward:c": 1}


def test_mentions_of_an_hour_are_added_up_whatever_else_they_name(
    engine: Engine,
) -> None:
    at = NOON - HOUR
    store_records(engine, *(make_record(str(n), authored_at=at) for n in range(3)))
    place(engine, 1, "ward", "ward:a")
    place(engine, 2, "ward", "ward:a")
    place(engine, 2, "ward", "ward:b")
    with db.reading(engine) as session:
        cells = by_every_ward(session)
    assert {area: own["all"] for area, own in cells.items()} == {
        "ward:a": {("x", 3): 2},
        "ward:b": {("x", 3): 1},
        None: {("x", 3): 1},
    }


def test_an_area_has_only_mentions_of_the_span_that_are_there(engine: Engine) -> None:
    """Their ids lie between those of the span: what came late, what was deleted."""
    store_records(
        engine,
        make_record("first", authored_at=NOON - HOUR),
        make_record("late", authored_at=NOON - 100 * HOUR),
        make_record("undated", authored_at=None),
        make_record("deleted", authored_at=NOON - HOUR),
        make_record("last", authored_at=NOON - 2 * HOUR),
        make_record("after", authored_at=NOON),
    )
    with db.writing(engine) as session:
        for id_ in range(1, 7):
            session.get_one(Mention, id_).intent = "complaint"
        session.get_one(Mention, 4).state = "deleted"
    for id_ in range(1, 7):
        place(engine, id_, "ward", "ward:a")
        place(engine, id_, "topic", "water")
    place(engine, 2, "ward", "ward:b")
    ids = ["ward:a", "ward:b"]
    with db.reading(engine) as session:
        cells = area_counts.by_area(session, SPAN, "ward", GROUPS, ids)
        every = by_every_ward(session)
        topics = area_counts.topics(session, SPAN, "ward", ["complaint"], ids)
        totals = area_counts.totals(session, SPAN, "ward", ids)
        nothing = area_counts.by_area(session, SPAN, "ward", GROUPS, [])
        earlier = TimeSpan(NOON - 900 * HOUR, NOON - 800 * HOUR)
        empty = area_counts.totals(session, earlier, "ward", ids)
    assert cells == {"ward:a": {"all": {("x", 2): 1, ("x", 3): 1}, "urgent": {}}}
    assert every == cells
    assert topics == {"ward:a": [("water", 2)]}
    assert totals == {"ward:a": 2}
    assert nothing == {}
    assert empty == {}


def test_every_area_is_counted_as_row_by_row(engine: Engine) -> None:
    """200 mentions of any kind: named twice, decided, deleted, unread, undated."""
    chance = random.Random(45)
    wards, topics = ("ward:a", "ward:b", "ward:c"), ("roads", "waste", "water")
    store_records(
        engine,
        *(
            make_record(
                str(n),
                authored_at=NOON - chance.uniform(-0.5, 5) * HOUR if n % 9 else None,
            )
            for n in range(200)
        ),
    )
    with db.writing(engine) as session:
        for mention in session.scalars(select(Mention)):
            mention.platform = chance.choice(("x", "reddit"))
            mention.intent = chance.choice((None, "complaint", "question", "praise"))
            mention.urgency = chance.choice((None, "low", "high", "critical"))
            mention.state = chance.choice(("present", "present", "present", "deleted"))
            for kind, values in (("ward", wards), ("topic", topics)):
                for value in chance.choices(values, k=chance.randrange(4)):
                    decided = chance.choice((None, None, None, *values))
                    session.add(annotation(mention.id or 0, kind, value, decided))
    with db.reading(engine) as session:
        cells, asked = by_every_ward(session), topics_of_wards(session, "complaint")
        all_mentions = session.scalars(select(Mention)).all()
        named: dict[tuple[int, str], set[str]] = {}
        for row in session.scalars(select(Annotation)):
            own = named.setdefault((row.mention_id, row.kind), set())
            own.add(row.decided_value or row.value)

    counted: dict[str | None, GroupCells] = {}
    numbers: dict[str | None, Counter[str]] = {}
    for mention in all_mentions:
        at = mention.authored_at
        if mention.state != "present" or at is None or not SPAN.start <= at < SPAN.end:
            continue
        key = (mention.platform, int((at - SPAN.start) / HOUR))
        is_urgent = mention.urgency in ("critical", "high")
        for ward in named.get((mention.id or 0, "ward"), {None}):
            for name in ("all", "urgent") if is_urgent else ("all",):
                own_cells = counted.setdefault(ward, {"all": {}, "urgent": {}})[name]
                own_cells[key] = own_cells.get(key, 0) + 1
            if mention.intent == "complaint":
                about = named.get((mention.id or 0, "topic"), set())
                numbers.setdefault(ward, Counter()).update(about)
    assert cells == counted
    assert asked == {
        ward: sorted(own.items(), key=lambda item: (-item[1], item[0]))
        for ward, own in numbers.items()
    }


def test_a_span_without_mentions_has_no_areas(engine: Engine) -> None:
    store_mentions(engine)
    place(engine, 1, "ward", "ward:a")
    earlier = TimeSpan(NOON - 900 * HOUR, NOON - 800 * HOUR)
    with db.reading(engine) as session:
        mentions = area_sets.read_mentions(session, earlier, GROUPS)
        wards = area_sets.read_places(session, mentions, "ward")
    assert area_sets.by_area(mentions, wards) == {}
    assert mentions.count() == {"all": {}, "urgent": {}}


MIDNIGHT = datetime(2026, 11, 16, tzinfo=IST)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (MIDNIGHT, MIDNIGHT + 168 * HOUR, "since:2026-11-16 until:2026-11-22"),
        (
            MIDNIGHT + HOUR,
            MIDNIGHT + timedelta(hours=30, minutes=5),
            "since:2026-11-16T01:00 until:2026-11-17T06:05",
        ),
        (
            MIDNIGHT,
            MIDNIGHT + timedelta(seconds=1, microseconds=5),
            "since:2026-11-16 until:2026-11-16T00:00:01.000005",
        ),
    ],
)
def test_a_span_is_written_as_a_person_would(
    start: datetime, end: datetime, words: str
) -> None:
    assert write_query(start=start, end=end) == words
    assert parse(words)


def test_several_values_are_one_part_of_a_query() -> None:
    query = write_query(
        ("ward", "ward:a"),
        ("intent", ("help", "complaint")),
        ("urgency", ("high",)),
        start=MIDNIGHT,
        end=MIDNIGHT + 24 * HOUR,
    )
    assert query == (
        "ward:a (intent:complaint OR intent:help) urgency:high "
        "since:2026-11-16 until:2026-11-16"
    )
